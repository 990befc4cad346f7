"""The file of refused rows never costs anybody another file."""

import pytest

from server.errors import InputError
from server.services.imports.rejects import Reject, RejectsFile, header, refuse_foreign
from server.words import speaking


def test_a_file_that_is_no_list_of_rejects_is_not_overwritten(tmp_path):
    path = tmp_path / "wangge.db"
    path.write_bytes(b"SQLite format 3\x00")

    with pytest.raises(InputError) as refused:
        refuse_foreign(path)

    assert refused.value.code == "import.rejects_foreign"
    assert path.read_bytes() == b"SQLite format 3\x00"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_list_of_rejects_of_an_earlier_run_is_overwritten_in_either_language(tmp_path, language):
    path = tmp_path / "rejects.csv"
    with speaking(language):
        RejectsFile(path, header()).add([Reject(2, "lon", "x", "field.not_number", "no")])

    refuse_foreign(path)


def test_an_empty_file_and_none_are_no_obstacle(tmp_path):
    refuse_foreign(tmp_path / "none.csv")
    (tmp_path / "empty.csv").touch()
    refuse_foreign(tmp_path / "empty.csv")
