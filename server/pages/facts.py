"""Issues as pages show them: codes put into words, times left to the template."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.services.briefs import Brief
from server.services.categories import category_name
from server.services.issue_view import IssueView, Step
from server.services.locating import OpenLocator
from server.words import NAMES, _, action_name, moved_said, role_name, sentence, source_name, state_name
from server.workflow import Role

__all__ = ["Facts", "LogLine", "Named", "Near", "Row", "facts_of", "row_of"]

GIVING = frozenset({"dispatch", "transfer", "reassign", "escalate"})
ASSIGNING = frozenset({"dispatch", "reassign"})  # by the system, for the reason that the issue keeps


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


@dataclass(frozen=True)
class Near:
    """A cell nearby that the position may also mean.

    Attributes
    ----------
    name : str
        Its name.
    distance_m : float
        To the point, metres.
    """

    name: str
    distance_m: float


@dataclass(frozen=True)
class LogLine:
    """One entry in words.

    Attributes
    ----------
    action_name, who, role_name, words : str
        What, by whom, as what, and what was said.
    to : str
        Code of the state afterwards.
    at : datetime
        When.
    """

    action_name: str
    who: str
    role_name: str
    words: str
    to: str
    at: datetime


@dataclass(frozen=True)
class Facts:
    """One issue in words.

    Attributes
    ----------
    row : Row
        What the list shows too.
    description, place_text, reporter : str
        Unsealed words; empty when absent.
    lon, lat, accuracy_m : float or None
        WGS 84 degrees and metres.
    path_names : tuple of str
        Names of the areas from the district down.
    reasons : tuple of str
        Why this cell, and why this holder.
    runner_ups : tuple of Near
        Other cells in reach of the position.
    round, version : int
        Times opened; changes so far.
    border, needs_check : bool
        Flags of its place.
    log : tuple of LogLine
        In order.
    """

    row: Row
    description: str
    place_text: str
    reporter: str
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    path_names: tuple[str, ...]
    reasons: tuple[str, ...]
    runner_ups: tuple[Near, ...]
    round: int
    version: int
    border: bool
    needs_check: bool
    log: tuple[LogLine, ...]


def row_of(brief: Brief) -> Row:
    """Put a line of the list into words."""
    return Row(
        number=brief.number,
        summary=brief.summary,
        state=Named(brief.state, state_name(brief.state)),
        category=Named(brief.category, category_name(brief.category)),
        source=Named(brief.source, source_name(brief.source)),
        cell=Named(brief.cell.code, brief.cell.name) if brief.cell else None,
        holder=Named(*brief.holder) if brief.holder else None,
        reported_at=brief.reported_at,
        due_at=brief.due_at,
        clock=brief.clock,
    )


def facts_of(view: IssueView, brief: Brief, grid: OpenLocator | None) -> Facts:
    """Put an issue into words.

    Parameters
    ----------
    view : IssueView
        The issue as the actor sees it.
    brief : Brief
        The same one in brief.
    grid : OpenLocator or None
        Names the cells nearby; without one they keep their codes.
    """
    issue = view.issue
    by_system = [step.seq for step in view.log if step.action in ASSIGNING and step.role == Role.SYSTEM]
    assigned_at = max(by_system, default=None)
    nearby = [(near["code"], near["distance_m"]) for near in issue.runner_ups or ()]
    return Facts(
        row=row_of(brief),
        description=view.description or brief.summary,
        place_text=view.place,
        reporter=" ".join(part for part in (view.reporter_name, view.reporter_phone) if part),
        lon=issue.lon,
        lat=issue.lat,
        accuracy_m=issue.accuracy_m,
        path_names=brief.area.path_names,
        reasons=tuple(_told(given) for given in (issue.placed, issue.assigned) if given),
        runner_ups=tuple(Near(grid.name_of(code) if grid else code, metres) for code, metres in nearby),
        round=issue.round,
        version=issue.version,
        border=issue.border,
        needs_check=issue.needs_check,
        log=tuple(_line(step, issue.assigned if step.seq == assigned_at else None) for step in view.log),
    )


def _told(given: dict[str, Any]) -> str:
    return sentence(given["code"], given.get("values"))


def _line(step: Step, assigned: dict[str, Any] | None) -> LogLine:
    said = step.said
    if step.moved is not None:
        said.insert(0, moved_said(*step.moved))
    if assigned:
        said.insert(0, _told(assigned))
    elif step.action in GIVING and step.holder:
        said.insert(0, _("派给 {name}", name=step.holder))
    answers = [
        _(NAMES[name][step.given[name]])
        for name in ("contacted", "satisfaction")
        if step.given.get(name) in NAMES[name]
    ]
    return LogLine(
        action_name=action_name(step.action),
        who=step.who,
        role_name=role_name(step.role),
        words="\n".join([_("，").join(answers), *said] if answers else said),
        to=step.to_state,
        at=step.at,
    )
