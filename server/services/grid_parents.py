"""Under which area each area of a layer hangs, and which areas have to be made for that."""

import re
from dataclasses import dataclass
from pathlib import PurePath

from geo.validation import CodeScheme
from server.errors import InputError
from server.services.grid_tree import Tree, level_above, rank
from server.services.layers import Layer

__all__ = ["NewArea", "Parents", "find_parents"]


@dataclass(frozen=True)
class NewArea:
    """An area that has to be made, without a polygon; its code is its name.

    Attributes
    ----------
    code, level : str
        What it will be.
    parent : str or None
        Code of its parent.
    """

    code: str
    level: str
    parent: str | None


@dataclass(frozen=True)
class Parents:
    """Where a layer hangs.

    Attributes
    ----------
    of_row : list of str
        Code of each row's parent; empty for none.
    made : tuple of NewArea
        Areas to be made, highest first.
    root : str or None
        The root given or chosen.
    are_asked : bool
        Whether every row must have a parent.
    """

    of_row: list[str]
    made: tuple[NewArea, ...]
    root: str | None
    are_asked: bool


def find_parents(
    tree: Tree, layer: Layer, level: str, root: str | None, scheme: CodeScheme | None, *, is_making: bool
) -> Parents:
    """Find each row's parent.

    The file's own column comes first; without one, an area that is known stays where it is (if that is
    under the root given). Others hang under the root; without a root, under the area whose code begins
    theirs, if there is a scheme. Where nothing tells, a district stands at the top, and any other layer
    hangs under one area made for it and named after the file.

    Parameters
    ----------
    tree : Tree
        As it stands.
    layer : Layer
        As read.
    level : str
        Of its areas.
    root : str or None
        Area that the layer hangs under.
    scheme : CodeScheme or None
        How codes are built.
    is_making : bool
        Whether parents that nobody knows may be made.

    Returns
    -------
    Parents

    Raises
    ------
    InputError
        ``root.level`` the root is not above the layer; ``root.retired`` it is out of use; ``root.no_level``
        there is no level left for it; ``root.unusable`` its code cannot be a code.
    """
    frame = layer.frame
    codes = frame["code"].tolist()
    has_column = "parent" in frame.columns and level != "district"
    if has_column:
        of_row = [_filled(tree, parent, scheme) for parent in frame["parent"].tolist()]
    else:
        of_row = [
            _known_parent(tree, code, level, root) or _by_scheme(tree, code, level, root, scheme)
            for code in codes
        ]
    if root is None and not has_column and level != "district" and not all(of_row):
        root = _chosen_root(tree, of_row, layer.file)
    top = _new_root(tree, root, level, has_parents=has_column) if root else ()
    if root:
        of_row = [parent or root for parent in of_row]
    return Parents(
        of_row,
        (*top, *(_missing(tree, of_row, level, root, scheme) if is_making else ())),
        root,
        has_column or level != "district",
    )


def _filled(tree: Tree, parent: str, scheme: CodeScheme | None) -> str:
    """Take the way of writing a parent's code that is known: bare, or filled with zeros."""
    if not parent or parent in tree or scheme is None:
        return parent
    stem = scheme.stem(parent)
    full = stem.ljust(sum(scheme.groups), "0")
    return next((one for one in (stem, full) if one in tree), parent)


def _known_parent(tree: Tree, code: str, level: str, root: str | None) -> str:
    node = tree.get(code)
    if node is None or node.level != level or not node.parent:
        return ""
    is_inside = root is None or tree.is_under(node.parent, root)
    return node.parent if is_inside else ""


def _by_scheme(tree: Tree, code: str, level: str, root: str | None, scheme: CodeScheme | None) -> str:
    """Find the nearest area above whose code begins this one; what is told is the code it ought to have."""
    if root is not None or scheme is None or level not in scheme.levels or not scheme.fits(code, level):
        return ""
    ends = [sum(scheme.groups[: place + 1]) for place in range(scheme.levels.index(level))]
    stems = [scheme.stem(code)[:end] for end in reversed(ends)]
    known = (_filled(tree, stem, scheme) for stem in stems)
    return next((one for one in known if one in tree), stems[0] if stems else "")


def _chosen_root(tree: Tree, of_row: list[str], file: str) -> str:
    """Choose where a layer hangs that says nothing: with what is known of it, else under its own name."""
    known = {parent for parent in of_row if parent in tree}
    if len(known) == 1:
        return known.pop()
    return re.sub(r"[/\s\x00-\x1f]+", "_", PurePath(file).stem)[:64]


def _new_root(tree: Tree, root: str, level: str, *, has_parents: bool) -> tuple[NewArea, ...]:
    node = tree.get(root)
    if node is not None and node.is_retired:
        raise InputError("root.retired", code=root)
    if node is not None and rank(node.level) >= rank(level):
        raise InputError("root.level", code=root, level=node.level, below=level)
    if node is not None:
        return ()
    if not root.strip() or len(root) > 64 or re.search(r"[/\x00-\x1f]", root):
        raise InputError("root.unusable", code=root)
    above = level_above(level)
    own = level_above(above) if above and has_parents else above
    if own is None:
        raise InputError("root.no_level", code=root, level=level)
    return (NewArea(root, own, None),)


def _missing(
    tree: Tree, of_row: list[str], level: str, root: str | None, scheme: CodeScheme | None
) -> tuple[NewArea, ...]:
    """List the parents that nobody knows, by code; each hangs under the root or the area its code names."""
    above = level_above(level)
    unknown = sorted({parent for parent in of_row if parent and parent != root and parent not in tree})
    if above is None:
        return ()
    top = tree.get(root) if root else None
    if unknown and top is not None and rank(top.level) >= rank(above):
        raise InputError("root.level", code=root, level=top.level, below=above)
    return tuple(
        NewArea(code, above, root or (_known_above(tree, code, above, scheme) or None)) for code in unknown
    )


def _known_above(tree: Tree, code: str, level: str, scheme: CodeScheme | None) -> str:
    found = _by_scheme(tree, code, level, None, scheme)
    return found if found in tree else ""
