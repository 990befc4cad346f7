"""Fields of a Word file: none may read from outside, and none is put together by placeholders.

Word carries a field out whoever opens the file; one that shows a picture from elsewhere tells its host who did.
A template is read as it was sent, and what was made of it once more, since conditions and comments leave words out.
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from server.errors import InputError

__all__ = ["check_fields", "may_hold_fields"]

OUTSIDE = re.compile(
    r"DDE|INCLUDE|IMPORT|(?<!HYPER)LINK\b|DATABASE|MACROBUTTON|QUOTE|\bRD\b|\bPRINT\b|\bASK\b|\bFILLIN\b|\bSET\b",
    re.IGNORECASE,
)
"""Fields that read what is elsewhere, run something, ask, or build such a field out of parts."""
BARRED = ("altChunk", "object", "control", "OLEObject")
HOLDING = re.compile(rb"instr|fldChar|" + "|".join(BARRED).encode(), re.IGNORECASE)
CODED = ("instrText", "delInstrText")
TEXT = ("t", "delText")
BRACES = re.compile(r"[{}]")
MARKS = re.compile(r"\{[{%#]|[}%#]\}")
SPOKEN = ("descr", "title")
"""Attributes that are words for readers: a picture's description."""


def may_hold_fields(text: bytes) -> bool:
    """Tell at a glance whether there may be anything in a part's XML that :func:`check_fields` refuses."""
    return HOLDING.search(text) is not None


def check_fields(root: Element, name: str) -> None:
    """Refuse fields that read from outside, and placeholders in fields, links and other attributes.

    Parameters
    ----------
    root : Element
        Of a part.
    name : str
        The part's, for errors.

    Raises
    ------
    InputError
        ``bulletin.part``, ``bulletin.field`` or ``bulletin.field_marks``: says what is in the way.
    """
    told = list(_told(root, name))
    said = "".join(told)
    found = OUTSIDE.search(said)
    if found:
        raise InputError("bulletin.field", field="file", value=found[0])
    if BRACES.search(said):
        raise InputError("bulletin.field_marks", field="file", value=said.strip()[:60])


def _told(root: Element, name: str) -> Iterator[str]:
    """Give the code of all fields in order; one may be spread over several runs, and hold others."""
    coding: list[bool] = []  # of the fields that are open: whether their code still goes on
    for one in root.iter():
        kind = str(one.tag).rpartition("}")[2]
        if kind in BARRED:
            raise InputError("bulletin.part", field="file", part=f"{name[-40:]}: {kind}")
        if kind in CODED or (kind in TEXT and any(coding)):
            yield one.text or ""
        elif kind == "fldChar":
            _turn(coding, next((said for key, said in one.attrib.items() if key.endswith("fldCharType")), ""))
        for key, said in one.attrib.items():
            if kind == "fldSimple" and key.endswith("instr"):
                yield said
            elif MARKS.search(said) and key not in SPOKEN:
                raise InputError("bulletin.field_marks", field="file", value=said[:60])


def _turn(coding: list[bool], kind: str) -> None:
    if kind == "begin":
        coding.append(True)
    elif coding and kind == "separate":
        coding[-1] = False
    elif coding and kind == "end":
        coding.pop()
