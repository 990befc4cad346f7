"""The table of the loop: states, roles, relations and one row per action and target. Pure data."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "ENDED",
    "FINISHED",
    "HAND_OFFS",
    "HELD",
    "NEW_ROUND",
    "OPEN",
    "TRANSITIONS",
    "Relation",
    "Role",
    "Situation",
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
    PAST_HOLDER = "past_holder"  # took or finished in this round
    VERIFIER = "verifier"
    ENDER = "ender"  # closed or rejected it
    REPORTER = "reporter"
    WHISTLED = "whistled"
    CALLED = "called"  # whistled, and has not answered yet
    IN_AREA = "in_area"
    BORDER = "border"


class Situation(StrEnum):
    """How an issue itself stands besides its state, whoever looks."""

    SPENT = "spent"  # two hand-offs in this round: only a supervisor's last word is left
    FINAL = "final"  # held by that last word
    ASKED_EXTEND = "asked_extend"
    ASKED_SUSPEND = "asked_suspend"
    MOST_EXTENDED = "most_extended"  # two granted in this round
    MOST_SUSPENDED = "most_suspended"
    UNREACHED = "unreached"  # three failed contacts
    NO_CALLBACK = "no_callback"  # nobody waits to be answered
    SELF_CHECK = "self_check"  # of a category that the loop verifies by itself
    TOP = "top"  # nobody answers for an area above
    PARENT = "parent"  # others are merged into it
    REOPENED = "reopened"  # once before
    EXPIRED = "expired"  # ended more than 30 days ago


ENDED = frozenset({State.CLOSED, State.REJECTED, State.MERGED})
OPEN = frozenset(State) - ENDED
HELD = frozenset({State.DISPATCHED, State.HANDLING, State.SUSPENDED})  # somebody is to act, or waits to


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
    excludes_when : frozenset of Situation
        Situations in which it is not offered.
    when : frozenset of Situation
        Situations that must all hold.
    requires : tuple of str
        Fields that must be given.
    takes : tuple of str
        Fields that may be given besides.
    starts : str or None
        Stage whose clock starts: dispatch, take, handle, verify, survey.
    """

    action: str
    sources: frozenset[State]
    target: State | None
    roles: frozenset[Role] = frozenset()
    relations: frozenset[Relation] = frozenset()
    excludes: frozenset[Relation] = frozenset()
    excludes_when: frozenset[Situation] = frozenset()
    when: frozenset[Situation] = frozenset()
    requires: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    starts: str | None = None


def _row(
    action: str,
    sources: Iterable[State],
    target: State | None,
    by: Iterable[Role | Relation],
    *requires: str,
    takes: tuple[str, ...] = (),
    but: Iterable[Relation | Situation] = (),
    when: Iterable[Situation] = (),
    starts: str | None = None,
) -> Transition:
    granted, barred = tuple(by), tuple(but)
    return Transition(
        action,
        frozenset(sources),
        target,
        frozenset(one for one in granted if isinstance(one, Role)),
        frozenset(one for one in granted if isinstance(one, Relation)),
        frozenset(one for one in barred if isinstance(one, Relation)),
        frozenset(one for one in barred if isinstance(one, Situation)),
        frozenset(when),
        requires,
        takes,
        starts,
    )


