"""Files to take away: what is wished for, made at once or, where it is large, by the job process, theirs alone.

- What can be had: :mod:`.wishes` (kinds, one row each) and :mod:`server.formats` (formats, one function each).
- The person's own files: :mod:`.shelf`. How they are made: :mod:`.making`.

A file holds what its person might see when it was made, masked as the list is. It is theirs alone, as long as they
are active, their roles are as they were then, and its days are not over; that it was made and fetched is on record.
"""

from server.services.exporting.making import work
from server.services.exporting.shelf import (
    KEPT_OPEN,
    ExportView,
    again,
    ask,
    cancel,
    delete,
    fetch,
    find,
    is_stalled,
    one,
)
from server.services.exporting.wishes import AT_ONCE, KINDS, Wish, at_once, count, is_large, wish_of

__all__ = [
    "AT_ONCE",
    "KEPT_OPEN",
    "KINDS",
    "ExportView",
    "Wish",
    "again",
    "ask",
    "at_once",
    "cancel",
    "count",
    "delete",
    "fetch",
    "find",
    "is_large",
    "is_stalled",
    "one",
    "wish_of",
    "work",
]
