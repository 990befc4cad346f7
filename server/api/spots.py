"""What bodies of the field share: a position of two numbers, a code with its name."""

from server.api.telling import named
from server.errors import InputError
from server.words import NAMES, _

__all__ = ["code_told", "pair_of"]


def pair_of(lon: float | None, lat: float | None) -> tuple[float, float] | None:
    """Put a longitude and a latitude together; None where neither was given.

    Raises
    ------
    InputError
        ``coordinate.missing``: one of them is absent.
    """
    if (lon is None) != (lat is None):
        raise InputError("coordinate.missing", field="lon" if lon is None else "lat")
    return None if lon is None or lat is None else (lon, lat)


def code_told(kind: str, code: str) -> dict[str, str]:
    """Tell a code with its name of a kind, ``NAMES[kind]``."""
    return named(code, _(NAMES[kind][code]))
