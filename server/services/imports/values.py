"""Values of cells: numbers, instants, maps written as ``A=b,C=d``."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from server.errors import InputError
from server.services.imports.tables import Cell, Uncalculated, text_of

__all__ = ["instant", "number", "plain", "read_map", "text"]

EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's day 0, which knows no zone
EXCEL_DAYS = range(20_000, 80_000)  # 1954 to 2119
FORMS = "2026-03-01 08:05"
_CHINESE = str.maketrans({"年": "-", "月": "-", "日": " ", "时": ":", "点": ":", "分": ":", "秒": " ", "/": "-",
                          ".": "-", "：": ":", "T": " "})  # fmt: skip
_DATE = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:\s+(\d{1,2}):(?:(\d{1,2})(?::(?:(\d{1,2}))?)?)?)?"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?")
_WHOLE = re.compile(r"(-?\d+)\.0+")


def text(cell: Cell, field: str) -> str:
    """Give a cell as text.

    Raises
    ------
    InputError
        A formula stands there that was saved without its value.
    """
    if isinstance(cell, Uncalculated):
        raise InputError("import.formula", field=field)
    return text_of(cell)


def number(cell: Cell, field: str) -> float | None:
    """Read a decimal number; None for a blank.

    Raises
    ------
    InputError
        It is none.
    """
    words = text(cell, field)
    if not words:
        return None
    try:
        return float(words if "_" not in words else "x")
    except ValueError as error:
        raise InputError("number.invalid", field=field, value=words[:80]) from error


def instant(cell: Cell, field: str, zone: ZoneInfo) -> datetime | None:
    """Read an instant; None for a blank.

    Parameters
    ----------
    cell : Cell
        ISO 8601, ``2026/3/1 8:05``, ``2026年3月1日 8时5分``, ``20260301``, a spreadsheet's date or day number.
    field : str
        For the error.
    zone : ZoneInfo
        Zone of what names none.

    Returns
    -------
    datetime or None
        Aware.

    Raises
    ------
    InputError
        It is none, or a month and day that could be either way round.
    """
    if isinstance(cell, datetime):
        return cell if cell.tzinfo else cell.replace(tzinfo=zone)
    words = text(cell, field)
    if not words:
        return None
    try:
        return _instant(words, zone)
    except (ValueError, OverflowError) as error:
        raise InputError("time.invalid", field=field, value=words[:80], form=FORMS) from error


def _instant(words: str, zone: ZoneInfo) -> datetime:
    try:
        standard = datetime.fromisoformat(words)
    except ValueError:
        return _customary(words, zone)
    return standard if standard.tzinfo else standard.replace(tzinfo=zone)


def _customary(words: str, zone: ZoneInfo) -> datetime:
    compact = _COMPACT.fullmatch(words)
    if compact:
        return datetime(*(int(part) for part in compact.groups() if part), tzinfo=zone)  # type: ignore[misc, arg-type]
    found = _DATE.fullmatch(words.translate(_CHINESE).strip().rstrip("-"))
    if found:
        return datetime(*(int(part or 0) for part in found.groups()), tzinfo=zone)  # type: ignore[misc, arg-type]
    days = float(words)
    if int(days) not in EXCEL_DAYS:
        raise ValueError(words)
    return (EXCEL_EPOCH + timedelta(seconds=round(days * 86_400))).replace(tzinfo=zone)


def plain(words: str) -> str:
    """Normalise a code for comparison: trimmed, ``61.0`` as ``61``."""
    words = words.strip()
    whole = _WHOLE.fullmatch(words)
    return whole.group(1) if whole else words


def read_map(words: Iterable[str], option: str) -> dict[str, str]:
    """Read a map from options.

    Parameters
    ----------
    words : Iterable of str
        Each ``A=b`` or several of them between commas; ``*`` stands for everything else.
    option : str
        Its name, for the error.

    Returns
    -------
    dict[str, str]
        Trimmed and with lower-case keys.

    Raises
    ------
    InputError
        A part without ``=``.
    """
    found: dict[str, str] = {}
    for part in (part for several in words for part in several.split(",") if part.strip()):
        key, sign, value = part.rpartition("=")
        if not sign or not key.strip() or not value.strip():
            raise InputError("option.map", option=option, value=part.strip())
        found[key.strip().casefold()] = value.strip()
    return found
