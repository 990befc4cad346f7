"""What can be asked of a set of issues, in one spelling: lists, maps, counts and exports alike.

Everything comes as text, from a query, a form or the command line; what cannot be read is refused with
field and value. Knows nothing of the database.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from uuid import UUID

from server.errors import InputError
from server.services.categories import category_of, source_of
from server.services.lines import free_words
from server.words import NAMES, _
from server.workflow import OPEN, State

__all__ = ["FIELDS", "Bbox", "Filters", "bbox_of", "instant_of", "known"]

FIELDS = (
    "bbox", "area", "state", "category", "source", "since", "until", "q", "holder", "overdue", "clock", "urgent", "again",
    "department", "satisfaction", "todo", "ended_since", "ended_until", "due_since", "due_until", "timely", "reply",
    "verdict", "callback",
)  # fmt: skip
OPEN_NAME = "未结"
MOST_TEXT = 100
MOST_CODE = 64
_TRUE = frozenset({"1", "true"})
_FALSE = frozenset({"", "0", "false"})

Bbox = tuple[float, float, float, float]


@dataclass(frozen=True)
class Filters:
    """What is asked for; everything given must hold.

    Attributes
    ----------
    bbox : tuple of float or None
        West, south, east, north in WGS 84 degrees, borders included.
    area : str or None
        Code of an area; it and all below.
    states : tuple of str
        Any of these states; empty: all.
    categories, sources : tuple of str
        Any of these codes; empty: all.
    since, until : datetime or None
        Reported at or after, and before, these instants.
    q : str
        Part of number, summary or place, or the number that the 12345 line gave it.
    holder : str or None
        ``me`` or a person's uid.
    overdue : bool
        Only open ones past their due.
    clocks : tuple of str
        Any of these colours, ``green amber red none``; empty: all.
    urgent, again : bool
        Only urgent ones; only those opened more than once.
    department : str or None
        Code of the department that holds it.
    satisfactions : tuple of str
        Any of these answers to the last call-back; empty: all.
    todo : str
        What it waits for beside its state, a key of :data:`server.services.conditions.AWAITED`; empty: anything.
    ended_since, ended_until : datetime or None
        Closed, rejected or merged at or after, and before, these instants.
    due_since, due_until : datetime or None
        Due at or after, and before, these instants; what is suspended has no due.
    timely : tuple of str
        ``on_time`` closed within its due, ``late`` closed after it or open past it; empty: all.
    replies : tuple of str
        ``in_time`` finished within its due, ``late`` not; empty: all.
    verdicts : tuple of str
        What its reporter said in the end: ``solved`` answered, and never sent it back; ``sent_back`` did not
        accept it, or it was reopened; empty: all.
    callback : bool
        Only those whose reporter is to be called back.
    """

    bbox: Bbox | None = None
    area: str | None = None
    states: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    q: str = ""
    holder: str | UUID | None = None
    overdue: bool = False
    clocks: tuple[str, ...] = ()
    urgent: bool = False
    again: bool = False
    department: str | None = None
    satisfactions: tuple[str, ...] = ()
    todo: str = ""
    ended_since: datetime | None = None
    ended_until: datetime | None = None
    due_since: datetime | None = None
    due_until: datetime | None = None
    timely: tuple[str, ...] = ()
    replies: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    callback: bool = False

    @classmethod
    def parse(cls, given: Mapping[str, str | None], zone: tzinfo) -> "Filters":
        """Read filters from text.

        Parameters
        ----------
        given : Mapping[str, str or None]
            Any of :data:`FIELDS`; others are passed over, empty ones count as not given. ``state`` takes
            several with commas and ``open``; ``until`` without a time means the end of that day.
        zone : tzinfo
            For times without one.

        Raises
        ------
        InputError
            A value cannot be read: names field and value.
        """
        said = {name: free_words(name, given.get(name) or "").strip() for name in FIELDS}
        since, until = _stretch("", said, zone)
        ended_since, ended_until = _stretch("ended_", said, zone)
        due_since, due_until = _stretch("due_", said, zone)
        return cls(
            bbox=bbox_of(said["bbox"]),
            area=_text("area", said["area"], MOST_CODE) or None,
            states=tuple(dict.fromkeys(_states(said["state"]))),
            categories=tuple(dict.fromkeys(category_of(one).code for one in _several(said["category"]))),
            sources=tuple(dict.fromkeys(source_of(one) for one in _several(said["source"]))),
            since=since,
            until=until,
            q=_text("q", said["q"], MOST_TEXT),
            holder=_holder(said["holder"]),
            overdue=_flag("overdue", said["overdue"]),
            clocks=_codes("clock", said["clock"]),
            urgent=_flag("urgent", said["urgent"]),
            again=_flag("again", said["again"]),
            department=_text("department", said["department"], MOST_CODE) or None,
            satisfactions=_codes("satisfaction", said["satisfaction"]),
            todo=next(iter(_codes("todo", said["todo"], most=1)), ""),
            ended_since=ended_since,
            ended_until=ended_until,
            due_since=due_since,
            due_until=due_until,
            timely=_codes("timely", said["timely"]),
            replies=_codes("reply", said["reply"]),
            verdicts=_codes("verdict", said["verdict"]),
            callback=_flag("callback", said["callback"]),
        )


def _stretch(kind: str, said: Mapping[str, str], zone: tzinfo) -> tuple[datetime | None, datetime | None]:
    """Read a beginning and an end: ``since`` and ``until``, with what comes before these words."""
    begin, end = f"{kind}since", f"{kind}until"
    since, until = instant_of(begin, said[begin], zone), instant_of(end, said[end], zone, end=True)
    if since and until and since >= until:
        raise InputError("filter.period", field=end, value=said[end])
    return since, until


def instant_of(field: str, said: str, zone: tzinfo, *, end: bool = False) -> datetime | None:
    """Read a day or an instant.

    Parameters
    ----------
    field : str
        Named when it cannot be read.
    said : str
        ISO 8601 date, or date and time with or without an offset; empty gives None.
    zone : tzinfo
        Of a time without an offset.
    end : bool
        A day stands for its end, the next midnight, instead of its beginning.

    Returns
    -------
    datetime or None
        Aware, UTC.

    Raises
    ------
    InputError
        ``filter.time``.
    """
    if not said:
        return None
    try:
        if len(said) <= len("2026-11-22"):
            day = date.fromisoformat(said) + timedelta(days=1 if end else 0)
            return datetime.combine(day, time(), zone).astimezone(UTC)
        at = datetime.fromisoformat(said.replace(" ", "+") if _lost_plus(said) else said)
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InputError("filter.time", field=field, value=said[:40]) from error


def _lost_plus(said: str) -> bool:
    """Whether an offset's "+" came as a blank, as it does in a query that was not escaped."""
    return "T" in said and " " in said


