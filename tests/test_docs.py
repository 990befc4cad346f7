"""What the documents say is so."""

import re
from pathlib import Path

import click
import pytest

from geo.systems import NAMES
from server.cli import main
from server.config import SETTINGS
from server.words import _, speaking
from server.workflow import diagram

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def row_of(setting):
    default = str(setting.default).lower() if isinstance(setting.default, bool) else str(setting.default)
    return f"| `{setting.variable}` | {f'`{default}`' if default else '—'} | {_(setting.meaning)} |"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("setting", SETTINGS, ids=lambda one: one.name)
def test_every_setting_stands_in_the_readme_with_its_default_and_meaning(setting, language):
    with speaking(language):
        assert row_of(setting) in README


def test_the_readme_names_no_setting_that_is_not_there():
    assert set(re.findall(r"WANGGE_[A-Z_]+", README)) <= {one.variable for one in SETTINGS} | {
        "WANGGE_CONFIG"
    }


def test_every_named_coordinate_system_stands_in_both_halves_of_the_readme():
    for half in README.split("## English"):
        assert [name for name in NAMES if f"`{name}`" not in half] == []


def commands(group, words=()):
    with click.Context(group) as context:
        for name in group.list_commands(context):
            one = group.get_command(context, name)
            if isinstance(one, click.Group):
                yield from commands(one, (*words, name))
            else:
                yield " ".join(("wangge", *words, name))


def test_every_command_stands_in_the_readme():
    assert [name for name in commands(main) if f"`{name}" not in README] == []


def test_every_make_target_in_the_readme_is_there():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", README)) <= targets
    assert {"run", "test", "bench", "exhaustive", "lint", "screenshots"} <= targets


def test_every_picture_and_file_that_documents_point_to_is_there():
    missing = [
        f"{path.name}: {target}"
        for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
        for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", path.read_text(encoding="utf-8"))
        if not (path.parent / target).exists()
    ]
    assert missing == []


def test_the_diagram_in_the_readme_is_the_workflow():
    assert diagram() in README
