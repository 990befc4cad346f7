"""Every sentence is there in both languages, and its places are filled."""

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from server.config import SETTINGS
from server.services.steps.fields import UNITS
from server.words import NAMES, SENTENCES, _, sentence, speaking, state_name

ROOT = Path(__file__).resolve().parents[2]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
PLACES = re.compile(r"\{(\w+)\}|%\((\w+)\)s")


@pytest.fixture(scope="module")
def english():
    said = {}
    for path in (ROOT / "server/locale").glob("en*.po"):
        with path.open("rb") as file:
            said.update({one.id: one.string for one in read_po(file, locale="en") if one.id})
    return said


def spoken():
    methods = [("server/**.py", "python"), ("templates/**.html", "jinja2")]
    options = {"templates/**.html": {"extensions": "jinja2.ext.i18n", "trimmed": "true", "silent": "false"}}
    found = set()
    for folder, pattern, method in [
        (ROOT / "server", "**.py", "python"),
        (ROOT / "templates", "**.html", "jinja2"),
    ]:
        chosen = options[methods[1][0]] if method == "jinja2" else {}
        for _file, _line, message, _notes, _context in extract_from_dir(
            folder,
            [(pattern, method)],
            {pattern: chosen},
            keywords={"_": None, "gettext": None, "ngettext": (1, 2)},
        ):
            found.update(message if isinstance(message, tuple) else (message,))
    found.update(SENTENCES.values())
    found.update(name for table in NAMES.values() for name in table.values())
    found.update(UNITS)
    found.update(one.meaning for one in SETTINGS)
    return {one for one in found if CHINESE.search(one)}


def test_every_chinese_message_has_an_english_one(english):
    missing = sorted(one for one in spoken() if not english.get(one))
    assert missing == []


def test_an_english_message_has_the_places_of_the_chinese_one_and_no_chinese(english):
    for chinese, said in english.items():
        assert set(PLACES.findall(chinese)) == set(PLACES.findall(said)), chinese
        assert not CHINESE.search(said), said


def test_a_sentence_is_said_in_the_language_spoken():
    with speaking("zh"):
        assert state_name("closed") == "已结案"
    with speaking("en"):
        assert not CHINESE.search(state_name("closed"))


def test_a_missing_value_is_shown_as_a_question_mark():
    assert "?" in sentence("place.inside")


def test_an_unknown_code_is_shown_with_its_values():
    assert sentence("no.such", {"a": 1}) == "no.such a=1"


def test_a_place_is_filled():
    with speaking("zh"):
        assert _("没有编号为 {number} 的事件。", number="7") == "没有编号为 7 的事件。"


RAISED = re.compile(
    r"\b\w*(?:Error|NotFound|NotPermitted|NotSignedIn|Conflict|Busy|Refused)\(\s*\"([a-z_]+\.[\w.]+)\""
)


def test_every_error_that_is_raised_has_a_sentence():
    sources = [path for top in ("geo", "server") for path in (ROOT / top).rglob("*.py")]
    raised = {code for path in sources for code in RAISED.findall(path.read_text(encoding="utf-8"))}
    assert len(raised) > 50
    assert sorted(raised - SENTENCES.keys()) == []
