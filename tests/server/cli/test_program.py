"""The frame: help in two languages, one clear line for what is refused, exit codes that mean something."""

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from geo.errors import CrsError
from server.cli import main
from server.cli.program import refusal
from server.errors import InputError
from server.words import speaking

ROOT = Path(__file__).resolve().parents[3]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def all_commands(group=main, words=()):
    yield words
    if isinstance(group, click.Group):
        with click.Context(group) as context:
            for name in group.list_commands(context):
                yield from all_commands(group.get_command(context, name), (*words, name))


@pytest.mark.parametrize("words", list(all_commands()), ids=" ".join)
def test_every_command_tells_its_use_in_both_languages(words):
    chinese = CliRunner().invoke(main, ["--lang", "zh", *words, "--help"])
    english = CliRunner().invoke(main, ["--lang", "en", *words, "--help"])
    assert (chinese.exit_code, english.exit_code) == (0, 0)
    assert CHINESE.search(chinese.output)
    assert not CHINESE.search(english.output)
    assert "cli." not in english.output, "a sentence is missing"


def loads_web(*words):
    check = (
        "import sys; from server.cli import main\n"
        f"try: main({list(words)!r})\n"
        "except SystemExit: pass\n"
        "sys.exit(9 if {'flask', 'folium', 'sqlalchemy'} & set(sys.modules) else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", check], cwd=ROOT, capture_output=True, timeout=120, check=False
    )
    return done.returncode


def test_help_loads_neither_web_nor_store_nor_geography():
    assert loads_web("--help") == 0
    assert loads_web("import", "--help") == 0


def test_locating_loads_no_web(tmp_path):
    check = (
        "import sys; from server.cli import main\n"
        "try: main(['locate', 'none.csv', '--cells', 'none.geojson', '-o', 'out.csv'])\n"
        "except SystemExit: pass\n"
        "sys.exit(9 if {'flask', 'folium'} & set(sys.modules) else 0)"
    )
    assert subprocess.run([sys.executable, "-c", check], cwd=ROOT, check=False, timeout=120).returncode == 0


def test_wrong_usage_is_two_and_one_line(process):
    for words in (("no-such",), ("import", "issues"), ("serve", "--port", "0"), ("locate", "--what")):
        done = process(*words)
        assert (done.returncode, done.stdout) == (2, "")
        assert len(done.stderr.strip().splitlines()) == 1


def test_a_store_that_is_not_there_yet_is_one_line_in_the_language_chosen(process, tmp_path):
    chinese = process("--dir", tmp_path / "a", "user", "list")
    english = process("--dir", tmp_path / "b", "user", "list", WANGGE_LANGUAGE="en")
    assert (chinese.returncode, english.returncode) == (1, 1)
    assert "wangge db upgrade" in chinese.stderr
    assert CHINESE.search(chinese.stderr)
    assert not CHINESE.search(english.stderr)
    assert "Traceback" not in chinese.stderr + english.stderr


def test_unknown_settings_stop_every_command(process, tmp_path):
    done = process("db", "upgrade", WANGGE_DIR=str(tmp_path), WANGGE_NO_SUCH="1")
    assert done.returncode == 1
    assert "no_such" in done.stderr


def test_a_settings_file_is_read(process, tmp_path):
    (tmp_path / "wangge.toml").write_text(f'dir = "{tmp_path / "data"}"\n', encoding="utf-8")
    assert process("--config", tmp_path / "wangge.toml", "db", "upgrade").returncode == 0
    assert (tmp_path / "data" / "wangge.db").exists()


def test_upgrading_twice_is_harmless(process, tmp_path):
    assert [process("--dir", tmp_path, "db", "upgrade").returncode for _time in range(2)] == [0, 0]


@pytest.mark.parametrize(
    "error",
    [
        InputError("file.missing", file="a.csv"),
        CrsError("crs.missing"),
        OSError(28, "No space left on device"),
        PermissionError(13, "Permission denied", "a.csv"),
        click.FileError("a.csv", "gone"),
    ],
    ids=lambda one: type(one).__name__,
)
def test_what_is_expected_is_said_in_a_sentence(error):
    with speaking("zh"):
        assert "\n" not in refusal(error)


def test_what_nobody_expects_is_shown_whole():
    assert refusal(ValueError("a fault of ours")) is None


def test_a_file_that_is_no_database_is_one_line_and_no_traceback(tmp_path, process):
    (tmp_path / "wangge.db").write_bytes(b"\x8f\x03rubbish" * 5_000)

    ended = process("--dir", tmp_path, "--lang", "en", "doctor")

    assert ended.returncode == 1
    assert ended.stderr.strip().endswith("is no database, or is damaged; restore it from a backup.")
    assert len(ended.stderr.strip().splitlines()) == 1


def test_what_click_says_around_commands_is_chinese_too():
    asked = CliRunner().invoke(main, ["--lang", "zh", "token", "--help"]).output
    assert "用法：" in asked
    assert "显示这段说明。" in asked
    assert "没有命令" in CliRunner().invoke(main, ["--lang", "zh", "token", "crate"]).output
    assert "No such command" in CliRunner().invoke(main, ["--lang", "en", "token", "crate"]).output
