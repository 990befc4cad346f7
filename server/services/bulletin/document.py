"""The bulletin as a Word file: the template with its placeholders filled, by docxtpl, which is an extra."""

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import Any
from xml.sax.saxutils import quoteattr

from jinja2 import TemplateError

from server.errors import Busy, InputError
from server.services.bulletin.charts import Chart, chart_xml, workbook
from server.services.bulletin.context import DRAWN, PLACEHOLDERS, known, values
from server.services.bulletin.language import environment
from server.services.bulletin.packages import check_made, check_package
from server.services.bulletin.shapes import Report
from server.services.bulletin.text import step_said
from server.words import _

__all__ = ["has_word", "make", "place"]

PLACES = threading.BoundedSemaphore(2)
PATIENCE_S = 10.0

EXTRA = "docxtpl"
BROKEN = (LookupError, ValueError, TypeError, AttributeError, SyntaxError, RecursionError)
"""What python-docx, docxtpl and lxml raise for a package whose parts do not fit together."""
DRAWN_MOST = 10  # times that one chart may stand in a bulletin
BARS_MOST = 10
EMU_MM = 36_000
WIDE_MM, BAR_MM, LINE_MM = 160, 7, 65  # of a picture; a bar's height; a trend's height
CHART = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
BOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
FRAME = (
    '<wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" distT="0" distB="0" distL="0" distR="0">'
    '<wp:extent cx="{width}" cy="{height}"/><wp:effectExtent l="0" t="0" r="0" b="0"/>'
    '<wp:docPr id="1" name="Chart" descr={title}/><wp:cNvGraphicFramePr/><a:graphic>'
    '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">'
    '<c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="{key}"/>'
    "</a:graphicData></a:graphic></wp:inline>"
)
RUN = '</w:t></w:r><w:r><w:drawing>{frame}</w:drawing></w:r><w:r><w:t xml:space="preserve">'


def has_word() -> bool:
    """Whether Word files can be made here."""
    return find_spec(EXTRA) is not None


@contextmanager
def place() -> Iterator[None]:
    """Hold one of the few places for making bulletins: each keeps a processor busy for a second or more.

    Raises
    ------
    Busy
        ``bulletin.busy``: others make theirs, and went on for longer than anybody should wait.
    """
    if not PLACES.acquire(timeout=PATIENCE_S):
        raise Busy("bulletin.busy")
    try:
        yield
    finally:
        PLACES.release()


def make(report: Report, template: bytes, file: str, heat: bytes | None = None) -> bytes:
    """Fill a template.

    Parameters
    ----------
    report : Report
        The numbers; in the language spoken now.
    template : bytes
        The .docx, checked here whoever put it in its place.
    file : str
        Its name, for errors.
    heat : bytes, optional
        Picture of the heat (PNG).

    Returns
    -------
    bytes
        The .docx.

    Raises
    ------
    InputError
        The extra ``report`` is not installed; or the template cannot be used: names the placeholder.
    """
    docxtpl = _part(EXTRA)
    check_package(template, file)
    kept = io.BytesIO()
    try:
        opened = docxtpl.DocxTemplate(io.BytesIO(template))
        drawn = _drawn(opened, report, heat, docxtpl)
        given = {name: drawn.get(code, "") for code in DRAWN for name in (code, PLACEHOLDERS[code])}
        opened.render({**values(report), **given}, environment(known()), autoescape=True)
        opened.save(kept)
    except InputError:
        raise
    except TemplateError as error:
        raise InputError("bulletin.language", field="file", value=(error.message or "")[:80]) from error
    except BROKEN as error:
        raise InputError("bulletin.not_docx", field="file", file=file) from error
    made = kept.getvalue()
    check_made(made)
    return made


def _drawn(opened: Any, report: Report, heat: bytes | None, docxtpl: Any) -> dict[str, Any]:  # noqa: ANN401
    found: dict[str, Any] = {"trend_chart": _Frame(opened, _trend(report), LINE_MM)}
    kinds = _kinds(report)
    if kinds.labels:
        found["kind_chart"] = _Frame(opened, kinds, BAR_MM * len(kinds.labels) + BAR_MM)
    if heat:
        found["heat_map"] = docxtpl.InlineImage(opened, io.BytesIO(heat), width=WIDE_MM * EMU_MM)
    return found


def _kinds(report: Report) -> Chart:
    shown = [one for one in report.kinds if one.new][:BARS_MOST]
    title = _("收集诉求的主要类别（件）")
    values = tuple(one.new for one in shown)
    return Chart("bar", title, tuple(one.name for one in shown), ((_("收集"), values),))


def _trend(report: Report) -> Chart:
    labels = tuple(step_said(report, one) for one in report.steps)
    new, closed = tuple(one.new for one in report.steps), tuple(one.closed for one in report.steps)
    return Chart("line", _("收集与办结走势（件）"), labels, ((_("收集"), new), (_("办结"), closed)))


@dataclass(frozen=True)
class _Frame:
    """A chart where a placeholder asks for it; docxtpl writes what this gives into the text."""

    opened: Any
    chart: Chart
    height_mm: int
    drawn: list[str] = field(default_factory=list)

    def __html__(self) -> str:
        """Add the chart to the document, and give the run that shows it."""
        if len(self.drawn) >= DRAWN_MOST:
            raise InputError("bulletin.language", field="file", value=self.chart.title)
        self.drawn.append(self.chart.title)
        part_of: Callable[..., Any] = _part("docx.opc.part").Part
        uri: Callable[[str], Any] = _part("docx.opc.packuri").PackURI
        owner = self.opened.current_rendering_part
        number = sum("/charts/" in str(one.partname) for one in owner.package.iter_parts()) + 1
        book = part_of(uri(f"/word/embeddings/sheet{number}.xlsx"), BOOK, workbook(self.chart), owner.package)
        drawing = part_of(uri(f"/word/charts/bulletin{number}.xml"), CHART, b"", owner.package)
        drawing._blob = chart_xml(self.chart, drawing.relate_to(book, RELATION + "package"))  # noqa: SLF001
        key = owner.relate_to(drawing, RELATION + "chart")
        size = {"width": WIDE_MM * EMU_MM, "height": self.height_mm * EMU_MM}
        return RUN.format(frame=FRAME.format(title=quoteattr(self.chart.title), key=key, **size))

    def __bool__(self) -> bool:
        """Whether there is one: always."""
        return True


def _part(name: str) -> Any:  # noqa: ANN401 - a module of the extra
    try:
        return import_module(name)
    except ImportError as error:
        raise InputError("bulletin.extra", field="form") from error
