"""Instants that tests of supervision share: now is 10:00 on Tuesday the 10th of March 2026."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from server.services.supervising import Round

ZONE = ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=1)
DUE = datetime(
    2026, 3, 10, 11, 0, tzinfo=ZONE
)  # an hour from now, a Tuesday; 5 hours of work are left that day
NOTHING = Round()


def at(day, hour, minute=0):
    return datetime(2026, 3, day, hour, minute, tzinfo=ZONE)
