"""Running commands: inside this process, or as a process of their own."""

from subprocess import CompletedProcess

import pytest
from click.testing import CliRunner

from server.cli import main
from tests.forked import Forked
from tests.server.cli.point_files import write_cells


@pytest.fixture
def wangge(store):
    """Run a command on the test's store inside this process."""

    def run(*words, lang="zh", given=None):
        options = ["--dir", str(store.folder), "--database-url", store.config.database_url, "--lang", lang]
        return CliRunner().invoke(main, [*options, *map(str, words)], input=given)

    return run


@pytest.fixture
def process():
    """Run a command as a process of its own, without any settings from outside."""

    def run(*words, timeout=120, **variables):
        running = Forked(*words, **variables)
        told, faults = running.communicate(timeout)
        return CompletedProcess(words, running.returncode, told, faults)

    return run


@pytest.fixture
def cells(tmp_path):
    """Give a file of two cells."""
    return write_cells(tmp_path / "cells.geojson")


@pytest.fixture
def locate(cells):
    """Run `wangge locate` in this process, in English, without a store."""

    def run(points, out, *words, cells=cells):
        options = ["--lang", "en", "locate", points, "--cells", cells, "-o", out, *words]
        return CliRunner().invoke(main, list(map(str, options)))

    return run
