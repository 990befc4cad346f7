"""Sentences of the tasks and of one issue."""

from server.words import _

__all__ = ["words"]


def words() -> dict[str, str]:
    """Sentences of the tasks and of one issue; ``{places}`` are left for the browser."""
    return {
        "count": _("{n} 件", n="{n}"),
    }
