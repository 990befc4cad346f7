"""Placing reports: position as given -> WGS 84 -> cell, with the reason and the doubts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from geo import Placement, systems
from server.db import Tx
from server.errors import InputError
from server.services import areas
from server.services.areas import AreaView
from server.services.drafts import Draft, check_position
from server.services.grid_above import paths_of, tree_of
from server.services.locating import OpenLocator, open_locator

__all__ = [
    "Placed",
    "area_of",
    "desk_of",
    "explain",
    "place",
    "place_on",
]


@dataclass(frozen=True)
class Placed:
    """Where a report lies.

    Attributes
    ----------
    area_id : int
        The cell, else the intake desk's area, else the root.
    path : str
        Path of that area.
    in_cell : bool
        Whether ``area_id`` is a cell.
    columns : dict
        Values of the issue's columns about its place.
    row : int
        Row of the cell in the grid asked; -1 for none.
    """

    area_id: int
    path: str
    in_cell: bool
    columns: dict[str, Any]
    row: int = -1

    @property
    def given(self) -> dict[str, Any]:
        """What the entry keeps of it: codes and numbers."""
        return {
            name: self.columns[name] for name in ("area_id", "boundary_id", "grid_id", "how", "distance_m")
        }


def place(tx: Tx, drafts: Sequence[Draft]) -> list[Placed]:
    """Place drafts on the newest grid.

    Parameters
    ----------
    tx : Tx
        The grid is read inside this transaction.
    drafts : Sequence of Draft
        With checked positions.

    Returns
    -------
    list of Placed
        One a draft, in order.

    Raises
    ------
    InputError
        There is no area at all yet.
    """
    return place_on(tx, open_locator(tx), drafts)


def place_on(tx: Tx, grid: OpenLocator | None, drafts: Sequence[Draft]) -> list[Placed]:
    """Place drafts on a grid that was opened in this transaction; see :func:`place`."""
    desk = desk_of(tx, grid)
    lon, lat = to_wgs84(drafts)
    if grid is None:
        return [_nowhere(desk, x, y, None) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]
    rows, told = _told(tx, grid, drafts, lon, lat)
    paths = paths_of(tx, grid, rows)
    placed = []
    for index, draft in enumerate(drafts):
        x, y, known = float(lon[index]), float(lat[index]), told.get(index)
        if known is None or (known.how == "inside" and draft.accuracy_m is None):
            placed.append(_inside(grid, paths, x, y, int(rows[index])))
        else:
            placed.append(_explained(tx, grid, desk, paths, x, y, known))
    return placed


def _told(
    tx: Tx, grid: OpenLocator, drafts: Sequence[Draft], lon: np.ndarray, lat: np.ndarray
) -> tuple[np.ndarray, dict[int, Placement]]:
    """Find each draft's row; explain those that are not plainly inside one cell. One alone is asked about once."""
    nearest_m = tx.config.nearest_m
    if len(drafts) == 1:
        only = grid.locator.explain(lon[0], lat[0], drafts[0].accuracy_m, nearest_m=nearest_m)
        return np.array([only.row]), {0: only}
    found = grid.locator.place(lon, lat, nearest_m=nearest_m)
    doubtful = (found.how != "inside") | np.array(
        [draft.accuracy_m is not None for draft in drafts], dtype=bool
    )
    told = {
        index: grid.locator.explain(lon[index], lat[index], drafts[index].accuracy_m, nearest_m=nearest_m)
        for index in np.flatnonzero(doubtful).tolist()
    }
    return found.row, told


def desk_of(tx: Tx, grid: OpenLocator | None) -> AreaView:
    """Tell where issues in no cell wait; kept in this process until the area tree changes.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    grid : OpenLocator or None
        The grid asked, which knows the state of the tree; None when there is no cell.

    Raises
    ------
    InputError
        There is no area at all yet.
    """
    kept = tx.store.shelf.get("desk")
    if grid is not None and kept is not None and kept[0] == grid.layout:
        found: AreaView | None = kept[1]
    else:
        found = areas.intake_area(tx)
    if found is None:
        raise InputError("place.no_grid", field="lon")
    if grid is not None:
        tx.store.shelf["desk"] = (grid.layout, found)
    return found


