"""Filters as conditions of the database, one small function a kind; who may see what is decided elsewhere.

Conditions on other tables are lists of keys where these are short, and a look by index where not, so that
none of them is asked row by row over everything.

:mod:`server.services.columns.asked` says the same as masks over columns: a filter that is new here is new there, and
one that changes here changes there. A test asks both for each.
"""

from collections.abc import Callable, Iterator

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from geo.squares import band
from server.db import Tx
from server.models import Ask, Entry, Issue, Whistle
from server.services.areas import pattern
from server.services.filters import Bbox, Filters
from server.services.named import held_by, held_by_department, within
from server.services.people import Actor
from server.services.permissions import is_handler
from server.services.standing import SPENT_AT
from server.workflow import FINISHED, HELD, NEW_ROUND, OPEN, State

__all__ = [
    "AWAITED", "HELD_STATES", "OPEN_STATES", "WAITING_STATES", "asked", "is_open", "is_stalled", "may_decide", "unanswered",
]  # fmt: skip

OPEN_STATES = [str(state) for state in State if state in OPEN]
HELD_STATES = [str(state) for state in State if state in HELD]
WAITING_STATES = [str(State.REPORTED), str(State.DISPATCHED)]
_SENT_BACK = ("rework", "object")
_WORKED = ("take", *sorted(FINISHED))


def is_open() -> ColumnElement[bool]:
    """Condition: the issue has not ended."""
    return Issue.state.in_(OPEN_STATES)


def is_stalled(tx: Tx) -> ColumnElement[bool]:
    """Condition: nobody dispatched or took it in time, though its due has not come."""
    return and_(
        Issue.state.in_(WAITING_STATES),
        Issue.stage_due_at <= tx.now,
        or_(Issue.due_at.is_(None), Issue.due_at > tx.now),
    )


def unanswered(tx: Tx) -> ColumnElement[bool]:
    """Condition on an issue and a whistle: called in this round, and not answered in time."""
    return and_(
        Whistle.answered_at.is_(None),
        Whistle.answer_by <= tx.now,
        Issue.state.in_(HELD_STATES),
        Whistle.seq > _renewed(),
    )


def may_decide(actor: Actor) -> ColumnElement[bool]:
    """Condition on an issue and a request: open, of this round, and not of somebody's own work.

    Parameters
    ----------
    actor : Actor
        Who decides: not who asked, who holds it, nor who took or finished it in this round.
    """
    me = -1 if actor.person_id is None else actor.person_id
    worked = select(Entry.id).where(
        Entry.issue_id == Issue.id,
        Entry.person_id == me,
        Entry.action.in_(_WORKED),
        Entry.seq > _renewed(),
    )
    return and_(
        Issue.state == str(State.HANDLING),
        Ask.state == "open",
        Ask.round == Issue.round,
        Ask.by_id.is_distinct_from(me),
        Issue.holder_person_id.is_distinct_from(me),
        ~worked.correlate(Issue).exists(),
    )


def _renewed() -> ColumnElement[int]:
    """Place in its log where the present round of an issue began; 0 in the first."""
    first = aliased(Entry)
    newest = select(func.max(first.seq)).where(first.issue_id == Issue.id, first.action.in_(NEW_ROUND))
    found = func.coalesce(newest.correlate(Issue).scalar_subquery(), 0)
    return case((Issue.round > 1, found), else_=0)


def asked(tx: Tx, actor: Actor, filters: Filters) -> Iterator[ColumnElement[bool]]:
    """Give what filters ask for, as conditions that must all hold.

    Parameters
    ----------
    tx : Tx
        Any transaction; its instant decides what is overdue.
    actor : Actor
        Who asks; ``me`` is they.
    filters : Filters
        What is asked for.

    Raises
    ------
    InputError
        There is no area, person or department of that name, or none that the actor knows of.
    """
    for column, codes in (
        (Issue.state, filters.states),
        (Issue.category, filters.categories),
        (Issue.source, filters.sources),
        (Issue.satisfaction, filters.satisfactions),
    ):
        if codes:
            yield column.in_(codes)
    for moment, since, until in (
        (Issue.reported_at, filters.since, filters.until),
        (Issue.ended_at, filters.ended_since, filters.ended_until),
        (Issue.due_at, filters.due_since, filters.due_until),
    ):
        if since:
            yield moment >= since
        if until:
            yield moment < until
    yield from _judged(tx, filters)
    if filters.overdue:
        yield _red(tx)
    if filters.clocks:
        yield or_(*(_CLOCKS[colour](tx) for colour in filters.clocks))
    if filters.urgent:
        yield Issue.urgent.is_(True)
    if filters.again:
        yield Issue.round > 1
    yield from _named(tx, actor, filters)


def _judged(tx: Tx, filters: Filters) -> Iterator[ColumnElement[bool]]:
    """Whether it was done in time, and what its reporter said."""
    if filters.timely:
        yield or_(*(_TIMELY[one](tx) for one in filters.timely))
    if filters.replies:
        yield or_(*(_REPLIES[one]() for one in filters.replies))
    if filters.verdicts:
        yield or_(*(_VERDICTS[one]() for one in filters.verdicts))
    if filters.callback:
        yield Issue.callback.is_(True)


def _named(tx: Tx, actor: Actor, filters: Filters) -> Iterator[ColumnElement[bool]]:
    if filters.area:
        yield within(tx, actor, filters.area)
    if filters.bbox:
        yield _inside(filters.bbox)
    if filters.holder == "me":
        yield _mine(actor)
    elif filters.holder:
        yield held_by(tx, actor, str(filters.holder))
    if filters.department:
        yield held_by_department(tx, actor, filters.department)
    if filters.todo:
        yield AWAITED[filters.todo](actor)
    if filters.q:
        yield _says(tx, filters.q)


