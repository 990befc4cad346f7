"""Categories and sources of issues, read from the tables that ship in ``data/``."""

import csv
from dataclasses import dataclass
from functools import cache

from server.errors import InputError
from server.shipped import shipped
from server.words import NAMES, language

__all__ = ["Category", "categories", "category_name", "category_of", "source_of"]


@dataclass(frozen=True)
class Category:
    """A kind of issue.

    Attributes
    ----------
    code : str
        Stable English name.
    name, name_en : str
        Chinese and English name.
    group : str
        Code of its group.
    row : dict[str, str]
        All columns of its row in ``data/categories.csv``.
    """

    code: str
    name: str
    name_en: str
    group: str
    row: dict[str, str]

    @property
    def label(self) -> str:
        """Name in the language spoken now."""
        return self.name_en if language() == "en" else self.name


@cache
def categories() -> dict[str, Category]:
    """Read all categories, in the table's order; code -> category."""
    with (shipped("data") / "categories.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        row["code"]: Category(row["code"], row["name"], row["name_en"], row["group"], row) for row in rows
    }


def category_name(code: str) -> str:
    """Name a category in the language spoken now; one that left the table keeps its code."""
    known = categories().get(code)
    return known.label if known else code


@cache
def _by_any_name() -> dict[str, Category]:
    known: dict[str, Category] = {}
    for one in categories().values():
        for name in (one.code, one.name, one.name_en):
            known.setdefault(name.casefold(), one)
    return known


def category_of(value: str) -> Category:
    """Find a category by code or by Chinese or English name.

    Raises
    ------
    InputError
        There is none; the error lists the known ones.
    """
    found = _by_any_name().get(value.strip().casefold())
    if found is None:
        raise InputError(
            "category.unknown", field="category", value=value[:80], known="、".join(categories())
        )
    return found


def source_of(value: str) -> str:
    """Find a source by code or Chinese name; gives its code.

    Raises
    ------
    InputError
        There is none.
    """
    for code, name in NAMES["source"].items():
        if value.strip() in (code, name):
            return code
    raise InputError("source.unknown", field="source", value=value[:80], known="、".join(NAMES["source"]))
