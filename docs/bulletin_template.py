"""Make the Word templates of the bulletin that ship in ``data/bulletin``: ``python docs/bulletin_template.py [FOLDER]``.

Laid out after GB/T 9704 (format of official documents): A4, 宋体 title, 黑体 headings, 仿宋 text of size 3.
"""

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

FOLDER = Path(__file__).resolve().parents[1] / "data" / "bulletin"
MADE = datetime(2026, 11, 22, tzinfo=UTC)
CENTRE = WD_ALIGN_PARAGRAPH.CENTER


@dataclass(frozen=True)
class Words:
    """What stands in a template beside its placeholders, in one language."""

    file: str
    lang: str
    fonts: tuple[str, str, str]
    """Of the title, the headings and the text."""
    dates: str
    section: tuple[str, str, str]
    """Loop, heading, text."""
    pictures: tuple[tuple[str, str], ...]
    """Placeholder and caption."""
    kinds: tuple[str, str, str, tuple[tuple[str, str], ...]]
    """Caption, table, total, and columns: heading and name."""
    places: tuple[str, str, str, tuple[tuple[str, str], ...]]
    total: str
    note: str


CHINESE = Words(
    "bulletin.docx",
    "zh-CN",
    ("宋体", "黑体", "仿宋"),
    "统计时段：{{ 时段 }}　　制作日期：{{ 制作日期 }}",
    ("各节", "题目", "正文"),
    (("类别图", "收集诉求的主要类别（件）"), ("走势图", "收集与办结走势（件）"), ("热力图", "诉求热力图")),
    (
        "办结情况（按类别）", "类别表", "合计",
        (("类别", "名称"), ("收集", "收集"), ("办结", "办结"), ("占办结", "占办结"), ("按期办结率", "按期办结率"), ("满意率", "满意率")),
    ),
    (
        "办理情况（按{{ 下级名称 }}）", "区域表", "合计",
        (("{{ 下级名称 }}", "名称"), ("收集", "收集"), ("办结", "办结"), ("超期未结", "超期未结"), ("按期办结率", "按期办结率"), ("满意率", "满意率")),
    ),
    "合计",
    "各率按全部事件合计计算；“—”表示该时段没有可计算的事件。",
)  # fmt: skip
ENGLISH = Words(
    "bulletin-en.docx",
    "en-GB",
    ("Georgia", "Calibri", "Calibri"),
    "Period: {{ period }} · made on {{ made }}",
    ("sections", "heading", "text"),
    (("kind_chart", "Concerns raised, by category"), ("trend_chart", "Raised and closed over time"),
     ("heat_map", "Where concerns were raised")),
    (
        "Closed, by category", "kinds", "total",
        (("Category", "name"), ("Raised", "new"), ("Closed", "closed"), ("Share", "share"), ("On time", "on_time"), ("Satisfied", "satisfaction")),
    ),
    (
        "By {{ level }}", "places", "total",
        (("{{ level }}", "name"), ("Raised", "new"), ("Closed", "closed"), ("Overdue", "overdue"), ("On time", "on_time"), ("Satisfied", "satisfaction")),
    ),
    "Total",
    "Rates are of all issues together; “—”: nothing in the period to count them from.",
)  # fmt: skip


