"""Times, numbers and maps are read as people write them, or refused."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from server.errors import InputError
from server.services.imports.tables import UNCALCULATED
from server.services.imports.values import instant, number, plain, read_map

ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 3, 1, 8, 5, tzinfo=ZONE)


@pytest.mark.parametrize(
    "words",
    [
        "2026-03-01 08:05",
        "2026-03-01T08:05:00",
        "2026-03-01T08:05+08:00",
        "2026-03-01T00:05Z",
        "2026/3/1 8:05",
        "2026/03/01 08:05:00",
        "2026年3月1日 8时5分",
        "2026年3月1日8点05分",
        "2026.3.1 8:05",
        "20260301080500",
        "46082.336805556",
    ],
)
def test_a_time_is_read_however_it_is_written(words):
    assert instant(words, "at", ZONE) == AT


def test_a_date_means_its_beginning_and_a_blank_nothing():
    assert instant("2026-03-01", "at", ZONE) == datetime(2026, 2, 28, 16, tzinfo=UTC)
    assert instant("20260301", "at", ZONE) == instant("2026年3月1日", "at", ZONE)
    assert instant(" ", "at", ZONE) is None


@pytest.mark.parametrize("words", ["03/01/2026", "yesterday", "2026-13-01", "12", "2026-02-30", "nan", "1e9"])
def test_a_time_that_could_mean_anything_is_refused(words):
    with pytest.raises(InputError) as refused:
        instant(words, "at", ZONE)
    assert (refused.value.code, refused.value.values["value"]) == ("time.invalid", words)


def test_numbers_are_numbers():
    assert (number(" 116.5 ", "lon"), number("", "lon"), number("-1e2", "lon")) == (116.5, None, -100.0)
    for words in ("1_000", "116,5", "abc"):
        with pytest.raises(InputError):
            number(words, "lon")
    with pytest.raises(InputError) as refused:
        number(UNCALCULATED, "lon")
    assert refused.value.code == "import.formula"


def test_codes_are_compared_as_text():
    assert [plain(one) for one in ("61.0", " 61", "061", "A1.0x")] == ["61", "61", "061", "A1.0x"]


def test_a_map_may_be_given_in_pieces_and_its_keys_may_hold_blanks():
    found = read_map(["Completed=closed,Completed - Dup=closed", "*=open"], "--state-map")
    assert found == {"completed": "closed", "completed - dup": "closed", "*": "open"}
    with pytest.raises(InputError):
        read_map(["Completed"], "--state-map")
