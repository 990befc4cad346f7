"""A photo as it is taken in: looked at before it is decoded, turned upright, written anew without what it knew.

Pure: bytes in, bytes and facts out. What a camera wrote beside the picture (where, when, with what, and whatever
somebody put there) is read and kept apart; none of it is in the picture that is kept. Only pixels survive.
"""

import io
import re
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from server.errors import Busy, InputError
from server.services.camera import UNREADABLE, facts_of

__all__ = ["BYTES_MOST", "FIELD", "Photo", "rewritten"]

FIELD = "photos"
BYTES_MOST = 20 * 1024 * 1024
SIDE_MOST, THUMB_SIDE = 2560, 480
QUALITY, THUMB_QUALITY = 85, 80
PIXELS_MOST = 110_000_000
"""Of a JPEG that is read from top to bottom, which is made smaller while it is read."""
WHOLE_MOST = 52_000_000
VALUES_MOST = 220_000_000  # pixels times bands that are ever decoded at once
"""Of any other, which stands in memory whole: what a telephone's camera makes, and little more."""
SCANS_MOST = 100  # a JPEG of thousands of scans is small, and takes minutes
COMMENT_MOST = 1 << 16
MARKUP = re.compile(rb"<\s*(!doctype|html|script|svg|body|iframe|\?php|\?xml)", re.IGNORECASE)
_ONE_AT_A_TIME = threading.Lock()
"""A picture that is decoded fills hundreds of megabytes; a process decodes one after the other."""
PATIENCE_S = 10.0
"""Of whoever waits for their turn; a large picture takes a second."""


@dataclass(frozen=True)
class Photo:
    """A photo written anew.

    Attributes
    ----------
    data, thumb : bytes
        JPEG, at most 2560 and 480 pixels on the longer side, upright; pixels and nothing else.
    width, height : int
        Of ``data``, pixels.
    taken_at : datetime or None
        As the camera said; without a zone where it named none.
    lon, lat : float or None
        Degrees, as the camera said; WGS 84 unless ``datum`` says otherwise.
    datum : str
        That the camera names; "" for none.
    """

    data: bytes
    thumb: bytes
    width: int
    height: int
    taken_at: datetime | None = None
    lon: float | None = None
    lat: float | None = None
    datum: str = ""


@dataclass(frozen=True)
class _Kind:
    """A kind of file that is taken: how it begins, what reads it, where its picture ends."""

    name: str
    reader: Any
    pixels_most: int


