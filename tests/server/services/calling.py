"""Somebody who is looked in on, and visits to them and to others."""

from datetime import date
from uuid import UUID

from server.services import cares, visits
from server.services.cares import NewCare
from server.services.visits import NewVisit

HOME = (122.0151, 37.0151)
CARE = NewCare(
    UUID(int=0x0190_0000_0000_7000_8000_0000_0000_0005),
    "alone",
    7,
    "王奶奶",
    "3幢501",
    "量血压",
    date(2026, 3, 9),
    HOME,
)


def uid(number):
    """Make a uid as a device does."""
    return UUID(int=0x0190_0000_0000_7000_8000_0000_0000_0000 + number)


def called(store, lin):
    """Write down an entry of care (5), a visit (6), and one to whom it is about (7)."""
    with store.write() as tx:
        cares.agree(tx, lin, CARE)
        visits.record(tx, lin, NewVisit(uid(6), "daily", "household", "well", "3幢", "都好", HOME))
        visits.record(tx, lin, NewVisit(uid(7), "care", "household", "well", "", "血压正常", care=uid(5)))
