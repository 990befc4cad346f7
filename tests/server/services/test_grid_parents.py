"""Where imported areas hang: parents found, made, moved, refused."""

import dataclasses

import pytest

from server.errors import InputError
from server.services.grids import code_scheme
from tests.server.services.grid_drawing import (
    area,
    bring,
    counts,
    layer,
    refused,
    square,
)


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
