"""The table of the loop: states, roles, relations and one row per action and target. Pure data."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "ENDED",
    "HAND_OFFS",
    "NEW_ROUND",
    "OPEN",
    "TRANSITIONS",
    "Relation",
    "Role",
    "State",
    "Transition",
]


class State(StrEnum):
    """Where an issue stands."""

    REPORTED = "reported"
    DISPATCHED = "dispatched"
    HANDLING = "handling"
    SUSPENDED = "suspended"
    HANDLED = "handled"
    VERIFIED = "verified"
    CLOSED = "closed"
    REJECTED = "rejected"
    MERGED = "merged"


class Role(StrEnum):
    """What a person is, over an area; ``system`` and ``resident`` act without an account."""

    WORKER = "worker"
    LEADER = "leader"
    DISPATCHER = "dispatcher"
    HANDLER = "handler"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    SYSTEM = "system"
    RESIDENT = "resident"


class Relation(StrEnum):
    """What somebody is to one issue, computed by the issues service."""

    HOLDER = "holder"
    FINAL = "final"  # holds it by a supervisor's final reassignment
    PAST_HOLDER = "past_holder"  # took or finished in this round
    VERIFIER = "verifier"
    ENDER = "ender"  # closed or rejected it
    REPORTER = "reporter"
    WHISTLED = "whistled"
    IN_AREA = "in_area"
    BORDER = "border"


ENDED = frozenset({State.CLOSED, State.REJECTED, State.MERGED})
OPEN = frozenset(State) - ENDED


@dataclass(frozen=True)
class Transition:
    """One row: one action with one target.

    Attributes
    ----------
    action : str
        Name of the action.
    sources : frozenset of State
        States that offer it; empty for the first report.
    target : State or None
        State afterwards; None keeps the state.
    roles : frozenset of Role
        Roles over the issue's area that may do it.
    relations : frozenset of Relation
        Relations that may do it, whatever the role.
    excludes : frozenset of Relation
        Relations that may not, whatever the role.
    requires : tuple of str
        Fields that must be given.
    starts : str or None
        Stage whose clock starts: dispatch, take, handle, verify, survey.
    """

    action: str
    sources: frozenset[State]
    target: State | None
    roles: frozenset[Role] = frozenset()
    relations: frozenset[Relation] = frozenset()
    excludes: frozenset[Relation] = frozenset()
    requires: tuple[str, ...] = ()
    starts: str | None = None


def _row(
    action: str,
    sources: Iterable[State],
    target: State | None,
    by: Iterable[Role | Relation],
    *requires: str,
    but: Iterable[Relation] = (),
    starts: str | None = None,
) -> Transition:
    granted = tuple(by)
    return Transition(
        action,
        frozenset(sources),
        target,
        frozenset(one for one in granted if isinstance(one, Role)),
        frozenset(one for one in granted if isinstance(one, Relation)),
        frozenset(but),
        requires,
        starts,
    )


_S = State
_DESK = (Role.LEADER, Role.DISPATCHER, Role.SUPERVISOR)
_CHECK = (Role.LEADER, Role.SUPERVISOR)
_HOLDER = (Relation.HOLDER,)
_PAST = (Relation.PAST_HOLDER,)
_ANYONE = (*_DESK, Role.WORKER, Role.HANDLER, Role.RESIDENT)

TRANSITIONS: tuple[Transition, ...] = (
    _row(
        "report",
        (),
        _S.REPORTED,
        (*_ANYONE, Role.SYSTEM),
        "category",
        "description",
        "place",
        starts="dispatch",
    ),
    _row("dispatch", (_S.REPORTED,), _S.DISPATCHED, (*_DESK, Role.SYSTEM), "holder", starts="take"),
    _row("reject", (_S.REPORTED,), _S.REJECTED, _DESK, "reason", "told"),
    _row(
        "withdraw", (_S.REPORTED, _S.DISPATCHED), _S.REJECTED, (Relation.REPORTER, Role.DISPATCHER), "reason"
    ),
    _row("correct", OPEN, None, (*_DESK, Role.SYSTEM), "changes", "reason"),
    _row("take", (_S.DISPATCHED,), _S.HANDLING, _HOLDER, starts="handle"),
    _row(
        "return",
        (_S.DISPATCHED, _S.HANDLING),
        _S.REPORTED,
        _HOLDER,
        "reason",
        but=(Relation.FINAL,),
        starts="dispatch",
    ),
    _row(
        "transfer",
        (_S.HANDLING,),
        _S.DISPATCHED,
        _HOLDER,
        "holder",
        "reason",
        but=(Relation.FINAL,),
        starts="take",
    ),
    _row(
        "reassign",
        (_S.DISPATCHED, _S.HANDLING, _S.SUSPENDED),
        _S.DISPATCHED,
        (*_DESK, Role.SYSTEM),
        "holder",
        "reason",
        starts="take",
    ),
    _row(
        "escalate",
        (_S.DISPATCHED, _S.HANDLING),
        _S.DISPATCHED,
        _HOLDER,
        "reason",
        but=(Relation.FINAL,),
        starts="take",
    ),
    _row(
        "whistle",
        (_S.DISPATCHED, _S.HANDLING, _S.SUSPENDED),
        None,
        (*_CHECK, Relation.HOLDER),
        "departments",
        "matter",
        "answer_by",
    ),
    _row("answer", (_S.DISPATCHED, _S.HANDLING, _S.SUSPENDED), None, (Relation.WHISTLED,), "result"),
    _row("ask_extend", (_S.HANDLING,), None, _HOLDER, "until", "reason"),
    _row("withdraw_extend", (_S.HANDLING,), None, _HOLDER),
    _row("extend", (_S.HANDLING,), None, _CHECK, "request", but=_PAST),
    _row("refuse_extend", (_S.HANDLING,), None, _CHECK, "request", "reason"),
    _row("ask_suspend", (_S.HANDLING,), None, _HOLDER, "review_date", "reason", "told"),
    _row("withdraw_suspend", (_S.HANDLING,), None, _HOLDER),
    _row("refuse_suspend", (_S.HANDLING,), None, (Role.SUPERVISOR,), "request", "reason", but=_PAST),
    _row("suspend", (_S.HANDLING,), _S.SUSPENDED, (Role.SUPERVISOR,), "request", but=_PAST),
    _row("resume", (_S.SUSPENDED,), _S.HANDLING, (Relation.HOLDER, Role.SUPERVISOR, Role.SYSTEM)),
    _row(
        "settle",
        (_S.REPORTED, _S.DISPATCHED, _S.HANDLING),
        _S.HANDLED,
        (Role.WORKER, Role.DISPATCHER, Relation.HOLDER),
        "outcome",
        starts="verify",
    ),
    _row("finish", (_S.HANDLING,), _S.HANDLED, _HOLDER, "outcome", starts="verify"),
    _row("pass", (_S.HANDLED,), _S.VERIFIED, (*_CHECK, Role.SYSTEM), but=_PAST, starts="survey"),
    _row("rework", (_S.HANDLED,), _S.HANDLING, _CHECK, "reason", but=_PAST, starts="handle"),
    _row(
        "survey",
        (_S.VERIFIED,),
        _S.CLOSED,
        (*_DESK, Role.RESIDENT),
        "contacted",
        "satisfaction",
        but=(Relation.PAST_HOLDER, Relation.VERIFIER),
    ),
    _row(
        "object",
        (_S.VERIFIED,),
        _S.HANDLING,
        (*_DESK, Role.RESIDENT),
        "reason",
        but=(Relation.PAST_HOLDER, Relation.VERIFIER),
        starts="handle",
    ),
    _row(
        "close", (_S.VERIFIED,), _S.CLOSED, (Role.SYSTEM, Role.LEADER, Role.DISPATCHER), "reason", but=_PAST
    ),
    _row(
        "reopen",
        (_S.CLOSED, _S.REJECTED),
        _S.REPORTED,
        (*_DESK, Role.RESIDENT),
        "reason",
        but=(Relation.ENDER,),
        starts="dispatch",
    ),
    _row("merge", (_S.REPORTED, _S.DISPATCHED, _S.HANDLING), _S.MERGED, _DESK, "parent"),
    _row("unmerge", (_S.MERGED,), _S.REPORTED, _DESK, "reason", starts="dispatch"),
    _row("supervise", OPEN, None, (Role.SUPERVISOR, Role.SYSTEM), "text"),
    _row("urge", OPEN, None, (Relation.REPORTER, Role.DISPATCHER), "text"),
    _row("note", OPEN, None, (*_DESK, *_HOLDER, Relation.REPORTER, Relation.WHISTLED), "text"),
)
NEW_ROUND = frozenset({"object", "reopen"})
HAND_OFFS = frozenset({"return", "transfer"})
