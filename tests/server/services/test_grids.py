"""Importing areas: all of a layer or nothing, grid versions, codes that are never used again."""

import dataclasses

import pytest
import shapely
from sqlalchemy import func, select

from geo.datum import wgs84_to_gcj02
from server.errors import Busy
from server.models import Boundary, Grid, Import
from server.services.drafts import Draft
from server.services.grids import CellsOptions, import_cells
from server.services.imports.runs import begin
from server.services.layers import LayerOptions, read_layer
from server.services.locating import open_locator
from server.services.people import system_actor
from server.services.placing import place
from tests.server.services.grid_drawing import (
    STEP,
    area,
    boundaries,
    bring,
    counts,
    everything,
    layer,
    refused,
    square,
)


def test_a_first_import_makes_root_cells_paths_and_one_grid(store):
    done = bring(store, layer(["a", "b"]), root="C1")

    assert counts(done) == (2, 0, 0, 0, 0)
    assert [(one.code, one.level) for one in done.made] == [("C1", "community")]
    assert area(store, "a").path == "/C1/a/"
    assert area(store, "a").pinyin
    assert boundaries(store, "a") == [(done.grid_id, None)]


def test_the_store_keeps_the_polygon_its_box_and_its_size(store):
    bring(store, layer(["a"], crs=4549))

    with store.read() as tx:
        row = tx.session.scalar(select(Boundary))
        assert row.geom.equals_exact(square(0), 1e-9)
        assert (row.west, row.south, row.east, row.north) == pytest.approx(square(0).bounds, abs=1e-9)
        assert row.area_m2 == pytest.approx(90_040, rel=1e-3)


def test_the_same_file_again_makes_no_new_grid(store):
    bring(store, layer(["a", "b"]))
    before = everything(store)

    done = bring(store, layer(["a", "b"]))

    assert counts(done) == (0, 0, 0, 2, 0)
    assert done.grid_id is None
    assert [row for row in everything(store) if "file_digest" not in row] == [
        row for row in before if "file_digest" not in row
    ]


def test_a_ring_that_begins_elsewhere_is_the_same_boundary(store):
    bring(store, layer(["a", "b"]))
    turned = [shapely.Polygon(list(square(0).exterior.coords)[2:] + list(square(0).exterior.coords)[1:3]),
              shapely.MultiPolygon([square(1).reverse()])]  # fmt: skip

    assert counts(bring(store, layer(["a", "b"], turned))) == (0, 0, 0, 2, 0)


def test_a_changed_boundary_closes_the_old_one_and_keeps_it(store):
    first = bring(store, layer(["a", "b"])).grid_id

    done = bring(store, layer(["a", "b"], [square(0), square(1, width=0.5)]))

    assert counts(done) == (0, 1, 0, 1, 0)
    assert done.grid_id > first
    assert boundaries(store, "a") == [(first, None)]
    assert boundaries(store, "b") == [(first, first), (done.grid_id, None)]


def test_a_vanished_cell_is_retired_and_its_code_never_used_again(store):
    first = bring(store, layer(["a", "b"])).grid_id

    done = bring(store, layer(["a"]))

    assert counts(done) == (0, 0, 0, 1, 1)
    assert area(store, "b").retired_grid_id == done.grid_id
    assert boundaries(store, "b") == [(first, first)]
    assert refused(store, layer(["a", "b"])) == ["code.retired"]


def test_only_cells_under_the_root_are_retired(store):
    bring(store, layer(["a", "b"]), root="C1")

    done = bring(store, layer(["x"], [square(5)]), root="C2")

    assert done.retired == 0
    assert area(store, "a").retired_grid_id is None


def test_without_a_root_the_parents_named_are_spoken_for(store):
    bring(store, layer(["a", "b", "x", "y"], parent=["P", "P", "Q", "Q"]), root=None, create_parents=True)

    done = bring(store, layer(["a"], parent=["P"]), root=None)

    assert done.retired == 1
    assert area(store, "b").retired_grid_id == done.grid_id
    assert area(store, "x").retired_grid_id is None


