"""The one "now". Everything that needs the time asks a clock, so that tests and the demo can set it."""

from collections.abc import Callable
from datetime import UTC, datetime

__all__ = ["Clock", "system_clock"]

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Tell the present instant.

    Returns
    -------
    datetime
        Aware, UTC, whole microseconds.
    """
    return datetime.now(UTC)
