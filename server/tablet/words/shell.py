"""Sentences of the tablet's frame: connection, installing, updating, signing out; and those that all parts share."""

from server.pages.sentences import shared_words
from server.words import _

__all__ = ["words"]


def words() -> dict[str, str]:
    """Sentences of the frame; ``{places}`` are left for the browser to fill."""
    return {
        **shared_words(),
        "online": _("在线"),
        "offline_short": _("离线"),
        "comma": _("、"),
        "no_cells": _("还没有分到网格"),
        "waiting": _("{n} 条待同步", n="{n}"),
    }
