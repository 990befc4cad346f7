"""Categories and sources of issues: the table that ships in ``data/``, and what was edited on top of it.

Read without a transaction, time and again: each thread holds the categories as they were when it last
asked the store (:func:`refresh`), which every request and every transaction that needs the rules does.
"""

import csv
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, cached_property

from sqlalchemy import select

from server.db import Tx
from server.errors import InputError
from server.models import CategoryEdit
from server.services.marks import RULES, mark
from server.shipped import shipped
from server.words import NAMES, language

__all__ = [
    "Category",
    "categories",
    "category_name",
    "category_of",
    "refresh",
    "shipped_categories",
    "source_of",
    "standing",
]

SHELF = "categories"


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
    is_active : bool
        Whether it is offered for new reports; old issues keep it either way.
    """

    code: str
    name: str
    name_en: str
    group: str
    row: dict[str, str]
    is_active: bool = True

    @property
    def label(self) -> str:
        """Name in the language spoken now."""
        return self.name_en if language() == "en" else self.name

    @property
    def group_label(self) -> str:
        """Name of its group in the language spoken now."""
        return self.row["group_name_en" if language() == "en" else "group_name"]


@dataclass(frozen=True)
class Standing:
    """The categories as they stand since some edit.

    Attributes
    ----------
    version : str or None
        Mark of that edit; None before the first.
    by_code : dict
        In the table's order, added ones last.
    """

    version: str | None
    by_code: dict[str, Category]

    @cached_property
    def by_name(self) -> dict[str, Category]:
        """Codes and names, in lower case; a shipped name leads on after it was changed."""
        known: dict[str, Category] = {}
        older = [(self.by_code[one.code], one) for one in shipped_categories().values()]
        for found, spelled in [*((one, one) for one in self.by_code.values()), *older]:
            for name in (spelled.code, spelled.name, spelled.name_en):
                known.setdefault(name.casefold(), found)
        return known


standing: ContextVar[Standing | None] = ContextVar("categories", default=None)
"""What :func:`refresh` found last in this thread or task; None: as shipped."""


@cache
def shipped_categories() -> dict[str, Category]:
    """Read the categories that ship with the program, in the table's order; code -> category."""
    with (shipped("data") / "categories.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["code"]: _category(row) for row in csv.DictReader(file)}


@cache
def _as_shipped() -> Standing:
    return Standing(None, shipped_categories())


def categories() -> dict[str, Category]:
    """Give all categories, those that are no longer offered too; code -> category."""
    return (standing.get() or _as_shipped()).by_code


def refresh(tx: Tx, version: str | None = None) -> None:
    """Bring this thread's categories up to date with the store.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    version : str, optional
        The mark of the rules, where it was read already; empty when there is none.
    """
    if version is None:
        version = mark(tx, RULES)
    if not version:
        standing.set(None)
        return
    kept = tx.store.shelf.get(SHELF)
    if not isinstance(kept, Standing) or kept.version != version:
        kept = Standing(
            version, _edited(tx.session.scalars(select(CategoryEdit).order_by(CategoryEdit.code)))
        )
        tx.store.shelf[SHELF] = kept
    standing.set(kept)


def _edited(edits: Iterable[CategoryEdit]) -> dict[str, Category]:
    known = dict(shipped_categories())
    for edit in edits:
        row = known[edit.code].row if edit.code in known else {}
        known[edit.code] = _category({**row, **edit.row, "code": edit.code}, is_active=edit.is_active)
    return known


def _category(row: dict[str, str], *, is_active: bool = True) -> Category:
    return Category(row["code"], row["name"], row["name_en"], row["group"], row, is_active)


def category_name(code: str) -> str:
    """Name a category in the language spoken now; one that left the table keeps its code."""
    known = categories().get(code)
    return known.label if known else code


def category_of(value: str) -> Category:
    """Find a category by code or by Chinese or English name; one that is no longer offered too.

    Raises
    ------
    InputError
        There is none; the error lists the known ones.
    """
    found = (standing.get() or _as_shipped()).by_name.get(value.strip().casefold())
    if found is None:
        known = "、".join(code for code, one in categories().items() if one.is_active)
        raise InputError("category.unknown", field="category", value=value[:80], known=known)
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
