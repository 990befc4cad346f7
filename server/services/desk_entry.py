"""Writing down what somebody tells: typed fields -> a draft, what to look at before saving, and the saving.

What is wrong with the fields is data, all of it at once: nobody on the telephone corrects one field after
another. The same form sent twice is one issue.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from uuid import UUID

from server.db import Tx
from server.errors import InputError
from server.services import attachments, duplicates, idempotency, issues
from server.services.answering import Answered, answer_one
from server.services.attachments import Taken
from server.services.drafts import Draft, checked, is_blank
from server.services.duplicates import Likeness
from server.services.idempotency import Answer
from server.services.imports.values import instant
from server.services.people import Actor
from server.services.pointing import Fault, Spotted, address_of, point_of
from server.uids import uuid7

__all__ = ["Preview", "Read", "Typed", "preview", "read", "remember", "remembered", "save", "saved", "uid_of"]

HOTLINE = "hotline"  # the source whose issues have a number of their own
_SENT = "desk"
_DONE = 200  # status of an answer that is kept for a form sent again


@dataclass(frozen=True)
class Typed:
    """The form as it was typed, every field as text.

    Attributes
    ----------
    source, category, description : str
        Code or name; code or name; free words.
    external_number : str
        Of the 12345 line.
    q, spot : str
        Words to search the place by, and the reference of the one chosen.
    lon, lat : str
        A pin on the map, WGS 84 degrees; it goes before the words.
    place_text : str
        Address in words.
    reporter_name, reporter_phone : str
        Who is to be answered.
    urgent : str
        ``1`` when ticked.
    happened_at : str
        Time without zone; empty for now.
    uid : str
        Of the form, so that it is saved once.
    """

    source: str = "phone"
    external_number: str = ""
    category: str = ""
    description: str = ""
    q: str = ""
    spot: str = ""
    lon: str = ""
    lat: str = ""
    place_text: str = ""
    reporter_name: str = ""
    reporter_phone: str = ""
    urgent: str = ""
    happened_at: str = ""
    uid: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "Typed":
        """Take the fields of a form; others are left aside."""
        return cls(**{one.name: given[one.name] for one in fields(cls) if one.name in given})


@dataclass(frozen=True)
class Read:
    """What was read of a form.

    Attributes
    ----------
    draft : Draft or None
        None when a field is at fault.
    spotted : Spotted
        Its place.
    faults : dict
        Field -> fault.
    """

    draft: Draft | None
    spotted: Spotted
    faults: Mapping[str, Fault]


@dataclass(frozen=True)
class Preview:
    """What to look at before saving.

    Attributes
    ----------
    answered : Answered
        Cell and person on duty.
    likely : tuple of Likeness
        What may be the same matter.
    """

    answered: Answered
    likely: tuple[Likeness, ...]

    @property
    def shown(self) -> str:
        """Code of the cell; ``-`` for none: what was shown is sent back with the form."""
        return self.answered.cell[0] if self.answered.cell else "-"


def read(tx: Tx, actor: Actor, typed: Typed) -> Read:
    """Read a form.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Who writes it down.
    typed : Typed
        As typed.
    """
    spotted = point_of(tx, actor, typed.q, typed.spot, typed.lon, typed.lat)
    faults = dict(spotted.faults)
    for name in ("category", "description"):
        if is_blank(getattr(typed, name)):
            faults[name] = ("field.missing", {"field": name})
    try:
        happened_at = instant(typed.happened_at, "happened_at", tx.config.zone)
    except InputError as error:
        faults["happened_at"], happened_at = (error.code, error.values), None
    if spotted.point is None or faults:
        return Read(None, spotted, faults)
    lon, lat = spotted.point
    draft = Draft(
        category=typed.category,
        source=typed.source,
        description=typed.description,
        lon=lon,
        lat=lat,
        place_text=address_of(typed.place_text, spotted.place),
        reporter_name=typed.reporter_name.strip(),
        reporter_phone=typed.reporter_phone.strip(),
        happened_at=happened_at,
        uid=uid_of(typed.uid),
        urgent=True if typed.urgent else None,
        external_number=typed.external_number.strip() if typed.source == HOTLINE else "",
    )
    try:
        checked(tx, draft)
    except InputError as error:
        return Read(None, spotted, {str(error.values.get("field", "")): (error.code, error.values)})
    return Read(draft, spotted, {})


def uid_of(said: str) -> UUID | None:
    """Read a form's uid; None for what is none."""
    try:
        return UUID(said)
    except ValueError:
        return None


def preview(tx: Tx, actor: Actor, draft: Draft) -> Preview:
    """Tell where a draft lies, who is on duty there, and what may be the same matter.

    Parameters
    ----------
    tx, actor :
        As for :func:`read`.
    draft : Draft
        Of :func:`read`.
    """
    lon, lat = draft.lon or 0.0, draft.lat or 0.0
    category = str(checked(tx, draft)["category"])
    likely = duplicates.find(
        tx, actor, lon=lon, lat=lat, category=category, words=draft.description, at=draft.happened_at
    )
    return Preview(answer_one(tx, actor, lon, lat, draft.crs, None), tuple(likely))


def save(tx: Tx, actor: Actor, draft: Draft, into: str = "", photos: Sequence[Taken] = ()) -> str:
    """Take a draft in, once however often its form is sent; merge it at once where it is known already.

    Parameters
    ----------
    tx : Tx
        Writing transaction: both are done, or neither.
    actor : Actor
        Who writes it down.
    draft : Draft
        Of :func:`read`.
    into : str
        Number of the issue it is the same as; empty for none.
    photos : Sequence of Taken
        Of how it is; of :func:`server.services.attachments.take_in`.

    Returns
    -------
    str
        Its number.

    Raises
    ------
    InputError, Conflict, WorkflowError
        As :func:`server.services.intake.report` and :func:`server.services.issues.perform`; nothing is written.
    """
    key = _key(draft.uid or uuid7(tx.now))
    known = remembered(tx, actor, key)
    if known:
        return known
    number = attachments.report(tx, actor, draft, photos).number
    if into:
        issues.perform(tx, actor, number, "merge", {"parent": into})
    remember(tx, actor, key, number)
    return number


def saved(tx: Tx, actor: Actor, typed: Typed) -> str:
    """Give the number that a form was saved under; empty while it was not."""
    uid = uid_of(typed.uid)
    return remembered(tx, actor, _key(uid)) if uid else ""


def _key(uid: UUID) -> str:
    return f"{_SENT}-{uid}"


def remembered(tx: Tx, actor: Actor, key: str) -> str:
    """Give what a form sent before led to; empty for a new one. A form under way elsewhere is waited for."""
    known = idempotency.recall(tx, actor, key, idempotency.digest_of(_SENT, b""))
    return known.body.decode() if known else ""


def remember(tx: Tx, actor: Actor, key: str, said: str) -> None:
    """Keep what a form led to."""
    answer = Answer(_DONE, said.encode())
    idempotency.remember(tx, actor, key, idempotency.digest_of(_SENT, b""), answer)
