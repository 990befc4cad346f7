"""What a device says beside an act that it sends: by which name the act is known, and what its own clock said.

An answer may be lost on its way, and the memory of answers (:mod:`server.services.idempotency`) forgets after a
week; the name stands in the ledger, so an act that is sent again after months is still done once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from server.db import Tx
from server.errors import InputError
from server.models import Entry, PrivateText
from server.services.people import Actor
from server.services.private import unseal

__all__ = ["NOTHING", "Sent", "clock_codes", "refuse_nil", "was_done"]

TOLD_FROM = timedelta(seconds=60)
"""A device's clock that is off by less is not worth a word."""


@dataclass(frozen=True)
class Sent:
    """What a device says beside an act.

    Attributes
    ----------
    uid : UUID or None
        Made by the device; the same one again is the same act.
    device_at : datetime or None
        When it happened as the device's own clock said, right or wrong.
    """

    uid: UUID | None = None
    device_at: datetime | None = None

    def codes(self, at: datetime) -> dict[str, str]:
        """Give what the entry of an act keeps that happened at an instant."""
        named = {"sent": str(self.uid)} if self.uid else {}
        return named | clock_codes(self.device_at, at)


NOTHING = Sent()


def clock_codes(device_at: datetime | None, at: datetime) -> dict[str, str]:
    """Give what an entry keeps of a device's clock: nothing where it was right within a minute."""
    if device_at is None or abs(device_at - at) <= TOLD_FROM:
        return {}
    return {"device_at": device_at.isoformat()}


def refuse_nil(uid: UUID, field: str = "uid") -> None:
    """Refuse a name that names nothing.

    Raises
    ------
    InputError
        It is all zeros.
    """
    if uid.int == 0:
        raise InputError("field.not_uuid", field=field, value=str(uid))


def was_done(
    tx: Tx, entries: Sequence[Entry], actor: Actor, action: str, given: Mapping[str, Any], sent: Sent
) -> bool:
    """Tell whether an act stands in the ledger already.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    entries : Sequence of Entry
        All of the issue.
    actor : Actor
        Who sends it; names of different people are different.
    action : str
        What.
    given : Mapping
        With which words.
    sent : Sent
        By which name.

    Raises
    ------
    InputError
        The name stands there for another action, or for other words; or it is none.
    """
    if sent.uid is None:
        return False
    refuse_nil(sent.uid)
    mine = (one for one in entries if one.person_id == actor.person_id)
    found = next((one for one in mine if one.given.get("sent") == str(sent.uid)), None)
    if found is not None and (found.action != action or not _says(tx, found, given)):
        raise InputError("uid.taken", field="uid", value=str(sent.uid))
    return found is not None


def _says(tx: Tx, entry: Entry, given: Mapping[str, Any]) -> bool:
    """Whether the words of an entry are those given, as far as they are still kept."""
    kinds = {reference[0]: kind for kind, reference in entry.given.get("private", {}).items()}
    texts = tx.session.scalars(select(PrivateText).where(PrivateText.uid.in_([UUID(uid) for uid in kinds])))
    kept = {kinds[str(text.uid)]: unseal(tx, text) for text in texts}
    return all(said is None or kind not in given or given[kind] == said for kind, said in kept.items())
