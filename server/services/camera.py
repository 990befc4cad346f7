"""What a camera wrote beside a picture: when and where it was taken, as far as that can be believed."""

import math
import re
import struct
import zlib
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from typing import Any

from PIL import Image

__all__ = ["UNREADABLE", "facts_of"]

EXIF_GPS, EXIF_MORE = 0x8825, 0x8769
TAKEN, TAKEN_ZONE, MADE = 0x9003, 0x9011, 0x0132
LAT_REF, LAT, LON_REF, LON, DATUM = 1, 2, 3, 4, 18
EARLIEST = 1990
UNREADABLE = (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError, OverflowError,
              struct.error, zlib.error)  # fmt: skip
"""What readers of pictures stumble with."""


def facts_of(image: Image.Image) -> dict[str, Any]:
    """Read when and where a camera says that it was; nothing where it cannot be believed."""
    with suppress(*UNREADABLE):  # what a camera wrote badly is left aside, the picture is not
        exif = image.getexif()
        return {"taken_at": _taken_at(exif), **_position(exif.get_ifd(EXIF_GPS))}
    return {}


def _taken_at(exif: Image.Exif) -> datetime | None:
    more = exif.get_ifd(EXIF_MORE)
    said = str(more.get(TAKEN) or exif.get(MADE) or "").strip("\x00 ")
    try:
        at = datetime.strptime(said[:19], "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - a camera tells no zone, or apart
    except ValueError:
        return None
    if at.year < EARLIEST:
        return None
    zone = re.fullmatch(r"([+-])(\d\d):([0-5]\d)", str(more.get(TAKEN_ZONE) or "").strip("\x00 "))
    if zone is None:
        return at
    away = timedelta(hours=int(zone[2]), minutes=int(zone[3])) * (-1 if zone[1] == "-" else 1)
    return at.replace(tzinfo=timezone(away)) if abs(away) <= timedelta(hours=14) else at


def _position(gps: Mapping[int, Any]) -> dict[str, Any]:
    lon = _degrees(gps.get(LON), gps.get(LON_REF), "EW", 180)
    lat = _degrees(gps.get(LAT), gps.get(LAT_REF), "NS", 90)
    if lon is None or lat is None or (abs(lon) < 0.01 and abs(lat) < 0.01):  # no fix: nought and nought
        return {}
    datum = re.sub(r"[^A-Za-z0-9 ._-]", "", str(gps.get(DATUM) or "")).strip()[:16]
    return {"lon": lon, "lat": lat, "datum": datum}


def _degrees(parts: Any, toward: Any, signs: str, most: int) -> float | None:  # noqa: ANN401 - as a camera wrote it
    side = (toward.decode("ascii", "ignore") if isinstance(toward, bytes) else str(toward or "")).strip(
        "\x00 "
    )
    if not isinstance(parts, tuple) or len(parts) != 3 or side not in tuple(signs):
        return None
    try:
        degrees, minutes, seconds = (float(one) for one in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    if not (math.isfinite(value) and 0 <= value <= most and 0 <= minutes < 61 and 0 <= seconds < 61):
        return None
    return -value if side == signs[1] else value
