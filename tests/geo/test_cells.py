"""A set of cells is complete, unambiguous and in WGS 84, or it is not made."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.cells import Cells
from geo.errors import CellsError, CrsError

SQUARE = shapely.box(122.1, 37.5, 122.2, 37.6)
NEXT = shapely.box(122.2, 37.5, 122.3, 37.6)


def frame(codes=("02", "01"), geometry=(SQUARE, NEXT), crs="EPSG:4326", **columns):
    return gpd.GeoDataFrame(
        {"code": list(codes), "name": [f"第{code}网格" for code in codes], **columns},
        geometry=list(geometry),
        crs=crs,
    )


def test_cells_keep_the_order_given():
    cells = Cells(frame())
    assert cells.codes.tolist() == ["02", "01"]
    assert cells.names.tolist() == ["第02网格", "第01网格"]
    assert len(cells) == 2
    assert cells.bounds.tolist() == [[122.1, 37.5, 122.2, 37.6], [122.2, 37.5, 122.3, 37.6]]
    assert cells.total_bounds == (122.1, 37.5, 122.3, 37.6)


def test_cells_in_another_system_are_carried_into_wgs84():
    there = frame().to_crs("EPSG:4549")
    assert shapely.equals_exact(Cells(there).geometry, [SQUARE, NEXT], tolerance=1e-9).all()


def test_cells_in_wgs84_keep_every_double():
    given = frame(crs="OGC:CRS84")
    assert shapely.to_wkb(Cells(given).geometry).tolist() == shapely.to_wkb(given.geometry.array).tolist()


def test_height_is_dropped():
    high = shapely.force_3d(SQUARE, z=30.0)
    assert not shapely.has_z(Cells(frame(["1"], [high])).geometry).any()
    assert not shapely.has_z(Cells.from_arrays(["1"], [""], [high]).geometry).any()


def test_no_cells_are_cells_too():
    cells = Cells(frame([], []))
    assert len(cells) == 0
    assert cells.bounds.shape == (0, 4)
    assert np.isnan(cells.total_bounds).all()
    assert len(Cells.from_arrays([], [], [])) == 0


def test_whole_numbers_are_written_out():
    assert Cells(frame([110114104000, 7])).codes.tolist() == ["110114104000", "7"]
    assert Cells(frame([np.int64(3), "03"])).codes.tolist() == ["3", "03"]


def test_a_missing_name_is_empty_text():
    named = frame()
    named["name"] = [None, np.nan]
    assert Cells(named).names.tolist() == ["", ""]


def test_the_arrays_cannot_be_written_to():
    with pytest.raises(ValueError, match="read-only"):
        Cells(frame()).codes[0] = "x"


def test_the_callers_frame_stays_writable():
    given = frame()
    Cells(given)
    given.loc[0, "code"] = "99"
    given.geometry.array[0] = NEXT


def test_a_frame_without_crs_is_refused():
    with pytest.raises(CrsError, match=r"crs\.missing"):
        Cells(frame(crs=None))


@pytest.mark.parametrize("column", ["code", "name"])
def test_a_missing_column_is_named(column):
    with pytest.raises(CellsError, match=rf"columns_missing.*{column}"):
        Cells(frame().drop(columns=column))


def test_a_frame_without_geometry_is_refused():
    with pytest.raises(CellsError, match=r"columns_missing.*geometry"):
        Cells(gpd.GeoDataFrame({"code": ["1"], "name": ["a"]}))
    with pytest.raises(CellsError, match=r"not_a_frame.*DataFrame"):
        Cells(pd.DataFrame({"code": ["1"], "name": ["a"]}))


with np.errstate(invalid="ignore"):
    NAN_RING = shapely.Polygon([(0, 0), (1, np.nan), (1, 1), (0, 0)])


@pytest.mark.parametrize(
    ("codes", "geometry", "code", "rows"),
    [
        (["1", "1"], [SQUARE, NEXT], "cells.code_twice", (0, 1)),
        ([7, "7"], [SQUARE, NEXT], "cells.code_twice", (0, 1)),
        (["1", None], [SQUARE, NEXT], "cells.code_missing", (1,)),
        (["1", ""], [SQUARE, NEXT], "cells.code_missing", (1,)),
        (["1", np.nan], [SQUARE, NEXT], "cells.code_missing", (1,)),
        ([pd.NA, "1"], [SQUARE, NEXT], "cells.code_missing", (0,)),
        ([1.5, 2.5], [SQUARE, NEXT], "cells.code_not_text", (0, 1)),
        (["1", "2"], [SQUARE, None], "cells.geometry_missing", (1,)),
        (["1", "2"], [shapely.Polygon(), NEXT], "cells.geometry_missing", (0,)),
        (["1", "2"], [SQUARE, shapely.Point(1, 1)], "cells.geometry_type", (1,)),
        (["1", "2"], [SQUARE, shapely.GeometryCollection([NEXT])], "cells.geometry_type", (1,)),
        (["1", "2"], [SQUARE, shapely.box(37, 122, 38, 123)], "cells.out_of_range", (1,)),
        (["1", "2"], [NAN_RING, NEXT], "cells.out_of_range", (0,)),
    ],
)
def test_what_cannot_be_a_set_of_cells_is_refused(codes, geometry, code, rows):
    with pytest.raises(CellsError) as caught:
        Cells(frame(codes, geometry))
    assert caught.value.code == code
    assert caught.value.values["rows"] == rows  # noqa: PD011 - an error's values, not a frame's


def test_columns_of_different_length_are_refused():
    with pytest.raises(CellsError, match=r"cells\.lengths"):
        Cells.from_arrays(["1", "2"], ["a", "b"], [SQUARE])


def test_the_subdistricts_of_beijing_are_cells(shared_data):
    cells = Cells(gpd.read_file(shared_data / "beijing_subdistricts.geojson"))
    assert len(cells) == 343
    assert {len(code) for code in cells.codes} == {12}
