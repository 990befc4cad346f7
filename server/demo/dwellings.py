"""Give the buildings of a cell floors and households, so that 300 to 500 households live in the cell."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from server.demo.buildings import STYLES, Footprint

__all__ = ["floors_of", "households_of", "thinned"]

_USUAL_SHARE = 0.75  # of the usual height; with more buildings than this fills, some give way to gardens
_MOST = 540  # dwellings


def _per_floor(footprints: Sequence[Footprint], styles: Sequence[str]) -> NDArray[np.int_]:
    pairs = zip(footprints, styles, strict=True)
    return np.array([one.entrances * STYLES[style].dwellings for one, style in pairs], dtype=int)


def thinned(footprints: Sequence[Footprint], styles: Sequence[str], rng: np.random.Generator) -> list[int]:
    """Choose which homes of a cell are built, so that they need not be lower than is usual.

    Parameters
    ----------
    footprints : sequence of Footprint, length n
        All that would fit.
    styles : sequence of str, length n
        Keys of ``STYLES``.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    list of int
        Rows that stay, ascending.
    """
    usual = np.array([STYLES[style].floors[1] for style in styles])
    homes = _per_floor(footprints, styles) * usual * _USUAL_SHARE
    order = rng.permutation(len(homes))
    stays = np.cumsum(homes[order]) <= _MOST
    return sorted(int(row) for row in order[stays])


def floors_of(
    footprints: Sequence[Footprint], styles: Sequence[str], compounds: Sequence[str], target: int
) -> NDArray[np.int_]:
    """Choose the floors of each building; buildings of a compound are equally high.

    Parameters
    ----------
    footprints : sequence of Footprint, length n
        The homes of one cell.
    styles, compounds : sequence of str, length n
        Style and compound of each.
    target : int
        Dwellings needed at least.

    Returns
    -------
    ndarray of int, shape (n,)
        Floors.
    """
    names, group = np.unique(np.asarray(compounds), return_inverse=True)
    per_floor = np.bincount(group, _per_floor(footprints, styles)).astype(int)
    style = {name: STYLES[kind] for name, kind in zip(compounds, styles, strict=True)}
    low, usual, high = np.array([style[name].floors for name in names]).T
    floors = np.clip(np.round(usual * target / (per_floor @ usual)).astype(int), low, high)
    while per_floor @ floors < target:
        room = np.where(floors < high, floors / usual, np.inf)
        floors[np.argmin(room if np.isfinite(room).any() else floors / usual)] += 1
    return np.asarray(floors[group], dtype=int)


def households_of(
    footprints: Sequence[Footprint], styles: Sequence[str], floors: NDArray[np.int_], target: int
) -> NDArray[np.int_]:
    """Spread the households of a cell over its dwellings.

    Parameters
    ----------
    footprints : sequence of Footprint, length n
        The homes of one cell.
    styles : sequence of str, length n
        Style of each.
    floors : ndarray of int, shape (n,)
        Floors of each; together they hold at least `target` dwellings.
    target : int
        Households of the cell.

    Returns
    -------
    ndarray of int, shape (n,)
        Households of each building; their sum is `target`.
    """
    dwellings = _per_floor(footprints, styles) * floors
    reached = np.floor(np.cumsum(dwellings) * (target / dwellings.sum()) + 1e-9).astype(int)
    return np.asarray(np.diff(reached, prepend=0), dtype=int)
