"""XLSX: one sheet, written as it is read, so that a million rows need no more memory than one.

Text is text (``inlineStr``), so nothing in a cell can run as a formula; numbers are numbers and instants are
dates, in local time. The parts of the file are few and written here; there is no library between.

References
----------
.. [1] ECMA-376, Office Open XML, part 1: SpreadsheetML.
"""

import io
import math
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from itertools import chain
from xml.sax.saxutils import escape

from server.errors import InputError
from server.formats.table import Record, Table, format_of

__all__ = ["MOST_ROWS", "write_workbook"]

MOST_ROWS = 1_048_575  # of a sheet, below the headings
LONGEST = 32_767  # characters in a cell
BATCH = 500
LEVEL = 3
DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet knows no zones
DAY = timedelta(days=1)
_BARRED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_SPECIAL = re.compile("[&<>\x00-\x1f\ud800-\udfff\ufffe\uffff]|_x")

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TIED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKED = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKED}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKED}/relationships">'
    f'<Relationship Id="rId1" Type="{_TIED}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKED}/relationships">'
    f'<Relationship Id="rId1" Type="{_TIED}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_TIED}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/></font><font><b/><sz val="11"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/>'
    '</fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}


class _Sink(io.RawIOBase):
    """Takes what the archive writes, until it is taken away; cannot go back."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []

    def writable(self) -> bool:
        """Tell that it can be written to."""
        return True

    def write(self, data: object) -> int:
        """Keep a piece."""
        self.pieces.append(bytes(data))  # type: ignore[call-overload]
        return len(self.pieces[-1])

    def taken(self) -> bytes:
        """Give what was written since the last time."""
        said = b"".join(self.pieces)
        self.pieces.clear()
        return said


@format_of("xlsx", f"{_KIND}.sheet", most=MOST_ROWS)
def write_workbook(table: Table) -> Iterator[bytes]:
    """Write a workbook of one sheet: headings that stay on screen, local times.

    Raises
    ------
    InputError
        More rows than a sheet holds.
    """
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        book = (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_TIED}"><sheets><sheet name="{escape(table.layer)}" sheetId="1" '
            'r:id="rId1"/></sheets></workbook>'
        )
        for name, said in {**_PARTS, "xl/workbook.xml": book}.items():
            archive.writestr(name, _XML + said)
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(_head(table).encode())
            for lines in _lines(table):
                sheet.write(lines.encode())
                yield sink.taken()
            sheet.write(b"</sheetData></worksheet>")
    yield sink.taken()


def _head(table: Table) -> str:
    wide = "".join(
        f'<col min="{place}" max="{place}" width="{_width(name, heading, table)}" customWidth="1"/>'
        for place, (name, heading) in enumerate(table.columns.items(), 1)
    )
    headings = "".join(_text(heading, 2) for heading in table.columns.values())
    return (
        f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" '
        f'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>{wide}</cols>'
        f"<sheetData><row>{headings}</row>"
    )


def _width(name: str, heading: str, table: Table) -> int:
    usual = 17 if table.types.get(name) is datetime else 11 if name in table.types else 16
    return max(usual, 2 * len(heading) + 2)


def _lines(table: Table) -> Iterator[str]:
    columns = tuple(table.columns)
    rows: list[str] = []
    for count, record in enumerate(table.records, 1):
        if count > MOST_ROWS:
            raise InputError("export.rows", field="format", most=MOST_ROWS)
        rows.append(_row(record, columns, table.zone))
        if len(rows) == BATCH:
            yield "".join(rows)
            rows.clear()
    yield "".join(rows)


def _row(record: Record, columns: Sequence[str], zone: tzinfo) -> str:
    facts = record.facts
    cells = (_cell(facts.get(name), zone) for name in columns)
    return "".join(chain(("<row>",), cells, ("</row>",)))


def _cell(value: object, zone: tzinfo) -> str:
    """Write a value as a cell; what has no value keeps its place."""
    if isinstance(value, str):
        return _text(value) if value else "<c/>"
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "<c/>"
    if isinstance(value, datetime):
        wall = value.astimezone(zone).replace(tzinfo=None)
        return f'<c s="1"><v>{(wall - DAY_ZERO) / DAY:.9f}</v></c>'
    if isinstance(value, int | float):
        return f"<c><v>{+value!r}</v></c>"
    return _text(str(value))


def _text(said: str, style: int = 0) -> str:
    said = said[:LONGEST]
    if _SPECIAL.search(said):
        said = escape(_ESCAPE.sub("_x005F_", _BARRED.sub("", said)))
    shown = f' s="{style}"' if style else ""
    return f'<c{shown} t="inlineStr"><is><t xml:space="preserve">{said}</t></is></c>'
