"""Importing areas: all of a layer or nothing, grid versions, codes that are never used again."""

import dataclasses

import geopandas as gpd
import pytest
import shapely
from sqlalchemy import func, select

from geo.datum import wgs84_to_gcj02
from server.errors import Busy, InputError, InvalidCells
from server.models import Area, Boundary, Grid, Import
from server.services import areas
from server.services.grids import CellsOptions, code_scheme, import_cells
from server.services.imports.runs import begin
from server.services.layers import Layer, LayerOptions, read_layer
from server.services.people import system_actor

STEP = 0.003


def square(column, row=0, width=1.0):
    west, south = 117.0 + column * STEP, 36.0 + row * STEP
    return shapely.box(west, south, west + width * STEP, south + STEP)


def layer(codes, shapes=None, crs=4326, **columns):
    count = len(codes)
    facts = {
        "code": codes,
        "name": [f"第{number}网格" for number in range(count)],
        "kind": [""] * count,
        "households": [None] * count,
        "population": [None] * count,
        **columns,
    }
    shapes = [square(number) for number in range(count)] if shapes is None else shapes
    frame = gpd.GeoDataFrame(facts, geometry=shapes, crs=4326).to_crs(crs)
    return Layer(frame, "cells.geojson", "cells", "0" * 64, {"code": "code"}, is_crs_declared=True)


def bring(store, given, **options):
    with store.write() as tx:
        return import_cells(tx, given, CellsOptions(**{"root": "C1", **options}), system_actor())


def refused(store, given, **options):
    before = everything(store)
    with pytest.raises(InvalidCells) as raised:
        bring(store, given, **options)
    assert everything(store) == before
    return [one.code for one in raised.value.findings if one.severity == "error"]


def everything(store):
    """Read all that an import may write, in a form that can be compared."""
    with store.read() as tx:
        return [
            {column.key: _plain(getattr(row, column.key)) for column in table.__table__.columns}
            for table in (Grid, Area, Boundary, Import)
            for row in tx.session.scalars(select(table).order_by(table.id))
        ]


def _plain(value):
    return shapely.to_wkb(value, hex=True) if isinstance(value, shapely.Geometry) else value


def area(store, code):
    with store.read() as tx:
        found = tx.session.scalar(select(Area).where(Area.code == code))
        tx.session.expunge_all()
    return found


def boundaries(store, code):
    with store.read() as tx:
        rows = tx.session.scalars(select(Boundary).where(Boundary.code == code).order_by(Boundary.id)).all()
        tx.session.expunge_all()
    return [(row.first_grid_id, row.last_grid_id) for row in rows]


def counts(done):
    return (done.added, done.changed, done.moved, done.unchanged, done.retired)


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


def test_a_cell_that_changes_its_community_takes_its_path_along(store):
    bring(store, layer(["a", "b"], parent=["P", "Q"]), root="S", create_parents=True)

    done = bring(store, layer(["a", "b"], parent=["Q", "Q"]), root="S")

    assert counts(done) == (0, 0, 1, 1, 0)
    assert area(store, "a").path == "/S/Q/a/"


def test_a_community_that_moves_takes_its_cells_along(store):
    bring(store, layer(["P", "P_"], parent=["S1", "S1"]), root=None, level="community", create_parents=True)
    bring(store, layer(["a"]), root="P")
    bring(store, layer(["a2"], [square(1)]), root="P_")

    bring(store, layer(["Z"], [square(7)], parent=["S2"]), root=None, level="community", create_parents=True)
    bring(store, layer(["P", "P_"], parent=["S2", "S1"]), root=None, level="community")

    assert area(store, "P").path == "/S2/P/"
    assert area(store, "a").path == "/S2/P/a/"
    assert area(store, "a2").path == "/S1/P_/a2/"


def test_a_name_falls_back_to_the_code(store):
    bring(store, layer(["35"], name=[""]))

    assert area(store, "35").name == "35"


