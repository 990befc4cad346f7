"""The issues' narrow columns, kept in memory by each process, so that any filter over a million is answered at once.

What is kept are codes, keys, instants and points: no words, no names, nothing about people that the table of issues
does not need to find its rows. Who may see which rows is decided at each question, by the very rules that the
database is asked by (:mod:`server.services.permissions`).

:func:`columns_of` brings them up to date with what its transaction sees, reading only what changed since. A
transaction that began before another thread did so may see rows a moment newer than itself; never older ones.
"""

from server.services.columns.asked import Condition, are_held, conditions
from server.services.columns.beside import beside
from server.services.columns.current import columns_of, columns_read
from server.services.columns.narrow import NAMES, NEVER, Array
from server.services.columns.rows import Columns, Rows
from server.services.columns.seen import seen

__all__ = [
    "NAMES",
    "NEVER",
    "Array",
    "Columns",
    "Condition",
    "Rows",
    "are_held",
    "beside",
    "columns_of",
    "columns_read",
    "conditions",
    "seen",
]