def main() -> None:
    """Write both templates."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    for words in (CHINESE, ENGLISH):
        made(words).save(str(folder / words.file))


def made(words: Words) -> Any:  # noqa: ANN401 - a document of python-docx
    """Lay out one template."""
    document = Document()
    _page(document, words)
    is_chinese = words.lang.startswith("zh")
    title = "{{ 标题 }}" if is_chinese else "{{ title }}"
    _line(document, title, words.fonts[0], 22, bold=True, align=CENTRE)
    _rule(_line(document, words.dates, words.fonts[2], 12, align=CENTRE, after=14))
    table, heading, text = words.section
    item = "节" if is_chinese else "part"
    _line(document, f"{{%p for {item} in {table} %}}")
    _line(
        document,
        f"{{{{ {item}.{heading} }}}}",
        words.fonts[1],
        16,
        fixed=28,
        indent=2 * is_chinese,
        keep=True,
    )
    body = _line(
        document, f"{{{{ {item}.{text} }}}}", words.fonts[2], 16 if is_chinese else 12, indent=2 * is_chinese
    )
    if is_chinese:
        body.paragraph_format.line_spacing = Pt(28)
    body.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY if is_chinese else WD_ALIGN_PARAGRAPH.LEFT
    _line(document, "{%p endfor %}")
    for placeholder, caption in words.pictures:
        _line(document, f"{{%p if {placeholder} %}}")
        _line(document, caption, words.fonts[1], 12, align=CENTRE, keep=True, before=12)
        _line(document, f"{{{{ {placeholder} }}}}", align=CENTRE)
        _line(document, "{%p endif %}")
    for one in (words.kinds, words.places):
        _line(document, f"{{%p if {one[1]} %}}")
        _line(document, one[0], words.fonts[1], 12, align=CENTRE, keep=True, before=12)
        _table(document, words, one)
        _line(document, "{%p endif %}")
    _line(document, words.note, words.fonts[2], 10.5, before=6)
    return document


def _page(document: Any, words: Words) -> None:  # noqa: ANN401 - of python-docx
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(30), Mm(28)
    section.left_margin, section.right_margin = Mm(25), Mm(25)
    normal = document.styles["Normal"]
    _font(normal, words.fonts[2], 12)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-GB")
    language.set(qn("w:eastAsia"), "zh-CN")
    normal.element.get_or_add_rPr().append(language)
    properties = document.core_properties
    properties.author, properties.title, properties.comments = "wangge", "", ""
    properties.created = properties.modified = MADE.replace(tzinfo=None)
    footer = section.footer.paragraphs[0]
    footer.alignment = CENTRE
    for kind, said in (("begin", ""), ("", " PAGE "), ("end", "")):
        run = footer.add_run()
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.set(qn("xml:space"), "preserve")
            mark.text = said
        run._r.append(mark)  # noqa: SLF001 - python-docx has no fields


def _font(owner: Any, name: str, size: float) -> None:  # noqa: ANN401 - a run or a style
    owner.font.name, owner.font.size = name, Pt(size)
    owner.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _line(
    document: Any,  # noqa: ANN401 - a document or a cell of python-docx
    text: str,
    font: str = "",
    size: float = 12,
    *,
    bold: bool = False,
    align: Any = None,  # noqa: ANN401 - of python-docx
    fixed: float = 0,
    indent: int = 0,
    keep: bool = False,
    before: float = 0,
    after: float = 0,
) -> Any:  # noqa: ANN401 - a paragraph of python-docx
    paragraph = document.add_paragraph()
    run = paragraph.add_run(text)
    run.bold = bold
    if font:
        _font(run, font, size)
    form = paragraph.paragraph_format
    form.space_before, form.space_after = Pt(before), Pt(after)
    form.keep_with_next, paragraph.alignment = keep, align
    if fixed:
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(fixed)
    if indent:
        form.first_line_indent = Pt(size * indent)
    return paragraph


def _rule(paragraph: Any) -> None:  # noqa: ANN401 - of python-docx
    """Draw the red line under the heading of a bulletin."""
    borders, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "6"), ("color", "C92A2A")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    above = ("w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")
    paragraph._p.get_or_add_pPr().insert_element_before(borders, *above)  # noqa: SLF001 - not in python-docx


def _table(document: Any, words: Words, one: Any) -> None:  # noqa: ANN401 - of python-docx
    _caption, name, total, columns = one
    row = "行" if words.lang.startswith("zh") else "row"
    table = document.add_table(rows=5, cols=len(columns))
    table.style, table.alignment = "Table Grid", WD_TABLE_ALIGNMENT.CENTER
    cells = [
        [heading for heading, _key in columns],
        [f"{{%tr for {row} in {name} %}}"],
        [f"{{{{ {row}.{key} }}}}" for _heading, key in columns],
        ["{%tr endfor %}"],
        [words.total, *(f"{{{{ {total}.{key} }}}}" for _heading, key in columns[1:])],
    ]
    if name in ("类别表", "kinds"):
        cells[4][3] = ""  # the whole's share of itself
    for place, texts in enumerate(cells):
        for cell, text in zip(table.rows[place].cells, texts, strict=False):
            paragraph = cell.paragraphs[0]
            run = paragraph.add_run(text)
            _font(run, words.fonts[1] if place in (0, 4) else words.fonts[2], 10.5)
            run.font.color.rgb = RGBColor(0x1B, 0x2A, 0x31)
            is_first = cell._tc is table.rows[place].cells[0]._tc  # noqa: SLF001 - python-docx makes cells anew
            paragraph.alignment = None if is_first else WD_ALIGN_PARAGRAPH.RIGHT
    repeated = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)  # noqa: SLF001 - python-docx has no such switch
    for each in table.rows:
        each._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001
        for cell, width in zip(each.cells, (Mm(46), *[Mm(23)] * 5), strict=True):
            cell.width = width


if __name__ == "__main__":
    main()
