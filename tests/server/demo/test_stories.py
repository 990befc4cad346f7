"""Twelve months of issues of the demonstration town."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import shapely

from server.demo.phrases import PHRASES
from server.demo.stories import drafts
from server.demo.tales import TALES
from server.services.categories import categories
from server.services.drafts import LIMITS
from server.services.redact import public_place, public_words
from server.words import NAMES

CHINA = ZoneInfo("Asia/Shanghai")


def of(stories, *names):
    return [story for story in stories if story.category in names]


def local(story):
    return story.reported_at.astimezone(CHINA)


def points(stories):
    return shapely.points([(story.lon, story.lat) for story in stories])


def share(stories, months):
    return sum(local(story).month in months for story in stories) / len(stories)


def test_six_thousand_issues_come_in_order_of_time(stories):
    assert len(stories) == 6000
    times = [story.reported_at for story in stories]
    assert times == sorted(times)


def test_they_fill_the_twelve_months_before_the_day(stories, as_of):
    assert all(as_of - timedelta(days=366) <= story.reported_at < as_of for story in stories)
    assert len({local(story).strftime("%Y-%m") for story in stories}) == 13
    assert as_of - stories[-1].reported_at < timedelta(days=2)


def test_every_category_and_every_source_is_told(stories):
    assert {story.category for story in stories} == set(categories()) == set(TALES) == set(PHRASES)
    assert {story.source for story in stories} == set(NAMES["source"])


def test_heating_is_a_matter_of_winter_and_dogs_of_summer(stories):
    assert share(of(stories, "heating"), {11, 12, 1, 2, 3}) > 0.95
    assert share(of(stories, "dogs"), {5, 6, 7, 8, 9}) > 0.6


def test_sewage_comes_in_bursts_on_rainy_days(stories):
    def burst(category):
        summer = [
            local(story).date() for story in of(stories, category) if local(story).month in range(5, 10)
        ]
        perday = np.bincount([(day - min(summer)).days for day in summer])
        return perday.var() / perday.mean()

    assert burst("dogs") < 1.5 < burst("sewage_overflow") - 0.5


@pytest.mark.parametrize("category", ["heating", "parking", "drain_blocked", "dogs"])
def test_each_kind_has_its_own_few_hot_places(category, stories, demo_town):
    some = of(stories, category)
    near = shapely.STRtree(demo_town.compounds.geometry.to_numpy()).nearest(points(some))
    counts = np.sort(np.bincount(near))[::-1]
    assert counts[:4].sum() > 0.2 * len(some)
    assert (counts > 0).sum() > 20


def test_a_few_cells_have_an_outbreak_of_their_own(stories, demo_town, as_of):
    cells = demo_town.cells.geometry.to_numpy()

    def most(category, weeks):
        late = [one for one in of(stories, category) if as_of - one.reported_at < timedelta(weeks=weeks)]
        _, rows = shapely.STRtree(cells).query(points(late), predicate="intersects")
        counts = np.sort(np.bincount(rows, minlength=len(cells)))[::-1]
        return counts[0] / max(counts[1], 1)

    assert most("exposed_rubbish", 4) > 2
    assert most("heating", 3) > 1.3


def test_patrols_keep_office_hours_and_the_hotline_does_not(stories):
    patrols = [local(story).hour for story in stories if story.source == "patrol"]
    calls = [local(story).hour for story in stories if story.source == "hotline"]
    assert set(patrols) <= set(range(8, 18))
    assert sum(hour >= 18 for hour in calls) > 0.2 * len(calls)


def test_many_issues_come_from_one_talk_day(stories):
    days = {local(story).day for story in stories if story.source == "talk_day"}
    assert len(days) <= 3


def test_nearly_all_lie_in_a_cell_a_few_on_a_border_a_few_beyond(stories, demo_town):
    cells = demo_town.cells.geometry.to_numpy()
    places = points(stories)
    row, _ = shapely.STRtree(cells).query(places, predicate="covered_by")
    held = np.bincount(row, minlength=len(stories))
    assert 5 <= (held > 1).sum() < 100
    assert 10 <= (held == 0).sum() < 150
    district = demo_town.level("district").geometry.to_numpy()[0]
    assert 20 <= (shapely.distance(district, places) > 0.001).sum() < 80


def test_most_old_ones_are_closed_and_the_last_weeks_are_open(stories, as_of):
    old = [story for story in stories if as_of - story.reported_at > timedelta(days=60)]
    new = [story for story in stories if as_of - story.reported_at < timedelta(days=4)]
    assert sum(story.fate == "closed" for story in old) > 0.97 * len(old)
    assert sum(story.fate != "closed" for story in new) > 0.4 * len(new)


def test_some_are_overdue_by_far(stories, as_of):
    waiting = [as_of - story.reported_at for story in stories if story.fate == "dispatched"]
    assert sum(age > timedelta(days=30) for age in waiting) > 20


def test_closing_follows_the_report_and_comes_by_day(stories, as_of):
    for story in stories:
        assert (story.closed_at is not None) == (story.fate == "closed")
        if story.closed_at:
            assert story.reported_at <= story.closed_at < as_of
            assert 8 <= story.closed_at.astimezone(CHINA).hour < 17


def test_only_those_beyond_every_cell_wait_at_the_desk(stories, demo_town):
    waiting = [story for story in stories if story.fate == "reported"]
    district = demo_town.level("district").geometry.to_numpy()[0]
    assert waiting
    assert not shapely.intersects(district, points(waiting)).any()


def test_words_have_no_gap_left_and_fit_the_fields(stories):
    for story in stories:
        assert not re.search(r"[{}]", story.description)
        assert 8 <= len(story.description) <= LIMITS["description"]
        assert 2 <= len(story.place_text) <= LIMITS["place_text"]


def test_the_same_words_are_rarely_said_twice(stories):
    assert len({story.description for story in stories}) > 0.75 * len(stories)


def test_nothing_is_named_twice_in_a_row(stories):
    assert not [story.description for story in stories if re.search(r"([^\W\d]{2,})\1", story.description)]


def test_some_carry_a_reporter_whose_facts_are_masked(stories):
    named = [story for story in stories if story.reporter_name]
    assert 0.1 < len(named) / len(stories) < 0.5
    for story in named:
        assert re.fullmatch(r"1390000\d{4}", story.reporter_phone)
        assert story.reporter_phone not in public_words(story.description)
    rooms = [story.place_text for story in named if story.place_text.endswith("室")]
    assert rooms
    assert all(re.search(r"[^\d＊]＊＊＊室$", public_place(place)) for place in rooms)


def test_accuracy_is_a_device_matter(stories):
    assert all(story.accuracy_m is None for story in stories if story.source in {"hotline", "phone", "box"})
    measured = [story.accuracy_m for story in stories if story.accuracy_m is not None]
    assert 0.3 * len(stories) < len(measured)
    assert 3 <= min(measured) < max(measured) <= 80


def test_equal_days_give_equal_stories_and_another_day_shifts_them(demo_town, as_of):
    some = drafts(demo_town, as_of, 300)
    assert drafts(demo_town, as_of, 300) == some
    later = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
    assert max(story.reported_at for story in drafts(demo_town, later, 300)) > as_of


def test_worker_lins_cell_always_has_something_to_do(stories, demo_town):
    cell = demo_town.cells.set_index("name").loc["文峰社区第八网格", "geometry"]
    waiting = [story for story in stories if story.fate == "dispatched"]
    assert 4 <= shapely.covers(cell, points(waiting)).sum() <= 30
