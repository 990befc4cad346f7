"""The three rates (三率) as data: what they are counted over, by which shares, how they weigh.

``data/rates.csv`` ships with the program; a file of that name in the store's folder goes before it. A row's
``query`` is what narrows the list of issues that fell due in the period.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from functools import lru_cache
from pathlib import Path
from urllib.parse import parse_qsl

from server.errors import InputError, SetupError
from server.services.filters import Filters
from server.services.statistics.shapes import Query
from server.shipped import shipped
from server.words import sentence

__all__ = ["FILE", "RATES", "Rate", "Rates", "rates_of"]

RATES = ("response", "resolution", "satisfaction")
BASE, TOP, BOTTOM, WEIGHT = "base", "numerator", "denominator", "weight"
FILE = "rates.csv"
NARROWING = frozenset(
    {
        "state",
        "category",
        "source",
        "urgent",
        "again",
        "satisfaction",
        "timely",
        "reply",
        "verdict",
        "callback",
    }
)
"""Filters that a row may use; times are the period's."""


@dataclass(frozen=True)
class Rate:
    """One of the three rates.

    Attributes
    ----------
    top : tuple of (float, Query)
        Shares and the issues that count by them.
    bottom : Query
        The issues below the line.
    """

    top: tuple[tuple[float, Query], ...]
    bottom: Query


@dataclass(frozen=True)
class Rates:
    """The three rates and how they weigh.

    Attributes
    ----------
    of : Mapping[str, Rate]
        By name; queries with the base's already in them.
    weights : Mapping[str, float]
        Of the score, which is 100 × their weighted sum.
    """

    of: Mapping[str, Rate]
    weights: Mapping[str, float]


def rates_of(folder: Path) -> Rates:
    """Give the rates of a store: of its own file where it has one, else as shipped.

    Parameters
    ----------
    folder : Path
        Of the store.

    Raises
    ------
    SetupError
        A row of its own file cannot be used; names the row.
    """
    own = folder / FILE
    if own.is_file():
        return _read(str(own), own.stat().st_mtime_ns)
    return _read(str(shipped("data") / FILE), 0)


@lru_cache(maxsize=8)
def _read(path: str, _changed: int) -> Rates:
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError("file.missing", file=path) from error
    read = [_row(number, row) for number, row in enumerate(rows, start=2)]
    base = dict(_queries(read, "*", BASE, {}))
    rates = {}
    for name in RATES:
        top = tuple((share, query) for share, query in _shares(read, name, TOP, base))
        bottom = [query for _share, query in _shares(read, name, BOTTOM, base)]
        if not top or len(bottom) != 1:
            raise SetupError("stats.rates", row=name, why=f"{TOP}, {BOTTOM}")
        rates[name] = Rate(top, bottom[0])
    weights = {one.rate: one.share for one in read if one.part == WEIGHT}
    if set(weights) != set(RATES):
        raise SetupError("stats.rates", row=WEIGHT, why=" ".join(RATES))
    return Rates(rates, weights)


@dataclass(frozen=True)
class _Row:
    rate: str
    part: str
    share: float
    query: Query


def _row(number: int, row: Mapping[str, str | None]) -> _Row:
    said = {name: (row.get(name) or "").strip() for name in ("rate", "part", "share", "query")}
    query = dict(parse_qsl(said["query"], keep_blank_values=True))
    known = said["rate"] in (*RATES, "*") and said["part"] in (BASE, TOP, BOTTOM, WEIGHT)
    try:
        share = float(said["share"] or 0)
        Filters.parse(query, UTC)
    except InputError as error:
        raise SetupError("stats.rates", row=number, why=sentence(error.code, error.values)) from error
    except ValueError as error:
        raise SetupError("stats.rates", row=number, why=said["share"]) from error
    if not known or not 0 <= share <= 1 or not set(query) <= NARROWING:
        raise SetupError("stats.rates", row=number, why=" ".join(said.values()))
    return _Row(said["rate"], said["part"], share, query)


def _shares(rows: list[_Row], rate: str, part: str, base: Query) -> Iterator[tuple[float, Query]]:
    for one in rows:
        if (one.rate, one.part) == (rate, part):
            yield one.share, {**base, **one.query}


def _queries(rows: list[_Row], rate: str, part: str, base: Query) -> Iterator[tuple[str, str]]:
    for _share, query in _shares(rows, rate, part, base):
        yield from query.items()
