"""What can be exported: a row a kind, with what may be asked of it; and whether it is too large to be waited for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from server.db import Tx
from server.errors import InputError
from server.formats import FORMATS, Format, Table
from server.services import audit, hotspots, listing
from server.services.exporting.tables import issue_table
from server.services.exporting.units import LEVELS, UNIT_FIELDS, count_units, unit_table
from server.services.filters import FIELDS, Filters, known
from server.services.hotspots import Asked, Found, hotspot_table
from server.services.people import Actor

__all__ = ["AT_ONCE", "KINDS", "Kind", "Wish", "at_once", "count", "is_large", "named", "table_of", "wish_of"]

AT_ONCE = 5_000
"""So many rows are made while somebody waits."""
MADE_LATER = frozenset({"pmtiles"})
"""Formats that take long whatever the number of rows."""
SHOWN = 60

Given = Mapping[str, str]


@dataclass(frozen=True)
class Kind:
    """One kind of thing to export.

    Attributes
    ----------
    fields : tuple of str
        What may be asked of it.
    count : Callable[[Tx, Actor, Mapping], int]
        How many rows there are; refuses what cannot be asked for.
    table : Callable[[Tx, Actor, Mapping], Table]
        The rows, read as they are taken.
    """

    fields: tuple[str, ...]
    count: Callable[[Tx, Actor, Given], int]
    table: Callable[[Tx, Actor, Given], Table]


def _filters(tx: Tx, given: Given) -> Filters:
    return Filters.parse(given, tx.config.zone)


def _spots(tx: Tx, actor: Actor, given: Given) -> Found:
    return hotspots.find(tx, actor, Asked.parse(given))


KINDS: dict[str, Kind] = {
    "issues": Kind(
        FIELDS,
        lambda tx, actor, given: listing.count(tx, actor, _filters(tx, given)),
        lambda tx, actor, given: issue_table(tx, listing.walk(tx, actor, _filters(tx, given))),
    ),
    "cells": Kind(("level", *UNIT_FIELDS), count_units, unit_table),
    "hotspots": Kind(
        ("units", "category", "weeks", "area"),
        lambda tx, actor, given: len(_spots(tx, actor, given).spots),
        lambda tx, actor, given: hotspot_table(tx, _spots(tx, actor, given)),
    ),
}
"""Kind -> how. A new one is a row here and a name in ``NAMES["export_kind"]``."""


@dataclass(frozen=True)
class Wish:
    """What somebody wants to have.

    Attributes
    ----------
    kind : str
        Key of :data:`KINDS`.
    form : str
        Suffix of the format.
    given : Mapping[str, str]
        What is asked of it, as text.
    """

    kind: str
    form: str
    given: Given

    @property
    def format(self) -> Format:
        """The format."""
        return FORMATS[self.form]

    @property
    def name(self) -> str:
        """First part of the file's name."""
        return LEVELS[self.given.get("level") or "cell"] if self.kind == "cells" else self.kind


def wish_of(kind: str, form: str, given: Mapping[str, str | None]) -> Wish:
    """Read a wish; what is empty counts as not given.

    Raises
    ------
    InputError
        No such kind, format or field.
    """
    if kind not in KINDS:
        raise InputError(
            "field.not_one_of", field="kind", value=kind[:SHOWN], expected=known("export_kind", KINDS)
        )
    if form not in FORMATS:
        raise InputError(
            "field.not_one_of", field="format", value=form[:SHOWN], expected=known("export_format", FORMATS)
        )
    kept = {name: said.strip() for name, said in given.items() if said and said.strip()}
    for name in kept:
        if name not in KINDS[kind].fields:
            raise InputError("field.unknown", field=name[:SHOWN], value=kept[name][:SHOWN])
    return Wish(kind, form, kept)


def count(tx: Tx, actor: Actor, wish: Wish) -> int:
    """Count the rows of a wish.

    Raises
    ------
    InputError, NotFound
        It cannot be asked for, or its format does not hold so many.
    """
    found = KINDS[wish.kind].count(tx, actor, wish.given)
    most = wish.format.most
    if most is not None and found > most:
        raise InputError("export.rows", field="format", value=f"{found:,}", most=f"{most:,}")
    return found


def is_large(wish: Wish, rows: int) -> bool:
    """Tell whether a wish is to be made by the job process."""
    return wish.form in MADE_LATER or rows > AT_ONCE


def table_of(tx: Tx, actor: Actor, wish: Wish) -> Table:
    """Make the table of a wish."""
    return KINDS[wish.kind].table(tx, actor, wish.given)


def at_once(tx: Tx, actor: Actor, wish: Wish) -> int:
    """Write down that a small wish is handed out now; gives how many rows there are.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    actor : Actor
        Who gets it.
    wish : Wish
        What.

    Raises
    ------
    InputError
        It is too large for that.
    """
    rows = count(tx, actor, wish)
    if is_large(wish, rows):
        raise InputError("export.large", field="format", rows=f"{rows:,}", most=f"{AT_ONCE:,}")
    audit.record(tx, actor, "export", what=wish.kind, form=wish.form, filters=named(wish.given), count=rows)
    return rows


def named(given: Given) -> dict[str, str]:
    """Give the filters as they are written down: what is searched for may name somebody and is not."""
    return {name: "…" if name == "q" else said[:SHOWN] for name, said in given.items()}
