"""A photo taken in: what it is by its content, upright, smaller, without what it knew; everything else refused."""

import contextlib
import io
import random
import struct
import time
import tracemalloc
import zipfile
import zlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from PIL import Image

from server.errors import Busy, InputError
from server.services import photos
from server.services.photos import BYTES_MOST, rewritten
from tests.pictures import drawn, exif_of, huge_png, lying_jpeg, png_chunk, sent

HERE = ((37.0, 0.0, 36.0), "N", (122.0, 0.0, 54.0), "E", "WGS-84")
SECRETS = (b"Exif", b"ICC_PROFILE", b"http://ns.adobe.com", b"<script", b"secret", b"Photoshop")


def opened(data):
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def refused(raw):
    with pytest.raises(InputError) as error:
        rewritten(raw)
    return error.value.code


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_known_by_its_content_and_kept_as_jpeg(kind):
    photo = rewritten(sent(kind))
    picture = opened(photo.data)
    assert (picture.format, picture.size) == ("JPEG", (64, 48)) == ("JPEG", (photo.width, photo.height))
    assert abs(picture.getpixel((60, 40))[0] - 200) < 12


def test_a_large_photo_is_made_smaller_and_has_a_small_picture():
    photo = rewritten(sent(picture=drawn((2700, 1500))))
    assert (photo.width, photo.height) == (2560, 1422)
    assert opened(photo.thumb).size == (480, 267)


@pytest.mark.parametrize("turned", range(1, 9))
def test_a_photo_stands_upright_however_the_camera_was_held(turned):
    upright = drawn((60, 40))
    held = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[
        turned
    ]  # what undoes the turn that the tag asks for
    raw = sent(picture=upright.transpose(held) if held is not None else upright, quality=95,
               exif=exif_of(orientation=turned))  # fmt: skip
    picture = opened(rewritten(raw).data)
    assert picture.size == (60, 40)
    assert picture.getpixel((6, 5))[2] > 150 > picture.getpixel((50, 35))[2]


def test_nothing_but_pixels_is_left_of_it():
    exif = exif_of(gps=HERE, words="<script>alert(1)</script> secret")
    raw = sent(
        exif=exif, icc_profile=b"ICC secret" * 50, comment="secret", xmp=b"<x:xmpmeta>secret</x:xmpmeta>"
    )
    assert b"secret" in raw
    photo = rewritten(raw)
    for data in (photo.data, photo.thumb):
        assert [word for word in SECRETS if word in data] == []
        assert set(opened(data).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_time_and_place_of_the_camera_are_read_before():
    photo = rewritten(sent(exif=exif_of(gps=HERE, zone="+08:00")))
    assert photo.taken_at == datetime(2026, 3, 9, 0, 30, tzinfo=UTC)
    assert (photo.lon, photo.lat, photo.datum) == (pytest.approx(122.015), pytest.approx(37.01), "WGS-84")
    south = rewritten(sent(exif=exif_of(gps=((33.5, 0, 0), "S", (70.25, 0, 0), "W", ""))))
    assert (south.lon, south.lat, south.datum) == (-70.25, -33.5, "")
    assert south.taken_at == datetime(2026, 3, 9, 8, 30)  # noqa: DTZ001 - the camera named no zone


@pytest.mark.parametrize(
    "gps",
    [
        ((0, 0, 0), "N", (0, 0, 0), "E", ""),
        ((91, 0, 0), "N", (122, 0, 0), "E", ""),
        ((37, 99, 0), "N", (122, 0, 0), "E", ""),
        ((37, 0, 0), "X", (122, 0, 0), "E", ""),
        ((37, 0), "N", (122, 0, 0), "E", ""),
    ],
)
def test_a_position_that_cannot_be_is_left_out(gps):
    photo = rewritten(sent(exif=exif_of(gps=gps)))
    assert (photo.lon, photo.lat) == (None, None)


@pytest.mark.parametrize("taken", ["0000:00:00 00:00:00", "1970:01:01 00:00:00", "<script>", ""])
def test_a_time_that_cannot_be_is_left_out(taken):
    assert rewritten(sent(exif=exif_of(taken=taken))).taken_at is None


def test_a_zone_that_cannot_be_is_left_out():
    assert rewritten(sent(exif=exif_of(zone="+99:00"))).taken_at.tzinfo is None
    west = rewritten(sent(exif=exif_of(zone="-03:30"))).taken_at
    assert west.tzinfo == timezone(-timedelta(hours=3, minutes=30))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "CMYK", "I;16"])
def test_every_kind_of_colour_becomes_plain(mode):
    picture = Image.new("I;16", (20, 20), 40000) if mode == "I;16" else drawn((20, 20)).convert(mode)
    data = rewritten(sent("JPEG" if mode == "CMYK" else "PNG", picture)).data
    assert opened(data).mode == "RGB"


def test_what_is_transparent_lies_on_white():
    clear = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    assert min(opened(rewritten(sent("PNG", clear)).data).getpixel((10, 10))) > 250


def test_of_several_pictures_the_first_is_taken():
    frames = [drawn(colour=colour) for colour in ((0, 200, 0), (200, 0, 0))]
    for kind in ("WEBP", "PNG"):
        raw = sent(kind, frames[0], save_all=True, append_images=frames[1:])
        assert opened(rewritten(raw).data).getpixel((60, 40))[1] > 150


