"""What people type: lines (names, phones, codes), whose blanks are made plain; free words; whole numbers."""

import re

from server.errors import InputError

__all__ = ["free_words", "legible", "line", "whole"]

DIGITS_MOST = 18
NO_TEXT = re.compile("[\x00\ud800-\udfff]")
UNSEEN = re.compile(
    "[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]"
)
"""What shows nothing, what no file of XML can hold, and what turns the order of the words around it."""


def legible(words: str) -> str:
    """Leave out control characters, what is no character, and what turns the order of words around."""
    return UNSEEN.sub("", words)


def free_words(field: str, words: str) -> str:
    """Check words of any length, and make them legible.

    Raises
    ------
    InputError
        ``field.unreadable``: with half a character, or one that no database keeps.
    """
    if NO_TEXT.search(words):
        raise InputError("field.unreadable", field=field, value=ascii(words)[:80])
    return legible(words)


def line(field: str, given: str, most: int, *, is_needed: bool = True) -> str:
    """Check a line of text and bring its blanks to one spelling.

    Parameters
    ----------
    field : str
        Name of the field, for the message.
    given : str
        As typed.
    most : int
        Characters that are kept.
    is_needed : bool
        Whether it may not be empty.

    Raises
    ------
    InputError
        Empty, too long, or with characters that show nothing.
    """
    words = " ".join(given.split())
    if is_needed and not words:
        raise InputError("field.missing", field=field)
    if len(words) > most:
        raise InputError("field.too_long", field=field, length=len(words), limit=most)
    if not words.isprintable():
        raise InputError("field.unreadable", field=field, value=ascii(words)[:80])
    return words


def whole(typed: str, most: int = 10**DIGITS_MOST - 1) -> int | None:
    """Read a whole number as it was typed; None when it is none, or greater than ``most``.

    Parameters
    ----------
    typed : str
        Digits 0 to 9 alone, but for blanks around them.
    most : int
        Greatest that can be.
    """
    words = typed.strip()
    is_number = words.isascii() and words.isdecimal() and len(words) <= DIGITS_MOST
    return int(words) if is_number and int(words) <= most else None
