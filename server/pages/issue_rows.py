"""Lines of lists of issues: codes put into words, what is left of a limit by its own clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from server.db import Tx
from server.pages.times import left_words, moment
from server.services.briefs import Brief
from server.services.categories import category_name
from server.services.time_left import Timer, timer_of
from server.words import _, source_name, state_name
from server.workflow import State

__all__ = ["Named", "Row", "row_of", "rows_of"]

DAY = len("2026-03-10")


@dataclass(frozen=True)
class Named:
    """A code and its name in the language spoken.

    Attributes
    ----------
    code, name : str
        As said.
    """

    code: str
    name: str


@dataclass(frozen=True)
class Row:
    """One line of the list.

    Attributes
    ----------
    number, summary : str
        As the service tells them.
    state, category, source : Named
        In words.
    cell, holder : Named or None
        Where it lies (None: in no cell) and who has it.
    reported_at, due_at : datetime
        Instants; no due before the first dispatch.
    clock : str
        ``green amber red none``.
    left, left_whole : str
        What is left of the limit, by its own clock; the second says when that is working time.
    is_urgent : bool
        Whether somebody must be there day and night.
    round, repeats : int
        Times opened; issues merged into it.
    target : str
        Name of the cell it lies in now, where that is the question.
    """

    number: str
    summary: str
    state: Named
    category: Named
    source: Named
    cell: Named | None
    holder: Named | None
    reported_at: datetime
    due_at: datetime | None
    clock: str
    left: str
    left_whole: str
    is_urgent: bool
    round: int
    repeats: int
    target: str = ""


def rows_of(tx: Tx, found: Iterable[Brief]) -> tuple[Row, ...]:
    """Put lines of a list into words; what is left of their limits is as of the transaction's instant."""
    timer = timer_of(tx)
    return tuple(row_of(brief, timer) for brief in found)


def row_of(brief: Brief, timer: Timer | None = None) -> Row:
    """Put a line of a list into words; without a timer nothing is said of what is left of its limit."""
    left = None
    if timer is not None and brief.clock != "none":
        left = timer.left(brief.category, brief.due_at, urgent=brief.urgent)
    paused = ""
    if timer is not None and brief.state == State.SUSPENDED:
        zone = timer.rules.calendar.zone
        until = moment(brief.review_at, zone)[:DAY] if brief.review_at else ""
        paused = _("挂账至 {day}", day=until) if until else _("挂账")
    return Row(
        number=brief.number,
        summary=brief.summary or (_("（已按保存期限清除）") if brief.purged_at else _("（没有描述）")),
        state=Named(brief.state, state_name(brief.state)),
        category=Named(brief.category, category_name(brief.category)),
        source=Named(brief.source, source_name(brief.source)),
        cell=Named(brief.cell.code, brief.cell.name) if brief.cell else None,
        holder=Named(*brief.holder) if brief.holder else None,
        reported_at=brief.reported_at,
        due_at=brief.due_at,
        clock=brief.clock,
        left=left_words(left) or paused,
        left_whole=left_words(left, whole=True) or paused,
        is_urgent=brief.urgent,
        round=brief.round,
        repeats=brief.repeats,
    )
