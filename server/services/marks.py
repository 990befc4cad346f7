"""Facts about the whole store, by name; such as that it holds the demonstration town."""

import json

from sqlalchemy import delete

from server.db import Tx
from server.models import Mark

__all__ = ["DEMO", "demo_accounts", "is_demo", "mark", "set_mark"]

DEMO = "demo"


def mark(tx: Tx, name: str) -> str | None:
    """Read a mark; None when it was never set."""
    found = tx.session.get(Mark, name)
    return found.value if found else None


def set_mark(tx: Tx, name: str, value: str) -> None:
    """Set a mark, whatever it was before."""
    tx.session.execute(delete(Mark).where(Mark.name == name))
    tx.session.add(Mark(name=name, value=value))


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
