"""Statistics: how many, how fast, how well; each number with the list of exactly the issues behind it.

Counted over the columns (:mod:`server.services.columns`) of what the asker may see, as the issues stand now. Every figure carries the filters of
its list, and :func:`server.services.listing.count` of them is the figure.

- New: reported in the period. Open, overdue: now, whatever the period. Closed: closed in the period and still so.
- On-time rate: closed within their due, of those that fell due in the period and were not suspended, rejected or
  merged; what falls due later is not judged yet.
- Three rates (三率): of those that fell due, whose reporter waits to be called back; :mod:`.rates`.
- Hours: medians of what was closed in the period, by the clock of each issue's own limit, suspensions left out.
"""

from server.services.statistics.indicators import INDICATORS, SERIAL, SUMMARY
from server.services.statistics.periods import PRESETS, Period, period_of
from server.services.statistics.shapes import Figure, Point, Query, Row, Series, Table
from server.services.statistics.summaries import summary
from server.services.statistics.tables import by
from server.services.statistics.trends import STEPS, trend
from server.services.statistics.units import DIMENSIONS

__all__ = [
    "DIMENSIONS",
    "INDICATORS",
    "PRESETS",
    "SERIAL",
    "STEPS",
    "SUMMARY",
    "Figure",
    "Period",
    "Point",
    "Query",
    "Row",
    "Series",
    "Table",
    "by",
    "period_of",
    "summary",
    "trend",
]
