"""The course of a hot spot is told by when it was hot and where its score went."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.emerging import COURSES, emerging, emerging_each, mann_kendall
from geo.errors import ValuesError
from geo.neighbours import Neighbours, lattice

NAN = np.nan
ALONE = Neighbours.of_pairs(60, [], [])

rows_of_numbers = st.lists(
    st.lists(st.one_of(st.integers(-3, 3), st.just(NAN)), min_size=9, max_size=9), min_size=1, max_size=4
)


def course_of(is_hot, heights=None):
    """Course of one unit among sixty quiet ones, hot in the periods told."""
    heights = np.full(len(is_hot), 40.0) if heights is None else np.array(heights, dtype=float)
    quiet = np.random.default_rng(1).integers(3, 8, (60, len(is_hot))).astype(float)
    quiet[7] = np.where(is_hot, heights, 5.0)
    return emerging(quiet, ALONE)


def by_hand(row):
    """Mann-Kendall pair by pair, ties group by group (Kendall and Gibbons)."""
    known = [one for one in row if not np.isnan(one)]
    s = sum(np.sign(late - early) for early, late in itertools.combinations(known, 2))
    groups = [known.count(one) for one in set(known)]
    n = len(known)
    variance = (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in groups)) / 18
    return s, (s - np.sign(s)) / np.sqrt(variance) if variance > 0 else 0.0


@settings(max_examples=40)
@given(rows_of_numbers)
def test_a_trend_is_that_of_the_published_formula(rows):
    found = mann_kendall(rows)
    for row, s, z in zip(rows, found.s, found.z, strict=True):
        assert (s, z) == pytest.approx(by_hand(row), abs=1e-12)


def test_a_trend_is_near_kendalls_tau_in_scipy():
    from scipy.stats import kendalltau  # noqa: PLC0415

    rows = np.random.default_rng(2).normal(0, 1, (20, 40)) + np.linspace(0, 1, 40)
    asked = [kendalltau(range(40), row, method="asymptotic").pvalue for row in rows]
    assert mann_kendall(rows).p == pytest.approx(asked, abs=0.02)


@pytest.mark.parametrize("row", [[], [1.0], [NAN, 3.0, NAN], [2.0] * 8])
def test_what_cannot_rise_has_no_trend(row):
    found = mann_kendall([row])
    assert (found.s[0], found.z[0], found.p[0]) == (0, 0, 1)


@pytest.mark.parametrize(
    ("is_hot", "course", "in_a_row"),
    [
        ("............", "none", 0),
        ("...........x", "new", 1),
        (".........xxx", "consecutive", 3),
        (".x.......xxx", "sporadic", 3),
        ("....xxx.....", "none", 0),
        ("x..........x", "sporadic", 1),
        ("xxxxxxxxxxx.", "fading", 0),
        (".xxxxxxxxxxx", "persistent", 11),
        ("x", "new", 1),
    ],
)
def test_a_course_follows_from_when_it_was_hot(is_hot, course, in_a_row):
    # Heights that go up and down have no trend.
    heights = [40.0 if period % 2 else 43.0 for period in range(len(is_hot))]
    found = course_of([one == "x" for one in is_hot], heights)
    assert (found.course[7], found.in_a_row[7]) == (course, in_a_row)
    assert found.hot_share[7] == pytest.approx(is_hot.count("x") / len(is_hot))
    assert set(np.delete(found.course, 7)) == {"none"}


@pytest.mark.parametrize(
    ("heights", "course"),
    [(np.linspace(30, 90, 12), "intensifying"), (np.linspace(90, 30, 12), "fading")],
)
def test_a_hot_spot_of_long_standing_may_rise_or_fall(heights, course):
    assert course_of([True] * 12, heights).course[7] == course


def test_a_period_without_an_answer_ends_the_row_and_counts_in_no_share():
    quiet = np.random.default_rng(1).integers(3, 8, (60, 6)).astype(float)
    quiet[7], quiet[7, 3] = 60.0, NAN
    found = emerging(quiet, ALONE)
    assert (found.in_a_row[7], found.hot_share[7]) == (2, 1.0)
    quiet[7] = NAN
    found = emerging(quiet, ALONE)
    assert (found.in_a_row[7], found.course[7]) == (0, "none")
    assert np.isnan(found.hot_share[7])


def test_cold_periods_in_a_row_are_counted_too():
    values = np.full((60, 5), 50.0) + np.random.default_rng(3).normal(0, 1, (60, 5))
    values[7, 2:] = 0.0
    found = emerging(values, ALONE)
    assert (found.cold_in_a_row[7], found.in_a_row[7], found.course[7]) == (3, 0, "none")


def test_units_in_another_order_have_the_same_courses():
    random = np.random.default_rng(4)
    rows, columns = np.divmod(np.arange(100), 10)
    values = random.poisson(4, (100, 20)).astype(float)
    values[(rows < 3) & (columns < 3)] += np.arange(20)
    order = random.permutation(100)
    found = emerging(values, lattice(rows, columns, 50.0, 75.0))
    again = emerging(values[order], lattice(rows[order], columns[order], 50.0, 75.0))
    assert again.course.tolist() == found.course[order].tolist()
    assert set(found.course) <= set(COURSES)
    assert (found.course[(rows < 2) & (columns < 2)] != "none").all()


def test_no_periods_have_no_course_and_one_dimension_is_refused():
    found = emerging(np.empty((60, 0)), ALONE)
    assert set(found.course) == {"none"}
    assert found.in_a_row.tolist() == [0] * 60
    with pytest.raises(ValuesError) as caught:
        emerging(np.ones(60), ALONE)
    assert caught.value.code == "values.shape"


@pytest.mark.parametrize("kernel", ["band", "quartic"])
def test_tables_judged_together_have_the_answers_of_each(kernel, monkeypatch):
    random = np.random.default_rng(5)
    squares = lattice(*np.divmod(np.arange(100), 10), 100.0, 250.0, kernel)
    tables = [
        random.poisson(rate, (100, 9)).astype(float) for rate in (0.1, 1.0, 5.0, 5.0, 20.0, 0.0, 2.0, 3.0)
    ]
    tables[3][[4, 50]] = NAN  # never known
    tables[4][7, 2] = NAN  # not known once
    for at_once in (4_000_000, 1):
        monkeypatch.setattr("geo.emerging.AT_ONCE", at_once)
        found = list(emerging_each(tables, squares))
        assert len(found) == len(tables)
        for one, table in zip(found, tables, strict=True):
            alone = emerging(table, squares)
            assert one.spots.z == pytest.approx(alone.spots.z, abs=1e-12, nan_ok=True)
            assert one.spots.q == pytest.approx(alone.spots.q, abs=1e-12, nan_ok=True)
            assert one.course.tolist() == alone.course.tolist()
    assert list(emerging_each([], squares)) == []
