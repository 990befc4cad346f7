"""Word's own charts: drawn by Word in its own fonts, with the numbers in a workbook inside, so that they can be edited.

Built by ECMA-376 part 1, §21.2 (DrawingML charts). The order of elements is the schema's and must be kept.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

__all__ = ["Chart", "chart_xml", "workbook"]

SPACES = (
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
COLOURS = ("0B7285", "B35C00")
SOFT = "C5CED3"
SHEET, COLUMNS = "Sheet1", "BCD"
TEXT = '<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="900"/></a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr>'
SHOWN = (("dLblPos", "outEnd"), ("showLegendKey", 0), ("showVal", 1), ("showCatName", 0), ("showSerName", 0),
         ("showPercent", 0), ("showBubbleSize", 0))  # fmt: skip
AXES = (2094734552, 2094734553)  # any two numbers that refer the axes to each other


@dataclass(frozen=True)
class Chart:
    """A chart.

    Attributes
    ----------
    kind : str
        ``bar``: lying bars, the first at the top; ``line``: lines over time.
    title : str
        What it shows; read out for those who don't see it.
    labels : tuple of str
        Of the categories or steps.
    series : tuple of (str, tuple of (int or None))
        Name and numbers of each; None is a gap.
    """

    kind: str
    title: str
    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[int | None, ...]], ...]


def workbook(chart: Chart) -> bytes:
    """Write the numbers of a chart as the workbook that Word opens to edit them."""
    from openpyxl import Workbook  # noqa: PLC0415 - takes 0.2 s, and few make Word files

    book = Workbook()
    sheet: Any = book.active
    sheet.title = SHEET
    sheet.append(["", *(name for name, _values in chart.series)])
    for place, label in enumerate(chart.labels):
        sheet.append([label, *(values[place] for _name, values in chart.series)])
    for cell in sheet["A"]:
        cell.data_type = "s"  # a name that begins like a formula is a name
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def chart_xml(chart: Chart, workbook_id: str) -> bytes:
    """Write the chart part.

    Parameters
    ----------
    chart : Chart
        What is drawn.
    workbook_id : str
        Relationship to its workbook.
    """
    plot = _bars(chart) if chart.kind == "bar" else _lines(chart)
    several = len(chart.series) > 1
    legend = f'<c:legend><c:legendPos val="t"/><c:overlay val="0"/>{TEXT}</c:legend>' if several else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><c:chartSpace {SPACES}>'
        '<c:date1904 val="0"/><c:roundedCorners val="0"/><c:chart><c:autoTitleDeleted val="1"/>'
        f'<c:plotArea><c:layout/>{plot}</c:plotArea>{legend}<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>'
        f"<c:spPr><a:ln><a:noFill/></a:ln></c:spPr>{TEXT}"
        f'<c:externalData r:id="{workbook_id}"><c:autoUpdate val="0"/></c:externalData></c:chartSpace>'
    ).encode()


def _bars(chart: Chart) -> str:
    series = "".join(
        _serie(chart, place, '<c:invertIfNegative val="0"/>') for place in range(len(chart.series))
    )
    shown = "".join(f'<c:{name} val="{value}"/>' for name, value in SHOWN)
    axes = "".join(f'<c:axId val="{one}"/>' for one in AXES)
    return (
        '<c:barChart><c:barDir val="bar"/><c:grouping val="clustered"/><c:varyColors val="0"/>'
        f'{series}<c:dLbls>{TEXT}{shown}</c:dLbls><c:gapWidth val="45"/>{axes}</c:barChart>'
        + _category_axis("l", "maxMin")
        + _value_axis("b", is_shown=False)
    )


def _lines(chart: Chart) -> str:
    series = "".join(
        _serie(chart, place, '<c:marker><c:symbol val="circle"/><c:size val="4"/></c:marker>', is_line=True)
        for place in range(len(chart.series))
    )
    axes = "".join(f'<c:axId val="{one}"/>' for one in AXES)
    return (
        f'<c:lineChart><c:grouping val="standard"/><c:varyColors val="0"/>{series}<c:marker val="1"/>{axes}</c:lineChart>'
        + _category_axis("b", "minMax")
        + _value_axis("l", is_shown=True)
    )


def _serie(chart: Chart, place: int, marks: str, *, is_line: bool = False) -> str:
    name, values = chart.series[place]
    column, last = COLUMNS[place], len(chart.labels) + 1
    fill = f'<a:solidFill><a:srgbClr val="{COLOURS[place % len(COLOURS)]}"/></a:solidFill>'
    look = f'<a:ln w="22225" cap="rnd">{fill}<a:round/></a:ln>' if is_line else fill
    if is_line:  # its dots are of the line's colour
        marks = marks.replace("</c:marker>", f"<c:spPr>{fill}<a:ln><a:noFill/></a:ln></c:spPr></c:marker>")
    labels = _points(chart.labels)
    numbers = _points(values)
    count = len(chart.labels)
    return (
        f'<c:ser><c:idx val="{place}"/><c:order val="{place}"/><c:tx><c:strRef><c:f>{SHEET}!${column}$1</c:f>'
        f'<c:strCache><c:ptCount val="1"/>{_points([name])}</c:strCache></c:strRef></c:tx><c:spPr>{look}</c:spPr>{marks}'
        f'<c:cat><c:strRef><c:f>{SHEET}!$A$2:$A${last}</c:f><c:strCache><c:ptCount val="{count}"/>{labels}'
        f"</c:strCache></c:strRef></c:cat><c:val><c:numRef><c:f>{SHEET}!${column}$2:${column}${last}</c:f>"
        f'<c:numCache><c:formatCode>General</c:formatCode><c:ptCount val="{count}"/>{numbers}</c:numCache></c:numRef></c:val>'
        + ('<c:smooth val="0"/></c:ser>' if is_line else "</c:ser>")
    )


def _points(values: Sequence[object]) -> str:
    return "".join(
        f'<c:pt idx="{place}"><c:v>{escape(str(value))}</c:v></c:pt>'
        for place, value in enumerate(values)
        if value is not None
    )


def _category_axis(side: str, order: str) -> str:
    return (
        f'<c:catAx><c:axId val="{AXES[0]}"/><c:scaling><c:orientation val="{order}"/></c:scaling><c:delete val="0"/>'
        f'<c:axPos val="{side}"/><c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="none"/>'
        f'<c:minorTickMark val="none"/><c:tickLblPos val="low"/><c:spPr><a:ln><a:solidFill><a:srgbClr val="{SOFT}"/>'
        f'</a:solidFill></a:ln></c:spPr>{TEXT}<c:crossAx val="{AXES[1]}"/><c:crosses val="autoZero"/><c:auto val="0"/>'
        '<c:lblAlgn val="ctr"/><c:lblOffset val="100"/><c:noMultiLvlLbl val="0"/></c:catAx>'
    )


def _value_axis(side: str, *, is_shown: bool) -> str:
    grid = f'<c:majorGridlines><c:spPr><a:ln w="6350"><a:solidFill><a:srgbClr val="{SOFT}"/></a:solidFill></a:ln></c:spPr></c:majorGridlines>'
    return (
        f'<c:valAx><c:axId val="{AXES[1]}"/><c:scaling><c:orientation val="minMax"/><c:min val="0"/></c:scaling>'
        f'<c:delete val="{0 if is_shown else 1}"/><c:axPos val="{side}"/>{grid if is_shown else ""}'
        '<c:numFmt formatCode="0" sourceLinked="0"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/>'
        f'<c:tickLblPos val="nextTo"/><c:spPr><a:ln><a:noFill/></a:ln></c:spPr>{TEXT}<c:crossAx val="{AXES[0]}"/>'
        '<c:crosses val="autoZero"/><c:crossBetween val="between"/></c:valAx>'
    )
