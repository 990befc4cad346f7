"""Scores: what has too little to go by gets no place, and households count where they are known."""

import pytest

from server.services.evaluation.presets import preset_from, presets_of
from server.services.evaluation.scoring import judge, pooled
from server.shipped import shipped

PHONE = {"query": "source=phone", "share": 1}


def kept(homes, *lists, complaints=()):
    found = {key: {"top": [[1, list(top)]], "bottom": bottom} for key, top, bottom in lists}
    return {"households": homes, "indicators": found, "complaints": {"now": list(complaints), "before": 9}}


@pytest.fixture
def cells(tmp_path):
    return presets_of(tmp_path)["cell_month"]


def test_a_cell_with_nothing_to_do_wins_nothing(cells):
    lists = ("on_time", [], []), ("found", [], []), ("complaints", [], None)
    idle = judge(cells, kept(400, *lists, ("satisfaction", [7], [7])))
    assert (idle.score, idle.base, idle.bonuses, idle.reason) == (None, None, (), "little")
    assert idle.known == pytest.approx(0.2)
    assert idle.complaints_before == 9
    busy = judge(cells, kept(400, ("on_time", [1, 2, 3], [1, 2, 3]), *lists[1:], ("satisfaction", [7], [7])))
    assert busy.known == pytest.approx(0.6)
    assert (busy.base, busy.score) == (100, 108)  # bonuses come on top: none before, none now
    assert {kind for kind, _points in busy.bonuses} == {"zero_complaint", "fall"}


def test_rules_kept_before_there_was_a_least_weight_judge_as_they_did(cells):
    rules = cells.rules()
    assert preset_from("cell_month", rules) == cells
    del rules["least_weight"]
    lists = ("on_time", [], []), ("found", [], []), ("complaints", [1], None), ("satisfaction", [], [])
    assert judge(preset_from("cell_month", rules), kept(400, *lists)).score is not None


def test_issues_of_units_without_households_are_no_share_of_the_others_households(cells):
    def unit(homes, *complaints):
        rates = (("on_time", [1], [1, 2]), ("found", [], []), ("satisfaction", [], []))
        return kept(homes, *rates, ("complaints", complaints, None))

    together = pooled(cells, [unit(400, 1, 2), unit(600, 3), unit(None, 4, 5, 6, 7), unit(0, 8)])
    assert together["complaints"].value == pytest.approx(3)
    assert (together["complaints"].counted, together["complaints"].denominator) == (3, 1000)
    assert (together["on_time"].value, together["on_time"].denominator) == (0.5, 8)
    assert pooled(cells, [unit(None, 4)])["complaints"].value is None


def test_the_rules_as_shipped_need_half_of_the_weight():
    assert presets_of(shipped("data"))["cell_month"].least_weight == 0.5
