"""Output formats: whole, streamed, and harmless in a spreadsheet."""

import csv
import io
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import orjson
import pytest

from server.formats import FORMATS, Record, Table, safe_cell

ZONE = ZoneInfo("Asia/Shanghai")
COLUMNS = {"code": "编号", "words": "摘要", "lon": "经度", "at": "时间"}


def written(suffix, records):
    return b"".join(FORMATS[suffix].write(Table(COLUMNS, records, ZONE)))


def read_csv(said):
    assert said.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(said.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    "words", ["=1+1", "+86", "-x", "@SUM(A1)", "\tx", "\r=1", "\n=1", '=HYPERLINK("http://x")']
)
def test_text_that_looks_like_a_formula_is_not_one(words):
    said = read_csv(written("csv", [Record({"code": "1", "words": words})]))
    assert said[1][1] == "'" + words


def test_a_negative_number_stays_a_number():
    assert safe_cell(-87.65, ZONE) == -87.65
    assert read_csv(written("csv", [Record({"code": "1", "lon": -87.65})]))[1][2] == "-87.65"


def test_commas_quotes_breaks_and_chinese_come_back_as_they_were():
    words = '他说,"不热"\r\n第二行，😀'
    assert read_csv(written("csv", [Record({"code": "1", "words": words})]))[1][1] == words


def test_instants_are_local_and_absent_values_empty():
    row = read_csv(
        written("csv", [Record({"code": "1", "words": None, "at": datetime(2026, 3, 9, 18, tzinfo=UTC)})])
    )[1]
    assert row == ["1", "", "", "2026-03-10 02:00"]


def test_nul_never_reaches_a_file():
    assert safe_cell("a\x00=b", ZONE) == "a=b"


@pytest.mark.parametrize("count", [0, 1, 199, 200, 201, 1000])
def test_every_row_is_written_in_both_formats(count):
    records = [
        Record({"code": str(one), "words": "x"}, {"type": "Point", "coordinates": [0, 0]})
        for one in range(count)
    ]
    assert [row[0] for row in read_csv(written("csv", iter(records)))[1:]] == [
        str(one) for one in range(count)
    ]
    told = orjson.loads(written("geojson", iter(records)))
    assert [one["id"] for one in told["features"]] == [str(one) for one in range(count)]


def test_a_record_without_a_place_has_a_null_geometry():
    told = orjson.loads(written("geojson", [Record({"code": "1"})]))
    assert told["features"][0]["geometry"] is None


def test_a_long_list_is_written_in_pieces_as_it_is_read():
    read = []

    def records():
        for one in range(5000):
            read.append(one)
            yield Record({"code": str(one)})

    pieces = FORMATS["csv"].write(Table(COLUMNS, records(), ZONE))
    next(pieces), next(pieces)
    assert 0 < len(read) < 1000
