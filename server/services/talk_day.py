"""A talk day (拉呱日): many issues from one meeting, written down in one form, all saved or none.

Who was there is nobody's business: only date, community, place and a remark are taken, and the remark is
sealed with each issue.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, time

from sqlalchemy import select

from server.db import Tx
from server.errors import InputError
from server.models import Area
from server.services import intake, issues
from server.services.areas import visible_paths
from server.services.desk_entry import remember, remembered, uid_of
from server.services.drafts import Draft, checked, is_blank
from server.services.imports.values import instant
from server.services.people import Actor
from server.services.pointing import Fault, Spotted, address_of, point_of
from server.uids import uuid7

__all__ = ["MOST", "Meeting", "Met", "Talk", "read", "save", "saved"]

MOST = 50
SOURCE = "talk_day"
_NOON = time(12)
_SENT = "talk"


@dataclass(frozen=True)
class Meeting:
    """The head of the form, as it was typed.

    Attributes
    ----------
    date, community : str
        Day of the meeting, today when empty; code of the community, may be empty.
    q, spot : str
        Where it was: words, or the place chosen; what names no place of its own lies there.
    remark : str
        Free words (sealed).
    uid : str
        Of the form, so that it is saved once.
    """

    date: str = ""
    community: str = ""
    q: str = ""
    spot: str = ""
    remark: str = ""
    uid: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "Meeting":
        """Take the fields of a form; others are left aside."""
        return cls(**{one.name: given[one.name] for one in fields(cls) if one.name in given})


@dataclass(frozen=True)
class Talk:
    """One row of the form, as it was typed; its place is the meeting's when ``q`` and ``spot`` are empty.

    Attributes
    ----------
    category, description, q, spot : str
        As in :class:`server.services.desk_entry.Typed`.
    """

    category: str = ""
    description: str = ""
    q: str = ""
    spot: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed in it; such rows are passed over."""
        return all(is_blank(value) for value in vars(self).values())


@dataclass(frozen=True)
class Met:
    """What was read of the form.

    Attributes
    ----------
    drafts : tuple of Draft
        One a row that is not empty; none at all when there is a fault.
    remark : str
        For each of them.
    faults : dict
        Field of the head -> fault.
    row_faults : dict
        Row from 0 -> field -> fault.
    several : dict
        Row from 0, -1 for the meeting -> places to choose from.
    """

    drafts: tuple[Draft, ...]
    remark: str
    faults: Mapping[str, Fault]
    row_faults: Mapping[int, Mapping[str, Fault]]
    several: Mapping[int, Spotted]


def read(tx: Tx, actor: Actor, meeting: Meeting, talks: Sequence[Talk]) -> Met:
    """Read the form: every fault of every row.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Who writes it down.
    meeting : Meeting
        The head.
    talks : Sequence of Talk
        The rows; at most :data:`MOST` are not empty.
    """
    filled = {row: talk for row, talk in enumerate(talks) if not talk.is_empty}
    faults = _head_faults(tx, actor, meeting, len(filled))
    at = _day(tx, meeting, faults)
    several: dict[int, Spotted] = {}
    hall = _hall(tx, actor, meeting, filled.values(), faults, several)
    drafts, row_faults = [], {}
    for row, talk in filled.items():
        draft, wrong = _row(tx, actor, talk, hall, at, several, row)
        if wrong:
            row_faults[row] = wrong
        elif draft is not None:
            drafts.append(draft)
    is_good = not faults and not row_faults
    return Met(tuple(drafts) if is_good else (), _remark(tx, actor, meeting), faults, row_faults, several)


def _head_faults(tx: Tx, actor: Actor, meeting: Meeting, count: int) -> dict[str, Fault]:
    faults: dict[str, Fault] = {}
    if not count:
        faults["rows"] = ("talk.empty", {})
    if count > MOST:
        faults["rows"] = ("talk.too_many", {"count": count, "limit": MOST})
    if meeting.community and not _community(tx, actor, meeting.community):
        faults["community"] = ("area.unknown", {"field": "community", "code": meeting.community[:64]})
    return faults


