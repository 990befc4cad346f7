"""Templates come from people: what they may say, and what they may hold."""

import io
import runpy
import struct
import zipfile
from zoneinfo import ZoneInfo

import docx
import pytest

from server.errors import InputError, NotPermitted
from server.services import audit, bulletin
from server.services.bulletin.context import known
from server.services.bulletin.document import make
from server.services.bulletin.language import environment
from server.services.bulletin.packages import check_package
from server.services.bulletin.sample import sample
from server.services.people import system_actor
from server.words import speaking
from tests.conftest import NOW
from tests.server.services.bulletins import DOCUMENT, SHIPPED, SLIGHT, saying, with_parts


@pytest.fixture(scope="module")
def report():
    with speaking("zh"):
        return sample(NOW, ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("words", "code", "named"),
    [
        ("{{ ''.__class__ }}", "bulletin.language", "__class__"),
        ("{{ 标题.__class__ }}", "bulletin.placeholder", "标题.__class__"),
        ("{{ 数字.__init__ }}", "bulletin.placeholder", "数字.__init__"),
        ("{{ 数字['__init__'] }}", "bulletin.placeholder", "数字.__init__"),
        ("{{ self.__init__.__globals__ }}", "bulletin.language", "__globals__"),
        ("{{ cycler.__init__ }}", "bulletin.placeholder", "cycler.__init__"),
        ("{{ config }}", "bulletin.placeholder", "config"),
        ("{{ 满意度 }}", "bulletin.placeholder", "满意度"),
        ("{{ 数字.满意 }}", "bulletin.placeholder", "数字.满意"),
        ("{% for 行 in 类别表 %}{{ 行.类 }}{% endfor %}", "bulletin.placeholder", "行.类"),
        ("{% for 行 in 类别 %}{% endfor %}", "bulletin.placeholder", "类别"),
        ("{% for 行 in range(9) %}{% endfor %}", "bulletin.language", "for"),
        ("{% for 行 in 标题 %}{% endfor %}", "bulletin.language", "for"),
        ("{% for a in 类别表 %}{% for b in 类别表 %}x{% endfor %}{% endfor %}", "bulletin.language", "for"),
        ("{{ range(9) }}", "bulletin.language", "range(…)"),
        ("{{ 9 ** 9 ** 9 ** 9 }}", "bulletin.language", "**"),
        ("{{ '长' * 999999999 }}", "bulletin.language", "*"),
        ("{{ 标题 | center(999999999) }}", "bulletin.language", "| center"),
        ("{% set x = 1 %}", "bulletin.language", "assign"),
        ("{% include 'sign_in.html' %}", "bulletin.language", "include"),
        ("{% macro m() %}{% endmacro %}", "bulletin.language", "m"),
        (r"{{ '\ud800' }}", "bulletin.language", "ud800"),
        (r"{{ '\x0b' }}", "bulletin.language", "x0b"),
        (r"{% if 标题 == '\uffff' %}{% endif %}", "bulletin.language", "uffff"),
        ("{% for 行 in 类别表 %}" + "长" * 100_001 + "{% endfor %}", "bulletin.language", "长长长"),
        ("{{ 标题", "bulletin.syntax", "标题"),
        ("{% if 标题 %}", "bulletin.syntax", ""),
    ],
)
def test_a_template_that_says_more_than_placeholders_is_refused_by_name(words, code, named):
    with pytest.raises(InputError) as caught:
        environment(known()).from_string(words)
    assert caught.value.code == code
    assert named in str(caught.value.values.get("name") or caught.value.values["value"])


def test_a_refusal_names_the_placeholder_though_word_spread_it_over_runs(report):
    spread = "{{ 满</w:t></w:r><w:r><w:t>意度 }}"
    words = with_parts({DOCUMENT: lambda old: old.replace("{{ 标题 }}".encode(), spread.encode())})
    with pytest.raises(InputError) as caught:
        make(report, words, "x.docx")
    assert (caught.value.code, caught.value.values["name"]) == ("bulletin.placeholder", "满意度")


def test_loops_conditions_and_english_names_are_understood(report):
    words = "{% if 热点区域 and 数字.新增 != '0' %}{% for 行 in kinds %}{{ 行.name }}{{ 行.收集 }}{% endfor %}{{ figures.new }}{% endif %}"
    made = make(report, saying(words), "x.docx")
    assert docx.Document(io.BytesIO(made)).paragraphs[0].text == "样例2020"


def relations(line):
    return lambda old: old.replace(b"</Relationships>", line.encode() + b"</Relationships>")


def body(line):
    return lambda old: old.replace(b"<w:body>", f"<w:body><w:p>{line}</w:p>".encode())


def field(code):
    return {DOCUMENT: body(f"{BEGIN}<w:r><w:instrText>{code}</w:instrText></w:r>{END}")}


