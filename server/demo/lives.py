"""How far the open issues have come: taken, passed on, whistled about, put off, handled, returned, merged.

Each is acted on through :func:`server.services.issues.act` by those whose turn it is, at times after its report.
The same town and day give the same lives.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import select

from server.db import Tx
from server.demo.deeds import done_usually
from server.demo.pictures import MOST, shown
from server.demo.town import SEED
from server.models import Area, Department, Issue
from server.services import attachments, issues
from server.services.categories import categories
from server.services.histories import ACTIONS, Act, tell
from server.services.people import Actor
from server.workflow import Role, State, WorkflowError

__all__ = ["LIVES", "WORDS", "Crew", "crew_of", "live"]

LIVES: Mapping[str, tuple[float, tuple[str, ...]]] = {
    "untaken": (0.16, ()),
    "taken": (0.22, ("take",)),
    "noted": (0.08, ("take", "note")),
    "passed on": (0.12, ("take", "transfer")),
    "in other hands": (0.08, ("take", "transfer", "take")),
    "whistled": (0.06, ("take", "whistle")),
    "answered": (0.05, ("take", "whistle", "answer")),
    "asked": (0.05, ("take", "ask_extend")),
    "extended": (0.03, ("take", "ask_extend", "extend")),
    "asked to suspend": (0.02, ("take", "ask_suspend")),
    "suspended": (0.02, ("take", "ask_suspend", "suspend")),
    "handled": (0.05, ("take", "finish")),
    "verified": (0.04, ("take", "finish", "pass")),
    "objected": (0.01, ("take", "finish", "pass", "object")),
    "returned": (0.02, ("return",)),
    "escalated": (0.02, ("escalate",)),
    "urged": (0.03, ("urge",)),
}
"""Share of the open issues, and what was done with them."""
WORDS: Mapping[str, Mapping[str, object]] = {
    "note": {"text": "已到现场查看，正在联系维修人员。"},
    "transfer": {"reason": "需要专业单位处理。"},
    "whistle": {"matter": "请到现场共同处置。"},
    "answer": {"result": "partly", "text": "已派人到场，配件到货后处理完。"},
    "ask_extend": {"reason": "配件要三天后到货。"},
    "ask_suspend": {"reason": "已列入今年改造计划，要等开工。", "told": "已向居民说明改造安排。"},
    "finish": {"outcome": "已处理完，现场复核正常。"},
    "object": {"reason": "居民反映问题又出现了，还没有真正解决。"},
    "return": {"reason": "不在我的网格范围，请重新派遣。"},
    "escalate": {"reason": "需要社区出面协调。"},
    "urge": {"text": "居民再次来电催问。"},
}
SHOWN = frozenset({"finish", "note"})
"""Lives in which somebody takes photos."""
LYING_ABOUT = frozenset({"exposed_rubbish", "sanitation", "sewage_overflow", "drain_blocked", "paving_damage",
                         "road_damage", "bins_lacking", "well_surroundings", "tree_trimming", "septic_tank"})  # fmt: skip
"""Categories that the drawn pictures fit."""
PICTURED = frozenset({"take", "finish"})
"""What is shown of them: how it was when it was taken, how it is when it is finished."""
CALLING = frozenset({"transfer", "whistle"})
"""What calls a department."""
_TURNS = {
    "extend": Role.LEADER,
    "pass": Role.LEADER,
    "suspend": Role.SUPERVISOR,
    "object": Role.DISPATCHER,
    "urge": Role.DISPATCHER,
}


@dataclass(frozen=True)
class Crew:
    """Who can act.

    Attributes
    ----------
    people : Mapping[int, Actor]
        Everybody, by key.
    departments : Mapping[str, int]
        Keys by code.
    """

    people: Mapping[int, Actor]
    departments: Mapping[str, int]

    def over(self, path: str, role: Role) -> Actor:
        """Give the one with a role nearest above an area."""
        able = [one for one in self.people.values() if role in one.roles_at(path)]
        return max(able, key=lambda one: max(len(grant.path) for grant in one.grants if grant.role == role))

    def handler(self, department_id: int | None) -> Actor:
        """Give a handler of a department."""
        return next(one for one in self.people.values() if one.department_id == department_id)


def crew_of(tx: Tx, actors: Sequence[Actor]) -> Crew:
    """Gather everybody."""
    people = {one.person_id: one for one in actors if one.person_id is not None}
    return Crew(people, dict(tx.session.execute(select(Department.code, Department.id)).all()))


def live(tx: Tx, crew: Crew, keys: Sequence[int], as_of: datetime) -> None:
    """Let issues that were dispatched come as far as they have.

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
    rng = np.random.default_rng([SEED, 7])
    shares = np.cumsum([share for share, _ in LIVES.values()])
    rows = tx.session.execute(
        select(Issue, Area.path)
        .join(Area, Area.id == Issue.area_id)
        .where(Issue.state == State.DISPATCHED, Issue.id.in_(keys))
        .order_by(Issue.id)
    ).all()
    # Evenly spread over all lives, so that a small town meets the seldom ones too.
    draws = (rng.permutation(len(rows)) + 0.5) / max(len(rows), 1) * shares[-1]
    lives = [list(LIVES.values())[int(np.searchsorted(shares, draw))][1] for draw in draws.tolist()]
    _suit(rows, lives)
    pictured = _pictured(rows, lives)
    told: dict[int, list[Act]] = {}
    for at_row, ((issue, path), actions) in enumerate(zip(rows, lives, strict=True)):
        left = (as_of - issue.reported_at) * 0.9
        times = np.sort(rng.beta(1.0, 3.0, size=len(actions))) * left.total_seconds()
        moments = [issue.reported_at + timedelta(seconds=seconds) for seconds in times.tolist()]
        if at_row not in pictured and ACTIONS.issuperset(actions):
            told[issue.id] = _acts(crew, issue, path, list(zip(moments, actions, strict=True)))
            continue
        for action, at in zip(actions, moments, strict=True):
            if not _act(replace(tx, now=at), crew, issue, path, action, is_shown=at_row in pictured):
                break
    tell(tx, told)


