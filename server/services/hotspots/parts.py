"""What is hot of a category in somebody's areas: cells one by one, squares that touch together."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.services.hotspots.finding import Judged
from server.services.hotspots.ground import Ground

__all__ = ["Part", "parts_of"]

LEAST_AROUND = 3  # issues of the last week in a unit and its neighbours, without which it is no spot


@dataclass(frozen=True, eq=False)
class Part:
    """A spot before it is told.

    Attributes
    ----------
    units : ndarray of intp
        Units, the one with the highest score first.
    category, course : str
        Of what, and how it went.
    weeks : int
        In a row in which it was hot.
    z, q : float
        Of the last week.
    path : str
        Of the cell that the first unit is or lies in.
    counts : tuple of int
        Issues by week in these units.
    """

    units: NDArray[np.intp]
    category: str
    course: str
    weeks: int
    z: float
    q: float
    path: str
    counts: tuple[int, ...]


def parts_of(one: Judged, ground: Ground, owned: NDArray[np.bool_]) -> Iterator[Part]:
    """Give the spots of a category in somebody's areas.

    Parameters
    ----------
    one : Judged
        What was found of the category.
    ground : Ground
        The units.
    owned : ndarray of bool, shape (n,)
        Which units lie in these areas.
    """
    answer = one.answer
    if answer is None:
        return
    around = ground.neighbours.sums(one.counts[:, -1])
    is_now = (answer.in_a_row > 0) & (around >= LEAST_AROUND)
    fades = (answer.course == "fading") & (answer.in_a_row == 0)
    for mask in (is_now, fades):
        rows = np.flatnonzero(mask & owned)
        for units in _together(rows, ground) if ground.lattice is not None else rows[:, None]:
            z = answer.spots.z[units, -1]
            order = units[np.argsort(-z, kind="stable")]
            peak = order[0]
            counts = one.counts[units].sum(axis=0).astype(int)
            weeks = int(answer.in_a_row[peak])
            if counts[len(counts) - (weeks or len(counts)) :].sum():
                q = float(answer.spots.q[peak, -1])
                yield Part(
                    order, one.category, str(answer.course[peak]), weeks, float(z.max()), q,
                    ground.paths[peak], tuple(counts.tolist()),
                )  # fmt: skip


def _together(rows: NDArray[np.intp], ground: Ground) -> Iterator[NDArray[np.intp]]:
    """Put squares together that touch, corners included."""
    left = set(rows.tolist())
    starts, members = ground.neighbours.starts, ground.neighbours.members
    spot_of = {unit: tuple(map(int, ground.keys[unit].split(":")[1:])) for unit in left}
    while left:
        reached, todo = [], [left.pop()]
        while todo:
            unit = todo.pop()
            reached.append(unit)
            row, column = spot_of[unit]
            for near in left.intersection(members[starts[unit] : starts[unit + 1]].tolist()):
                other = spot_of[near]
                if max(abs(other[0] - row), abs(other[1] - column)) == 1:
                    left.discard(near)
                    todo.append(near)
        yield np.array(sorted(reached), dtype=np.intp)
