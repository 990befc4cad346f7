"""UUID version 7 (RFC 9562 §5.7): time-ordered, may be made by any client. Python 3.11 has none."""

import secrets
from datetime import datetime
from uuid import UUID

from server.models.types import to_micros

__all__ = ["uuid7"]


def uuid7(at: datetime) -> UUID:
    """Make a UUIDv7.

    Parameters
    ----------
    at : datetime
        Aware instant that goes into the first 48 bits, in milliseconds.

    Returns
    -------
    UUID
        Version 7, variant RFC 9562, 74 random bits.
    """
    millis = max(to_micros(at), 0) // 1000
    value = (millis & (2**48 - 1)) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)