def test_unknown_parents_are_errors_unless_they_may_be_made(store):
    given = layer(["a", "b"], parent=["P", "Q"])

    assert refused(store, given, root=None) == ["parent.orphan", "parent.orphan"]
    done = bring(store, given, root=None, create_parents=True)
    assert [(one.code, one.level, one.parent) for one in done.made] == [
        ("P", "community", None), ("Q", "community", None),
    ]  # fmt: skip


def test_parents_of_no_use_are_errors(store):
    bring(store, layer(["P", "Q"]), root="S", level="community")
    bring(store, layer(["a", "b"], parent=["P", "P"]), root="S")

    assert refused(store, layer(["c"], [square(2)], parent=["a"]), root="S") == ["parent.level"]
    assert refused(store, layer(["c"], [square(2)], parent=[""]), root=None) == ["parent.missing"]
    elsewhere = refused(store, layer(["c"], [square(2)], parent=["P"]), root="Other")
    assert elsewhere == ["parent.elsewhere"]


def test_a_code_of_another_level_is_an_error(store):
    bring(store, layer(["P"]), root="S", level="community")

    assert refused(store, layer(["P"], [square(4)])) == ["code.other_level"]


@pytest.mark.parametrize(
    ("level", "root", "code"),
    [("cell", "a", "root.level"), ("community", "C1", "root.level"), ("district", "new", "root.no_level"),
     ("cell", "x/y", "root.unusable")],
)  # fmt: skip
def test_a_root_that_cannot_be_one_is_refused(store, level, root, code):
    bring(store, layer(["a"]))

    with pytest.raises(InputError) as raised:
        bring(store, layer(["n"], [square(9)]), level=level, root=root)
    assert raised.value.code == code


def test_a_layer_that_says_nothing_hangs_under_one_area_named_after_its_file(store):
    done = bring(store, layer(["a", "b"]), root=None)

    assert [(one.code, one.level) for one in done.made] == [("cells", "community")]
    again = bring(store, dataclasses.replace(layer(["a", "b", "c"]), file="other.geojson"), root=None)
    assert counts(again) == (1, 0, 0, 2, 0)
    assert area(store, "c").path == "/cells/c/"


def test_districts_stand_at_the_top_and_do_not_retire_each_other(store):
    bring(store, layer(["d1"]), root=None, level="district")

    done = bring(store, layer(["d2"], [square(3)]), root=None, level="district")

    assert (done.retired, area(store, "d2").path) == (0, "/d2/")


def with_scheme(store, name):
    store.config = dataclasses.replace(store.config, values={**store.config.values, "code_scheme": name})


def test_with_a_scheme_a_code_tells_its_parent(store):
    with_scheme(store, "cell15")
    bring(store, layer(["110114104001"]), root="110114104", level="community")

    done = bring(store, layer(["110114104001001", "110114104001002"]), root=None)

    assert done.made == ()
    assert area(store, "110114104001001").path == "/110114104/110114104001/110114104001001/"


def test_with_a_scheme_codes_that_do_not_fit_are_errors(store):
    with_scheme(store, "cell15")

    assert refused(store, layer(["110114104001"]), root="110114104001") == ["code.scheme", "parent.wrong"]


def test_codes_filled_with_zeros_and_bare_ones_name_the_same_parent(store):
    with_scheme(store, "community12")
    bring(store, layer(["110114104000"]), root="110114", level="subdistrict")

    done = bring(store, layer(["110114104001"], parent=["110114104"]), root=None, level="community")

    assert done.made == ()
    assert area(store, "110114104001").path == "/110114/110114104000/110114104001/"


def test_schemes_are_read_from_the_shipped_table():
    assert code_scheme("free") is None
    assert code_scheme("cell15").groups == (6, 3, 3, 3)
    assert code_scheme("community12").levels == ("district", "subdistrict", "community")


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
        assert areas.locator(tx).codes == ("a", "b")

    bring(store, layer(["a", "c"], [square(0), square(2)]))

    with store.read() as tx:
        opened = areas.locator(tx)
        assert opened.locator.locate(117.0 + 2.5 * STEP, 36.001) == opened.codes.index("c")
        assert opened.locator.locate(117.0 + 1.5 * STEP, 36.001) == -1


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