JPEG = _Kind("JPEG", JpegImageFile, PIXELS_MOST)
PNG = _Kind("PNG", PngImageFile, WHOLE_MOST)
WEBP = _Kind("WebP", WebPImageFile, WHOLE_MOST)
OTHERS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"GIF8[79]a"), "GIF"),
    (re.compile(rb".{4}ftyp(heic|heix|heim|heis|hevc|mif1|msf1)", re.DOTALL), "HEIC"),
    (re.compile(rb".{4}ftypavi[fs]", re.DOTALL), "AVIF"),
    (re.compile(rb".{4}ftyp", re.DOTALL), "MP4"),
    (re.compile(rb"PK\x03\x04|PK\x05\x06"), "ZIP"),
    (re.compile(rb"%PDF-"), "PDF"),
    (re.compile(rb"BM.{4}\x00\x00\x00\x00", re.DOTALL), "BMP"),
    (re.compile(rb"II\*\x00|MM\x00\*"), "TIFF"),
    (re.compile(rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?<svg", re.DOTALL | re.IGNORECASE), "SVG"),
    (re.compile(rb"\s*<\s*(!doctype|html|script|body)", re.IGNORECASE), "HTML"),
)
"""What people send instead, to be named."""


def rewritten(raw: bytes) -> Photo:
    """Read a photo and write it anew.

    Parameters
    ----------
    raw : bytes
        As it was sent: JPEG, PNG or WebP, by its content; of several pictures in one file the first.

    Returns
    -------
    Photo
        Upright, smaller, without metadata; what the camera said of time and place beside it.

    Raises
    ------
    InputError
        ``photo.empty``, ``photo.too_large``, ``photo.kind``, ``photo.damaged``, ``photo.pixels``,
        ``photo.two_things``: what it is and what can be sent instead.
    Busy
        Too many others send photos at this moment.
    """
    if not raw:
        raise InputError("photo.empty", field=FIELD)
    if len(raw) > BYTES_MOST:
        raise InputError("photo.too_large", field=FIELD, size=_mb(len(raw)), limit=_mb(BYTES_MOST))
    kind = _kind_of(raw)
    with _readable(kind.name), _turn():
        image = kind.reader(io.BytesIO(raw))
        _refuse_bomb(kind, image, raw)
        _refuse_two_things(kind, image, raw)
        facts = facts_of(image)
        turned = _orientation(image)
        picture = _picture(image, turned)
        thumb = picture.copy()
        thumb.thumbnail((THUMB_SIDE, THUMB_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
        return Photo(
            _written(picture, QUALITY), _written(thumb, THUMB_QUALITY), picture.width, picture.height, **facts
        )


@contextmanager
def _turn() -> Iterator[None]:
    if not _ONE_AT_A_TIME.acquire(timeout=PATIENCE_S):
        raise Busy("photo.busy")
    try:
        yield
    finally:
        _ONE_AT_A_TIME.release()


def _mb(size: int) -> str:
    return f"{size / 1024 / 1024:.0f} MB"


def _kind_of(raw: bytes) -> _Kind:
    if raw.startswith(b"\xff\xd8\xff"):
        return JPEG
    if raw.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return WEBP
    known = next((name for form, name in OTHERS if form.match(raw[:1024])), "")
    raise InputError("photo.kind" if known else "photo.unknown", field=FIELD, value=known)


@contextmanager
def _readable(name: str) -> Iterator[None]:
    """Say of whatever the readers stumble over that the file is damaged."""
    try:
        yield
    except InputError:
        raise
    except (*UNREADABLE, Image.DecompressionBombError) as error:
        raise InputError("photo.damaged", field=FIELD, value=name) from error


def _refuse_bomb(kind: _Kind, image: Image.Image, raw: bytes) -> None:
    """Compare what a header promises with what can be held, before a pixel is decoded."""
    is_whole = kind is JPEG and (image.info.get("progressive") or image.info.get("progression"))
    most = WHOLE_MOST if is_whole else kind.pixels_most
    if image.width * image.height > most:
        raise _too_many_pixels(image, most)
    if kind is JPEG and raw.count(b"\xff\xda") > SCANS_MOST:
        raise InputError("photo.damaged", field=FIELD, value=kind.name)


def _too_many_pixels(image: Image.Image, most: int) -> InputError:
    limit = most // 1_000_000
    return InputError("photo.pixels", field=FIELD, width=image.width, height=image.height, limit=limit)


def _refuse_two_things(kind: _Kind, image: Image.Image, raw: bytes) -> None:
    """Refuse a picture that is an archive, a document or a page as well; cameras append films and pictures only."""
    comment = image.info.get("comment", b"")
    said = [str(one) for one in getattr(image, "text", {}).values()] if kind is PNG else []
    written = comment if isinstance(comment, bytes) else str(comment).encode()
    after = raw[_end_of(kind, raw) :]
    words = b"\n".join([written[:COMMENT_MOST], *(one[:COMMENT_MOST].encode() for one in said)])
    if (
        MARKUP.search(words)
        or MARKUP.search(after)
        or b"%PDF-" in raw[:1024]
        or zipfile.is_zipfile(io.BytesIO(raw))
    ):
        raise InputError("photo.two_things", field=FIELD, value=kind.name)


def _end_of(kind: _Kind, raw: bytes) -> int:
    if kind is WEBP:
        return int.from_bytes(raw[4:8], "little") + 8
    end = raw.rfind(b"\xff\xd9") + 2 if kind is JPEG else raw.rfind(b"IEND") + 8
    return end if end > 8 else len(raw)


def _orientation(image: Image.Image) -> int:
    with suppress(*UNREADABLE):
        return int(image.getexif().get(0x0112, 1))
    return 1


_TURNS: Mapping[int, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _picture(image: Image.Image, turned: int) -> Image.Image:
    """Decode no larger than needed, make it small, upright and plain."""
    image.draft("RGB", (SIDE_MOST, SIDE_MOST))
    if image.width * image.height * len(image.getbands()) > VALUES_MOST:  # a long strip is not made smaller
        raise _too_many_pixels(image, VALUES_MOST // len(image.getbands()))
    image.load()
    plain = _plain(image)
    plain.thumbnail((SIDE_MOST, SIDE_MOST), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return plain.transpose(_TURNS[turned]) if turned in _TURNS else plain


def _plain(image: Image.Image) -> Image.Image:
    """Give red, green and blue; what is transparent lies on white, what has sixteen bits keeps the upper eight."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value / 256).convert("L").convert("RGB")
    if image.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in image.info:
        above = image.convert("RGBA")
        ground = Image.new("RGB", above.size, "white")
        ground.paste(above, mask=above.getchannel("A"))
        return ground
    return image.convert("RGB")


def _written(picture: Image.Image, quality: int) -> bytes:
    """Write pixels and nothing else: a fresh picture knows of no profile, comment or camera."""
    bare = Image.frombytes(picture.mode, picture.size, picture.tobytes())
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=quality)
    return out.getvalue()
