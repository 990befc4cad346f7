"""What can be asked about hot spots: over which units, of what, over how many weeks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from server.errors import InputError
from server.services.categories import category_of
from server.services.filters import known
from server.services.lines import free_words

__all__ = ["ALL", "EACH", "UNITS", "WEEKS", "Asked", "Weeks"]

UNITS = ("cells", "lattice")
EACH, ALL = "", "all"
"""Each category by itself; all issues together."""
WEEKS = (4, 52)
USUAL_WEEKS = 12
DAYS = 7
DIGITS = 2


@dataclass(frozen=True)
class Asked:
    """A question.

    Attributes
    ----------
    units : {"cells", "lattice"}
        What is compared.
    category : str
        Code of one, :data:`ALL`, or :data:`EACH`.
    weeks : int
        How many, 4 to 52.
    area : str
        Code of an area: only spots in it are told; they are what they are without it.
    """

    units: str = "cells"
    category: str = EACH
    weeks: int = USUAL_WEEKS
    area: str = ""

    @classmethod
    def parse(cls, given: Mapping[str, str | None]) -> "Asked":
        """Read a question from text; what is not given is as usual.

        Parameters
        ----------
        given : Mapping[str, str or None]
            ``units category weeks area``.

        Raises
        ------
        InputError
            A value cannot be read.
        """
        names = ("units", "category", "weeks", "area")
        said = {name: free_words(name, given.get(name) or "").strip() for name in names}
        units = said["units"] or UNITS[0]
        if units not in UNITS:
            raise InputError(
                "field.not_one_of", field="units", value=units[:40], expected=known("hotspot_kind")
            )
        category = said["category"]
        if category not in (EACH, ALL):
            category = category_of(category).code
        return cls(units, category, _weeks(said["weeks"]), said["area"][:64])

    def query(self) -> dict[str, str]:
        """Say the question as text again; what is as usual is left out."""
        usual = Asked()
        said = {name: str(value) for name, value in vars(self).items() if value != getattr(usual, name)}
        return dict(sorted(said.items()))


def _weeks(said: str) -> int:
    if not said:
        return USUAL_WEEKS
    is_number = said.isascii() and said.isdecimal() and len(said) <= DIGITS
    if not (is_number and WEEKS[0] <= int(said) <= WEEKS[1]):
        raise InputError("hotspot.weeks", field="weeks", value=said[:40], least=WEEKS[0], most=WEEKS[1])
    return int(said)


@dataclass(frozen=True)
class Weeks:
    """Stretches of seven whole days, oldest first.

    Attributes
    ----------
    edges : tuple of datetime
        UTC, one more than there are weeks; the last is the midnight before the question.
    """

    edges: tuple[datetime, ...]

    @classmethod
    def before(cls, now: datetime, count: int, zone: tzinfo) -> "Weeks":
        """Give the weeks before today.

        Parameters
        ----------
        now : datetime
            Aware.
        count : int
            How many.
        zone : tzinfo
            Of the days; one of 23 or 25 hours is a day all the same.
        """
        today = now.astimezone(zone).date()
        days = [today - timedelta(days=DAYS * back) for back in range(count, -1, -1)]
        return cls(tuple(datetime.combine(day, time(), zone).astimezone(UTC) for day in days))

    def __len__(self) -> int:
        """Count the weeks."""
        return len(self.edges) - 1

    def last(self, count: int) -> tuple[datetime, datetime]:
        """Give begin and end of the last so many weeks."""
        return self.edges[len(self) - count], self.edges[-1]
