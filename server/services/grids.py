"""Importing areas with their polygons: all of a layer or nothing, and a new grid version only for news.

Boundaries are never changed: one that no longer holds is closed with the last grid it was valid in, and
a new one is written. Codes of areas that vanish are retired and never used again.
"""

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from sqlalchemy import func, select, update

from geo.validation import Change, CodeScheme, Finding
from geo.validation.sizes import flat_sizes
from server.db import Tx
from server.models import Area, Boundary, Grid
from server.services.areas import below, pinyin_of
from server.services.grid_parents import NewArea
from server.services.grid_plan import CellsOptions, Plan, Row, plan_import
from server.services.grid_tree import load_tree
from server.services.imports.runs import note, refuse_if_running
from server.services.layers import Layer
from server.services.locating import prepare_locator
from server.services.people import Actor
from server.shipped import shipped

__all__ = ["CellsImport", "CellsOptions", "code_scheme", "digest_of_grid", "import_cells"]

BATCH = 500


@dataclass(frozen=True)
class CellsImport:
    """What an import did, or would do.

    Attributes
    ----------
    added, changed, moved, unchanged, retired : int
        Areas: new; with another polygon; with the same polygon but other facts (name, parent, kind,
        numbers); as they were; no longer there.
    made : tuple of NewArea
        Root and parents that were made.
    findings : tuple of Finding
        Warnings and hints.
    changes : tuple of Change
        What mending did.
    grid_id : int or None
        The new grid version; None when no boundary changed, and on a dry run.
    """

    added: int
    changed: int
    moved: int
    unchanged: int
    retired: int
    made: tuple[NewArea, ...]
    findings: tuple[Finding, ...]
    changes: tuple[Change, ...]
    grid_id: int | None


def import_cells(tx: Tx, layer: Layer, options: CellsOptions, actor: Actor) -> CellsImport:
    """Take a layer of areas in.

    Parameters
    ----------
    tx : Tx
        Writing transaction; a reading one does for a dry run.
    layer : Layer
        As :func:`server.services.layers.read_layer` read it.
    options : CellsOptions
        How.
    actor : Actor
        Who imports.

    Returns
    -------
    CellsImport
        Counts and all warnings.

    Raises
    ------
    InvalidCells
        The layer has errors; carries all findings. Nothing was written.
    InputError
        The root cannot be one, or a text is too long.
    Busy
        Another import is running.
    CrsError
        No way from the layer's coordinate system to WGS 84.
    """
    if not options.is_dry_run:
        refuse_if_running(tx)
    is_allowed = options.allow_outside_china or tx.config.allow_outside_china
    asked = replace(options, allow_outside_china=is_allowed)
    plan = plan_import(load_tree(tx), layer, asked, code_scheme(tx.config.code_scheme))
    grid_id = None if options.is_dry_run else _apply(tx, plan, actor)
    done = CellsImport(
        len(plan.added), len(plan.changed), len(plan.moved), len(plan.unchanged), len(plan.retired),
        plan.made, tuple(plan.findings), tuple(plan.changes), grid_id,
    )  # fmt: skip
    if grid_id is not None:
        prepare_locator(tx)
    if not options.is_dry_run:
        counts = {name: getattr(done, name) for name in ("added", "changed", "moved", "unchanged", "retired")}
        note(tx, "cells", layer.file, layer.digest, {**counts, "grid": grid_id}, actor.person_id)
    return done


def code_scheme(name: str) -> CodeScheme | None:
    """Read a scheme of codes from the shipped table.

    Parameters
    ----------
    name : str
        As in the setting ``code_scheme``.

    Returns
    -------
    CodeScheme or None
        None for free text.
    """
    with (shipped("data") / "code_schemes.csv").open(encoding="utf-8", newline="") as file:
        found = {row["scheme"]: row for row in csv.DictReader(file)}
    row = found[name]
    if not row["segments"]:
        return None
    return CodeScheme(
        name, tuple(row["levels"].split("+")), tuple(int(one) for one in row["segments"].split("+"))
    )


