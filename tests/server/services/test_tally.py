"""Counts of the tree: what is below counts above, and nothing twice."""

from server.services import areas, intake
from server.services.drafts import Draft
from server.services.tally import tally_by_area


def report(store, town, lon, lat, times):
    with store.write() as tx:
        for _ in range(times):
            intake.report(tx, town.actors["dispatcher_qian"], Draft("dogs", "phone", "狗没有拴绳", lon, lat))


def tallies(store, actor):
    with store.read() as tx:
        return {code: one.open for code, one in tally_by_area(tx, actor, areas.find(tx, actor)).items()}


def test_an_area_counts_what_is_open_in_it_and_all_below(store, town):
    report(store, town, 122.015, 37.015, 2)
    report(store, town, 122.005, 37.005, 1)
    report(store, town, 122.025, 37.005, 4)
    counted = tallies(store, town.actors["supervisor_li"])
    assert counted["990101001001008"] == 2
    assert counted["990101001001"] == 3
    assert counted["990101001"] == 7
    assert counted["990101001001003"] == 0


def test_nobody_counts_what_they_may_not_see(store, town):
    report(store, town, 122.025, 37.005, 4)
    assert set(tallies(store, town.actors["worker_lin"]).values()) == {0}
