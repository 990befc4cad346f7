"""How long words about people are kept: blanked some time after an issue ended, so that statistics stay.

What goes: all sealed words of the issue (ciphertext, salt and phone hash), its photos, and the two columns of
public words. These were only freed from personal facts as well as a program can: a name in the middle of a
sentence stays behind, and an address down to the building is where somebody lives; nobody needs either for
counting. What stays: number, category, states, times, holder, cell and point, amounts, satisfaction, and every
entry with its digests, so that figures, maps and the chain remain as they were. A point without a word and
without a name is a place in the street. ``external_number`` and ``external_key`` stay too: they are numbers in
another register, and without them the same file brought in again would bring the words back.

An issue is due by its end (closed, rejected, merged); one that was merged not before the one it went into.
What is open is never touched. An issue that was reopened and ended again is due anew.

What only lets people in is forgotten beside: sessions, one-time links, failed sign-ins, remembered answers; and
the ways of patrols and the words of visits, see :mod:`server.services.field_keeping`. The
record of acts is kept for good; it holds no word about a resident.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, delete, false, func, or_, select, update
from sqlalchemy.orm import aliased

from server.db import Store, Tx
from server.models import Attachment, Issue, PrivateText, Visit
from server.services import attachments, audit, field_keeping, files
from server.services.marks import mark, set_mark
from server.services.overwriting import empty_log, overwriting
from server.services.people import system_actor
from server.services.traces import old_traces
from server.workflow import ENDED

__all__ = [
    "BATCH",
    "NEVER",
    "Blanked",
    "Kept",
    "blank",
    "due",
    "ended_before",
    "has_ended",
    "horizon",
    "nightly",
    "purge",
]

BATCH = 500
"""Issues in one transaction."""
NEVER = 0
"""As ``personal_days``: words about people are kept for good."""
NIGHT = 2
"""Hour of the night, by the ``timezone`` set."""
MARK = "purged"
_ENDED = [str(state) for state in ENDED]


class Blanked(NamedTuple):
    """What was taken from issues.

    Attributes
    ----------
    words, photos : int
        Sealed texts and photos.
    files : tuple of str
        Files to be dropped once the transaction is committed, by :func:`server.services.files.drop`.
    """

    words: int
    photos: int
    files: tuple[str, ...]


@dataclass
class Kept:
    """What is past its time, or was taken away.

    Attributes
    ----------
    issues : int
        Issues whose words about people go.
    words, photos : int
        Sealed texts and photos of these.
    sessions, links, failures, answers : int
        Sessions, one-time links, failed sign-ins, remembered answers.
    tracks, covers, visits : int
        Pieces of raw ways, what patrols came through that go with them, and visits whose words go.
    """

    issues: int = 0
    words: int = 0
    photos: int = 0
    sessions: int = 0
    links: int = 0
    failures: int = 0
    answers: int = 0
    tracks: int = 0
    covers: int = 0
    visits: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """All counts by name."""
        return asdict(self)

    def add(self, other: "Kept") -> None:
        """Count what another batch did as well."""
        for name, count in other.counts.items():
            setattr(self, name, getattr(self, name) + count)


def horizon(tx: Tx, days: int | None = None) -> datetime | None:
    """Tell before which instant an issue must have ended to be due; None when words are kept for good.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    days : int, optional
        In place of the setting ``personal_days``.
    """
    kept = tx.config.personal_days if days is None else days
    return None if kept == NEVER else tx.now - timedelta(days=kept)


def ended_before(before: datetime | None) -> ColumnElement[bool]:
    """Condition: words about people of this issue are due, as it ended before an instant."""
    if before is None:
        return false()
    return and_(
        Issue.ended_at < before,
        Issue.ended_at.is_not(None),  # so that the index of those not purged yet is used
        or_(Issue.purged_at.is_(None), Issue.purged_at < Issue.ended_at),
        has_ended(before),
    )


def has_ended(before: datetime | None = None) -> ColumnElement[bool]:
    """Condition: an issue has ended, and so has the one it was merged into; that one before an instant."""
    parent = aliased(Issue)
    late = [parent.ended_at >= before] if before else []
    waits = select(parent.id).where(parent.id == Issue.parent_id, or_(parent.ended_at.is_(None), *late))
    return and_(Issue.state.in_(_ENDED), ~waits.exists())


def due(tx: Tx, days: int | None = None) -> Kept:
    """Count what is past its time; changes nothing.

    Parameters
    ----------
    tx : Tx
        Any transaction; its instant decides.
    days : int, optional
        In place of the setting ``personal_days``.
    """
    mine = select(Issue.id).where(ended_before(horizon(tx, days)))
    found = Kept(issues=_count(tx, Issue, ended_before(horizon(tx, days))))
    if found.issues:
        held: dict[str, Any] = {"words": PrivateText, "photos": Attachment}
        for name, table in held.items():
            gone = (table.purged_at.is_(None), table.issue_id.in_(mine))
            setattr(found, name, _count(tx, table, *gone))
    for name, (table, old) in old_traces(tx).items():
        setattr(found, name, _count(tx, table, old))
    found.visits = _count(tx, Visit, field_keeping.visits_due(horizon(tx, days)))
    found.tracks = field_keeping.tracks_due(tx)
    return found


def purge(
    store: Store,
    days: int | None = None,
    breathe: Callable[[float], None] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Kept:
    """Take away what is past its time, a batch in a transaction.

    Any number of processes may do so at once and be killed: a batch is done or not, and nothing twice. Each
    batch is on record (``purge``) in its own transaction.

    Parameters
    ----------
    store : Store
        Where; its clock says what is due.
    days : int, optional
        In place of the setting ``personal_days``.
    breathe : Callable[[float], None], optional
        Called after each transaction with the seconds that it took, so that others get at the store.
    progress : Callable[[int, int], None], optional
        Told how many issues of how many are done.

    Returns
    -------
    Kept
        What went.
    """
    done, total = Kept(), 0
    if progress is not None:
        with store.read() as tx:
            total = due(tx, days).issues
    for work in (_forget, _batch):
        while True:
            begun = monotonic()
            with store.write() as tx:
                one, unused = work(tx, days)
                if any(one.counts.values()):
                    audit.record(tx, system_actor(), "purge", **one.counts)
            files.drop(store, unused, breathe)
            done.add(one)
            if progress is not None:
                progress(done.issues, max(total, done.issues))
            if breathe is not None:
                breathe(monotonic() - begun)
            if work is _forget or not one.issues:  # a short batch tells nothing: others may hold the rest
                break
    if done.issues or done.tracks or done.visits:
        empty_log(store)
    return done


def nightly(store: Store, breathe: Callable[[float], None] | None = None) -> dict[str, int]:
    """Purge once a night, as a step of the periodic job; a night that was broken off is gone on with.

    Whether this night's is done is a mark in the store, set at its end: when nothing is due any longer, as what
    another process held was left to it, and files that no photo names are swept.
    """
    with store.read() as tx:
        here = tx.now.astimezone(tx.config.zone)
        if here.hour < NIGHT or mark(tx, MARK) == here.date().isoformat():
            return {}
    done = purge(store, breathe=breathe)
    with store.read() as tx:
        if due(tx).issues:
            return done.counts
    files.sweep(store, breathe)
    with store.write() as tx:
        set_mark(tx, MARK, here.date().isoformat())
    return done.counts


def blank(tx: Tx, ids: Sequence[int], kinds: Sequence[str] = ()) -> Blanked:
    """Take the words about people from issues.

    Parameters
    ----------
    tx : Tx
        Writing transaction that holds their rows.
    ids : Sequence of int
        At most some hundreds.
    kinds : Sequence of str
        Sealed words of these kinds only, and nothing else of the issue; all of it when empty.

    Returns
    -------
    Blanked
        How many sealed texts and photos went.
    """
    mine = [PrivateText.issue_id.in_(ids), PrivateText.purged_at.is_(None)]
    if kinds:
        mine.append(PrivateText.kind.in_(kinds))
    emptied = {"ciphertext": None, "salt": None, "phone_key": None, "purged_at": tx.now}
    with overwriting(tx):
        words = _changed(tx, update(PrivateText).where(*mine).values(emptied))
        if not kinds:
            gone = {"summary": "", "place_text": "", "purged_at": tx.now}
            tx.session.execute(update(Issue).where(Issue.id.in_(ids)).values(gone))
    if kinds:
        return Blanked(words, 0, ())
    words += field_keeping.blank_of(tx, ids)
    photos = _count(tx, Attachment, Attachment.issue_id.in_(ids), Attachment.purged_at.is_(None))
    return Blanked(words, photos, attachments.purge(tx, ids))


def _batch(tx: Tx, days: int | None) -> tuple[Kept, tuple[str, ...]]:
    query = select(Issue.id).where(ended_before(horizon(tx, days))).order_by(Issue.ended_at, Issue.id)
    # What another process works on just now is left to it.
    ids = tx.session.scalars(query.limit(BATCH).with_for_update(of=Issue, skip_locked=True)).all()
    if not ids:
        return Kept(), ()
    gone = blank(tx, ids)
    return Kept(issues=len(ids), words=gone.words, photos=gone.photos), gone.files


def _forget(tx: Tx, days: int | None) -> tuple[Kept, tuple[str, ...]]:
    with overwriting(tx):
        gone = {name: _changed(tx, delete(table).where(old)) for name, (table, old) in old_traces(tx).items()}
    gone |= field_keeping.forget(tx, horizon(tx, days))
    return Kept(**gone), ()


def _count(tx: Tx, table: Any, *conditions: ColumnElement[bool]) -> int:  # noqa: ANN401 - a model
    return int(tx.session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0)


def _changed(tx: Tx, statement: Any) -> int:  # noqa: ANN401 - an UPDATE or DELETE
    done = tx.session.execute(statement, execution_options={"synchronize_session": False})
    return int(done.rowcount)  # type: ignore[attr-defined]
