"""Lists of issues: against a plain recount over everything, for everybody, on both stores."""

import base64
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from geo.squares import square_at
from server.errors import InputError
from server.models import Issue, Whistle
from server.services import listing
from server.services.briefs import clock_of
from server.services.columns import columns_of
from server.services.filters import FIELDS, Filters
from server.services.people import system_actor
from server.workflow import OPEN
from tests.personas import PERSONAS
from tests.scatter import scatter

ON_ONE = pytest.mark.parametrize(
    "database_url", ["sqlite"], indirect=True
)  # refused before the store is asked
ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def everything(scattered):
    return scattered


@pytest.fixture
def listed(store, town):
    """List all numbers that a persona finds, page by page."""

    def listed(login, limit=17, **given):
        filters, after, numbers = Filters.parse(given, ZONE), None, []
        with store.read() as tx:
            while True:
                page = listing.find(tx, town.actors[login], filters, after, limit)
                numbers += [brief.number for brief in page.items]
                after = page.next
                if after is None:
                    return numbers

    return listed


def sees(actor, one):
    """Tell from the rule, person by person, whether somebody sees an issue."""
    row = one.row
    if actor.person_id in (row.holder_person_id, row.reporter_person_id):
        return True
    roles = {str(grant.role) for grant in actor.grants if one.path.startswith(grant.path)}
    if roles & {"worker", "leader", "dispatcher", "supervisor"}:
        return True
    return "handler" in roles and row.holder_department_id == actor.department_id is not None


@pytest.mark.parametrize("login", PERSONAS)
def test_everybody_finds_what_is_theirs_to_see_and_nothing_else(login, town, everything, listed):
    actor = town.actors[login]
    assert listed(login) == [one.row.number for one in everything if sees(actor, one)]


def test_a_handler_finds_what_the_department_holds(everything, listed):
    held = [one.row.number for one in everything if one.row.holder_department_id]
    assert held
    assert listed("handler_sun") == held


def test_an_administrator_finds_no_issue(everything, listed):
    assert listed("admin_wu") == []


def test_the_system_finds_everything(store, everything):
    with store.read() as tx:
        assert listing.count(tx, system_actor(), Filters()) == len(everything)


@pytest.mark.parametrize("login", PERSONAS)
def test_columns_and_database_count_the_same(login, store, town, everything):
    def counts(tx):
        for given, _rule in ASKED.values():
            try:
                yield listing.count(tx, town.actors[login], Filters.parse(given, ZONE))
            except InputError as error:  # an area that they do not know of
                yield error.code

    with store.read() as tx:
        by_database = list(counts(tx))
        columns_of(tx)
        assert list(counts(tx)) == by_database