def _suit(rows: Sequence[Any], lives: list[tuple[str, ...]]) -> None:
    """Exchange lives until what departments are called to is theirs, as far as there is such."""
    theirs = [bool(categories()[issue.category].row["department"]) for issue, _path in rows]
    calls = [not CALLING.isdisjoint(actions) for actions in lives]
    spare = [at for at, call in enumerate(calls) if theirs[at] and not call]
    for at, other in zip(
        (at for at, call in enumerate(calls) if call and not theirs[at]), spare, strict=False
    ):
        lives[at], lives[other] = lives[other], lives[at]


def _acts(crew: Crew, issue: Issue, path: str, steps: Sequence[tuple[datetime, str]]) -> list[Act]:
    """Say who does each of the steps that can be told at once."""
    holder, known = crew.people[issue.holder_person_id or 0], categories()[issue.category].row
    acts = []
    for at, action in steps:
        if action == "pass" and known["self_check"] == "yes":
            continue  # the system has done it
        if action == "object" and not issue.callback:
            break
        actor = crew.over(path, _TURNS[action]) if action in _TURNS else holder
        if action in _TURNS and actor.person_id == holder.person_id:
            break
        acts.append(Act(at, actor, action, {**WORDS.get(action, {}), **_more(issue, at, action, None)}))
    return acts


def _pictured(rows: Sequence[Any], lives: Sequence[Sequence[str]]) -> frozenset[int]:
    """Choose of which issues there are photos: of what lies about, first where the demonstration's people work."""
    fit = [at for at, actions in enumerate(lives) if not SHOWN.isdisjoint(actions)]
    first = min((path for _issue, path in rows), default="")
    home = "/".join(first.split("/")[:3]) + "/"
    fit.sort(key=lambda at: (rows[at][0].category in LYING_ABOUT, rows[at][1].startswith(home), at))
    return frozenset(fit[-MOST:])


def _act(tx: Tx, crew: Crew, issue: Issue, path: str, action: str, *, is_shown: bool) -> bool:
    """Do one thing as whoever's turn it is; False where the table has nobody do it here."""
    department = crew.departments.get(categories()[issue.category].row["department"])
    if action in CALLING and department is None:
        return False
    if action in _TURNS:
        actor = crew.over(path, _TURNS[action])
    elif action == "answer" or issue.holder_department_id is not None:
        actor = crew.handler(department if action == "answer" else issue.holder_department_id)
    else:
        actor = crew.people[issue.holder_person_id or 0]
    given = {**WORDS.get(action, {}), **_more(issue, tx.now, action, department)}
    try:
        _perform(tx, actor, issue, action, given, is_shown=is_shown and action in PICTURED)
    except WorkflowError:
        return False
    return True


def _perform(
    tx: Tx, actor: Actor, issue: Issue, action: str, given: Mapping[str, object], *, is_shown: bool
) -> None:
    """Do one thing, with a picture of how it is then where it is to be shown."""
    if not is_shown:
        issues.perform(tx, actor, issue.number, action, given)
        return
    photos, device = shown(tx, issue, is_mended=action == "finish")
    attachments.act(
        tx, actor, issue.number, action, given, photos=photos if action == "finish" else (), device=device
    )
    if action == "take":
        attachments.attach(tx, actor, issue.number, "before", photos, device)


def _more(issue: Issue, now: datetime, action: str, department: int | None) -> dict[str, object]:
    """Make up what depends on the issue and the day."""
    code = categories()[issue.category].row["department"]
    due = max(issue.due_at or now, now)
    told: dict[str, dict[str, object]] = {
        "transfer": {"holder": f"department:{department}"},
        "whistle": {"departments": [code], "answer_by": now + timedelta(days=2)},
        "ask_extend": {"until": due + timedelta(days=5)},
        "ask_suspend": {"review_date": now + timedelta(days=60)},
        "finish": done_usually(issue.category),
    }
    return told.get(action, {})
