"""Baidu's plane agrees with published positions and with both tables every converter carries."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.baidu import bd09_to_bd09mc, bd09mc_to_bd09
from geo.crs import distance_m
from geo.errors import CoordinateError

# BD-09 degrees and metres of eight cities, from gcoord's test data (MIT); rounded to 1e-7 degrees and 1 mm.
PUBLISHED = [
    (114.0287781, 33.0176697, 12693763.634, 3874151.929),
    (92.0576832, 31.4824421, 10247925.918, 3673043.553),
    (123.2433178, 41.2736074, 13719532.659, 5024331.229),
    (116.0546232, 43.9397782, 12919282.125, 5426197.163),
    (98.5008441, 39.7388949, 10965183.117, 4800499.115),
    (108.6607283, 21.9856319, 12096188.561, 2493660.013),
    (116.1287823, 24.2944828, 12927537.579, 2771594.9),
    (104.6340814, 30.1351581, 11647939.396, 3499286.923),
]
# Baidu's band polynomials as gcoord and coordtransform carry them, for |y| or |lat| from 60, 45, 30, 15 and 0
# degrees: offset and factor of x, seven coefficients of y over the last number.
TO_DEGREES = [
    (8362377.87, -7.435856389565537e-9, 0.000008983055097726239, -0.78625201886289, 96.32687599759846,
     -1.85204757529826, -59.36935905485877, 47.40033549296737, -16.50741931063887, 2.28786674699375, 10260144.86),
    (5591021.0, -3.030883460898826e-8, 0.00000898305509983578, 0.30071316287616, 59.74293618442277, 7.357984074871,
     -25.38371002664745, 13.45380521110908, -3.29883767235584, 0.32710905363475, 6856817.37),
    (3481989.83, -1.981981304930552e-8, 0.000008983055099779535, 0.03278182852591, 40.31678527705744,
     0.65659298677277, -4.44255534477492, 0.85341911805263, 0.12923347998204, -0.04625736007561, 4482777.06),
    (1678043.12, 3.09191371068437e-9, 0.000008983055096812155, 0.00006995724062, 23.10934304144901,
     -0.00023663490511, -0.6321817810242, -0.00663494467273, 0.03430082397953, -0.00466043876332, 2555164.4),
    (0.0, 2.890871144776878e-9, 0.000008983055095805407, -3.068298e-8, 7.47137025468032, -0.00000353937994,
     -0.02145144861037, -0.00001234426596, 0.00010322952773, -0.00000323890364, 826088.5),
]  # fmt: skip
TO_METRES = [
    (60.0, 0.0008277824516172526, 111320.7020463578, 647795574.6671607, -4082003173.641316, 10774905663.51142,
     -15171875531.51559, 12053065338.62167, -5124939663.577472, 913311935.9512032, 67.5),
    (45.0, 0.00337398766765, 111320.7020202162, 4481351.045890365, -23393751.19931662, 79682215.47186455,
     -115964993.2797253, 97236711.15602145, -43661946.33752821, 8477230.501135234, 52.5),
    (30.0, 0.00220636496208, 111320.7020209128, 51751.86112841131, 3796837.749470245, 992013.7397791013,
     -1221952.21711287, 1340652.697009075, -620943.6990984312, 144416.9293806241, 37.5),
    (15.0, -0.0003441963504368392, 111320.7020576856, 278.2353980772752, 2485758.690035394, 6070.750963243378,
     54821.18345352118, 9540.606633304236, -2710.55326746645, 1405.483844121726, 22.5),
    (0.0, -0.0003218135878613132, 111320.7020701615, 0.00369383431289, 823725.6402795718, 0.46104986909093,
     2351.343141331292, 1.58060784298199, 8.77738589078284, 0.37238884252424, 7.45),
]  # fmt: skip
CHINA = np.meshgrid(np.linspace(73.0, 136.0, 64), np.linspace(3.0, 54.0, 2041))


def by_table(x, y, table):
    """Apply the published polynomials point by point."""
    found = []
    for one_x, one_y in zip(x, y, strict=True):
        band = next(row for row in table if one_y >= row[0])
        t = one_y / band[-1]
        found.append((band[1] + band[2] * one_x, sum(c * t**power for power, c in enumerate(band[3:-1]))))
    return np.array(found).T


def test_published_positions_come_out_as_published():
    lon, lat, x, y = np.array(PUBLISHED).T
    assert np.abs(np.array(bd09mc_to_bd09(x, y)) - (lon, lat)).max() < 2e-7
    assert np.abs(np.array(bd09_to_bd09mc(lon, lat)) - (x, y)).max() < 0.06


def test_degrees_agree_with_the_published_polynomials_within_a_centimetre():
    lon, lat = (axis.ravel()[::7] for axis in CHINA)
    x, y = bd09_to_bd09mc(lon, lat)
    theirs = by_table(x, y, TO_DEGREES)
    assert distance_m(*theirs, *bd09mc_to_bd09(x, y)).max() < 0.01


def test_metres_agree_with_the_other_polynomials_as_far_as_these_agree_with_their_own_inverse():
    lon, lat = (axis.ravel()[::7] for axis in CHINA)
    theirs = by_table(lon, lat, TO_METRES)
    assert np.abs(np.array(bd09_to_bd09mc(lon, lat)) - theirs).max() < 0.4
    assert distance_m(*by_table(*theirs, TO_DEGREES), lon, lat).max() > 0.1


def test_there_and_back_over_china_ends_within_a_micrometre():
    lon, lat = (axis.ravel() for axis in CHINA)
    assert distance_m(lon, lat, *bd09mc_to_bd09(*bd09_to_bd09mc(lon, lat))).max() < 1e-6


@given(st.lists(st.tuples(st.floats(-2e7, 2e7), st.floats(-2e7, 2e7)), max_size=8))
def test_a_point_does_not_depend_on_its_company(places):
    x, y = np.array(places, dtype=float).reshape(-1, 2).T
    alone = np.array([bd09mc_to_bd09(*place) for place in places]).reshape(-1, 2).T
    assert np.array_equal(np.array(bd09mc_to_bd09(x, y)), alone)


@pytest.mark.parametrize("bad", [(np.nan, 1.0), (1.0, np.inf), (2.1e7, 1.0)])
def test_what_is_no_position_is_refused(bad):
    with pytest.raises(CoordinateError) as caught:
        bd09mc_to_bd09([1e7, bad[0]], [4e6, bad[1]])
    assert caught.value.values["rows"] == (1,)
