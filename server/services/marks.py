"""Facts about the whole store, by name; such as that it holds the demonstration town."""

import json

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from server.db import Tx
from server.models import Mark

__all__ = ["DEMO", "PLACES", "RULES", "RULES_MARK", "demo_accounts", "is_demo", "mark", "saw", "set_mark"]

DEMO = "demo"
PLACES = "places"  # changes whenever the gazetteer does
RULES = "rules"  # changes whenever limits, calendar or categories do

_VALUE = select(Mark.value).where(Mark.name == bindparam("name"))  # asked by every request


RULES_MARK = select(Mark.value).where(Mark.name == RULES).scalar_subquery()
"""The mark of the rules, for statements that are asked anyway; :func:`saw` keeps what they found."""


def saw(tx: Tx, version: str | None) -> None:
    """Keep the mark of the rules that another statement of this transaction has read."""
    tx.seen[RULES] = version


def mark(tx: Tx, name: str) -> str | None:
    """Read a mark; None when it was never set."""
    if name in tx.seen:
        seen: str | None = tx.seen[name]
        return seen
    found = tx.rows(_VALUE, {"name": name})
    return found[0].value if found else None


def set_mark(tx: Tx, name: str, value: str) -> None:
    """Set a mark, whatever it was before."""
    tx.seen.pop(name, None)
    statement = (sqlite if tx.on_sqlite else postgresql).insert(Mark).values(name=name, value=value)
    tx.session.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def is_demo(tx: Tx) -> bool:
    """Tell whether the store holds the demonstration town."""
    return mark(tx, DEMO) is not None


def demo_accounts(tx: Tx) -> tuple[tuple[str, str, str], ...]:
    """List the demonstration's accounts, to be shown at sign-in; none in a store of real data.

    Returns
    -------
    tuple of (login, password, role code)
        As the mark keeps them: ``{"accounts": [[login, password, role], ...]}``.
    """
    kept = json.loads(mark(tx, DEMO) or "{}")
    return tuple((login, password, role) for login, password, role in kept.get("accounts", ()))
