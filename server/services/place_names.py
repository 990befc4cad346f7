"""Names of places as people say and write them, brought to one spelling so that they can be compared.

「文峰小区3号楼」, 「文峰小区 3 幢」, 「文峰小区3#楼」 and 「文峰小区三栋」 are one building. Knows nothing of
where they lie.
"""

import re
import unicodedata

__all__ = ["building_of", "is_within", "kind_of", "plain"]

_DIGITS = {word: number for number, word in enumerate("零一二三四五六七八九")}
_DROPPED = re.compile(r"[\s\-_—–·.,，。、;；:：()（）\[\]【】\"'“”‘’]+")
_NUMERAL = re.compile(r"([一二三四五六七八九十]{1,3})(?=号楼|号院|幢|栋|座|单元|网格)")
_BUILDING = re.compile(r"(?<=\d)(?:号楼|#楼|#|幢|栋|座)")
_INSIDE = re.compile(r"(?<=号楼)(?:\d+单元|\d+-\d+|\d{3,4}(?:室|户)?).*$|\d+单元.*$|\d{3,4}室.*$")
_KINDS = (
    (re.compile(r"\d+号楼$|\d+号$"), "building"),
    (re.compile(r"[路街道巷]$"), "road"),
    (re.compile(r"(?:小区|花园|家园|新村|苑|公寓|华庭|山庄|宿舍|家属院|里|城)$"), "compound"),
)


def plain(words: str) -> str:
    """Bring a name to one spelling.

    Parameters
    ----------
    words : str
        As written or said; full-width characters, blanks, 幢, 栋, 座, ``#`` and Chinese numerals allowed.

    Returns
    -------
    str
        Lower case, without blanks and punctuation; buildings as ``3号楼``, cells as ``第8网格``.
    """
    folded = _DROPPED.sub("", unicodedata.normalize("NFKC", words).casefold())
    return _BUILDING.sub("号楼", _NUMERAL.sub(lambda found: str(_number(found[1])), folded))


def _number(numeral: str) -> int:
    tens, ten, ones = numeral.rpartition("十")
    if not ten:
        return int("".join(str(_DIGITS[one]) for one in numeral))
    return _DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0)


def building_of(key: str) -> str:
    """Leave entrance and room away from a plain address: what is left is a building or more.

    Parameters
    ----------
    key : str
        As :func:`plain` gives it.
    """
    return _INSIDE.sub("", key) or key


def is_within(key: str, name: str) -> bool:
    """Tell whether a plain name holds a key; 「1号楼」 is no part of 「11号楼」."""
    place = name.find(key)
    while place >= 0:
        if not (place and key[:1].isdigit() and name[place - 1].isdigit()):
            return True
        place = name.find(key, place + 1)
    return False


def kind_of(name: str) -> str:
    """Guess what a place is from its name: ``building``, ``road``, ``compound``, else ``landmark``."""
    key = plain(name)
    return next((kind for form, kind in _KINDS if form.search(key)), "landmark")
