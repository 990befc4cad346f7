"""What an import of areas would do: parents found or made, faults, and what is new, changed and gone.

Nothing is written here, so a dry run is the plan without its last step.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import to_wgs84
from geo.validation import Change, CodeScheme, Finding, Severity, mend, validate
from geo.validation.findings import in_order
from server.errors import InputError, InvalidCells
from server.services.grid_parents import NewArea, Parents, find_parents
from server.services.grid_tree import Node, Tree, rank
from server.services.layers import Layer

__all__ = ["CellsOptions", "Plan", "plan_import"]

LONGEST = {"name": 200, "kind": 64}
"""Characters that the store keeps."""


@dataclass(frozen=True)
class CellsOptions:
    """How a layer is to be taken in.

    Attributes
    ----------
    level : str
        ``district subdistrict community cell``.
    root : str or None
        Area that the layer hangs under; made if missing. Areas of the level below it that the layer does
        not have are retired.
    create_parents : bool
        Whether parents that the file names and nobody knows are made.
    mend : bool
        Whether broken rings are mended first.
    allow_outside_china : bool
        Whether places outside China are fine.
    is_dry_run : bool
        Whether to stop before writing.
    """

    level: str = "cell"
    root: str | None = None
    create_parents: bool = False
    mend: bool = False
    allow_outside_china: bool = False
    is_dry_run: bool = False


@dataclass(frozen=True)
class Row:
    """One area of the layer, ready to be written.

    Attributes
    ----------
    code, name, kind, parent :
        Text; the parent's code, None at the top.
    households, population : int or None
        As in the file; None leaves what is stored.
    shape : shapely geometry
        WGS 84.
    """

    code: str
    name: str
    kind: str | None
    parent: str | None
    households: int | None
    population: int | None
    shape: Any


@dataclass(frozen=True)
class Plan:
    """What an import would do.

    Attributes
    ----------
    level : str
        Level of the layer's areas.
    made : tuple of NewArea
        Root and parents to be made, highest first.
    added, changed, moved, unchanged : list
        Rows: new; with another polygon; with the same polygon and other facts; as they were. The middle
        ones come with the area as it stands.
    retired : list of Node
        Areas that the layer no longer has.
    findings : list of Finding
        Warnings and hints.
    changes : list of Change
        What mending did.
    """

    level: str
    made: tuple[NewArea, ...]
    findings: list[Finding]
    changes: list[Change]
    added: list[Row] = field(default_factory=list)
    changed: list[tuple[Row, Node]] = field(default_factory=list)
    moved: list[tuple[Row, Node]] = field(default_factory=list)
    unchanged: list[Row] = field(default_factory=list)
    retired: list[Node] = field(default_factory=list)


def plan_import(tree: Tree, layer: Layer, options: CellsOptions, scheme: CodeScheme | None) -> Plan:
    """Check a layer against the area tree and tell what importing it would do.

    Parameters
    ----------
    tree : Tree
        As it stands.
    layer : Layer
        As read.
    options : CellsOptions
        How to take it in.
    scheme : CodeScheme or None
        How codes are built.

    Returns
    -------
    Plan
        Without errors.

    Raises
    ------
    InvalidCells
        The layer has errors; carries all findings.
    InputError
        The root cannot be one, or a text is too long for the store.
    CrsError
        No way from the layer's coordinate system to WGS 84.
    """
    frame, changes = mend(layer.frame) if options.mend else (layer.frame, [])
    parents = find_parents(tree, layer, options.level, options.root, scheme, is_making=options.create_parents)
    checked = (
        frame.assign(parent=parents.of_row)
        if parents.are_asked
        else frame.drop(columns="parent", errors="ignore")
    )
    findings = validate(
        checked,
        scheme=scheme,
        level=options.level,
        parents=tree.frame(node for node in tree.current if rank(node.level) < rank(options.level)),
        known_parents={node.code for node in tree.current} | {one.code for one in parents.made},
        existing=tree.frame(node for node in tree.current if node.level == options.level),
        allow_outside_china=options.allow_outside_china,
        is_crs_declared=layer.is_crs_declared,
    )
    gone = _gone(tree, frame, options, parents)
    findings = in_order(
        [*findings, *_against_tree(tree, frame, options.level, parents), *_not_empty(tree, gone)]
    )
    if any(one.severity is Severity.ERROR for one in findings):
        raise InvalidCells(findings)
    plan = Plan(options.level, parents.made, findings, changes, retired=gone)
    for row in _rows(frame, parents.of_row):
        _sort_in(plan, row, tree.get(row.code))
    return plan


def _against_tree(tree: Tree, frame: gpd.GeoDataFrame, level: str, parents: Parents) -> Iterator[Finding]:
    """Look for codes that are retired or in use at another level, and parents of no use."""
    for row, (code, parent) in enumerate(zip(frame["code"], parents.of_row, strict=True)):
        node = tree.get(code)
        if node is not None and node.is_retired:
            yield Finding(Severity.ERROR, "code.retired", (code,), row)
        elif node is not None and node.level != level:
            yield Finding(Severity.ERROR, "code.other_level", (code,), row, values={"level": node.level})
        above = tree.get(parent) if parent else None
        if above is not None and not above.is_retired and rank(above.level) >= rank(level):
            values = {"parent": parent, "level": above.level}
            yield Finding(Severity.ERROR, "parent.level", (code,), row, values=values)
        elif above is not None and parents.root and not tree.is_under(parent, parents.root):
            values = {"parent": parent, "root": parents.root}
            yield Finding(Severity.ERROR, "parent.elsewhere", (code,), row, values=values)


def _gone(tree: Tree, frame: gpd.GeoDataFrame, options: CellsOptions, parents: Parents) -> list[Node]:
    """Find the areas of the level that the layer covers and does not have.

    The layer speaks for all that lies below the root; without one, for the children of the parents that it
    names. A layer without either speaks for its own rows alone.
    """
    here = set(frame["code"])
    above = set(parents.of_row) - {""}
    return [
        node
        for node in tree.current
        if node.level == options.level
        and node.code not in here
        and (tree.is_under(node.code, parents.root) if parents.root else node.parent in above)
    ]


def _not_empty(tree: Tree, gone: Sequence[Node]) -> Iterator[Finding]:
    """Refuse to retire an area while others hang under it."""
    codes = {node.code for node in gone}
    below: dict[str, int] = {}
    for node in tree.current:
        if node.parent in codes:
            below[node.parent] = below.get(node.parent, 0) + 1
    for code, count in below.items():
        yield Finding(Severity.ERROR, "retire.not_empty", (code,), values={"count": count})


def _rows(frame: gpd.GeoDataFrame, parents: Sequence[str]) -> Iterator[Row]:
    shapes = to_wgs84(frame.geometry.to_numpy(), frame.crs)
    records = frame[["code", "name", "kind", "households", "population"]].to_dict("records")
    for number, (facts, parent) in enumerate(zip(records, parents, strict=True)):
        for name, limit in LONGEST.items():
            length = len(facts[name])
            if length > limit:
                raise InputError("field.too_long", field=name, row=number + 1, length=length, limit=limit)
        numbers = (_whole(facts["households"]), _whole(facts["population"]))
        name = facts["name"] or facts["code"]
        yield Row(facts["code"], name, facts["kind"] or None, parent or None, *numbers, shapes[number])


def _whole(value: Any) -> int | None:  # noqa: ANN401 - a number, None or NaN
    return None if pd.isna(value) else int(value)


def _sort_in(plan: Plan, row: Row, node: Node | None) -> None:
    if node is None:
        plan.added.append(row)
    elif node.shape is None or not _is_same(row.shape, node.shape):
        plan.changed.append((row, node))
    elif _has_news(row, node):
        plan.moved.append((row, node))
    else:
        plan.unchanged.append(row)


def _is_same(one: Any, other: Any) -> bool:  # noqa: ANN401 - polygons
    """Tell whether two polygons are one, to the bit, wherever their rings begin and whichever way they run."""
    return bool(np.all(shapely.equals_exact(_plain(one), _plain(other), 0.0)))


def _plain(shape: Any) -> Any:  # noqa: ANN401 - a polygon
    parts = shapely.get_parts(shape)
    return shapely.normalize(parts[0] if len(parts) == 1 else shape)


def _has_news(row: Row, node: Node) -> bool:
    stored = {"name": node.name, "parent": node.parent}
    said = {"name": row.name, "parent": row.parent}
    for name in ("kind", "households", "population"):
        if getattr(row, name) is not None:
            stored[name], said[name] = getattr(node, name), getattr(row, name)
    return stored != said