def test_an_area_with_others_below_it_is_not_retired(store):
    bring(store, layer(["C1", "C2"]), root="S", level="community")
    bring(store, layer(["a"]), root="C1")

    assert refused(store, layer(["C2"], [square(1)]), root="S", level="community") == ["retire.not_empty"]


def test_new_facts_change_the_area_but_not_the_grid(store):
    bring(store, layer(["a", "b"], households=[300, 400]))

    done = bring(store, layer(["a", "b"], name=["新名", "第1网格"], households=[None, 410]))

    assert counts(done) == (0, 0, 2, 0, 0)
    assert done.grid_id is None
    assert (area(store, "a").name, area(store, "a").households, area(store, "b").households) == (
        "新名",
        300,
        410,
    )
    assert "xinming" in area(store, "a").pinyin


def test_a_name_falls_back_to_the_code(store):
    bring(store, layer(["35"], name=[""]))

    assert area(store, "35").name == "35"


def test_errors_stop_the_import_with_nothing_written_and_all_told(store):
    bow = shapely.Polygon([(117, 36), (117.003, 36.003), (117.003, 36), (117, 36.003)])
    shapes = [bow, None, shapely.box(2.3, 48.8, 2.4, 48.9), square(3)]

    assert refused(store, layer(["a", "b", "c", "a"], shapes)) == [
        "code.duplicate", "geometry.empty", "outside.china", "ring.invalid",
    ]  # fmt: skip


def test_mending_saves_a_broken_ring_and_tells_what_it_did(store):
    bow = shapely.Polygon([(117, 36), (117.003, 36.003), (117.003, 36), (117, 36.003)])

    done = bring(store, layer(["a"], [bow]), mend=True)

    assert (done.added, len(done.changes)) == (1, 1)
    with store.read() as tx:
        assert tx.session.scalar(select(Boundary)).geom.is_valid


def test_warnings_do_not_stop_an_import(store):
    done = bring(store, layer(["a", "b"], [square(0), square(0.5)]))

    assert [one.code for one in done.findings] == ["overlap"]
    assert done.added == 2


def test_places_outside_china_are_allowed_by_option_or_setting(store):
    paris = layer(["a"], [shapely.box(2.3, 48.8, 2.31, 48.81)])

    assert bring(store, paris, allow_outside_china=True, is_dry_run=True).added == 1
    store.config = dataclasses.replace(
        store.config, values={**store.config.values, "allow_outside_china": True}
    )
    assert bring(store, paris).added == 1


def test_a_dry_run_tells_all_and_writes_nothing(store):
    bring(store, layer(["a", "b"]))
    before = everything(store)

    with store.read() as tx:
        options = CellsOptions(root="C1", is_dry_run=True)
        done = import_cells(tx, layer(["a", "c"]), options, system_actor())

    assert counts(done) == (1, 0, 0, 1, 1)
    assert done.grid_id is None
    assert everything(store) == before


def test_a_layer_in_gcj02_over_known_cells_gives_a_hint(store):
    bring(store, layer(["a", "b"]))
    shifted = [
        shapely.transform(one, lambda xy: shapely.get_coordinates(shapely.points(*wgs84_to_gcj02(*xy.T))))
        for one in (square(0), square(1))
    ]

    done = bring(store, layer(["a", "b"], shifted), is_dry_run=True)

    assert "datum.gcj02" in [one.code for one in done.findings]


def test_an_import_beside_a_running_one_is_refused(store):
    begin(store, "issues", "big.csv", "d" * 64, {}, None)

    with pytest.raises(Busy) as raised:
        bring(store, layer(["a"]))
    assert (raised.value.code, raised.value.values["file"]) == ("import.running", "big.csv")


