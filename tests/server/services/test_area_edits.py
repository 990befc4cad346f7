"""Areas edited by hand: who may, what a code has to be, and that every process notices."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from server.db import Store
from server.errors import Conflict, InputError, NotFound, NotPermitted
from server.models import Area, Boundary, Grid
from server.services import area_edits, areas, audit, gazetteer, intake, people
from server.services.area_edits import AreaWish
from server.services.drafts import Draft
from server.services.locating import open_locator
from server.services.people import NewPerson

DISTRICT, SUBDISTRICT, COMMUNITY, CELL = "990101", "990101001", "990101001001", "990101001001008"
BARE = AreaWish("新建社区")


@pytest.fixture
def wu(town):
    return town.actors["admin_wu"]


@pytest.fixture
def scheme(store):
    """Codes of six, three, three and three digits in force."""
    before, store.config = (
        store.config,
        replace(store.config, values={**store.config.values, "code_scheme": "cell15"}),
    )
    yield
    store.config = before


def refused(store, error, act, *given):
    with store.write() as tx, pytest.raises(error) as found:
        act(tx, *given)
    return found.value.code


def test_a_rename_is_written_down_and_moves_nothing(store, wu):
    with store.write() as tx:
        before = area_edits.facts(tx, wu, COMMUNITY)
        assert area_edits.change(tx, wu, COMMUNITY, AreaWish(" 文峰  新社区 ", "居民", "1200", ""))
        assert area_edits.change(tx, wu, COMMUNITY, AreaWish("文峰 新社区", "居民", "1200", "")) is None
        [told] = audit.latest(tx, 5)
        after = area_edits.facts(tx, wu, COMMUNITY)
        assert tx.session.scalar(select(Area.pinyin).where(Area.code == COMMUNITY)).startswith("wenfeng")
    assert (told.kind, told.given["before"]) == ("area.change", "文峰社区")
    assert (after.path, after.cells, after.households) == (before.path, 4, 1200)


def test_other_processes_see_the_new_name_at_their_next_transaction(store, wu, town):
    """What they keep of names, of the tree and of the locator answers to the new state."""
    lin = town.actors["worker_lin"]
    other = Store(store.config, store.clock)
    try:
        with other.read() as tx:
            assert open_locator(tx).name_of(CELL) == "文峰社区第八网格"
            assert [one.name for one in gazetteer.find(tx, lin, "第八网格")] == ["文峰社区第八网格"]
            state = areas.layout(tx)
        with store.write() as tx:
            area_edits.change(tx, wu, CELL, AreaWish("锦绣网格", "居民", "410", "1000"))
        with other.read() as tx:
            assert areas.layout(tx) != state
            assert open_locator(tx).name_of(CELL) == "锦绣网格"
            assert [one.name for one in gazetteer.find(tx, lin, "锦绣")] == ["锦绣网格"]
            assert gazetteer.find(tx, lin, "第八网格") == []
    finally:
        other.close()


def test_a_community_is_added_below_a_subdistrict_and_noticed(store, wu):
    with store.write() as tx:
        state = areas.layout(tx)
        area_edits.add(tx, wu, SUBDISTRICT, "990101001009", AreaWish("新建社区", "", "0"))
        assert areas.layout(tx) != state
        found = areas.by_code(tx, "990101001009")
    assert (found.path, found.level, found.path_names[1:]) == (
        "/990101/990101001/990101001009/",
        "community",
        ("西苑街道", "新建社区"),
    )
    for parent, code, error in (
        (COMMUNITY, "990101001001099", "area.no_below"),
        (CELL, "x", "area.no_below"),
        (SUBDISTRICT, COMMUNITY, "area.code_taken"),
        (SUBDISTRICT, "有名", "area.code_plain"),
        (SUBDISTRICT, "a/b", "area.code_plain"),
        (SUBDISTRICT, "", "area.code_plain"),
    ):
        assert refused(store, InputError, area_edits.add, wu, parent, code, AreaWish("另一社区")) == error
    assert refused(store, InputError, area_edits.add, wu, SUBDISTRICT, "n1", BARE) == "area.name_taken"


def test_a_code_follows_the_scheme_in_force(store, wu, scheme):
    for code in ("990101001", "99010100100", "990102001009", "abc", "9901010010091"):
        assert refused(store, InputError, area_edits.add, wu, SUBDISTRICT, code, BARE) == "area.code_form", (
            code
        )
    filled = COMMUNITY + "000"
    assert refused(store, InputError, area_edits.add, wu, SUBDISTRICT, filled, BARE) == "area.code_taken"
    with store.write() as tx:
        area_edits.add(tx, wu, SUBDISTRICT, "990101001009", BARE)


def test_an_empty_area_is_retired_and_its_code_never_used_again(store, wu):
    with store.write() as tx:
        area_edits.add(tx, wu, SUBDISTRICT, "990101001009", BARE)
        assert area_edits.retire(tx, wu, "990101001009")
    assert (
        refused(store, InputError, area_edits.add, wu, SUBDISTRICT, "990101001009", BARE)
        == "area.code_retired"
    )
    assert refused(store, NotFound, area_edits.change, wu, "990101001009", BARE) == "area.unknown"
    with store.read() as tx:
        assert [one.code for one in areas.find(tx, wu, q="新建")] == []


def test_an_area_with_an_outline_of_its_own_closes_it_with_a_new_grid(store, wu):
    with store.write() as tx:
        area_edits.add(tx, wu, SUBDISTRICT, "990101001009", BARE)
        area = tx.session.scalars(select(Area).where(Area.code == "990101001009")).one()
        cell = tx.session.scalars(select(Boundary).where(Boundary.code == CELL)).one()
        facts = {name: getattr(cell, name) for name in ("geom", "west", "south", "east", "north", "area_m2", "first_grid_id")}  # fmt: skip
        tx.session.add(Boundary(area_id=area.id, code=area.code, level=area.level, **facts))
        tx.session.flush()
        before = areas.current_grid(tx)
        area_edits.retire(tx, wu, "990101001009")
        outline = tx.session.scalars(select(Boundary).where(Boundary.area_id == area.id)).one()
        assert (outline.last_grid_id, areas.current_grid(tx)) == (before, area.retired_grid_id)
        assert len(tx.session.get_one(Grid, area.retired_grid_id).digest) == 64


def test_what_something_hangs_on_is_not_retired(store, wu, town):
    for code, error in (
        (CELL, "area.cell"),
        (DISTRICT, "area.at_top"),
        (SUBDISTRICT, "area.not_empty"),
        (COMMUNITY, "area.not_empty"),
    ):
        assert refused(store, Conflict, area_edits.retire, wu, code) == error
    with store.write() as tx:
        area_edits.add(tx, wu, SUBDISTRICT, "990101001009", BARE)
        people.create(tx, [NewPerson("leader_new", "新人", roles=(("leader", "990101001009"),))])
    with store.write() as tx, pytest.raises(Conflict) as found:
        area_edits.retire(tx, wu, "990101001009")
    assert {name: found.value.values[name] for name in ("issues", "duties", "roles", "units")} == {
        "issues": 0, "duties": 0, "roles": 1, "units": 0,
    }  # fmt: skip


def test_an_administrator_edits_only_their_own_areas(store, town):
    with store.write() as tx:
        [key] = people.create(tx, [NewPerson("admin_ma", "马骏", roles=(("admin", SUBDISTRICT),))])
        ma = people.actor_of(tx, key)
        assert {one.code for one in area_edits.tree(tx, ma)} == {SUBDISTRICT, COMMUNITY, "990101001002"}
        assert [one.cells for one in area_edits.tree(tx, ma)] == [5, 4, 1]
        assert len(area_edits.tree(tx, ma, COMMUNITY)) == 4
        area_edits.change(tx, ma, COMMUNITY, AreaWish("文峰社区", "", "9"))
    for act, given in (
        (area_edits.change, ("990101002", BARE)),
        (area_edits.add, (DISTRICT, "990101009", BARE)),
        (area_edits.retire, ("990101002001",)),
    ):
        assert refused(store, NotFound, act, ma, *given) == "area.unknown"
    for login in ("supervisor_li", "leader_zhao"):
        assert refused(store, NotPermitted, area_edits.change, town.actors[login], COMMUNITY, BARE)


def test_numbers_and_names_that_cannot_be_are_refused(store, wu):
    for wish in (AreaWish(""), AreaWish("x" * 201), AreaWish("a\x00b"), AreaWish("x", "k" * 65),
                 AreaWish("x", "", "-1"), AreaWish("x", "", "1e9"), AreaWish("x", "", "", "²"),
                 AreaWish("x", "", "", "99999999999"), AreaWish("天隆社区")):  # fmt: skip
        refused(store, InputError, area_edits.change, wu, COMMUNITY, wish)


def test_reports_go_on_finding_a_renamed_cell(store, wu, town):
    with store.write() as tx:
        area_edits.change(tx, wu, CELL, AreaWish("锦绣网格"))
        receipt = intake.report(
            tx, town.actors["dispatcher_qian"], Draft("heating", "phone", "暖气不热", lon=122.015, lat=37.015)
        )
    assert receipt.number