_S = State
_DESK = (Role.LEADER, Role.DISPATCHER, Role.SUPERVISOR)
_CHECK = (Role.LEADER, Role.SUPERVISOR)
_HOLDER = (Relation.HOLDER,)
_PAST = (Relation.PAST_HOLDER,)
_ASKER = (Relation.PAST_HOLDER, Relation.HOLDER)
_TOLD = (Relation.PAST_HOLDER, Relation.VERIFIER)
_ANYONE = (*_DESK, Role.WORKER, Role.HANDLER, Role.RESIDENT)
_WRITERS = (*_DESK, *_HOLDER, Relation.REPORTER, Relation.WHISTLED)
_DONE = ("quantity", "unit", "money", "photos")

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
    _row(
        "dispatch",
        (_S.REPORTED,),
        _S.DISPATCHED,
        (*_DESK, Role.SYSTEM),
        "holder",
        but=(Situation.SPENT,),
        starts="take",
    ),
    _row("reject", (_S.REPORTED,), _S.REJECTED, _DESK, "reason", "told", but=(Situation.PARENT,)),
    _row(
        "withdraw",
        (_S.REPORTED, _S.DISPATCHED),
        _S.REJECTED,
        (Relation.REPORTER, Role.DISPATCHER),
        "reason",
        but=(Situation.PARENT,),
    ),
    _row("correct", OPEN, None, (*_DESK, Role.SYSTEM), "changes", "reason"),
    _row("take", (_S.DISPATCHED,), _S.HANDLING, _HOLDER, starts="handle"),
    _row(
        "return",
        (_S.DISPATCHED, _S.HANDLING),
        _S.REPORTED,
        _HOLDER,
        "reason",
        but=(Situation.FINAL, Situation.SPENT),
        starts="dispatch",
    ),
    _row(
        "transfer",
        (_S.HANDLING,),
        _S.DISPATCHED,
        _HOLDER,
        "holder",
        "reason",
        but=(Situation.FINAL, Situation.SPENT),
        starts="take",
    ),
    _row(
        "reassign",
        HELD,
        _S.DISPATCHED,
        (*_DESK, Role.SYSTEM),
        "holder",
        "reason",
        but=(Situation.SPENT,),
        starts="take",
    ),
    _row(  # the last word: once the hand-offs are used up, a supervisor says who keeps it
        "reassign",
        (_S.REPORTED, *HELD),
        _S.DISPATCHED,
        (Role.SUPERVISOR, Role.SYSTEM),
        "holder",
        "reason",
        when=(Situation.SPENT,),
        starts="take",
    ),
    _row(
        "escalate",
        (_S.DISPATCHED, _S.HANDLING),
        _S.DISPATCHED,
        _HOLDER,
        "reason",
        but=(Situation.FINAL, Situation.TOP),
        starts="take",
    ),
    _row("whistle", HELD, None, (*_CHECK, Relation.HOLDER), "departments", "matter", "answer_by"),
    _row("answer", HELD, None, (Relation.CALLED,), "result", takes=("text",)),
    _row(
        "ask_extend",
        (_S.HANDLING,),
        None,
        _HOLDER,
        "until",
        "reason",
        but=(Situation.ASKED_EXTEND, Situation.MOST_EXTENDED),
    ),
    _row("withdraw_extend", (_S.HANDLING,), None, _HOLDER, when=(Situation.ASKED_EXTEND,)),
    _row("extend", (_S.HANDLING,), None, _CHECK, but=_ASKER, when=(Situation.ASKED_EXTEND,)),
    _row("refuse_extend", (_S.HANDLING,), None, _CHECK, "reason", but=_ASKER, when=(Situation.ASKED_EXTEND,)),
    _row(
        "ask_suspend",
        (_S.HANDLING,),
        None,
        _HOLDER,
        "review_date",
        "reason",
        "told",
        but=(Situation.ASKED_SUSPEND, Situation.MOST_SUSPENDED),
    ),
    _row("withdraw_suspend", (_S.HANDLING,), None, _HOLDER, when=(Situation.ASKED_SUSPEND,)),
    _row(
        "refuse_suspend",
        (_S.HANDLING,),
        None,
        (Role.SUPERVISOR,),
        "reason",
        but=_ASKER,
        when=(Situation.ASKED_SUSPEND,),
    ),
    _row(
        "suspend",
        (_S.HANDLING,),
        _S.SUSPENDED,
        (Role.SUPERVISOR,),
        but=_ASKER,
        when=(Situation.ASKED_SUSPEND,),
    ),
    _row(
        "resume",
        (_S.SUSPENDED,),
        _S.HANDLING,
        (Relation.HOLDER, Role.SUPERVISOR, Role.SYSTEM),
        starts="handle",
    ),
    _row(
        "settle",
        (_S.REPORTED, _S.DISPATCHED, _S.HANDLING),
        _S.HANDLED,
        (Role.WORKER, Role.DISPATCHER, Relation.HOLDER),
        "outcome",
        takes=_DONE,
        starts="verify",
    ),
    _row("finish", (_S.HANDLING,), _S.HANDLED, _HOLDER, "outcome", takes=_DONE, starts="verify"),
    _row("pass", (_S.HANDLED,), _S.VERIFIED, _CHECK, but=_PAST, starts="survey"),
    _row("pass", (_S.HANDLED,), _S.VERIFIED, (Role.SYSTEM,), when=(Situation.SELF_CHECK,), starts="survey"),
    _row("rework", (_S.HANDLED,), _S.HANDLING, _CHECK, "reason", but=_PAST, starts="handle"),
    _row(
        "survey",
        (_S.VERIFIED,),
        _S.CLOSED,
        (*_DESK, Role.RESIDENT),
        "satisfaction",
        takes=("contacted", "text"),
        but=_TOLD,
    ),
    _row("attempt", (_S.VERIFIED,), None, _DESK, takes=("text",), but=_TOLD),
    _row(
        "object",
        (_S.VERIFIED,),
        _S.HANDLING,
        (*_DESK, Role.RESIDENT),
        "reason",
        but=_TOLD,
        starts="handle",
    ),
    _row("close", (_S.VERIFIED,), _S.CLOSED, (Role.SYSTEM,), "reason", when=(Situation.NO_CALLBACK,)),
    _row(
        "close",
        (_S.VERIFIED,),
        _S.CLOSED,
        (Role.LEADER, Role.DISPATCHER),
        "reason",
        but=_PAST,
        when=(Situation.UNREACHED,),
    ),
    _row(
        "reopen",
        (_S.CLOSED, _S.REJECTED),
        _S.REPORTED,
        _DESK,
        "reason",
        but=(Relation.ENDER, Situation.REOPENED),
        starts="dispatch",
    ),
    _row(
        "reopen",
        (_S.CLOSED, _S.REJECTED),
        _S.REPORTED,
        (Role.RESIDENT,),
        "reason",
        but=(Situation.REOPENED, Situation.EXPIRED),
        starts="dispatch",
    ),
    _row(  # a second time
        "reopen",
        (_S.CLOSED, _S.REJECTED),
        _S.REPORTED,
        (Role.SUPERVISOR,),
        "reason",
        but=(Relation.ENDER,),
        when=(Situation.REOPENED,),
        starts="dispatch",
    ),
    _row(
        "merge",
        (_S.REPORTED, _S.DISPATCHED, _S.HANDLING),
        _S.MERGED,
        _DESK,
        "parent",
        but=(Situation.PARENT,),
    ),
    _row("unmerge", (_S.MERGED,), _S.REPORTED, _DESK, "reason", starts="dispatch"),
    _row("supervise", OPEN, None, (Role.SUPERVISOR, Role.SYSTEM), "text"),
    _row("urge", OPEN, None, (Relation.REPORTER, Role.DISPATCHER), "text"),
    _row("note", OPEN, None, _WRITERS, "text"),
    _row("attach", OPEN, None, _WRITERS, "photos"),
)
NEW_ROUND = frozenset({"object", "reopen"})
FINISHED = frozenset({"finish", "settle"})
HAND_OFFS = frozenset({"return", "transfer"})