def _red(tx: Tx) -> ColumnElement[bool]:
    return and_(is_open(), Issue.due_at <= tx.now)


def _amber(tx: Tx) -> ColumnElement[bool]:
    return and_(is_open(), Issue.due_at > tx.now, Issue.amber_at <= tx.now)


def _green(tx: Tx) -> ColumnElement[bool]:
    early = or_(Issue.amber_at.is_(None), Issue.amber_at > tx.now)
    return and_(is_open(), Issue.due_at > tx.now, early)


def _unclocked(_tx: Tx) -> ColumnElement[bool]:
    return or_(Issue.due_at.is_(None), Issue.state.not_in(OPEN_STATES))


_CLOCKS: dict[str, Callable[[Tx], ColumnElement[bool]]] = {
    "red": _red,
    "amber": _amber,
    "green": _green,
    "none": _unclocked,
}


def _on_time(_tx: Tx) -> ColumnElement[bool]:
    return and_(Issue.state == str(State.CLOSED), Issue.ended_at <= Issue.due_at)


def _late(tx: Tx) -> ColumnElement[bool]:
    return or_(and_(Issue.state == str(State.CLOSED), Issue.ended_at > Issue.due_at), _red(tx))


def _finished_in_time() -> ColumnElement[bool]:
    """Condition: the work was done, in this round and by the due, whatever was verified afterwards."""
    return and_(Issue.finished_at.is_not(None), Issue.finished_at <= Issue.due_at)


def _not_finished_in_time() -> ColumnElement[bool]:
    return or_(Issue.finished_at.is_(None), Issue.due_at.is_(None), Issue.finished_at > Issue.due_at)


_TIMELY: dict[str, Callable[[Tx], ColumnElement[bool]]] = {"on_time": _on_time, "late": _late}
_REPLIES: dict[str, Callable[[], ColumnElement[bool]]] = {
    "in_time": _finished_in_time,
    "late": _not_finished_in_time,
}
_VERDICTS: dict[str, Callable[[], ColumnElement[bool]]] = {
    "solved": lambda: and_(Issue.satisfaction.is_not(None), Issue.round == 1),
    "sent_back": lambda: Issue.round > 1,
}


def _inside(bbox: Bbox) -> ColumnElement[bool]:
    """Condition on the point: the index over squares narrows to a band of latitudes, the doubles decide."""
    west, south, east, north = bbox
    first, last = band(south, north)
    rows = Issue.square.between(first, last)
    return rows & Issue.lon.between(west, east) & Issue.lat.between(south, north)


def _mine(actor: Actor) -> ColumnElement[bool]:
    """Condition: the actor holds it; a handler's department counts as well."""
    mine = Issue.holder_person_id == (-1 if actor.person_id is None else actor.person_id)
    return or_(mine, Issue.holder_department_id == actor.department_id) if is_handler(actor) else mine


def _asks(kind: str) -> Callable[[Actor], ColumnElement[bool]]:
    def waits(actor: Actor) -> ColumnElement[bool]:
        open_ones = select(Ask.issue_id).where(Ask.kind == kind, Ask.state == "open").correlate(None)
        theirs = select(Ask.id).where(Ask.issue_id == Issue.id, Ask.kind == kind, may_decide(actor))
        waiting = (Issue.state == str(State.HANDLING)) & Issue.id.in_(open_ones)
        return waiting & theirs.correlate(Issue).exists()

    return waits


def _to_answer(actor: Actor) -> ColumnElement[bool]:
    called = select(Whistle.issue_id).where(
        Whistle.department_id == (actor.department_id if is_handler(actor) else -1),
        Whistle.answered_at.is_(None),
    )
    return Issue.state.in_(HELD_STATES) & Issue.id.in_(called.correlate(None))


def _last_word(_actor: Actor) -> ColumnElement[bool]:
    waiting = Issue.state.in_([str(State.REPORTED), *HELD_STATES])
    return and_(waiting, Issue.hand_offs >= SPENT_AT, Issue.final.is_(False))


def _sent_back(_actor: Actor) -> ColumnElement[bool]:
    again = exists().where(Entry.issue_id == Issue.id, Entry.action.in_(_SENT_BACK), Entry.seq >= _renewed())
    return (Issue.state == str(State.HANDLING)) & again


AWAITED: dict[str, Callable[[Actor], ColumnElement[bool]]] = {
    "extend": _asks("extend"),
    "suspend": _asks("suspend"),
    "answer": _to_answer,
    "last_word": _last_word,
    "sent_back": _sent_back,
}
"""What an issue may wait for beside its state; the names stand in ``NAMES["todo"]``."""


def _says(tx: Tx, words: str) -> ColumnElement[bool]:
    """Condition on the words; asks no more of the database than these words need."""
    like = pattern(words)
    in_one = all(one.isascii() and (one.isalnum() or one == "-") for one in words)
    could_be_number = in_one and any(one.isdigit() or one == "-" for one in words)
    numbers = (Issue.number, Issue.external_number) if could_be_number else ()
    columns = (Issue.summary, Issue.place_text, *numbers)
    if tx.on_sqlite or words.lower() == words.upper():
        # SQLite's LIKE folds ASCII already; SQLAlchemy's ilike would add lower(), four times slower.
        return or_(*(one.like(like, escape="\\") for one in columns))
    # Folding ASCII alone, as SQLite does, is twice as fast as folding by the database's language.
    return or_(*(one.collate("C").ilike(like, escape="\\") for one in columns))