def _community(tx: Tx, actor: Actor, code: str) -> str:
    """Name a community of the actor's areas; empty for one elsewhere, and for none."""
    name, path = tx.session.execute(
        select(Area.name, Area.path).where(Area.code == code, Area.level == "community")
    ).first() or ("", "")
    return str(name) if path.startswith(visible_paths(actor)) else ""


def _day(tx: Tx, meeting: Meeting, faults: dict[str, Fault]) -> datetime | None:
    """Give noon of the day, or now when that has not come; None for today."""
    try:
        day = instant(meeting.date, "date", tx.config.zone)
    except InputError as error:
        faults["date"] = (error.code, error.values)
        return None
    if day is None or day.date() == tx.now.astimezone(tx.config.zone).date():
        return None
    if day > tx.now:
        faults["date"] = ("time.future", {"field": "date", "value": meeting.date[:40]})
        return None
    return datetime.combine(day.date(), _NOON, tx.config.zone)


def _hall(
    tx: Tx,
    actor: Actor,
    meeting: Meeting,
    talks: Iterable[Talk],
    faults: dict[str, Fault],
    several: dict[int, Spotted],
) -> Spotted:
    """Find the meeting's place; nobody asks for one when every row names its own."""
    said = meeting.q.strip() or meeting.spot
    if not said and all(talk.q.strip() or talk.spot for talk in talks):
        return Spotted()
    if not said:
        faults["q"] = ("talk.hall", {"field": "place"})
        return Spotted()
    found = point_of(tx, actor, meeting.q, meeting.spot, "", "")
    faults.update(found.faults)
    if found.several:
        several[-1] = found
    return found


def _row(
    tx: Tx,
    actor: Actor,
    talk: Talk,
    hall: Spotted,
    at: datetime | None,
    several: dict[int, Spotted],
    row: int,
) -> tuple[Draft | None, dict[str, Fault]]:
    blank = [name for name in ("category", "description") if is_blank(getattr(talk, name))]
    wrong: dict[str, Fault] = {name: ("field.missing", {"field": name}) for name in blank}
    own = bool(talk.q.strip() or talk.spot)
    spotted = point_of(tx, actor, talk.q, talk.spot, "", "") if own else hall
    if own:
        wrong |= spotted.faults
        if spotted.several:
            several[row] = spotted
    if wrong or spotted.point is None:
        return None, wrong
    lon, lat = spotted.point
    address = address_of("", spotted.place)
    draft = Draft(talk.category, SOURCE, talk.description, lon, lat, place_text=address, happened_at=at)
    try:
        checked(tx, draft)
    except InputError as error:
        return None, {str(error.values.get("field", "")): (error.code, error.values)}
    return draft, {}


def _remark(tx: Tx, actor: Actor, meeting: Meeting) -> str:
    """Join what is kept of the meeting with each issue; empty when nothing was said of it."""
    community = _community(tx, actor, meeting.community) if meeting.community else ""
    return " · ".join(part for part in (community, meeting.remark.strip()) if part)


def save(tx: Tx, actor: Actor, meeting: Meeting, met: Met) -> list[str]:
    """Take everything in, once however often the form is sent.

    Parameters
    ----------
    tx : Tx
        Writing transaction: all of it, or nothing.
    actor : Actor
        Who writes it down.
    meeting : Meeting
        The head; its uid is the form's.
    met : Met
        Of :func:`read`.

    Returns
    -------
    list of str
        Numbers, in the rows' order.

    Raises
    ------
    InputError, WorkflowError
        Nothing is written.
    """
    key = f"{_SENT}-{uid_of(meeting.uid) or uuid7(tx.now)}"
    known = remembered(tx, actor, key)
    if known:
        return known.split(",")
    numbers = [one.number for one in intake.report_many(tx, actor, met.drafts)]
    for number in numbers if met.remark else ():
        issues.perform(tx, actor, number, "note", {"text": met.remark})
    remember(tx, actor, key, ",".join(numbers))
    return numbers


def saved(tx: Tx, actor: Actor, meeting: Meeting) -> list[str]:
    """Give the numbers that a form was saved under; none while it was not."""
    uid = uid_of(meeting.uid)
    known = remembered(tx, actor, f"{_SENT}-{uid}") if uid else ""
    return known.split(",") if known else []