def types(part, kind, whole=""):
    told = whole or f"application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}"
    line = f'<Override PartName="{part}" ContentType="{told}"/></Types>'
    return lambda old: old.replace(b"</Types>", line.encode())


BEGIN, END = (f'<w:r><w:fldChar w:fldCharType="{one}"/></w:r>' for one in ("begin", "end"))
TYPES = "[Content_Types].xml"
HEADER = b'<w:hdr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p/></w:hdr>'
RELS = "word/_rels/document.xml.rels"
KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
ENTITIES = '<!DOCTYPE w [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><w>&b;</w>'


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({RELS: relations(f'<Relationship Id="x9" Type="{KIND}/image" Target="http://evil.example/a.png" TargetMode="External"/>')}, "bulletin.outside"),
        ({RELS: relations(f'<Relationship Id="x9" Type="{KIND}/attachedTemplate" Target="file:///c:/a.dotm" TargetMode="External"/>')}, "bulletin.outside"),
        ({RELS: relations(f'<Relationship Id="x9" Type="{KIND}/hyperlink" Target="file://host/share" TargetMode="External"/>')}, "bulletin.outside"),
        ({RELS: relations(f'<Relationship Id="x9" Type="{KIND}/image" Target="//evil.example/a.png"/>')}, "bulletin.outside"),
        ({RELS: relations(f'<Relationship Id="x9" Type="{KIND}/aFChunk" Target="chunk.xml"/>')}, "bulletin.outside"),
        ({"word/vbaProject.bin": b"x"}, "bulletin.part"),
        ({"word/embeddings/sheet1.xlsx": b"x"}, "bulletin.part"),
        ({"word/extra.xml": ENTITIES.encode()}, "bulletin.part"),
        ({"word/extra.xml": ENTITIES.encode("utf-16")}, "bulletin.part"),
        ({"word/extra.xml": b"<w"}, "bulletin.part"),
        ({"[Content_Types].xml": lambda old: old.replace(b"document.main+xml", b"document.macroEnabled.main+xml")}, "bulletin.part"),
        ({DOCUMENT: lambda old: old.replace(b"<w:body>", b"<w:body><w:p><w:r><w:instrText>INCLUDE</w:instrText></w:r><w:r><w:instrText>PICTURE x</w:instrText></w:r></w:p>")}, "bulletin.field"),
        ({DOCUMENT: lambda old: old.replace(b"<w:body>", b'<w:body><w:p><w:fldSimple w:instr="DDEAUTO c"/></w:p>')}, "bulletin.field"),
        (field('INC{# x #}LUDEPICTURE "http://evil.example/x.png" \\d'), "bulletin.field_marks"),
        (field("INC{{ 'LUDEPICTURE' }}"), "bulletin.field_marks"),
        (field("D{# #}DEAUTO c"), "bulletin.field_marks"),
        ({DOCUMENT: body(f"{BEGIN}<w:r><w:t>DDEAUTO c</w:t></w:r>{END}")}, "bulletin.field"),
        ({DOCUMENT: body('<w:fldSimple w:instr="D{# #}DEAUTO c"/>')}, "bulletin.field_marks"),
        ({DOCUMENT: body('<w:hyperlink w:anchor="{{ 标题 }}"/>')}, "bulletin.field_marks"),
        ({"word/header9.txt": HEADER, TYPES: types("/word/header9.txt", "header+xml")}, "bulletin.part"),
        ({"word/media/a.png": HEADER, TYPES: types("/word/media/A.png", "header+xml")}, "bulletin.part"),
        ({"word/media/a.png": HEADER}, "bulletin.part"),
        ({"word/media/a.png": HEADER, TYPES: types("/word/media/a.png", "x", "image/png"),
          RELS: relations(f'<Relationship Id="x9" Type="{KIND}/header" Target="media/a.png"/>')}, "bulletin.part"),
        ({"word/header9.xml": b"<?xml version='1.0' encoding='cp037'?><a/>"}, "bulletin.part"),
        ({"word/header9.xml": b"<a>" + b"<p/>" * 100_000 + b"</a>"}, "bulletin.inflated"),
        ({f"word/header{n}.xml": b"<a>" + b" " * 2**18 + b"</a>" for n in range(13)}, "bulletin.inflated"),
        ({"word/media/a.png": bytes(21 * 2**20)}, "bulletin.inflated"),
        ({"word/extra.xml": b"<a>" + b" " * 2**20 + b"</a>"}, "bulletin.inflated"),
        ({f"word/media/{n}.png": b"" for n in range(250)}, "bulletin.inflated"),
        ({"WORD/document.xml": b"<a/>"}, "bulletin.inflated"),
        ({"[Content_Types].xml": b"<Types/>"}, "bulletin.not_docx"),
    ],
    ids=lambda one: "" if isinstance(one, dict) else one,
)  # fmt: skip
def test_a_package_that_reaches_out_runs_something_or_swells_is_refused(changed, code):
    with pytest.raises(InputError) as caught:
        check_package(with_parts(changed, SLIGHT), "x.docx")
    assert caught.value.code == code


