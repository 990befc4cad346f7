"""Which buildings issues speak of: runs of numbers of the compound named most often.

From the public words of a place, which end at the building; see :mod:`server.services.redact`.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from server.services.place_names import building_of, plain

__all__ = ["Where", "runs", "where_of"]

_FORM = re.compile(r"^(\D{0,24}?)(\d{1,4})(号楼|号(?!楼))")
MOST = 12
"""Buildings named; those that most issues speak of."""


@dataclass(frozen=True)
class Where:
    """Where to go.

    Attributes
    ----------
    compound : str
        What the buildings belong to; may be empty.
    numbers : tuple of str
        Numbers and runs of numbers in order: ``28–31``, ``35``.
    unit : str
        ``号楼`` or ``号``, as they are called.
    """

    compound: str
    numbers: tuple[str, ...]
    unit: str


def where_of(places: Iterable[str]) -> Where | None:
    """Find the buildings that places speak of.

    Parameters
    ----------
    places : Iterable of str
        Addresses in words, one an issue.

    Returns
    -------
    Where or None
        Of the compound named most often, at a tie the first by name; None where no building is named.
    """
    found: dict[tuple[str, str], Counter[int]] = {}
    for place in places:
        said = _FORM.search(building_of(plain(place)))
        if said:
            found.setdefault((said[1], said[3]), Counter())[int(said[2])] += 1
    if not found:
        return None
    (compound, unit), numbers = min(found.items(), key=lambda one: (-one[1].total(), one[0]))
    most = sorted(numbers, key=lambda number: (-numbers[number], number))[:MOST]
    return Where(compound, tuple(runs(most)), unit)


def runs(numbers: Iterable[int]) -> list[str]:
    """Say numbers in order, those that follow each other as a run.

    Parameters
    ----------
    numbers : Iterable of int
        Any order.
    """
    spans: list[list[int]] = []
    for number in sorted(set(numbers)):
        if spans and number == spans[-1][-1] + 1:
            spans[-1] = [spans[-1][0], number]
        else:
            spans.append([number])
    return ["–".join(map(str, span)) for span in spans]
