"""Issues as pages show them: codes put into words, times left to the template."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from server.db import Tx
from server.pages.anchors import anchor_of
from server.pages.beside import Call, Request, call_of, request_of
from server.pages.issue_rows import Row, rows_of
from server.services import briefs, hotspots, visit_origin
from server.services.hotspots import ALL, Asked
from server.services.issue_view import IssueView
from server.services.locating import open_locator
from server.services.time_left import timer_of
from server.words import NAMES, _, sentence
from server.workflow import Situation, State

__all__ = [
    "Call",
    "Facts",
    "Near",
    "Request",
    "amounts",
    "facts_of",
    "told",
]

GIVING = frozenset({"dispatch", "transfer", "reassign", "escalate"})
HISTORY = "duty.history"


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
class Facts:
    """One issue in words.

    Attributes
    ----------
    row : Row
        What the list shows too.
    description, place_text, reporter, external_number : str
        Words, masked unless it is whole, and its number at the 12345 line; empty when absent.
    lon, lat, accuracy_m : float or None
        WGS 84 degrees and metres.
    path_names : tuple of str
        Names of the areas from the district down.
    reasons : tuple of str
        Why this cell, and why this holder or none.
    runner_ups : tuple of Near
        Other cells in reach of the position.
    unknown_years : str
        Years up to its limit whose holidays are not published; empty for none.
    outcome, satisfaction : str
        What came of it, how much and for how much; what the resident said. Empty while nobody did.
    calls, requests : tuple
        Departments whistled, and requests for more time, in order.
    standing : str
        What limits what may be done with it; empty for nothing.
    parent, children : str, tuple of str
        Number of the issue it was merged into, and of those merged into it.
    version : int
        Changes so far.
    border, needs_check : bool
        Flags of its place.
    origin, origin_url : str
        What called for it, and where that is told; empty for most.
    is_whole, may_unmask, is_purged : bool
        Whether its words are shown as they were said, whether this person may ask for that, and whether they are
        gone.
    """

    row: Row
    description: str
    place_text: str
    reporter: str
    external_number: str
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    path_names: tuple[str, ...]
    reasons: tuple[str, ...]
    runner_ups: tuple[Near, ...]
    unknown_years: str
    outcome: str
    satisfaction: str
    calls: tuple[Call, ...]
    requests: tuple[Request, ...]
    standing: str
    parent: str
    children: tuple[str, ...]
    version: int
    border: bool
    needs_check: bool
    origin: str
    origin_url: str
    is_whole: bool
    may_unmask: bool
    is_purged: bool


def facts_of(tx: Tx, view: IssueView) -> Facts:
    """Put an issue into words.

    Parameters
    ----------
    tx : Tx
        The transaction it was read in.
    view : IssueView
        The issue as the actor sees it.
    """
    issue, grid, timer = view.issue, open_locator(tx), timer_of(tx)
    brief = briefs.by_ids(tx, [issue.id])[issue.id]
    (row,) = rows_of(tx, [brief])
    nearby = [(near["code"], near["distance_m"]) for near in issue.runner_ups or ()]
    years = timer.unknown_years(issue.due_at) if brief.clock != "none" else ()
    return Facts(
        row=row,
        description=view.description or row.summary,
        place_text=view.place,
        reporter=" ".join(part for part in (view.reporter_name, view.reporter_phone) if part),
        external_number=issue.external_number or "",
        lon=issue.lon,
        lat=issue.lat,
        accuracy_m=issue.accuracy_m,
        path_names=brief.area.path_names,
        reasons=tuple(told(given) for given in (issue.placed, _assigned(view)) if given),
        runner_ups=tuple(Near(grid.name_of(code) if grid else code, metres) for code, metres in nearby),
        unknown_years=_("、").join(map(str, years)),
        outcome=_outcome(view),
        satisfaction=_(NAMES["satisfaction"][issue.satisfaction]) if issue.satisfaction else "",
        calls=tuple(call_of(one, tx.now) for one in view.whistles),
        requests=tuple(request_of(one) for one in view.asks),
        standing=_standing(view),
        parent=view.parent,
        children=view.children,
        version=issue.version,
        border=issue.border,
        needs_check=issue.needs_check,
        origin=hotspots.origin_said(issue.origin) or visit_origin.origin_said(tx, issue.origin),
        origin_url=_origin_url(issue.origin),
        is_whole=view.is_whole,
        may_unmask=view.may_unmask,
        is_purged=issue.purged_at is not None,
    )


def _origin_url(given: Mapping[str, Any] | None) -> str:
    """Give the way back to the hot spot that an issue was made for, as it was asked for then."""
    values = (given or {}).get("values")
    if not values or (given or {}).get("code") == visit_origin.ORIGIN:
        return ""
    asked = Asked(values["units"], values["category"] or ALL, values["of_weeks"])
    return f"/hotspots?{urlencode(asked.query())}#{anchor_of(values['key'], values['category'])}"


def told(given: dict[str, Any]) -> str:
    """Say a code and its values as kept with an issue."""
    return sentence(given["code"], given.get("values"))


def _assigned(view: IssueView) -> dict[str, Any]:
    """Give why this holder, or none: while it waits, or while the one whom the system chose has it."""
    why: dict[str, Any] = view.issue.assigned or {}
    given_on = [step.given.get("reason") for step in view.log if step.action in GIVING]
    holds = view.issue.state == State.REPORTED or why.get("code") in (HISTORY, *given_on[-1:])
    return why if holds else {}


def _outcome(view: IssueView) -> str:
    """Say what came of it: the words of the last finish or settlement, then how much and for how much."""
    said = [step.words["outcome"] for step in view.log if step.words.get("outcome")]
    return "\n".join(part for part in (said[-1] if said else "", amounts(vars(view.issue))) if part)


def amounts(given: Mapping[str, Any]) -> str:
    """Say how much was done, and for how much money; empty when nobody said."""
    quantity, fen = given.get("quantity"), given.get("money_fen")
    done = (
        _("数量 {n} {unit}", n=f"{quantity:g}", unit=_(given.get("unit") or ""))
        if quantity is not None
        else ""
    )
    cost = _("费用 {yuan} 元", yuan=f"{fen / 100:,.2f}") if fen is not None else ""
    return _("，").join(part.strip() for part in (done, cost) if part)


def _standing(view: IssueView) -> str:
    if Situation.FINAL in view.situation:
        return _("已由督办员最终指派，不再退单、转派。")
    if Situation.SPENT in view.situation:
        return _("退单、转派已满两次，只能由督办员最终指派。")
    return ""
