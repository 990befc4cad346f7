"""How the finished issues of the last months came to their end: every step of each, at times of the day and the due.

Most are done in time, some late; some are sent back by the leader or by whoever reported them, some cannot be
reached, some get more time or wait for a delivery. What would lie ahead of the day has not happened yet.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise

import numpy as np
from sqlalchemy import select

from server.db import Tx
from server.demo.deeds import deed
from server.demo.lives import WORDS, Crew
from server.demo.seasons import ZONE
from server.demo.town import SEED
from server.models import Area, Issue
from server.services import issues
from server.services.categories import categories
from server.services.histories import Act, tell
from server.services.people import Actor
from server.workflow import Role

__all__ = ["COURSES", "DAYS", "go_through"]

DAYS = 90
"""So many days back, issues are gone through step by step; what is older came in as history."""
COURSES: Mapping[str, tuple[float, tuple[str, ...]]] = {
    "straight": (0.775, ("take", "finish", "pass", "survey")),
    "urged": (0.03, ("take", "urge", "finish", "pass", "survey")),
    "noted": (0.05, ("take", "note", "finish", "pass", "survey")),
    "reworked": (0.04, ("take", "finish", "rework", "finish", "pass", "survey")),
    "objected": (0.03, ("take", "finish", "pass", "object", "finish", "pass", "survey")),
    "called twice": (0.03, ("take", "finish", "pass", "attempt", "survey")),
    "unreached": (0.01, ("take", "finish", "pass", "attempt", "attempt", "attempt", "close")),
    "extended": (0.025, ("take", "ask_extend", "extend", "finish", "pass", "survey")),
    "suspended": (0.01, ("take", "ask_suspend", "suspend", "resume", "finish", "pass", "survey")),
}
"""Share of the issues, and what was done with them."""
_LONG = frozenset({"extended", "suspended"})  # only where there are days to wait
_LATE = 0.06  # of the issues end after their due
_MERGED = 24  # at most
_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)
_ANSWERS, _SHARES = ("satisfied", "basically", "dissatisfied"), (0.82, 0.155, 0.025)
_TURNS = {
    **dict.fromkeys(("pass", "rework", "extend"), Role.LEADER),
    "suspend": Role.SUPERVISOR,
    **dict.fromkeys(("survey", "attempt", "object", "close", "urge"), Role.DISPATCHER),
}
_REASONS = {
    "rework": {"reason": "现场复核，问题没有完全处理好，请继续处理。"},
    "close": {"reason": "三次联系不上反映人，按规定结案。"},
}


@dataclass(frozen=True)
class _Chance:
    """What is thrown for one issue."""

    rng: np.random.Generator
    over: Callable[[str, Role], Actor]
    crew: Crew
    as_of: datetime


def go_through(tx: Tx, crew: Crew, keys: Sequence[int], as_of: datetime) -> None:
    """Let issues that were dispatched go through the loop, as far as the day lets them.

    Parameters
    ----------
    tx : Tx
        The transaction of the seeding.
    crew : Crew
        Everybody.
    keys : Sequence of int
        Issues that nobody has touched yet.
    as_of : datetime
        Nothing happens later.
    """
    over = cache(crew.over)
    chance = _Chance(np.random.default_rng([SEED, 11]), over, crew, as_of)
    rows = tx.session.execute(
        select(Issue, Area.path)
        .join(Area, Area.id == Issue.area_id)
        .where(Issue.id.in_(keys))
        .order_by(Issue.reported_at, Issue.id)
    ).all()
    begins = {issue.id: issue.reported_at for issue, _path in rows}
    merged = dict(_merged(tx, rows, chance))
    begins |= dict(merged.values())
    names = list(COURSES)
    shares = np.cumsum([share for share, _ in COURSES.values()])
    draws = (chance.rng.permutation(len(rows)) + 0.5) / max(len(rows), 1) * shares[-1]
    lives = {}
    for (issue, path), draw in zip(rows, draws.tolist(), strict=True):
        course = names[int(np.searchsorted(shares, draw))]
        if issue.id not in merged:
            lives[issue.id] = list(_life(issue, path, course, begins[issue.id], chance))
    tell(tx, lives)


def _merged(
    tx: Tx, rows: Sequence[tuple[Issue, str]], chance: _Chance
) -> Iterator[tuple[int, tuple[int, datetime]]]:
    """Merge a few that were reported twice: gives key -> what it was merged into, and when."""
    last: dict[tuple[str, str], Issue] = {}
    used: set[int] = set()
    for issue, path in rows:
        parent = last.get((path, issue.category))
        last[path, issue.category] = issue
        if parent is None or len(used) >= 2 * _MERGED or {issue.id, parent.id} & used or not parent.due_at:
            continue
        at = issue.reported_at + int(chance.rng.integers(6, 25)) * _MINUTE
        if at < min(parent.reported_at + 0.4 * (parent.due_at - parent.reported_at), chance.as_of):
            used |= {issue.id, parent.id}
            desk = chance.over(path, Role.DISPATCHER)
            issues.perform(replace(tx, now=at), desk, issue.number, "merge", {"parent": parent.number})
            yield issue.id, (parent.id, at)


def _life(issue: Issue, path: str, course: str, begin: datetime, chance: _Chance) -> Iterator[Act]:
    """Tell the steps of one issue, up to the day."""
    due = issue.due_at or begin
    span, is_checked = due - issue.reported_at, categories()[issue.category].row["self_check"] == "yes"
    actions = COURSES[_fitting(course, issue, span, is_checked=is_checked)][1]
    before = begin
    for action, drawn in _times(issue, actions, begin, span, chance.rng):
        at = max(drawn, before + _MINUTE)
        if at >= chance.as_of:
            return
        if (action == "pass" and is_checked) or (action == "survey" and not issue.callback):
            continue  # the system does it at once
        yield Act(at, _actor(issue, path, action, chance), action, _given(issue, action, at, due, chance.rng))
        before = at


def _fitting(course: str, issue: Issue, span: timedelta, *, is_checked: bool) -> str:
    """Leave a course that this issue cannot take."""
    has_answer = "attempt" in COURSES[course][1] or course == "objected"
    too_short = course in _LONG and span < 2 * _DAY
    asks_nobody = has_answer and not issue.callback
    return "straight" if too_short or asks_nobody or (course == "reworked" and is_checked) else course


def _times(
    issue: Issue, actions: Sequence[str], begin: datetime, span: timedelta, rng: np.random.Generator
) -> Iterator[tuple[str, datetime]]:
    """Spread steps over the time there is; an objection begins it anew, a pause stops it."""
    is_late = rng.random() < _LATE
    stops = [at + 1 for at, action in enumerate(actions) if action in ("object", "extend", "suspend")]
    since = begin
    for first, last in pairwise((0, *stops, len(actions))):
        is_end = last == len(actions)
        used = rng.uniform(1.1, 1.9) if is_late and is_end else rng.uniform(0.25, 0.6 if stops else 0.9)
        room = used * max(span - (begin - issue.reported_at), span / 3)
        parts = np.sort(rng.random(last - first))
        parts[0], parts[-1] = parts[0] / 2.0, 1.0
        if actions[first] == "resume":
            since += int(rng.integers(5, 16)) * _DAY
        for action, part in zip(actions[first:last], parts.tolist(), strict=True):
            at = since + (0.0 if action == "resume" else part) * room
            yield action, at if issue.urgent else _by_day(at, rng)
        since = since + room


def _by_day(instant: datetime, rng: np.random.Generator) -> datetime:
    """Move what would be done at night to the afternoon before."""
    local = instant.astimezone(ZONE)
    if 8 <= local.hour < 18:
        return instant
    day = local if local.hour >= 18 else local - _DAY
    afternoon = day.replace(hour=int(rng.integers(15, 18)), minute=int(rng.integers(60)))
    return afternoon.astimezone(UTC)


def _actor(issue: Issue, path: str, action: str, chance: _Chance) -> Actor:
    holder = chance.crew.people[issue.holder_person_id or 0]
    if action not in _TURNS:
        return holder
    turn = chance.over(path, _TURNS[action])
    return chance.over(path, Role.SUPERVISOR) if turn.person_id == holder.person_id else turn


def _given(
    issue: Issue, action: str, at: datetime, due: datetime, rng: np.random.Generator
) -> dict[str, object]:
    given = {**WORDS.get(action, {}), **_REASONS.get(action, {})}
    if action == "finish":
        given |= deed(issue.category, rng)
    elif action == "survey":
        given["satisfaction"] = _ANSWERS[int(rng.choice(len(_ANSWERS), p=_SHARES))]
    elif action == "ask_extend":
        given["until"] = max(due, at) + 3 * _DAY
    elif action == "ask_suspend":
        given["review_date"] = at + 60 * _DAY
    return given