def _several(said: str) -> Iterable[str]:
    return (one for one in (part.strip() for part in said.split(",")) if one)


def _states(said: str) -> Iterable[str]:
    for one in _several(said):
        if one == "open":
            yield from (str(state) for state in State if state in OPEN)
        elif one in NAMES["state"]:
            yield one
        else:
            raise InputError(
                "filter.state", field="state", value=one[:40], known=known("state", open=OPEN_NAME)
            )


def _codes(field: str, said: str, most: int | None = None) -> tuple[str, ...]:
    """Read codes that have names, with commas."""
    found = tuple(dict.fromkeys(_several(said)))
    for place, one in enumerate(found):
        if one not in NAMES[field] or (most is not None and place >= most):
            raise InputError("field.not_one_of", field=field, value=one[:40], expected=known(field))
    return found


def known(kind: str, codes: Iterable[str] | None = None, /, **more: str) -> str:
    """List the codes of a kind with their names, for a refusal: ``red（已超期）、amber（即将超期）``.

    Parameters
    ----------
    kind : str
        Key of :data:`server.words.NAMES`.
    codes : iterable of str, optional
        Which of them; all when not given.
    **more : str
        Codes to list before them, with their names.
    """
    names = {**more, **{code: NAMES[kind][code] for code in codes or NAMES[kind]}}
    return _("、").join(_("{code}（{name}）", code=code, name=_(name)) for code, name in names.items())


def bbox_of(said: str) -> Bbox | None:
    """Read a box: west, south, east, north in degrees, with commas; empty gives None.

    Raises
    ------
    InputError
        ``filter.bbox``.
    """
    if not said:
        return None
    try:
        west, south, east, north = (float(part) for part in said.split(","))
    except ValueError as error:
        raise InputError("filter.bbox", field="bbox", value=said[:80]) from error
    numbers = (west, south, east, north)
    on_earth = abs(west) <= 540 and abs(east) <= 540 and abs(south) <= 90 and abs(north) <= 90
    if not all(math.isfinite(one) for one in numbers) or not on_earth or west > east or south > north:
        raise InputError("filter.bbox", field="bbox", value=said[:80])
    return numbers


def _text(field: str, said: str, most: int) -> str:
    if len(said) > most:
        raise InputError("field.too_long", field=field, length=len(said), limit=most)
    return said


def _holder(said: str) -> str | UUID | None:
    if not said or said == "me":
        return said or None
    try:
        return UUID(said)
    except ValueError as error:
        raise InputError("filter.holder", field="holder", value=said[:40]) from error


def _flag(field: str, said: str) -> bool:
    if said.lower() not in _TRUE | _FALSE:
        raise InputError("filter.flag", field=field, value=said[:40])
    return said.lower() in _TRUE
