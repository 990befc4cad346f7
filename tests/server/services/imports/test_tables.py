"""Tables in files are read as their writers meant them, or refused naming the place."""

import csv
import gzip
import zipfile
from datetime import datetime

import openpyxl
import pytest
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from server.errors import InputError
from server.services.imports.tables import UNCALCULATED, open_table

TEXT = "编号,描述\n1,路灯不亮\n2,垃圾未清\n"


def written(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def cells_of(path, **options):
    return [row.cells for row in open_table(path, **options).rows()]


def refused(path, **options):
    with pytest.raises(InputError) as error:
        list(open_table(path, **options).rows())
    return error.value.code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_text_is_read_whatever_its_encoding(tmp_path, encoding):
    table = open_table(written(tmp_path, "a.csv", TEXT.encode(encoding)))
    assert table.columns == ("编号", "描述")
    assert [row.cells for row in table.rows()] == [("1", "路灯不亮"), ("2", "垃圾未清")]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_found_even_where_others_stand_in_the_words(tmp_path, separator):
    path = tmp_path / "a.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=separator)
        writer.writerows([["a", "b"], ["x, y; z", "1"], ["a;b;c", "2,3"], ["p\tq", "4"]])
    assert cells_of(path) == [("x, y; z", "1"), ("a;b;c", "2,3"), ("p\tq", "4")]


def test_a_packed_table_is_the_same_table(tmp_path):
    plain = open_table(written(tmp_path, "a.csv", TEXT))
    packed = open_table(written(tmp_path, "a.csv.gz", gzip.compress(TEXT.encode())))
    assert (packed.digest, packed.columns) == (plain.digest, plain.columns)


def test_rows_are_numbered_as_a_person_counts_lines(tmp_path):
    table = open_table(written(tmp_path, "a.csv", 'a,b\n1,"two\nlines"\n\n3,4\n'))
    assert [row.number for row in table.rows()] == [2, 5]


def test_short_rows_are_filled_and_long_ones_carry_their_fault(tmp_path):
    short, empty_tail, long = open_table(written(tmp_path, "a.csv", "a,b\n1\n1,2,,\n1,2,3\n")).rows()
    assert (short.cells, empty_tail.cells) == (("1", ""), ("1", "2"))
    assert (long.fault.code, long.fault.values["row"]) == ("import.width", 4)


def test_a_quote_without_its_partner_does_not_swallow_rows_in_silence(tmp_path):
    rows = list(open_table(written(tmp_path, "a.csv", 'a,b\n1,2\n3,"open\n4,5\n')).rows())
    assert rows[0].fault is None
    assert (rows[1].fault.code, rows[1].number) == ("import.quote", 3)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.pdf", b"%PDF", "import.unknown_format"),
        ("a.csv", b"", "import.empty"),
        ("a.csv", b"a,b\n", "import.empty"),
        ("a.csv", b"\n\n", "import.empty"),
        ("a.csv", b"a,b,a\n1,2,3\n", "import.column_twice"),
        ("a.csv", b"PK\x03\x04\x00\x00\x00", "import.not_text"),
        ("a.csv", b"a,b\n\xff\xff,1\n", "import.encoding"),
        ("a.csv.gz", b"no gzip at all", "import.damaged"),
        ("a.csv.gz", gzip.compress(TEXT.encode() * 99, mtime=0)[:-20], "import.damaged"),
        ("a.xlsx", b"PK but not really", "import.damaged"),
        ("a.xlsx", b"", "import.damaged"),
    ],
    ids=["format", "nothing", "header only", "blank lines", "column twice", "zip as csv", "no encoding", "no gzip",
         "cut gzip", "no workbook", "empty workbook"],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused(tmp_path, name, content, code):
    assert refused(written(tmp_path, name, content)) == code


def test_an_absent_file_and_an_unknown_encoding_are_refused(tmp_path):
    assert refused(tmp_path / "none.csv") == "file.missing"
    assert refused(written(tmp_path, "a.csv", TEXT), encoding="klingon") == "import.encoding_unknown"
    assert refused(written(tmp_path, "a.csv", TEXT.encode("gbk")), encoding="utf-8") == "import.encoding"


def workbook(path, rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_a_workbook_gives_text_whole_numbers_and_dates(tmp_path):
    at = datetime(2026, 3, 1, 8, 5)  # noqa: DTZ001 - a spreadsheet's date has no zone
    path = workbook(
        tmp_path / "a.xlsx", [["id", "at", "lon"], [61.0, at, 122.5], [None, None, None], ["x", "", 1]]
    )
    rows = list(open_table(path).rows())
    assert [row.cells for row in rows] == [("61", at, "122.5"), ("x", "", "1")]
    assert [row.number for row in rows] == [2, 4]


def test_a_formula_counts_by_the_value_saved_with_it_and_not_without(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["a", "b"], ["=1+1", "2"], [ArrayFormula("A3:A3", "=2"), "3"]])
    assert openpyxl.load_workbook(path).active["A2"].value == "=1+1"
    assert cells_of(path) == [(UNCALCULATED, "2"), (UNCALCULATED, "3")]


def test_a_packed_line_that_would_fill_the_memory_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("server.services.imports.delimited.LINE_MOST", 3 << 20)
    path = written(tmp_path, "a.csv.gz", gzip.compress(b"a,b\n" + b"x" * (5 << 20)))

    assert refused(path) == "import.line_long"


def test_a_workbook_whose_content_is_damaged_is_refused(tmp_path):
    book = Workbook()
    for number in range(500):
        book.active.append([number, f"路灯{number}"])
    book.save(tmp_path / "a.xlsx")
    raw = bytearray((tmp_path / "a.xlsx").read_bytes())
    with zipfile.ZipFile(tmp_path / "a.xlsx") as packed:
        start = packed.getinfo("xl/worksheets/sheet1.xml").header_offset
    for place in range(start + 80, start + 130):
        raw[place] ^= 0xFF
    path = written(tmp_path, "b.xlsx", bytes(raw))

    assert refused(path) == "import.damaged"


@pytest.mark.parametrize("encoding", ["klingon", "rot13", "base64", "undefined"])
def test_an_encoding_of_no_text_is_refused(tmp_path, encoding):
    assert refused(written(tmp_path, "a.csv", TEXT), encoding=encoding) == "import.encoding_unknown"
