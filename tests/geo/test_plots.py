"""Plots of the ground: fixed to the earth, side by side, about 50 m wide."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.plots import boxes, middles, plots_at, plots_in

LON, LAT = st.floats(-180, 180), st.floats(-89.9, 89.9)


@given(LON, LAT)
def test_a_point_lies_in_the_box_of_its_plot(lon, lat):
    west, south, east, north = boxes(plots_at([lon], [lat]))[0]
    slack = 1e-9
    assert west - slack <= lon <= east + slack
    assert south - slack <= lat <= north + slack


@given(LON, LAT)
def test_the_middle_of_a_plot_lies_in_it_and_its_number_fits_a_script(lon, lat):
    plot = plots_at([lon], [lat])
    assert plots_at(*middles(plot)).tolist() == plot.tolist()
    assert 0 <= plot[0] < 2**39


@given(st.floats(73, 135), st.floats(18, 53))
def test_plots_are_about_fifty_metres_wide_in_china(lon, lat):
    west, south, east, north = boxes(plots_at([lon], [lat]))[0]
    metres = (east - west) * 111_320 * np.cos(np.radians(lat)), (north - south) * 111_000
    assert all(49 < side < 51 for side in metres)


def test_the_plots_in_a_shape_are_those_that_its_points_lie_in():
    shape = shapely.Polygon([(122.0, 36.995), (122.02, 37.0), (122.01, 37.02)])  # across a whole degree
    dice = np.random.default_rng(7)
    lon, lat = dice.uniform(122.0, 122.02, 20_000), dice.uniform(36.995, 37.02, 20_000)
    inside = shapely.contains_xy(shape, lon, lat)
    found = set(plots_in(shape).tolist())
    assert set(plots_at(lon[inside], lat[inside]).tolist()) <= found
    assert all(shapely.box(*one).intersects(shape) for one in boxes(sorted(found)))


def test_nothing_and_half_the_world_have_no_plots():
    assert len(plots_in(shapely.Polygon())) == len(plots_in(shapely.box(-90, -45, 90, 45))) == 0
