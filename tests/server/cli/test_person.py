"""``wangge person``: the phone from standard input, open issues named, exit codes as for everything."""

import json
import stat

import pytest

from tests.lived import COUNT

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PHONE = "138 1234 5678\n"


def test_somebody_is_found_exported_and_erased(wangge, store, lived, tmp_path):
    found = wangge("person", "find", given=PHONE)
    assert (found.exit_code, len(found.output.splitlines())) == (0, COUNT + 1)
    told = json.loads(wangge("person", "export", given=PHONE).output)
    assert {one["number"] for one in told["issues"]} == set(lived)
    path = tmp_path / "person.zip"
    assert wangge("person", "export", "--issue", lived[0], "-o", path).exit_code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    erased = wangge("person", "erase", "--yes", given=PHONE)
    assert (erased.exit_code, erased.output.splitlines()[0][:8]) == (1, "已清除 1 件事")
    assert lived[0] in erased.output
    left = wangge("person", "erase", "--yes", "--also-open", "--reason", "asked", given=PHONE)
    assert left.exit_code == 0
    assert wangge("person", "find", given=PHONE).output == "共 0 件事件。\n"


def test_what_cannot_be_meant_is_refused_in_one_line(wangge, store, lived):
    assert wangge("person", "erase", "--yes", "--also-open", given=PHONE).exit_code == 2
    assert wangge("person", "find", "13812345678", "--issue", lived[0]).exit_code == 2
    assert wangge("person", "find", "--issue", "20200101-00001").exit_code == 1
    short = wangge("person", "find", given="110\n")
    assert (short.exit_code, len(short.output.splitlines())) == (1, 1)
