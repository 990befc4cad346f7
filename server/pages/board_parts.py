"""What the templates of the board are given."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.pages.board_rows import CourseRow, FairPart, LatePart, RateRow, SplitTable
from server.pages.parts import Choice

__all__ = ["BoardPage", "Switch"]


@dataclass(frozen=True)
class Switch:
    """The form on top.

    Attributes
    ----------
    periods, areas : tuple of Choice
        Options.
    since, until : str
        Days of a period of one's own.
    said : str
        The stretch of time, in words.
    wall_url : str
        The same on a wall.
    """

    periods: tuple[Choice, ...]
    areas: tuple[Choice, ...]
    since: str
    until: str
    said: str
    wall_url: str


@dataclass(frozen=True)
class BoardPage:
    """``board/index.html`` and ``board/wall.html``.

    Attributes
    ----------
    switch : Switch
        Period and area.
    figures, rates, hours : tuple of RateRow
        The five on top; the three rates and their score; how long it takes.
    base_said : str
        What the rates are counted over.
    course : tuple of CourseRow
        Over time; ``course_lines`` draws it where nothing else does.
    course_said : str
        Its stretch.
    course_lines : tuple of str
        Points of its lines in a box of 600 by 160.
    tables : Mapping[str, SplitTable]
        By what is split.
    late : LatePart
        Who is late.
    fair : FairPart or None
        How work is shared; None for those whom it does not concern.
    charts : Mapping
        What is drawn, as data.
    at : str
        When this was counted.
    area : str
        Name of the area; empty for all.
    is_empty : bool
        Whether nothing was reported in the period, and nothing is open.
    quiet : str
        That nothing was reported today; empty otherwise.
    words : Mapping
        What the page's script says.
    shows_names : bool
        Whether a wall shows the names of staff.
    may_report : bool
        Whether they make bulletins too.
    """

    switch: Switch
    figures: tuple[RateRow, ...]
    rates: tuple[RateRow, ...]
    hours: tuple[RateRow, ...]
    base_said: str
    course: tuple[CourseRow, ...]
    course_said: str
    course_lines: tuple[str, ...]
    tables: Mapping[str, SplitTable]
    late: LatePart
    fair: FairPart | None
    charts: Mapping[str, Any]
    at: str
    area: str
    is_empty: bool
    quiet: str
    words: Mapping[str, Any]
    shows_names: bool = False
    may_report: bool = False
