"""Sentences of visits and patrols."""

__all__ = ["words"]


def words() -> dict[str, str]:
    """Sentences of visits and patrols."""
    return {}
