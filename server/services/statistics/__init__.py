"""Statistics: how many, how fast, how well; each number with the list of exactly the issues behind it.

Counted in the database over what the asker may see, as the issues stand now. Every figure carries the filters of
its list, and :func:`server.services.listing.count` of them is the figure.
"""

from server.services.statistics.periods import PRESETS, Period, period_of
from server.services.statistics.shapes import Figure, Point, Query, Row, Series, Table

__all__ = ["PRESETS", "Figure", "Period", "Point", "Query", "Row", "Series", "Table", "period_of"]
