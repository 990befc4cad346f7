"""Classes hold every value once, natural breaks are the best there are, and legends lie about none."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.classes import MISSING, classify
from geo.errors import ValuesError

NAN = np.nan

few = st.lists(
    st.one_of(st.integers(-20, 60), st.floats(-5, 5).map(lambda one: round(one, 3))), min_size=1, max_size=9
)
many = st.lists(
    st.one_of(st.integers(-50, 1_000), st.floats(-1e6, 1e6), st.just(NAN)), min_size=1, max_size=60
)


def squares_within(values, place):
    """Sum of squared distances to each class's mean."""
    groups = [values[place == one] for one in np.unique(place)]
    return sum(((group - group.mean()) ** 2).sum() for group in groups)


def least_squares(values, classes):
    """The same of the best of all ways to cut the values into so many classes."""
    distinct = np.unique(values)
    cuts = itertools.combinations(distinct[:-1], min(classes, len(distinct)) - 1)
    return min(squares_within(values, np.searchsorted(cut, values)) for cut in cuts)


@settings(max_examples=60)
@given(few, st.integers(1, 5))
def test_natural_breaks_are_the_best_of_all_there_are(values, classes):
    values = np.array(values, dtype=float)
    found = classify(values, classes, "natural")
    assert len(found.bounds) == min(classes, len(np.unique(values)))
    assert squares_within(values, found.of(values)) == pytest.approx(least_squares(values, classes), abs=1e-8)


def test_natural_breaks_of_ten_thousand_values_are_better_than_quantiles_and_than_each_cut_moved():
    values = np.random.default_rng(1).gamma(2.0, 3.0, 10_000).round(2)
    found = classify(values, 6, "natural")
    best = squares_within(values, found.of(values))
    assert best < squares_within(values, classify(values, 6).of(values))
    distinct = np.unique(values)
    for cut, step in itertools.product(range(5), (-1, 1)):
        moved = np.array(found.bounds)
        moved[cut] = distinct[np.searchsorted(distinct, moved[cut]) + step]
        assert squares_within(values, np.searchsorted(moved, values)) >= best


def test_natural_breaks_part_what_stands_apart():
    assert classify([1, 2, 3, 50, 51, 52, 900], 3, "natural").bounds == (3, 52, 900)


def test_quantiles_hold_equally_many():
    found = classify(np.arange(1, 101), 5)
    assert found.bounds == (20, 40, 60, 80, 100)
    assert found.counts == (20,) * 5


@settings(max_examples=80)
@given(many, st.integers(1, 7), st.sampled_from(["quantile", "natural"]))
def test_the_legend_puts_every_value_into_the_class_of_the_bounds(values, classes, method):
    values = np.array(values, dtype=float)
    found = classify(values, classes, method)
    known = values[~np.isnan(values)]
    assert found.missing == np.isnan(values).sum()
    assert sum(found.counts) == len(known)
    assert len(found.bounds) <= min(classes, len(np.unique(known)))
    if len(known):
        first, *uppers = found.legend
        assert first <= known.min()
        assert uppers[-1] >= known.max()
        assert all(a < b for a, b in itertools.pairwise(uppers))
        assert np.searchsorted(uppers, known).tolist() == found.of(known).tolist()
        assert min(found.counts) > 0


@pytest.mark.parametrize(
    ("values", "classes", "legend"),
    [
        ([3, 4, 11, 19, 23, 98, 103], 3, (3, 15, 50, 103)),
        ([0, 0, 0.0312, 0.0399, 0.31, 0.442], 3, (0, 0.2, 0.4, 0.445)),
        ([-7, -3, 2, 9], 2, (-7, 0, 9)),
        ([1.26], 1, (1.26, 1.26)),
    ],
)
def test_a_legend_says_round_numbers(values, classes, legend):
    assert classify(values, classes, "natural").legend == legend


def test_missing_is_not_zero():
    found = classify([0, NAN, 0, 5, NAN], 3)
    assert found.of([0, NAN, 5]).tolist() == [0, MISSING, 1]
    assert (found.counts, found.missing) == ((2, 1), 2)


def test_fewer_values_than_classes_have_a_class_each():
    for method in ("quantile", "natural"):
        assert classify([7, 7, 2, 2, 2], 5, method).bounds == (2, 7)
        assert classify([3, 3], 5, method).bounds == (3,)


@pytest.mark.parametrize("values", [[], [NAN, NAN]])
def test_nothing_has_no_classes(values):
    found = classify(values, 5, "natural")
    assert (found.bounds, found.legend, found.counts, found.missing) == ((), (), (), len(values))
    assert found.of([1, NAN]).tolist() == [MISSING, MISSING]


def test_fixed_bounds_stay_and_what_lies_above_gets_a_class():
    found = classify([1, 5, 12, 40, NAN], method="fixed", bounds=[0, 5, 10])
    assert found.bounds == found.legend[1:] == (0, 5, 10, 40)
    assert found.counts == (0, 2, 0, 2)
    assert classify([1, 2], method="fixed", bounds=[5, 10]).counts == (2, 0)
    assert found.of([1_000, -4]).tolist() == [3, 0]


@pytest.mark.parametrize("factor", [1e-200, 1e200])
def test_huge_and_tiny_values_are_classed_as_others(factor):
    values = np.array([1, 2, 3, 50, 51, 52, 900])
    assert classify(values * factor, 3, "natural").counts == (3, 3, 1)


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (lambda: classify([1, np.inf]), "values.infinite"),
        (lambda: classify([1], 0), "values.setting"),
        (lambda: classify([1], 200), "values.setting"),
        (lambda: classify([1], method="fixed"), "values.setting"),
        (lambda: classify([1], method="fixed", bounds=[2, 2]), "values.setting"),
        (lambda: classify([1], method="fixed", bounds=[NAN]), "values.setting"),
    ],
)
def test_classes_that_cannot_be_are_refused_by_name(ask, code):
    with pytest.raises(ValuesError) as caught:
        ask()
    assert caught.value.code == code