def test_what_a_camera_appends_is_left_out():
    raw = sent() + b"\x00\x00\x00\x18ftypmp42" + bytes(5000)  # a film behind the photo
    assert len(rewritten(raw).data) < 2000


def zip_behind(raw):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("x.html", "<script>")
    return raw + out.getvalue()


STRANGERS = {
    "gif": (sent("GIF"), "photo.kind"),
    "svg": (b"<?xml version='1.0'?>\n<svg onload='alert(1)'/>", "photo.kind"),
    "heic": (b"\x00\x00\x00\x18ftypheic" + bytes(200), "photo.kind"),
    "html": (b"<!DOCTYPE html><script>alert(1)</script>", "photo.kind"),
    "zip": (zip_behind(b""), "photo.kind"),
    "pdf": (b"%PDF-1.7\n", "photo.kind"),
    "tiff": (sent("TIFF"), "photo.kind"),
    "nothing": (b"", "photo.empty"),
    "words": (b"../../etc/passwd", "photo.unknown"),
    "too large": (sent() + bytes(BYTES_MOST), "photo.too_large"),
    "only the first bytes": (sent()[:3], "photo.damaged"),
    "truncated jpeg": (sent(picture=drawn((640, 480)))[:-900], "photo.damaged"),
    "truncated png": (sent("PNG")[:-40], "photo.damaged"),
    "truncated webp": (sent("WEBP")[:-20], "photo.damaged"),
    "a zip as well": (zip_behind(sent()), "photo.two_things"),
    "a page as well": (sent(comment="<html><script>alert(1)</script>"), "photo.two_things"),
    "a page behind": (sent() + b"\n<script>alert(1)</script>", "photo.two_things"),
    "a page behind a png": (sent("PNG") + b"<html>", "photo.two_things"),
    "a png of zeros": (huge_png(50_000, 50_000), "photo.pixels"),
    "a png not so large": (huge_png(7_500, 7_500), "photo.pixels"),
    "a jpeg that lies": (lying_jpeg(60_000, 60_000), "photo.pixels"),
    "no width": (huge_png(0, 10), "photo.damaged"),
    "a png that ends early": (huge_png(5_000, 5_000), "photo.damaged"),
    "too many scans": (sent()[:-2] + b"\xff\xda\x00\x08" * 200 + b"\xff\xd9", "photo.damaged"),
}


@pytest.mark.parametrize("name", STRANGERS)
def test_everything_else_is_refused_by_name(name):
    raw, code = STRANGERS[name]
    assert refused(raw) == code


def _with_chunk(name, data):
    raw = sent("PNG")
    return raw[:33] + png_chunk(name, data) + raw[33:]


@pytest.mark.parametrize("name", [b"iCCP", b"zTXt", b"iTXt"])
def test_a_profile_or_text_that_swells_is_refused_before_it_fills_memory(name):
    swollen = zlib.compress(bytes(1 << 26), 1)
    data = {b"iCCP": b"x\x00\x00", b"zTXt": b"x\x00\x00", b"iTXt": b"x\x00\x01\x00\x00\x00"}[name] + swollen
    tracemalloc.start()
    try:
        assert refused(_with_chunk(name, data)) == "photo.damaged"
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_metadata_that_cannot_be_read_spoils_no_photo():
    dice = random.Random(7)
    block = bytearray(exif_of(gps=HERE).tobytes())
    for _ in range(60):
        broken = bytearray(block)
        for _ in range(6):
            broken[dice.randrange(6, len(broken))] = dice.randrange(256)
        assert rewritten(sent(exif=bytes(broken))).width in (48, 64)
    assert rewritten(sent(exif=b"Exif\x00\x00" + struct.pack("<2sHI", b"II", 42, 0xFFFFFFFF))).lon is None


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_whatever_bytes_come_they_are_a_photo_or_refused():
    dice = random.Random(11)
    for kind in ("JPEG", "PNG", "WEBP"):
        whole = sent(kind)
        for _ in range(60):
            raw = bytearray(whole)
            for _ in range(dice.choice([1, 3, 20])):
                raw[dice.randrange(len(raw))] = dice.randrange(256)
            with contextlib.suppress(InputError):
                assert opened(rewritten(bytes(raw)).data).format == "JPEG"


def test_a_photo_of_fifty_million_pixels_takes_less_than_two_seconds_of_work():
    raw = sent(picture=drawn((8160, 6120)), quality=98)
    raw += bytes(BYTES_MOST - len(raw))  # as large as may be
    begun = time.thread_time()
    assert rewritten(raw).width == 2560
    assert time.thread_time() - begun < 2


def test_whoever_waits_too_long_for_their_turn_is_told_to_come_back(monkeypatch):
    monkeypatch.setattr(photos, "PATIENCE_S", 0.01)
    with photos._ONE_AT_A_TIME, pytest.raises(Busy) as told:
        rewritten(sent())
    assert told.value.code == "photo.busy"
    assert rewritten(sent()).width == 64


def test_a_long_strip_in_four_inks_is_refused_before_it_fills_the_memory():
    strip = io.BytesIO()
    Image.new("CMYK", (43_000, 2_550)).save(strip, "JPEG", quality=1)
    with pytest.raises(InputError, match=r"photo\.pixels"):
        rewritten(strip.getvalue())