def test_a_field_that_a_condition_puts_together_is_found_in_what_was_made(report):
    parts = "<w:instrText>INC</w:instrText>{{% if 标题 == '' %}}<w:instrText>-</w:instrText>{{% endif %}}<w:instrText>LUDEPICTURE x</w:instrText>"
    run = f"<w:r>{parts}</w:r>".replace("{{%", "<w:t>{%").replace("%}}", "%}</w:t>")
    template = with_parts({DOCUMENT: body(run)})
    check_package(template, "x.docx")
    with pytest.raises(InputError) as caught:
        make(report, template, "x.docx")
    assert (caught.value.code, caught.value.values["value"]) == ("bulletin.field", "INCLUDE")


def lying(content):
    """Let the directory of an archive promise that its entries are short."""
    at = content.rindex(b"PK\x01\x02")
    return content[: at + 24] + struct.pack("<I", 5) + content[at + 28 :]


@pytest.mark.parametrize(
    "content",
    [b"", b"PK", b"%PDF-1.7", bytes(1000), SHIPPED.read_bytes()[:9000], lying(SHIPPED.read_bytes())],
)
def test_what_is_no_docx_is_refused(content):
    with pytest.raises(InputError) as caught:
        check_package(content, "x.docx")
    assert caught.value.code == "bulletin.not_docx"


def test_the_shipped_template_is_taken():
    check_package(SHIPPED.read_bytes(), "x.docx")
    check_package(SLIGHT, "x.docx")


@pytest.mark.parametrize(
    "words",
    ["{{ 标题 }}" * 2001, "{{ 热力图 }}{{ 类别图 }}" * 11, "{{ " + "not " * 3000 + "标题 }}", "{{ " + "(" * 3000, "{% if 标题 %}" * 99],
    ids=["many placeholders", "many charts", "deep", "deeper", "open"],
)  # fmt: skip
def test_what_would_run_long_or_deep_is_refused(report, words):
    with pytest.raises(InputError) as caught:
        make(report, saying(words), "x.docx")
    assert caught.value.code in {"bulletin.language", "bulletin.syntax"}


def test_a_document_that_does_not_hold_together_is_refused(report):
    broken = with_parts(
        {DOCUMENT: lambda old: old.replace(b"<w:tblGrid>", b"<w:x>").replace(b"</w:tblGrid>", b"</w:x>")}
    )
    with pytest.raises(InputError) as caught:
        make(report, broken, "x.docx")
    assert caught.value.code == "bulletin.not_docx"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_stores_own_template_goes_first_until_it_is_taken_back(store, town):
    own, admin = saying("本街道的简报"), town.actors["admin_wu"]
    with store.write() as tx:
        bulletin.upload(tx, admin, bulletin.tried(bulletin.specimen(tx, admin), "街道.docx", own))
    with store.read() as tx:
        assert bulletin.template_of(tx).content == own
        with speaking("en"):
            assert bulletin.template_of(tx).own_since is None
    with store.write() as tx:
        bulletin.remove(tx, admin)
        assert bulletin.remove(tx, admin) is None
    with store.read() as tx:
        assert bulletin.template_of(tx).content == SHIPPED.read_bytes()
        assert [one.kind for one in audit.latest(tx, 2)] == ["bulletin.remove", "bulletin.upload"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_refused_template_leaves_the_one_in_use(store, town):
    part, shipped = town.actors["supervisor_li"], bulletin.Tried("x.docx", SHIPPED.read_bytes())
    with store.read() as tx, pytest.raises(InputError):
        bulletin.tried(bulletin.specimen(tx, system_actor()), "x.docx", saying("{{ 满意度 }}"))
    with store.read() as tx, pytest.raises(NotPermitted):
        bulletin.specimen(tx, part)
    with pytest.raises(NotPermitted), store.write() as tx:
        bulletin.upload(tx, part, shipped)
    with store.read() as tx:
        assert bulletin.template_of(tx).own_since is None


def test_the_shipped_templates_are_what_the_script_makes(tmp_path):
    script = runpy.run_path("docs/bulletin_template.py")
    for words in (script["CHINESE"], script["ENGLISH"]):
        path = tmp_path / words.file
        script["made"](words).save(str(path))
        with zipfile.ZipFile(path) as made, zipfile.ZipFile(SHIPPED.parent / words.file) as kept:
            assert made.read(DOCUMENT) == kept.read(DOCUMENT), words.file