def to_wgs84(drafts: Sequence[Draft]) -> tuple[np.ndarray, np.ndarray]:
    """Convert the drafts' positions to WGS 84 lon and lat, shape (n,), degrees."""
    lon = np.array([draft.lon for draft in drafts], dtype=float)
    lat = np.array([draft.lat for draft in drafts], dtype=float)
    crs = np.array([draft.crs for draft in drafts])
    for source in set(crs.tolist()) - {"wgs84"}:
        rows = crs == source
        lon[rows], lat[rows] = systems.to_wgs84(lon[rows], lat[rows], source)
    return lon, lat


def explain(
    tx: Tx, lon: float, lat: float, crs: str, accuracy_m: float | None
) -> tuple[Placed, OpenLocator | None]:
    """Explain one position without taking a report in, and give the grid that was asked; see :func:`place`."""
    draft = Draft("", "", lon=lon, lat=lat, crs=crs, accuracy_m=accuracy_m)
    check_position(draft)
    grid = open_locator(tx)
    return place_on(tx, grid, [draft])[0], grid


def area_of(tx: Tx, grid: OpenLocator | None, placed: Placed) -> AreaView:
    """Describe the area of a placed report by what the grid knows: its place in the tree, no figures."""
    if grid is None or not placed.in_cell:
        return desk_of(tx, grid)
    tree = tree_of(tx, grid, np.array([placed.row]))
    names: list[str] = []
    current: int | None = placed.area_id
    while current is not None and current in tree:
        name, current = tree[current]
        names.append(name)
    code = str(grid.codes[placed.row])
    facts = (placed.area_id, code, "cell", names[0], None, placed.path, tuple(reversed(names)))
    return AreaView(*facts, None, None, None)


def _inside(grid: OpenLocator, paths: dict[int, str], lon: float, lat: float, row: int) -> Placed:
    reason = {"code": "place.inside", "values": {"cell": grid.names[row]}}
    return _in_cell(grid, paths, row, {"lon": lon, "lat": lat, "how": "inside", "distance_m": 0.0,
                                       "runner_ups": [], "placed": reason, "border": False,
                                       "needs_check": False})  # fmt: skip


def _explained(
    tx: Tx,
    grid: OpenLocator,
    desk: AreaView,
    paths: dict[int, str],
    lon: float,
    lat: float,
    told: Placement,
) -> Placed:
    runner_ups = [{"code": one.code, "distance_m": round(one.distance_m, 2)} for one in told.runner_ups]
    columns = {
        "lon": lon,
        "lat": lat,
        "how": told.how,
        "distance_m": told.distance_m,
        "runner_ups": runner_ups,
        "placed": reason_of(tx, grid, told),
        "border": bool(runner_ups) and told.how != "outside",
        "needs_check": told.how in ("nearest", "outside"),
    }
    if told.row < 0:
        return Placed(desk.id, desk.path, False, _nowhere_columns(desk, grid.grid_id, columns))
    return _in_cell(grid, paths, told.row, columns)


def reason_of(tx: Tx, grid: OpenLocator, told: Placement) -> dict[str, Any]:
    """Give the reason of a placement as code and values for :mod:`server.words`."""
    cell = grid.name_of(told.code) if told.code else ""
    met = told.runner_ups if told.how in ("edge", "overlap") else ()
    cells = [cell, *(grid.name_of(one.code) for one in met if one.distance_m == 0)]
    values = {
        "cell": cell,
        "cells": "、".join(dict.fromkeys(cells)),
        "distance_m": None if told.distance_m is None else round(told.distance_m, 1),
        "within_m": f"{tx.config.nearest_m:g}",
    }
    return {
        "code": f"place.{told.how}",
        "values": {name: value for name, value in values.items() if value is not None},
    }


def _in_cell(grid: OpenLocator, paths: dict[int, str], row: int, columns: dict[str, Any]) -> Placed:
    area_id = int(grid.area_ids[row])
    whole = {
        **columns,
        "area_id": area_id,
        "boundary_id": int(grid.boundary_ids[row]),
        "grid_id": grid.grid_id,
    }
    return Placed(area_id, paths[area_id], True, whole, row)


def _nowhere(desk: AreaView, lon: float, lat: float, grid_id: int | None) -> Placed:
    columns = {"lon": lon, "lat": lat, "how": "outside", "distance_m": None, "runner_ups": [],
               "placed": {"code": "place.no_grid", "values": {}}, "border": False, "needs_check": True}  # fmt: skip
    return Placed(desk.id, desk.path, False, _nowhere_columns(desk, grid_id, columns))


def _nowhere_columns(desk: AreaView, grid_id: int | None, columns: dict[str, Any]) -> dict[str, Any]:
    return {**columns, "area_id": desk.id, "boundary_id": None, "grid_id": grid_id}
