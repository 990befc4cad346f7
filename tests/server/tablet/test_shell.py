"""The tablet's shell holds nothing of anybody's, and its worker keeps all that it needs and nothing else."""

import hashlib
import json
import re

import pytest

from server.statics import FOLDER, digest
from server.tablet import words
from server.tablet.assets import static_files
from server.words import speaking

DIGEST = f"/static/v/{digest()}/"


@pytest.fixture
def release(client_of):
    text = client_of().get("/t/sw.js").text
    return json.loads(re.fullmatch(r"self\.release = (.*);\nimportScripts\(.*\);\n", text)[1])


def test_two_people_and_nobody_get_the_same_bytes(client_of):
    pages = [client_of(login).get("/t/") for login in ("worker_lin", "leader_zhao")]
    pages += [client_of().get("/t/shell"), client_of("worker_lin").get("/t/shell")]
    assert len({page.data for page in pages}) == 1
    assert all("Set-Cookie" not in page.headers for page in pages)


def test_nothing_in_the_shell_is_anybodys_own(client_of, town):
    text = client_of("worker_lin").get("/t/").text
    assert "csrf" not in text
    assert "nonce" not in text
    for hers in ("林晓", "worker_lin", "文峰社区", "990101001001008", str(town.actors["worker_lin"].uid)):
        assert hers not in text


def test_nothing_in_the_shell_is_inline_but_data(client_of):
    text = client_of().get("/t/shell").text
    assert all("src=" in one or "application/json" in one for one in re.findall(r"<script[^>]*>", text))
    assert "<style" not in text
    assert "nonce" not in client_of().get("/t/shell").headers["Content-Security-Policy"]


def test_the_shell_speaks_the_language_it_is_asked_for(client_of):
    client = client_of()
    client.set_cookie("language", "en")
    assert 'lang="en"' in client.get("/t/shell").text
    assert 'lang="zh-CN"' in client.get("/t/shell?language=zh").text
    assert 'lang="en"' in client.get("/t/shell?language=fr").text


def test_whoever_is_no_worker_gets_the_answers_of_before(client_of):
    assert client_of().get("/t/").status_code == 303
    assert client_of("dispatcher_qian").get("/t/").status_code == 403


def test_the_worker_may_keep_the_whole_of_t_and_is_asked_for_anew_each_time(client_of):
    answer = client_of().get("/t/sw.js")
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    english = client_of()
    english.set_cookie("language", "en")
    assert english.get("/t/sw.js").data == answer.data  # another language is no new release


def test_the_shell_says_the_release_of_its_worker(client_of, release):
    page = client_of().get(release["shells"]["en"])
    data = json.loads(re.search(r'id="page-data">(.*?)</script>', page.text, re.DOTALL)[1])
    assert page.headers["Wangge-Version"] == data["version"] == release["version"]
    assert client_of().get("/t/version").json["version"] == release["version"]
    assert data.keys() == {"urls", "words", "zone", "basemap", "language", "version"}


def test_everything_that_the_worker_keeps_is_there_and_is_known_by_its_digest(client_of, release):
    client = client_of()
    assert {client.get(address).status_code for address in release["shells"].values()} == {200}
    for address, digits in release["assets"].items():
        answer = client.get(address)
        assert (answer.status_code, len(digits)) == (200, 16), address
        assert hashlib.sha256(answer.data).hexdigest().startswith(digits), address
        assert "immutable" in answer.headers["Cache-Control"]


def test_the_worker_keeps_what_modules_and_style_sheets_name_in_turn(release):
    kept = {one.removeprefix(DIGEST) for one in release["assets"]}
    assert {"js/page.js", "js/stamp.js", "vendor/tabler-icons/icons.svg", "img/states.svg"} <= kept
    assert "vendor/leaflet/images/layers-2x.png" in kept
    assert not {one for one in kept if one.startswith(("vendor/echarts", "vendor/htmx", "vendor/swagger"))}


def test_a_file_is_found_however_it_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("server.tablet.assets.FOLDER", tmp_path)
    (tmp_path / "js").mkdir()
    (tmp_path / "js/one.js").write_text(
        'import {\n  two,\n} from "./two.js";\nexport * from "./three.js";\nconst x = () => import("./four.js");\n'
        'new Worker(new URL("./five.js", import.meta.url));\nimport "./six.js";\n'
    )
    (tmp_path / "all.css").write_text("a { background: url(img/a.png) } b { background: url(data:x) }")
    html = f'<link href="{DIGEST}all.css"><script src="{DIGEST}js/one.js"></script>'
    found = [one.removeprefix(DIGEST) for one in static_files(html)]
    names = ("five", "four", "one", "six", "three", "two")
    assert found == ["all.css", "img/a.png", *(f"js/{name}.js" for name in names)]


def test_the_manifest_makes_it_an_app_of_its_own(client_of):
    client = client_of()
    answer = client.get("/t/manifest.webmanifest")
    told = json.loads(answer.text)
    assert answer.mimetype == "application/manifest+json"
    assert (told["start_url"], told["scope"], told["display"]) == ("/t/", "/t/", "standalone")
    assert {one["purpose"] for one in told["icons"]} == {"any", "maskable"}
    for icon in told["icons"]:
        wide, high = _png_size(client.get(icon["src"]).data)
        assert icon["sizes"] == f"{wide}x{high}"


def _png_size(image):
    return int.from_bytes(image[16:20], "big"), int.from_bytes(image[20:24], "big")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_sentence_of_the_tablet_belongs_to_one_part(language):
    with speaking(language):
        assert len(words.words()) == sum(len(part.words()) for part in words.PARTS)


def test_every_sentence_that_a_tablet_module_says_is_there():
    said = words.words()
    folders = ((FOLDER / "js/modules").glob("tablet-*.js"), (FOLDER / "js/tablet").rglob("*.js"))
    for path in (one for folder in folders for one in folder):
        for key in re.findall(r'\bsay\("([a-z0-9_]+)"', path.read_text(encoding="utf-8")):
            assert key in said, f"{path.name}: {key}"
