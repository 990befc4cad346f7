"""Saved views: each person's own, by name."""

import pytest

from server.errors import Conflict, InputError, NotFound
from server.services import saved_views


@pytest.fixture
def views(store, town):
    """Names of a persona's views, and one way to change them in a transaction of its own."""

    class Views:
        def of(self, login="leader_zhao"):
            with store.read() as tx:
                return saved_views.find(tx, town.actors[login])

        def do(self, change, *given, login="leader_zhao"):
            with store.write() as tx:
                return change(tx, town.actors[login], *given)

    return Views()


def test_a_view_keeps_filters_and_order_and_nothing_else(views):
    query = {"state": "open", "clock": "red", "sort": "due", "after": "x", "q": " 暖气 ", "area": ""}
    views.do(saved_views.save, "快到期", query)
    assert [(one.name, one.query) for one in views.of()] == [
        ("快到期", {"state": "open", "clock": "red", "sort": "due", "q": "暖气"})
    ]
    assert views.of("worker_lin") == ()


def test_a_name_in_use_is_saved_over_and_not_renamed_to(views):
    views.do(saved_views.save, "甲", {"state": "open"})
    second = views.do(saved_views.save, "乙", {"urgent": "1"})
    views.do(saved_views.save, "甲", {"state": "handled"})
    assert [one.query for one in views.of()] == [{"state": "handled"}, {"urgent": "1"}]
    with pytest.raises(Conflict):
        views.do(saved_views.rename, second.id, "甲")
    assert views.do(saved_views.rename, second.id, " 丙 ").name == "丙"


def test_nobody_touches_the_view_of_another(views):
    own = views.do(saved_views.save, "甲", {})
    for change, given in ((saved_views.rename, (own.id, "乙")), (saved_views.delete, (own.id,))):
        with pytest.raises(NotFound):
            views.do(change, *given, login="worker_lin")
    views.do(saved_views.delete, own.id)
    assert views.of() == ()


@pytest.mark.parametrize(
    ("name", "query"),
    [("", {}), (" \u200b", {}), ("甲" * 31, {}), ("甲", {"state": "gone"}), ("甲", {"sort": "luck"})],
)
def test_what_cannot_be_read_is_not_saved(name, query, views):
    with pytest.raises(InputError):
        views.do(saved_views.save, name, query)
    assert views.of() == ()


def test_views_are_limited_in_number(views, monkeypatch):
    monkeypatch.setattr(saved_views, "MOST", 2)
    for name in ("甲", "乙", "甲"):
        views.do(saved_views.save, name, {})
    with pytest.raises(InputError) as refused:
        views.do(saved_views.save, "丙", {})
    assert refused.value.code == "view.many"
