"""A locator may be shared between threads and, through a file, between processes."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import shapely

from geo import Cells, Locator
from geo.errors import IndexFileError
from geo.indexfile import ALIGN, MAGIC
from tests.geo.layers import adversarial_points, cells_of, random_points, square


def test_a_saved_locator_gives_the_same_answers(chicago, tmp_path):
    locator = Locator(chicago)
    locator.save(tmp_path / "locator")
    opened = Locator.open(tmp_path / "locator")
    lon, lat = (
        np.concatenate(pair)
        for pair in zip(adversarial_points(chicago, 4_000), random_points(chicago, 4_000), strict=True)
    )
    assert opened.codes.tolist() == locator.codes.tolist()
    assert opened.digest == locator.digest
    assert np.array_equal(opened.locate(lon, lat), locator.locate(lon, lat))
    assert np.array_equal(opened.place(lon, lat).how, locator.place(lon, lat).how)
    assert opened.explain(lon[0], lat[0], 100.0) == locator.explain(lon[0], lat[0], 100.0)
    assert [entry.name for entry in tmp_path.iterdir()] == ["locator"]


def test_threads_may_share_a_locator(beijing):
    locator = Locator(
        Cells.from_arrays(beijing.codes, beijing.names, shapely.from_wkb(shapely.to_wkb(beijing.geometry)))
    )
    lon, lat = random_points(beijing, 40_000)
    parts = [(lon[start::8], lat[start::8]) for start in range(8)]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda part: locator.place(*part).row, parts))
    assert all(
        np.array_equal(rows, locator.place(*part).row) for rows, part in zip(together, parts, strict=True)
    )


def test_the_digest_tells_content_from_content():
    one = cells_of({"a": square(0, 0), "b": square(1, 0)})
    assert Locator(one).digest != Locator(cells_of({"a": square(1, 0), "b": square(0, 0)})).digest
    assert Locator(one).digest != Locator(cells_of({"a": square(0, 0), "c": square(1, 0)})).digest
    assert len(Locator(one).digest) == 64


@pytest.mark.parametrize("harm", ["cut", "flip", "foreign", "empty", "header"])
def test_a_damaged_file_is_refused(harm, tmp_path):
    path = tmp_path / "locator"
    Locator(cells_of({"a": square(0, 0), "网": square(1, 0)})).save(path)
    data = bytearray(path.read_bytes())
    data[-80] ^= 0xFF
    harmed = {
        "cut": data[: len(data) // 2],
        "flip": data,
        "foreign": b"PK\x03\x04" + bytes(100),
        "empty": b"",
        "header": data[:30] + b"}" + data[31:],
    }
    path.write_bytes(harmed[harm])
    with pytest.raises(IndexFileError, match="locator"):
        Locator.open(path)


def test_a_failed_save_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "locator"
    Locator(cells_of({"a": square(0, 0)})).save(path)
    before = path.read_bytes()

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        Locator(cells_of({"b": square(0, 0)})).save(path)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["locator"]


@pytest.mark.parametrize(
    "header",
    [
        {"facts": []},
        {"facts": None},
        {"facts": {"format": 2, "digest": "", "frame": [0, 0, 1, 1, float("inf"), 3]}},
        {"arrays": [{"name": "numbers", "dtype": "<i4", "shape": [10**30], "offset": 0}]},
    ],
)
def test_a_file_with_a_sound_digest_and_an_absurd_header_is_refused(header, tmp_path):
    path = tmp_path / "locator"
    Locator(cells_of({"a": square(0, 0)})).save(path)
    data = path.read_bytes()
    begin = len(MAGIC) + 8
    end = begin + int.from_bytes(data[len(MAGIC) : begin], "little")
    text = json.dumps(json.loads(data[begin:end]) | header).encode()
    head = MAGIC + len(text).to_bytes(8, "little") + text
    path.write_bytes(head + bytes(-len(head) % ALIGN) + data[end + -end % ALIGN :])
    with pytest.raises(IndexFileError):
        Locator.open(path)


def test_a_header_nested_without_end_is_refused(tmp_path):
    text = b"[" * 200_000
    (tmp_path / "locator").write_bytes(MAGIC + len(text).to_bytes(8, "little") + text)
    with pytest.raises(IndexFileError):
        Locator.open(tmp_path / "locator")
