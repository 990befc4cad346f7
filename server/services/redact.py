"""Take personal facts out of words, so that what is left may be listed, searched and shown on maps.

Deliberately greedy: a lost house number costs little, a leaked phone number much. The whole words stay
sealed in :mod:`server.services.private`.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

__all__ = ["MASK", "masked", "public_place", "public_words", "without_rooms"]

_LETTERS = re.compile(r"[^\W\d_]+")
_TITLES = "先生|女士|小姐|阿姨|大爷|大妈|大娘|大叔|奶奶|爷爷|师傅|老师|同志"
_TITLE = re.compile(rf"(?:{_TITLES})$")
_NO_NAMES = frozenset({*_TITLES.split("|"), "业主", "租户", "住户", "居民", "家属", "匿名", "本人", "群众"})
SUMMARY_LENGTH = 120
MASK = "＊"
ROOM = MASK * 3  # before 室: a number of any length
LEAST_NAME = 2  # one letter alone stands in too many words
LONG_PHONE = 11

_GAP = r"[\s._/·—–-]*"
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), mask)
    for pattern, mask in (
        (r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", MASK),  # mail addresses
        (rf"(?<!\d)\d(?:{_GAP}\d){{16}}{_GAP}[\dXx](?!\d)|(?<!\d)\d{{15}}(?!\d)", MASK),  # identity cards
        (
            rf"(?<!\d)(?:\+?86{_GAP})?1{_GAP}[3-9](?:{_GAP}\d){{9}}(?!\d)",
            MASK,
        ),  # mobile phones, however spaced
        (r"(?<!\d)(?:0\d{2,3}[-— .·]?)?\d{7,8}(?!\d)", MASK),  # fixed lines
        (r"(?<!\d)\d{9,}(?!\d)", MASK),  # bank cards, accounts
        (r"(?i:微信号?|[VW]X|V信|QQ号?)[:：]?\s*[A-Za-z0-9_-]{5,}", MASK),
        (r"(?<=姓名)[:：]?\s*[\u4e00-\u9fff]{2,4}", MASK),
        (r"(?<=[我他她]叫)[\u4e00-\u9fff]{2,3}", MASK),
        (r"[\u4e00-\u9fff]{1,3}?(?=先生|女士|小姐|阿姨|大爷|大妈|大娘|奶奶|爷爷|师傅|老师)", MASK),
    )
)
_UNIT = r"\s*(室|号房|户)"
_ROOM = re.compile(
    r"(?:(?<=单元)\s*\d{3,4}(?!\d)|(?<=[幢栋])\s*\d{1,2}-\d{3,4}(?!\d)"
    rf"|(?<!\d)\d{{1,3}}-\d{{1,2}}-\d{{3,4}}(?![\d-]))(?:{_UNIT})?|\d{{1,4}}{_UNIT}"
)
_MASKED_ROOM = re.compile(rf"{ROOM}{_UNIT}")


def masked(kind: str, words: str, names: Iterable[str] = ()) -> str:
    """Give sealed words as those may read them who do not handle the issue.

    Parameters
    ----------
    kind : str
        What they are, as :func:`server.services.private.seal` keeps it.
    words : str
        The words; "" stays "".
    names : Iterable of str
        Names of people that are known to stand in them.

    Returns
    -------
    str
        A name as ``张**``, a phone as ``138****5678``; all else with personal facts replaced by ``＊``, a
        room's number by ``＊＊＊``; whole otherwise.
    """
    if kind == "reporter_name":
        return words[:1] + "**" if words else ""
    if kind == "reporter_phone":
        return _masked_phone(words)
    return _without_facts(words, names)


def public_words(words: str, names: Iterable[str] = ()) -> str:
    """Give the words without personal facts, on one line, at most 120 characters.

    Parameters
    ----------
    words : str
        Free text about an issue.
    names : Iterable of str
        Names of people that are known to stand in it.

    Returns
    -------
    str
        Phones, identity numbers, mail addresses, accounts, known names and names before forms of address, and
        room numbers replaced by ``＊``, these as ``＊＊＊室``.
    """
    words = words[: SUMMARY_LENGTH * 8]
    if not words.isprintable():
        words = "".join(one if one.isprintable() else " " for one in words)
    line = _without_facts(" ".join(words.split()), names)
    return line if len(line) <= SUMMARY_LENGTH else line[: SUMMARY_LENGTH - 1] + "…"


def public_place(place: str, names: Iterable[str] = ()) -> str:
    """Give an address down to the building: room numbers and personal facts replaced."""
    return public_words(place, names)


def without_rooms(words: str) -> str:
    """Leave out the rooms that were masked: what is said of every room says nothing of what two reports share."""
    return _MASKED_ROOM.sub("", words)


def _without_facts(words: str, names: Iterable[str]) -> str:
    for one in sorted({part for name in names for part in _parts(name)}, key=len, reverse=True):
        words = words.replace(one, MASK)
    for pattern, mask in _PATTERNS:
        words = pattern.sub(mask, words)
    return _ROOM.sub(lambda room: f"{ROOM}{room[1] or room[2] or '室'}", words)


def _parts(name: str) -> Iterator[str]:
    """Give what of a name as typed may stand in words: whole, without blanks, and without title and remarks."""
    plain = unicodedata.normalize("NFKC", name)
    found = [name.strip(), plain.strip(), *_LETTERS.findall(plain), "".join(_LETTERS.findall(plain))]
    for one in found:
        bare = _TITLE.sub("", one)
        yield from (part for part in (one, bare) if len(part) >= LEAST_NAME and part not in _NO_NAMES)


def _masked_phone(phone: str) -> str:
    said = "".join(phone.split())
    ends = (3, 4) if len(said) >= LONG_PHONE else (2, 2)
    if len(said) <= sum(ends):
        return "****" if said else ""
    return f"{said[: ends[0]]}****{said[-ends[1] :]}"
