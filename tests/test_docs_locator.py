"""What the documents say of the locator is what was counted and measured."""

import json

from benchmarks.locator import telling
from tests.geo import exactness
from tests.geo.made_layers import LARGE, LAYERS

TOLD = json.loads(exactness.COUNTS.read_text(encoding="utf-8"))


def test_the_table_of_exactness_is_that_of_the_counts():
    assert exactness.TABLE.read_text(encoding="utf-8") == exactness.table(TOLD)


def test_every_layer_was_counted_and_differs_nowhere():
    assert set(TOLD) == set(LAYERS | LARGE)
    assert {name: one["differences"] for name, one in TOLD.items() if one["differences"]} == {}
    assert all(one["points"]["random"] >= 1_000_000 for one in TOLD.values())


def test_the_tables_and_the_plot_of_speed_are_those_of_the_figures():
    told = json.loads(telling.FIGURES.read_text(encoding="utf-8"))["locator"]
    assert telling.table(told) in telling.PAGE.read_text(encoding="utf-8")
    assert telling.PLOT.read_text(encoding="utf-8") == telling.plot(told)
    assert [one["cells"] for one in told["layers"].values()] == [77, 343, 10_000, 100_000]
