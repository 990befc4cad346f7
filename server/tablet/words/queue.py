"""Sentences of what waits to be sent."""

from server.words import _

__all__ = ["words"]


def words() -> dict[str, str]:
    """Sentences of what waits to be sent; ``{places}`` are left for the browser."""
    return {
        "sending": _("正在送出…"),
        "unsent": _("没有送出：{title}", title="{title}"),
    }
