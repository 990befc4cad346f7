"""The table of limits: what is shipped, what an administrator makes of it, and that issues follow."""

from datetime import UTC, datetime

import pytest

from server.db import Store
from server.errors import InputError, NotFound
from server.services import audit, limits
from server.services.limits import NewLimit
from server.services.rules import ALL, rules_of

TUESDAY = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)  # ten in the morning in Shanghai


@pytest.fixture
def admin(town):
    return town.actors["admin_wu"]


def of(tx, category, stage, *, urgent=False):
    return next(
        one for one in limits.listed(tx) if (one.category, one.stage, one.urgent) == (category, stage, urgent)
    )


def test_every_category_has_a_limit_for_every_stage_be_it_its_own_or_that_of_all(store, admin):
    with store.read() as tx:
        own, inherited = of(tx, "heating", "total"), of(tx, "heating", "take")
    assert (own.in_force.kind, own.in_force.amount, own.is_own) == ("work_day", 2, True)
    assert (inherited.in_force.kind, inherited.in_force.amount, inherited.is_own) == ("work_hour", 8, False)


def test_a_changed_limit_counts_at_once_and_the_shipped_one_again_after_a_reset(store, admin):
    with store.write() as tx:
        before = rules_of(tx).due(TUESDAY, "heating", "total", urgent=False)
        limits.set_limits(tx, admin, "heating", [NewLimit("total", "work_day", "1")], urgent=False)
        changed = rules_of(tx).due(TUESDAY, "heating", "total", urgent=False)
    with store.write() as tx:
        shown = of(tx, "heating", "total")
        assert (shown.shipped.amount, shown.edit.amount, shown.in_force.amount) == (2, 1, 1)
        limits.reset(tx, admin, "heating", "total", urgent=False)
    with store.read() as tx:
        after = rules_of(tx).due(TUESDAY, "heating", "total", urgent=False)
    assert (before.day, changed.day, after) == (12, 11, before)


def test_another_process_counts_by_the_changed_limit_at_its_next_transaction(store, admin):
    other = Store(store.config, store.clock)
    try:
        with other.read() as tx:
            assert of(tx, "noise", "total").in_force.amount == 8
        with store.write() as tx:
            limits.set_limits(tx, admin, "noise", [NewLimit("total", "work_hour", 6)], urgent=False)
        with other.read() as tx:
            assert of(tx, "noise", "total").in_force.amount == 6
    finally:
        other.close()


def test_a_limit_of_all_is_followed_by_those_without_their_own(store, admin):
    with store.write() as tx:
        limits.set_limits(tx, admin, ALL, [NewLimit("total", "natural_day", 9)], urgent=False)
        assert of(tx, "other", "total").in_force.amount == 9
        assert of(tx, "heating", "total").in_force.amount == 2


def test_what_is_sent_as_it_is_already_writes_nothing_and_pins_nothing(store, admin):
    with store.write() as tx:
        same = [
            NewLimit(one.stage, one.in_force.kind, f"{one.in_force.amount:g}")
            for one in limits.listed(tx)
            if one.category == "heating" and not one.urgent
        ]
        assert limits.set_limits(tx, admin, "heating", same, urgent=False) == []
        assert limits.reset(tx, admin, "heating", "total", urgent=False) is None
        assert of(tx, "heating", "take").edit is None
        assert audit.latest(tx, 5) == ()


def test_a_limit_set_back_by_hand_is_no_edit_any_more(store, admin):
    with store.write() as tx:
        limits.set_limits(tx, admin, "heating", [NewLimit("total", "work_day", 3)], urgent=False)
        limits.set_limits(tx, admin, "heating", [NewLimit("total", "work_day", 2)], urgent=False)
        assert of(tx, "heating", "total").edit is None


REFUSED = (
    (NewLimit("total", "work_day", "1.5"), False, "limit.whole"),
    (NewLimit("total", "natural_day", "0"), False, "limit.range"),
    (NewLimit("total", "work_hour", "-4"), False, "limit.range"),
    (NewLimit("total", "work_day", "99999"), False, "limit.range"),
    (NewLimit("total", "urgent_hour", "2"), False, "limit.kind"),
    (NewLimit("total", "work_hour", "2"), True, "limit.kind_urgent"),
    (NewLimit("total", "fortnight", "2"), False, "limit.kind"),
    (NewLimit("lunch", "work_hour", "2"), False, "limit.stage"),
    (NewLimit("total", "work_hour", "nan"), False, "field.not_number"),
    (NewLimit("total", "work_hour", "1e999"), False, "field.not_number"),
    (NewLimit("total", "work_hour", "1_0"), False, "field.not_number"),
    (NewLimit("total", "work_hour", "两"), False, "field.not_number"),
)


def test_what_cannot_be_a_limit_is_refused_and_nothing_is_written(store, admin):
    with store.write() as tx:
        for wanted, urgent, code in REFUSED:
            good = NewLimit("take", "urgent_hour" if urgent else "work_hour", 1)
            with pytest.raises(InputError) as refused:
                limits.set_limits(tx, admin, "heating", [good, wanted], urgent=urgent)
            assert refused.value.code == code
            assert of(tx, "heating", "take", urgent=urgent).edit is None


def test_only_known_categories_have_limits(store, admin):
    with store.write() as tx, pytest.raises(NotFound):
        limits.set_limits(tx, admin, "dragons", [NewLimit("total", "work_day", 1)], urgent=False)


def test_who_changed_a_limit_and_from_what_is_written_down(store, admin):
    with store.write() as tx:
        [key] = limits.set_limits(tx, admin, "heating", [NewLimit("total", "work_day", 1)], urgent=False)
        told = audit.by_keys(tx, [key])[0]
    assert (told.kind, told.who, told.at) == ("limit.set", "吴钢", store.clock.at)
    assert (told.given["before"], told.given["after"]) == (["work_day", 2.0], ["work_day", 1.0])