def test_an_import_leaves_a_record_of_what_it_did(store):
    done = bring(store, layer(["a", "b"]))

    with store.read() as tx:
        record = tx.session.scalar(select(Import))
    assert (record.kind, record.state, record.file_name) == ("cells", "done", "cells.geojson")
    assert record.counts == {
        "added": 2, "changed": 0, "moved": 0, "unchanged": 0, "retired": 0, "grid": done.grid_id,
    }  # fmt: skip


def test_the_digest_of_a_grid_is_that_of_its_boundaries_however_they_came(store):
    bring(store, layer(["a", "b"]))
    bring(store, layer(["a", "b"], [square(0), square(1, width=0.5)]))
    third = bring(store, layer(["a", "b"])).grid_id

    with store.read() as tx:
        digests = dict(tuple(row) for row in tx.session.execute(select(Grid.id, Grid.digest)))
    assert digests[third] == digests[min(digests)]
    assert len(set(digests.values())) == 2


def test_the_locator_answers_by_the_newest_grid(store):
    bring(store, layer(["a", "b"]))
    with store.read() as tx:
        assert open_locator(tx).codes.tolist() == ["a", "b"]

    bring(store, layer(["a", "c"], [square(0), square(2)]))

    with store.read() as tx:
        opened = open_locator(tx)
        assert opened.locator.locate(117.0 + 2.5 * STEP, 36.001) == opened.codes.tolist().index("c")
        assert opened.locator.locate(117.0 + 1.5 * STEP, 36.001) == -1


def test_a_cell_that_was_renamed_or_hung_elsewhere_is_told_as_it_is_now(store):
    bring(store, layer(["a"], parent=["P1"]), create_parents=True)
    spot = Draft("heating", "phone", lon=117.001, lat=36.001)
    with store.read() as tx:
        place(tx, [spot])

    done = bring(store, layer(["a"], name=["新名网格"], parent=["P2"]), create_parents=True)

    with store.read() as tx:
        placed = place(tx, [spot])[0]
    assert (done.grid_id, done.moved) == (None, 1)
    assert (placed.columns["placed"]["values"], placed.path) == ({"cell": "新名网格"}, "/C1/P2/a/")


def test_a_locator_that_cannot_be_kept_answers_all_the_same(store):
    (store.folder / "cache").write_text("no folder")
    bring(store, layer(["a"]))
    with store.read() as tx:
        assert open_locator(tx).locator.locate(117.001, 36.001) == 0


@pytest.mark.parametrize(
    ("name", "level", "said", "options", "count", "made"),
    [
        ("counties_as_published", "district", {}, {"mend": True}, 42, 0),
        ("beijing_subdistricts", "subdistrict", {"parent": "parent_code"}, {"create_parents": True}, 343, 16),
        ("chicago_community_areas", "cell", {}, {"root": "chicago", "allow_outside_china": True}, 77, 1),
    ],
)
def test_real_layers_are_imported_once_however_often(
    store, shared_data, name, level, said, options, count, made
):
    read = read_layer(shared_data / f"{name}.geojson", level, LayerOptions(**said))
    asked = {"root": None, "level": level, **options}

    first, second = bring(store, read, **asked), bring(store, read, **asked)

    assert (first.added, len(first.made)) == (count, made)
    assert counts(second) == (0, 0, 0, count, 0)
    with store.read() as tx:
        assert tx.session.scalar(select(func.count()).select_from(Grid)) == 1


def test_the_wards_of_2015_replace_those_of_2003(store, shared_data):
    options = {"root": "chicago", "allow_outside_china": True}
    old = read_layer(shared_data / "chicago_wards_2003.geojson", "cell")
    new = read_layer(shared_data / "chicago_wards_2015.geojson", "cell")
    bring(store, old, **options)

    done = bring(store, new, **options)

    assert (done.changed, done.unchanged, done.added, done.retired) == (50, 0, 0, 0)
