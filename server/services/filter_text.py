"""Filters as text again, so that a list can be linked to; the inverse of :meth:`Filters.parse`."""

from dataclasses import fields
from datetime import datetime, tzinfo

from server.services.filters import Filters

__all__ = ["text_of"]

_NAMES = {
    "states": "state",
    "categories": "category",
    "sources": "source",
    "clocks": "clock",
    "satisfactions": "satisfaction",
    "replies": "reply",
    "verdicts": "verdict",
}


def text_of(filters: Filters, zone: tzinfo) -> dict[str, str]:
    """Say filters as text; what is not asked for is left out.

    Parameters
    ----------
    filters : Filters
        What is asked for.
    zone : tzinfo
        In which times are written.
    """
    found = {}
    for item in fields(filters):
        given = getattr(filters, item.name)
        if given is None or given in ((), "", False):
            continue
        if isinstance(given, datetime):
            said = given.astimezone(zone).isoformat()
        elif isinstance(given, tuple):
            said = ",".join(repr(one) if isinstance(one, float) else str(one) for one in given)
        else:
            said = "1" if given is True else str(given)
        found[_NAMES.get(item.name, item.name)] = said
    return found