def _apply(tx: Tx, plan: Plan, actor: Actor) -> int | None:
    """Write the plan; give the new grid's key, or None when no boundary changed."""
    last = tx.session.scalar(select(func.max(Grid.id)))
    grid: Grid | None = None
    if plan.added or plan.changed or plan.retired:
        grid = Grid(digest="", at=tx.now, by_id=actor.person_id)
        tx.session.add(grid)
        tx.session.flush()
    areas = _made(tx, plan)
    _renew(tx, plan, areas)
    if grid is None:
        return None
    closed = [node.boundary_id for _, node in plan.changed] + [node.boundary_id for node in plan.retired]
    _in_batches(tx, Boundary, closed, {"last_grid_id": last})
    _in_batches(tx, Area, [node.id for node in plan.retired], {"retired_grid_id": grid.id})
    tx.session.add_all(_boundaries([*plan.added, *(row for row, _ in plan.changed)], areas, grid.id))
    tx.session.flush()
    grid.digest = digest_of_grid(tx)
    tx.session.flush()
    return grid.id


def _made(tx: Tx, plan: Plan) -> dict[str, Area]:
    """Write new areas, parents first; give all areas that the plan touches, by code."""
    touched = {row.parent for row in plan.added if row.parent}
    touched |= {one for row, _ in (*plan.changed, *plan.moved) for one in (row.code, row.parent) if one}
    touched |= {one.parent for one in plan.made if one.parent}
    areas = {area.code: area for area in tx.session.scalars(select(Area)) if area.code in touched}
    for one in plan.made:
        areas[one.code] = _area(tx, areas, one.code, one.level, one.parent, one.code)
    tx.session.flush()
    for row in plan.added:
        area = _area(tx, areas, row.code, plan.level, row.parent, row.name)
        area.kind, area.households, area.population = row.kind, row.households, row.population
        areas[row.code] = area
    tx.session.flush()
    return areas


def _area(tx: Tx, areas: dict[str, Area], code: str, level: str, parent: str | None, name: str) -> Area:
    above = areas[parent] if parent else None
    if above is not None and above.id is None:
        tx.session.flush()
    area = Area(
        code=code,
        level=level,
        name=name,
        pinyin=pinyin_of(name),
        parent_id=above.id if above else None,
        path=f"{above.path if above else '/'}{code}/",
    )
    tx.session.add(area)
    return area


def _renew(tx: Tx, plan: Plan, areas: dict[str, Area]) -> None:
    """Write the facts of known areas anew; one that moves takes all below it along."""
    for row, node in (*plan.changed, *plan.moved):
        area = areas[row.code]
        if area.name != row.name:
            area.name, area.pinyin = row.name, pinyin_of(row.name)
        for name in ("kind", "households", "population"):
            if getattr(row, name) is not None:
                setattr(area, name, getattr(row, name))
        if row.parent != node.parent:
            above = areas[row.parent] if row.parent else None
            area.parent_id = above.id if above else None
            _move(tx, node.path, f"{above.path if above else '/'}{row.code}/")
    tx.session.flush()


def _move(tx: Tx, old: str, new: str) -> None:
    for area in tx.session.scalars(select(Area).where(below(old))):
        area.path = new + area.path.removeprefix(old)


def _boundaries(rows: Sequence[Row], areas: dict[str, Area], grid_id: int) -> list[Boundary]:
    shapes = np.array([row.shape for row in rows], dtype=object)
    bounds = shapely.bounds(shapes).reshape(-1, 4).tolist()
    return [
        Boundary(
            area_id=areas[row.code].id,
            code=row.code,
            level=areas[row.code].level,
            geom=row.shape,
            west=box[0],
            south=box[1],
            east=box[2],
            north=box[3],
            area_m2=size,
            first_grid_id=grid_id,
        )
        for row, box, size in zip(rows, bounds, flat_sizes(shapes)[0].tolist(), strict=True)
    ]


def _in_batches(tx: Tx, table: Any, keys: Sequence[int | None], values: dict[str, Any]) -> None:  # noqa: ANN401
    known = [key for key in keys if key is not None]
    for start in range(0, len(known), BATCH):
        tx.session.execute(update(table).where(table.id.in_(known[start : start + BATCH])).values(**values))


def digest_of_grid(tx: Tx) -> str:
    """Hash all boundaries that are valid now: SHA-256 over (level, code, WKB), sorted."""
    rows = tx.session.execute(
        select(Boundary.level, Boundary.code, Boundary.geom).where(Boundary.last_grid_id.is_(None))
    ).all()
    digest = hashlib.sha256()
    for level, code, shape in sorted(rows, key=lambda row: (row.level, row.code)):
        digest.update(f"{level}\x1f{code}\x1f".encode())
        digest.update(shapely.to_wkb(shape, byte_order=1))
    return digest.hexdigest()
