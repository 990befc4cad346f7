"""Pictures that tests send: drawn, with what a camera writes beside them; and files that are none."""

import io
import struct
import zlib

from PIL import Image

__all__ = ["drawn", "exif_of", "huge_png", "lying_jpeg", "png_chunk", "sent"]


def drawn(size=(64, 48), colour=(200, 40, 30), corner=(20, 60, 220)):
    """Draw a picture with a corner of its own, top left, so that turning shows."""
    picture = Image.new("RGB", size, colour)
    picture.paste(corner, (0, 0, max(size[0] // 3, 1), max(size[1] // 3, 1)))
    return picture


def sent(kind="JPEG", picture=None, **options):
    """Write a picture as a file."""
    out = io.BytesIO()
    (picture or drawn()).save(out, kind, **options)
    return out.getvalue()


def exif_of(*, orientation=1, taken="2026:03:09 08:30:00", zone=None, gps=None, words="照相机"):
    """Write what a camera writes; ``gps`` as (lat, N or S, lon, E or W, datum) with degrees, minutes, seconds."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = orientation, words
    more = exif.get_ifd(0x8769)
    more[0x9003] = taken
    if zone:
        more[0x9011] = zone
    if gps:
        lat, north, lon, east, datum = gps
        exif.get_ifd(0x8825).update({1: north, 2: lat, 3: east, 4: lon, **({18: datum} if datum else {})})
    return exif


def png_chunk(name, data):
    """Write one chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def huge_png(width, height):
    """Write a PNG of zeros that promises far more than it weighs."""
    rows = zlib.compress(bytes(1 << 20), 9)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + png_chunk(b"IDAT", rows) + png_chunk(b"IEND", b"")
    )


def lying_jpeg(width, height):
    """Write a JPEG whose header promises another size than it holds."""
    raw = bytearray(sent())
    at = next(at for at in range(2, len(raw)) if raw[at] == 0xFF and raw[at + 1] in (0xC0, 0xC2))
    raw[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(raw)