ASKED = {
    "box": ({"bbox": "122.003,37.002,122.017,37.013"}, lambda r, p, now: 122.003 <= r.lon <= 122.017 and 37.002 <= r.lat <= 37.013),
    "cell": ({"area": "990101001001008"}, lambda r, p, now: p.endswith("/990101001001008/")),
    "community": ({"area": "990101001001"}, lambda r, p, now: "/990101001001/" in p),
    "open": ({"state": "open"}, lambda r, p, now: r.state in OPEN),
    "states": ({"state": "reported, closed"}, lambda r, p, now: r.state in ("reported", "closed")),
    "category": ({"category": "heating,lift_fault"}, lambda r, p, now: r.category in ("heating", "lift_fault")),
    "category in words": ({"category": "供暖不热"}, lambda r, p, now: r.category == "heating"),
    "source": ({"source": "patrol"}, lambda r, p, now: r.source == "patrol"),
    "since": ({"since": "2026-03-05"}, lambda r, p, now: r.reported_at >= datetime(2026, 3, 5, tzinfo=ZONE)),
    "until a day": ({"until": "2026-03-05"}, lambda r, p, now: r.reported_at < datetime(2026, 3, 6, tzinfo=ZONE)),
    "until an instant": ({"until": "2026-03-05T01:00:00Z"}, lambda r, p, now: r.reported_at < datetime(2026, 3, 5, 9, tzinfo=ZONE)),
    "words": ({"q": "暖气"}, lambda r, p, now: "暖气" in r.summary),
    "per cent": ({"q": "0%"}, lambda r, p, now: "0%" in r.summary),
    "underscore": ({"q": "_二"}, lambda r, p, now: "_二" in r.summary),
    "place": ({"q": "文峰路 7"}, lambda r, p, now: "文峰路 7" in r.place_text),
    "capitals": ({"q": "LIFT b"}, lambda r, p, now: "Lift B" in r.place_text),
    "number": ({"q": "-00003"}, lambda r, p, now: "-00003" in r.number),
    "overdue": ({"overdue": "1"}, lambda r, p, now: r.state in OPEN and r.due_at is not None and r.due_at <= now),
    "red": ({"clock": "red"}, lambda r, p, now: r.state in OPEN and r.due_at is not None and r.due_at <= now),
    "amber": ({"clock": "amber"}, lambda r, p, now: clock_of(r.state, r.amber_at, r.due_at, now) == "amber"),
    "no clock, or green": ({"clock": "none,green"}, lambda r, p, now: clock_of(r.state, r.amber_at, r.due_at, now) in ("none", "green")),
    "urgent": ({"urgent": "1"}, lambda r, p, now: r.urgent),
    "again": ({"again": "1"}, lambda r, p, now: r.round > 1),
    "department": ({"department": "heating"}, lambda r, p, now: r.holder_department_id is not None),
    "hand-offs spent": ({"todo": "last_word"}, lambda r, p, now: r.hand_offs >= 2 and r.state in ("reported", "dispatched")),
    "external number": ({"q": "SZ-1"}, lambda r, p, now: "SZ-1" in (r.external_number or "")),
    "ended since": ({"ended_since": "2026-03-10"}, lambda r, p, now: r.ended_at is not None and r.ended_at >= datetime(2026, 3, 10, tzinfo=ZONE)),
    "ended until": ({"ended_until": "2026-03-10"}, lambda r, p, now: r.ended_at is not None and r.ended_at < datetime(2026, 3, 11, tzinfo=ZONE)),
    "due from": ({"due_since": "2026-03-10"}, lambda r, p, now: r.due_at is not None and r.due_at >= datetime(2026, 3, 10, tzinfo=ZONE)),
    "due until": ({"due_until": "2026-03-09"}, lambda r, p, now: r.due_at is not None and r.due_at < datetime(2026, 3, 10, tzinfo=ZONE)),
    "late": ({"timely": "late,on_time"}, lambda r, p, now: r.state in OPEN and r.due_at is not None and r.due_at <= now),
    "not finished": ({"reply": "late", "state": "dispatched"}, lambda r, p, now: r.state == "dispatched"),
    "sent back": ({"verdict": "sent_back,solved"}, lambda r, p, now: r.round > 1),
    "to be called back": ({"callback": "1"}, lambda r, p, now: r.callback),
    "together": (
        {"state": "open", "category": "heating", "area": "990101001001", "since": "2026-01-01"},
        lambda r, p, now: r.state in OPEN and r.category == "heating" and "/990101001001/" in p and r.reported_at >= datetime(2026, 1, 1, tzinfo=ZONE),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("given", "holds"), ASKED.values(), ids=ASKED)
def test_a_filter_keeps_what_a_recount_keeps(given, holds, store, clock, everything):
    with store.read() as tx:
        page = listing.find(tx, system_actor(), Filters.parse(given, ZONE), limit=500)
    wanted = [one.row.number for one in everything if holds(one.row, one.path, clock.at)]
    assert wanted
    assert [brief.number for brief in page.items] == wanted
    assert page.total == len(wanted)


def test_me_means_who_asks(town, everything, listed):
    mine = [one.row.number for one in everything if one.row.holder_person_id == town.people["worker_lin"]]
    assert mine
    assert listed("worker_lin", holder="me") == mine
    assert listed("dispatcher_qian", holder=str(town.actors["worker_lin"].uid)) == mine


def test_me_means_the_department_too_when_a_handler_asks(town, everything, listed):
    own = town.actors["handler_sun"].department_id
    held = [one.row.number for one in everything if one.row.holder_department_id == own]
    assert held
    assert listed("handler_sun", holder="me") == held


@pytest.mark.parametrize("limit", [1, 50, 499])
def test_pages_neither_lose_nor_double_an_issue(limit, everything, listed):
    assert listed("supervisor_li", limit) == listed("supervisor_li", 500)


def test_an_issue_reported_meanwhile_does_not_shift_later_pages(store, town, everything):
    with store.read() as tx:
        first = listing.find(tx, system_actor(), Filters(), limit=40)
    scatter(store, town, count=5, seed=1)
    with store.read() as tx:
        second = listing.find(tx, system_actor(), Filters(), first.next, limit=1)
    assert second.items[0].number == everything[40].row.number
    assert second.total is None


def test_the_walk_through_all_is_the_list_of_all(store, everything, monkeypatch):
    monkeypatch.setattr(listing, "MOST", 16)
    with store.read() as tx:
        walked = [brief.number for brief in listing.walk(tx, system_actor(), Filters())]
    assert walked == [one.row.number for one in everything]


@ON_ONE
@pytest.mark.parametrize(
    "value",
    ["x", "WzEsMl0=x", "W10", "WzEsdHJ1ZV0", "WzEsMS41XQ", "e30", "WzEsLTk5OTk5OTk5OTk5OTk5OTk5OTk5XQ"],
)
def test_a_cursor_of_somebody_elses_making_is_refused(value, store):
    with store.read() as tx, pytest.raises(InputError) as refused:
        listing.find(tx, system_actor(), Filters(), value)
    assert refused.value.code == "cursor.invalid"


@ON_ONE
def test_a_cursor_beyond_all_time_is_refused(store):
    value = base64.urlsafe_b64encode(b"[9223372036854775807,1]").decode().rstrip("=")
    with store.read() as tx, pytest.raises(InputError):
        listing.find(tx, system_actor(), Filters(), value)


BAD = {
    "bbox": ["1,2,3", "1,2,3,nan", "inf,0,1,1", "a,b,c,d", "3,0,1,1", "0,5,1,1", "0,-91,1,1"],
    "state": ["gone", "open,ill"],
    "category": ["nothing"],
    "source": ["pigeon"],
    "since": ["yesterday", "2026-13-01", "2026-11-22T25:00", "0001-01-01T00:00:00+14:00"],
    "until": ["9999-12-31"],
    "holder": ["you", "123"],
    "overdue": ["maybe"],
    "q": ["x" * 101, "a\x00b"],
    "area": ["9" * 65],
    "clock": ["blue"],
    "urgent": ["very"],
    "satisfaction": ["happy"],
    "todo": ["sleep", "extend,suspend"],
    "ended_since": ["soon"],
    "ended_until": ["9999-12-31"],
    "due_since": ["tomorrow"],
    "due_until": ["x"],
    "timely": ["early"],
    "reply": ["never"],
    "verdict": ["guilty"],
    "callback": ["perhaps"],
}


@pytest.mark.parametrize(
    ("field", "value"), [(field, value) for field, values in BAD.items() for value in values]
)
def test_what_cannot_be_read_is_refused_with_its_field(field, value):
    with pytest.raises(InputError) as refused:
        Filters.parse({field: value}, ZONE)
    assert refused.value.values["field"] == field


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(InputError) as refused:
        Filters.parse({"since": "2026-03-02", "until": "2026-03-01"}, ZONE)
    assert refused.value.code == "filter.period"


@ON_ONE
@pytest.mark.parametrize(
    "given", [{"area": "nowhere"}, {"holder": "00000000-0000-7000-8000-000000000000"}, {"department": "x"}]
)
def test_an_unknown_area_person_or_department_is_refused(given, store, town):
    with store.read() as tx, pytest.raises(InputError) as refused:
        listing.find(tx, system_actor(), Filters.parse(given, ZONE))
    assert refused.value.values["field"] in given


def test_empty_filters_ask_for_everything():
    assert Filters.parse(dict.fromkeys(FIELDS, " "), ZONE) == Filters()


def test_a_plus_that_became_a_blank_is_still_an_offset():
    assert Filters.parse({"since": "2026-03-05T08:00:00 08:00"}, ZONE) == Filters.parse(
        {"since": "2026-03-05T00:00:00Z"}, ZONE
    )


def test_the_clock_turns_amber_at_three_quarters_and_red_at_the_due():
    start = datetime(2026, 3, 1, tzinfo=ZONE)
    amber, due = start + timedelta(hours=6), start + timedelta(hours=8)
    colours = [
        clock_of("handling", amber, due, start + timedelta(hours=hours))
        for hours in (0, 5.99, 6, 7.99, 8, 90)
    ]
    assert colours == ["green", "green", "amber", "amber", "red", "red"]
    assert clock_of("handling", amber, None, due) == "none"
    assert clock_of("closed", amber, due, due) == "none"
    assert clock_of("suspended", amber, due, due) == "none"


@pytest.mark.parametrize(
    ("order", "key"),
    [
        ("oldest", lambda one: (one.row.reported_at, one.row.id)),
        ("due", lambda one: (one.row.due_at is None, one.row.due_at or 0, one.row.id)),
    ],
)
def test_pages_in_another_order_hold_everything_once_in_that_order(order, key, store, everything):
    numbers, after = [], None
    with store.read() as tx:
        for _ in range(6):
            page = listing.find(tx, system_actor(), Filters(), after, 17, order)
            numbers += [brief.number for brief in page.items]
            after = page.next
    assert after is None
    assert numbers == [one.row.number for one in sorted(everything, key=key)]


@ON_ONE
def test_a_cursor_of_another_order_is_refused(store, everything):
    with store.read() as tx:
        page = listing.find(tx, system_actor(), Filters(), limit=3, order="due")
        for order in ("newest", "oldest"):
            with pytest.raises(InputError):
                listing.find(tx, system_actor(), Filters(), page.next, order=order)


def test_what_a_department_is_whistled_to_is_seen_by_its_handlers_and_waits_for_them(
    store, town, everything, listed
):
    elsewhere = next(
        one for one in everything if one.row.holder_department_id is None and one.row.state == "dispatched"
    )
    own = town.actors["handler_sun"].department_id
    with store.write() as tx:
        tx.session.add(
            Whistle(issue_id=elsewhere.row.id, seq=9, department_id=own, answer_by=tx.now, at=tx.now)
        )
    assert elsewhere.row.number in listed("handler_sun")
    assert listed("handler_sun", todo="answer") == [elsewhere.row.number]
    assert listed("worker_lin", todo="answer") == []


def test_every_issue_carries_the_square_of_its_point(store, everything):
    for one in everything:
        assert one.row.square == square_at(one.row.lon, one.row.lat)


def test_an_issue_that_is_moved_takes_its_square_along(store, everything):
    with store.write() as tx:
        issue = tx.session.get(Issue, everything[0].row.id)
        issue.lon, issue.lat = 121.5, 36.5
    with store.read() as tx:
        assert tx.session.scalar(select(Issue.square).where(Issue.id == everything[0].row.id)) == square_at(
            121.5, 36.5
        )
