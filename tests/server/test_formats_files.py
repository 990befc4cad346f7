"""Workbooks, GeoPackages and vector tiles, read back with other people's programs and compared row by row."""

import gzip
import io
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import mapbox_vector_tile
import openpyxl
import orjson
import pyogrio
import pytest
from pmtiles.reader import MmapSource, Reader, all_tiles

from server.errors import InputError
from server.formats import FORMATS, Record, Table, workbook

ZONE = ZoneInfo("Asia/Shanghai")
COLUMNS = {
    "code": "编号",
    "words": "摘要",
    "lon": "经度",
    "at": "上报时间",
    "count_": "件数",
    "share": "占比",
}
TYPES = {"lon": float, "at": datetime, "count_": int, "share": float}
AT = datetime(2026, 3, 9, 18, tzinfo=UTC)
HOSTILE = ['=HYPERLINK("http://x")', "+86", "<script>&amp;</script>", '他说,"不热"\n第二行 😀', "${alert(1)}"]


def rows(count=5):
    for one in range(count):
        words = HOSTILE[one % len(HOSTILE)]
        lon, lat = 122 + one * 1e-4, 37 + one * 1e-4
        facts = {"code": str(one), "words": words, "lon": lon, "at": AT, "count_": one, "share": one / 8}
        yield Record(facts, {"type": "Point", "coordinates": [lon, lat]})
    yield Record({"code": "none", "words": None, "lon": None, "at": None, "count_": None, "share": None})


def written(suffix, records, **more):
    return b"".join(FORMATS[suffix].write(Table(COLUMNS, records, ZONE, TYPES, "issues", **more)))


def sheet_of(said):
    return list(openpyxl.load_workbook(io.BytesIO(said)).active.iter_rows(values_only=True))


def test_a_workbook_holds_text_as_text_numbers_as_numbers_and_local_dates():
    told = sheet_of(written("xlsx", rows()))
    assert told[0] == tuple(COLUMNS.values())
    local = datetime(2026, 3, 10, 2)  # noqa: DTZ001 - as a sheet has it
    assert told[1:6] == [(str(one), HOSTILE[one], 122 + one * 1e-4, local, one, one / 8) for one in range(5)]
    assert told[6] == ("none", None, None, None, None, None)
    assert sheet_of(written("xlsx", [])) == [tuple(COLUMNS.values())]


def test_what_xml_cannot_hold_is_left_out_of_a_workbook_and_the_rest_stays():
    odd = [Record({"code": "a\x00\x0b\ud800\uffffb", "words": " x" * 30_000, "share": float("nan")})]
    told = sheet_of(written("xlsx", odd))[1]
    assert told[0] == "ab"
    assert (len(told[1]), told[5]) == (workbook.LONGEST, None)


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ROWS", 3)
    with pytest.raises(InputError, match=r"export\.rows"):
        written("xlsx", rows())


def test_a_workbook_comes_in_pieces_as_its_rows_are_read():
    read = []

    def counted():
        for one in rows(3000):
            read.append(one)
            yield one

    pieces = FORMATS["xlsx"].write(Table(COLUMNS, counted(), ZONE, TYPES))
    next(pieces)
    assert len(read) < 1000


def test_a_geopackage_has_chinese_columns_with_types_places_and_instants(tmp_path):
    path = tmp_path / "a.gpkg"
    path.write_bytes(written("gpkg", rows(10_001), folder=tmp_path))  # more than one batch
    frame = pyogrio.read_dataframe(path)
    assert [*frame.columns] == ["编号", "摘要", "上报时间", "件数", "占比", "geometry"]
    assert (len(frame), frame.crs.to_epsg()) == (10_002, 4326)
    for one in (0, 1, 4, 10_000):
        row = frame.iloc[one]
        assert (row.编号, row.摘要, row.上报时间) == (str(one), HOSTILE[one % 5], AT)
        assert (row.件数, row.占比, row.geometry.x, row.geometry.y) == (
            one,
            one / 8,
            122 + one * 1e-4,
            37 + one * 1e-4,
        )
    last = frame.iloc[-1]
    assert last[["摘要", "上报时间", "件数", "占比", "geometry"]].isna().all()
    path.write_bytes(written("gpkg", []))
    assert len(pyogrio.read_dataframe(path)) == 0
    assert [one.name for one in tmp_path.iterdir()] == ["a.gpkg"]


def tiles_of(path):
    with path.open("rb") as file:
        for (zoom, _x, _y), data in all_tiles(MmapSource(file)):
            layer = mapbox_vector_tile.decode(gzip.decompress(data)).get("issues", {"features": []})
            for one in layer["features"]:
                yield zoom, one["properties"]


def test_no_zoom_of_vector_tiles_loses_a_point_and_the_last_has_every_attribute(tmp_path):
    path = tmp_path / "a.pmtiles"
    path.write_bytes(written("pmtiles", rows(700)))
    found = list(tiles_of(path))
    zooms = {zoom for zoom, _facts in found}
    assert zooms == set(range(4, 15))
    assert {
        zoom: sum(facts["count"] for other, facts in found if other == zoom) for zoom in zooms
    } == dict.fromkeys(zooms, 700)
    assert sum(1 for zoom, _facts in found if zoom == 4) < 10
    last = {facts["code"]: facts for zoom, facts in found if zoom == 14}
    assert len(last) == 700
    assert last["4"] == {
        "code": "4",
        "words": HOSTILE[4],
        "at": "2026-03-10 02:00",
        "count_": 4,
        "share": 0.5,
        "count": 1,
    }
    with path.open("rb") as file:
        header = Reader(MmapSource(file)).header()
    assert (header["min_zoom"], header["max_zoom"], header["min_lon_e7"]) == (4, 14, 1_220_000_000)


def test_outlines_are_in_every_zoom_and_nothing_makes_a_file_all_the_same(tmp_path):
    path = tmp_path / "a.pmtiles"
    square = '{"type":"Polygon","coordinates":[[[122,37],[122.01,37],[122.01,37.01],[122,37.01],[122,37]]]}'
    one = Record({"code": "八", "words": "第八网格"}, orjson.Fragment(square))
    path.write_bytes(written("pmtiles", [one], geometry="MultiPolygon"))
    assert {(zoom, facts["words"]) for zoom, facts in tiles_of(path)} == {
        (zoom, "第八网格") for zoom in range(7, 15)
    }
    path.write_bytes(written("pmtiles", []))
    assert list(tiles_of(path)) == []
    (tmp_path / "a.gpkg").write_bytes(written("gpkg", [one], geometry="MultiPolygon"))
    assert pyogrio.read_dataframe(tmp_path / "a.gpkg").geometry[0].geom_type == "MultiPolygon"
