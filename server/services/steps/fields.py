"""Reading the fields that actions take: words, codes, instants, numbers; each refused with field and value."""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from server.db import Tx
from server.errors import InputError
from server.services.filters import instant_of, known
from server.services.lines import free_words

__all__ = ["CODES", "TEXT_MOST", "UNITS", "WORDS", "code", "instant", "number", "unit", "words"]

WORDS = frozenset({"reason", "told", "outcome", "text", "matter"})
"""Free words: sealed, never in an entry."""
TEXT_MOST = 5_000
UNITS = (
    "处", "个", "件", "盏", "扇", "米", "平方米", "立方米", "吨", "棵", "辆", "车", "户", "人次", "次",
)  # fmt: skip
"""Units of a quantity; it stands in the entry in plain, so nothing else may be written there."""
AHEAD_MOST = timedelta(days=3 * 366)
NUMBER_MOST = 1e9
CODES: dict[str, frozenset[str]] = {
    "contacted": frozenset({"yes", "no"}),
    "satisfaction": frozenset({"satisfied", "basically", "dissatisfied"}),
    "result": frozenset({"done", "partly", "cannot"}),
}


def words(field: str, said: object) -> str:
    """Read free words.

    Raises
    ------
    InputError
        No text, too long, or a character that no database keeps.
    """
    if not isinstance(said, str):
        raise InputError("field.not_text", field=field)
    if len(said) > TEXT_MOST:
        raise InputError("field.too_long", field=field, length=len(said), limit=TEXT_MOST)
    return free_words(field, said)


def code(field: str, said: object) -> str:
    """Read one of :data:`CODES`."""
    if said not in CODES[field]:
        raise InputError("field.not_one_of", field=field, value=str(said)[:40], expected=known(field))
    return str(said)


def instant(tx: Tx, field: str, said: object, after: datetime) -> datetime:
    """Read an instant in the future; a day stands for its end.

    Parameters
    ----------
    tx : Tx
        Knows the zone.
    field : str
        Named when it cannot be used.
    said : datetime or str
        As given; ISO 8601 when text.
    after : datetime
        It must be later than this.

    Raises
    ------
    InputError
        Unreadable, not later, or more than three years ahead.
    """
    at = said if isinstance(said, datetime) else instant_of(field, str(said)[:40], tx.config.zone, end=True)
    if at is None:
        raise InputError("filter.time", field=field, value=str(said)[:40])
    shown = at.astimezone(tx.config.zone).strftime("%Y-%m-%d %H:%M")
    if at <= after:
        least = after.astimezone(tx.config.zone).strftime("%Y-%m-%d %H:%M")
        raise InputError("time.not_later", field=field, value=shown, least=least)
    if at > tx.now + AHEAD_MOST:
        raise InputError("time.too_late", field=field, value=shown)
    return at


def number(field: str, said: object) -> float:
    """Read a number that is not negative; text is taken as typed in a form.

    Raises
    ------
    InputError
        No number, negative, or not to be believed.
    """
    try:
        value = math.nan if isinstance(said, bool) else float(str(said).strip())
    except ValueError:
        value = math.nan
    if math.isnan(value):
        raise InputError("field.not_number", field=field, value=str(said)[:40])
    if value < 0:
        raise InputError("field.too_small", field=field, value=str(said)[:40], least=0)
    if value > NUMBER_MOST:
        raise InputError("field.too_large", field=field, value=str(said)[:40], most=int(NUMBER_MOST))
    return value


def unit(given: Mapping[str, Any]) -> str:
    """Read the unit of a quantity, one of :data:`UNITS`."""
    said = words("unit", given.get("unit") or "").strip()
    if not said:
        raise InputError("field.missing", field="unit")
    if said not in UNITS:
        raise InputError("field.invalid", field="unit", value=said[:40], why="、".join(UNITS))
    return said
