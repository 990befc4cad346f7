"""What an evaluation is told as: its facts, its ranking, one unit of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from server.services.evaluation.scoring import Judged, Number
from server.services.evaluation.shapes import Preset

__all__ = ["EvaluationView", "Facts", "Line", "Listed", "Opened"]


@dataclass(frozen=True)
class Facts:
    """What an evaluation is of.

    Attributes
    ----------
    id : int
        Its key inside the program.
    uid : UUID
        Its name in addresses.
    preset : Preset
        The rules, as they were.
    area, area_name, area_path : str
        Code, name and path of the area whose units are compared.
    since, until : datetime
        The period, the end not included.
    made_at, final_at : datetime
        When it was made, and until when units may appeal.
    digest : str
        Of rules and rows.
    """

    id: int
    uid: UUID
    preset: Preset
    area: str
    area_name: str
    area_path: str
    since: datetime
    until: datetime
    made_at: datetime
    final_at: datetime | None
    digest: str


@dataclass(frozen=True)
class Line:
    """One unit of a ranking.

    Attributes
    ----------
    id : int
        Key of its row.
    kind, code, name, path : str
        The unit, named as it was then.
    read : str
        ``whole``: the reader sees its figures; ``line``: no more than this.
    score, rank : float, int or None
        As they were made.
    judged : Judged
        What they are made of.
    after : Judged
        The same with the issues left out for which an appeal was granted.
    after_rank : int or None
        Its rank then, among all after appeals.
    tied : tuple of str
        Names of those of the same rank that the reader sees.
    ties, next : int
        How many share the rank, and which rank comes next.
    parted : bool
        Whether others have the same score and another rank, by the indicator that parts ties.
    appeals : int
        Issues left out by appeals that were granted.
    """

    id: int
    kind: str
    code: str
    name: str
    path: str
    read: str
    score: float | None
    rank: int | None
    judged: Judged
    after: Judged
    after_rank: int | None
    tied: tuple[str, ...] = ()
    ties: int = 1
    next: int = 0
    parted: bool = False
    appeals: int = 0


@dataclass(frozen=True)
class EvaluationView:
    """One evaluation as somebody reads it.

    Attributes
    ----------
    facts : Facts
        What it is of.
    lines : tuple of Line
        Units that the reader sees, best first, those without a score last.
    total, ranked : int
        Units judged, and those of them with a rank.
    granted : int
        Appeals granted, in all.
    pooled : Mapping[str, Number]
        Indicators over the issues of all units together (合计).
    means : Mapping[str, float or None]
        Mean of the units' values (各单位均值), each counting alike; of ``score`` too.
    """

    facts: Facts
    lines: tuple[Line, ...]
    total: int
    ranked: int
    granted: int
    pooled: Mapping[str, Number] = field(default_factory=dict)
    means: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Listed:
    """One evaluation of a list.

    Attributes
    ----------
    facts : Facts
        What it is of.
    own : tuple of Line
        The best units that the reader sees whole, at most three.
    total, ranked : int
        Units judged, and those of them with a rank.
    granted : int
        Appeals granted, in all.
    """

    facts: Facts
    own: tuple[Line, ...]
    total: int
    ranked: int
    granted: int


@dataclass(frozen=True)
class Opened:
    """One unit with what it is judged by.

    Attributes
    ----------
    facts : Facts
        The evaluation.
    line : Line
        The unit's place in it.
    ranked : int
        Units with a rank.
    figures : Mapping
        As they are kept, see :data:`server.services.evaluation.scoring.Kept`.
    without : frozenset of int
        Issues left out by appeals that were granted.
    """

    facts: Facts
    line: Line
    ranked: int
    figures: Mapping[str, Any]
    without: frozenset[int]
