"""Where on a page something stands, for links to it."""

__all__ = ["anchor_of"]


def anchor_of(key: str, category: str) -> str:
    """Give the anchor of a hot spot in their list, by its key and category."""
    return f"hot-{category or 'all'}-{key}".replace(":", "_")
