"""The saved locator: opened without polygons, made anew when it cannot be used, kept for the newest grid."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event

from geo import Cells, Locator
from server.db import Store
from server.services import locating
from server.services.areas import current_grid
from server.services.locating import Names, open_locator
from tests.server.services.grid_drawing import STEP, bring, layer, square

OLD, NEW = [square(0), square(1)], [square(0, width=2.0), square(2)]
SPOT = (117.0 + 1.5 * STEP, 36.001)  # in b of the old grid, in a of the new one


def saved(store):
    return sorted((store.folder / "cache").glob("locator-*"))


def cell_at_spot(store):
    store.shelf.clear()  # as a process that has just started
    with store.write() as tx:
        opened = open_locator(tx)
        return str(opened.codes[opened.locator.locate(*SPOT)])


def heard(store):
    statements = []
    event.listen(store.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    return statements


def test_a_process_that_opens_a_saved_locator_reads_no_polygon(store):
    bring(store, layer(["a", "b"], OLD))
    statements = heard(store)
    assert cell_at_spot(store) == "b"
    assert statements
    assert [one for one in statements if "geom" in one.lower()] == []


def test_only_the_locator_of_the_newest_grid_is_kept(store):
    bring(store, layer(["a", "b"], OLD))
    assert cell_at_spot(store) == "b"
    old = saved(store)
    bring(store, layer(["a", "b"], NEW))
    assert cell_at_spot(store) == "a"
    assert len(old) == len(saved(store)) == 1
    assert saved(store) != old


def test_boundaries_that_come_back_are_answered_by_their_own_locator(store):
    names = []
    for shapes, cell in ((OLD, "b"), (NEW, "a"), (OLD, "b")):
        bring(store, layer(["a", "b"], shapes))
        assert cell_at_spot(store) == cell
        names.append(saved(store)[0].name)
    assert names[0] == names[2] != names[1]


@pytest.mark.parametrize("damage", ["cut off", "another file", "absent", "another layer"])
def test_a_saved_locator_that_cannot_be_used_is_made_anew(store, damage):
    bring(store, layer(["a", "b"], OLD))
    path = saved(store)[0]
    whole = path.read_bytes()
    path.unlink()
    if damage == "another layer":
        Locator(Cells.from_arrays(["a"], [""], OLD[:1])).save(path)
    elif damage != "absent":
        path.write_bytes(whole[:-100] if damage == "cut off" else b"no locator")
    assert cell_at_spot(store) == "b"
    assert Locator.open(path).codes.tolist() == ["a", "b"]


def test_a_locator_is_made_of_the_grid_it_is_named_after_however_late(store):
    first = bring(store, layer(["a", "b"], OLD)).grid_id
    bring(store, layer(["a", "b"], NEW))
    with store.read() as tx:
        late = locating._made(tx, first)
    assert str(late.codes[late.locate(*SPOT)]) == "b"


def test_a_latecomer_never_removes_the_locator_of_a_newer_grid(store):
    first = bring(store, layer(["a", "b"], OLD)).grid_id
    bring(store, layer(["a", "b"], NEW))
    cell_at_spot(store)
    newest = saved(store)
    with store.write() as tx:
        locating._made(tx, first)
        locating._tidy(tx, locating._path(tx, first))
    assert len(saved(store)) == 2
    assert newest[0] in saved(store)
    assert cell_at_spot(store) == "a"


def test_a_draft_given_up_long_ago_is_cleared_away_and_a_fresh_one_is_not(store):
    bring(store, layer(["a", "b"], OLD))
    cache = store.folder / "cache"
    for name, seconds in ((".locator-old", -7200), (".locator-new", 0)):
        (cache / name).write_bytes(b"")
        at = saved(store)[0].stat().st_mtime + seconds
        os.utime(cache / name, (at, at))
    bring(store, layer(["a", "b"], NEW))
    cell_at_spot(store)
    assert sorted(one.name for one in cache.glob(".locator-*")) == [".locator-new"]


def test_cells_are_named_by_code_and_unknown_codes_by_themselves(store):
    bring(store, layer(["b", "a", "c"], name=["乙", "甲", "丙"]))
    with store.read() as tx:
        opened = open_locator(tx)
        assert opened.grid_id == current_grid(tx)
    assert [opened.name_of(code) for code in ("a", "b", "c", "d", "")] == ["甲", "乙", "丙", "d", ""]
    assert [opened.names[row] for row in range(3)] == ["甲", "乙", "丙"]


def test_many_who_find_no_locator_at_once_all_get_a_whole_one(store):
    bring(store, layer(["a", "b"], OLD))
    for path in saved(store):
        path.unlink()
    others = [Store(store.config, store.clock) for _ in range(3)]  # as processes: each has its own shelf

    def ask(one):
        with one.read() as tx:
            opened = open_locator(tx)
            return id(opened), str(opened.codes[opened.locator.locate(*SPOT)])

    with ThreadPoolExecutor(9) as pool:
        told = list(pool.map(ask, others * 5))
    for one in others:
        one.close()
    assert {cell for _, cell in told} == {"b"}
    assert len({key for key, _ in told}) == len(others), "the threads of a process share one"
    assert Locator.open(saved(store)[0]).codes.tolist() == ["a", "b"]


def test_names_end_where_rows_end():
    names = Names()
    names.add("甲")
    with pytest.raises(IndexError):
        names[1]
    assert list(names) == ["甲"]
