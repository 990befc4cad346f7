"""What every template and script must keep, so that the pages run under a policy without exceptions."""

import csv
import hashlib
import re
from pathlib import Path

import pytest

from server.workflow import State

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STATIC = ROOT / "server" / "static"
SCRIPTS = sorted((STATIC / "js").rglob("*.js"))
STYLES = sorted((STATIC / "css").glob("*.css"))
VENDORED = sorted(path for path in (STATIC / "vendor").iterdir() if path.is_dir())
NAMESPACES = ("http://www.w3.org/2000/svg",)


def named(paths):
    return {"argvalues": paths, "ids": [str(path.relative_to(ROOT)) for path in paths]}


def hosts_in(text):
    found = re.findall(r"(?:https?:)?//[a-z0-9-]+(?:\.[a-z0-9-]+)+[^\s\"'`)]*", text)
    return [one for one in found if one not in NAMESPACES]


@pytest.mark.parametrize("path", **named(TEMPLATES))
def test_a_template_holds_nothing_that_the_policy_would_block(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\son[a-z]+\s*=", text), "inline handler"
    assert not re.search(r"\sstyle\s*=", text), "style attribute"
    assert "javascript:" not in text
    assert "<style" not in text


@pytest.mark.parametrize("path", **named(TEMPLATES))
def test_an_inline_script_is_data_or_has_a_nonce(path):
    for opening in re.findall(r"<script[^>]*>", path.read_text(encoding="utf-8")):
        assert "src=" in opening or 'type="application/json"' in opening or 'nonce="{{ nonce() }}"' in opening


HANDED_TO = {
    "apps.js": [
        "https://uri.amap.com/navigation",
        "https://api.map.baidu.com/marker",
        "https://apis.map.qq.com/uri/v1/routeplan",
    ]
}
"""Links that a person taps to be led to a place; nothing is asked of these hosts before."""


@pytest.mark.parametrize("path", **named([*TEMPLATES, *SCRIPTS, *STYLES]))
def test_no_page_names_an_outside_host(path):
    assert hosts_in(path.read_text(encoding="utf-8")) == HANDED_TO.get(path.name, [])


@pytest.mark.parametrize("path", **named(TEMPLATES))
def test_a_template_is_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 120


@pytest.mark.parametrize("path", **named(TEMPLATES))
def test_each_module_a_template_names_has_a_file(path):
    for name in re.findall(r'data-module="([^"]+)"', path.read_text(encoding="utf-8")):
        assert (STATIC / "js" / "modules" / f"{name}.js").is_file(), name


@pytest.mark.parametrize("path", **named(sorted((STATIC / "js" / "modules").glob("*.js"))))
def test_each_module_is_used_and_says_what_it_reads(path):
    text = path.read_text(encoding="utf-8")
    used = any(f'data-module="{path.stem}"' in one.read_text(encoding="utf-8") for one in TEMPLATES)
    assert used, "no template mounts it"
    assert re.search(
        r"/\*\*.*@param \{HTML\w+\} element.*\*/\nexport function mount\(element\)", text, re.DOTALL
    )


@pytest.mark.parametrize("path", **named(SCRIPTS))
def test_a_script_is_short_and_never_parses_text_as_html(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 150
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text
    )
    assert not re.search(r"setAttribute\(\s*[\"']style", text)


@pytest.mark.parametrize("path", **named(TEMPLATES))
def test_every_static_file_a_template_links_is_there(path):
    for name in re.findall(r"static\('([^']+)'\)", path.read_text(encoding="utf-8")):
        assert (STATIC / name).is_file(), name


@pytest.mark.parametrize("path", **named(TEMPLATES))
def test_every_icon_a_template_names_is_drawn(path):
    drawn = (STATIC / "vendor/tabler-icons/icons.svg").read_text(encoding="utf-8")
    for name in re.findall(r'icon\("([a-z0-9-]+)"', path.read_text(encoding="utf-8")):
        assert f'id="{name}"' in drawn, name


def test_every_icon_of_a_category_is_drawn():
    drawn = (STATIC / "vendor/tabler-icons/icons.svg").read_text(encoding="utf-8")
    with (STATIC.parents[1] / "data/categories.csv").open(encoding="utf-8", newline="") as rows:
        lacking = [row["icon"] for row in csv.DictReader(rows) if f'id="{row["icon"]}"' not in drawn]
    assert lacking == []


@pytest.mark.parametrize("folder", **named(VENDORED))
def test_a_vendored_file_is_the_published_one_with_its_licence(folder):
    assert (folder / "LICENSE").stat().st_size > 400
    told = dict(
        reversed(line.split("  ")[:2])
        for line in (folder / "SOURCE.txt").read_text(encoding="utf-8").splitlines()
        if re.match(r"[0-9a-f]{64}  ", line)
    )
    files = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in ("LICENSE", "SOURCE.txt")
    }
    assert told == files


def test_every_state_has_a_colour_and_a_symbol():
    tokens = (STATIC / "css/tokens.css").read_text(encoding="utf-8")
    symbols = (STATIC / "img/states.svg").read_text(encoding="utf-8")
    for state in State:
        assert f".state-{state}" in tokens, state
        assert f'id="{state}"' in symbols, state
