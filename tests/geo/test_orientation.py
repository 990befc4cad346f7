"""Sides of lines agree with exact fractions, most of all where floating point cannot tell."""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.orientation import side_of, sign_of

coordinate = st.one_of(
    st.floats(-180, 180),
    st.integers(-180, 180).map(float),
    st.sampled_from([0.0, -0.0, 5e-324, 1e-200, -1e-18, 1e-18, 116.3912345678901, 180.0]),
)
line = st.tuples(coordinate, coordinate, coordinate, coordinate).filter(lambda one: one[:2] != one[2:])


def by_fractions(ax, ay, bx, by, x, y):
    ax, ay, bx, by, x, y = (Fraction(value) for value in (ax, ay, bx, by, x, y))
    determinant = (ax - x) * (by - y) - (ay - y) * (bx - x)
    return (determinant > 0) - (determinant < 0)


def asked(rows):
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    return side_of(tuple(columns[:4]), *columns[4:]).tolist()


@given(st.lists(st.tuples(line, coordinate, coordinate), min_size=1, max_size=30))
def test_sides_of_any_points_are_those_of_fractions(given_rows):
    rows = [(*one, x, y) for one, x, y in given_rows]
    assert asked(rows) == [by_fractions(*row) for row in rows]
    assert [sign_of(*row) for row in rows] == [by_fractions(*row) for row in rows]


@given(line, st.floats(-0.5, 1.5), st.integers(-3, 3), st.integers(-3, 3))
def test_sides_of_points_within_rounding_of_the_line_are_those_of_fractions(one, share, ulps_x, ulps_y):
    ax, ay, bx, by = one
    x, y = ax + (bx - ax) * share, ay + (by - ay) * share
    row = (*one, x + ulps_x * np.spacing(x), y + ulps_y * np.spacing(y))
    assert asked([row]) == [by_fractions(*row)]


def test_left_is_left():
    north = (116.0, 39.0, 116.0, 40.0)
    assert asked([(*north, 115.9, 39.5), (*north, 116.1, 39.5), (*north, 116.0, 41.0)]) == [1, -1, 0]


def test_no_points_have_no_sides():
    assert len(side_of((np.empty(0),) * 4, np.empty(0), np.empty(0))) == 0
