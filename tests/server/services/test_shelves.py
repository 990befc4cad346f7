"""What a process keeps: made once a state, bounded, and never of what may be rolled back."""

import pytest

from server.models import Area
from server.services.columns.tree import tree_of
from server.services.shelves import kept_before, shelved

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_what_is_asked_for_often_stays_and_the_state_decides(store):
    made = []

    def ask(which, state="now"):
        return shelved(tx, "test", state, lambda: made.append(which) or which, which=which, most=2)

    with store.read() as tx:
        for which in "abacadaa":
            ask(which)
        assert "".join(made) == "abcd"
        assert kept_before(tx, "test", "d") == ("now", "d")
        assert kept_before(tx, "test", "c") is None
        ask("a", "later")
    assert "".join(made) == "abcda"


def test_areas_that_were_rolled_back_are_not_kept(store, town):
    with pytest.raises(ZeroDivisionError), store.write() as tx:
        tx.session.add(Area(code="x", level="cell", name="x", path="/x/", pinyin=""))
        assert "x" in tree_of(tx).path_of
        raise ZeroDivisionError
    with store.write() as tx:
        tx.session.add(Area(code="y", level="cell", name="y", path="/y/", pinyin=""))
    with store.read() as tx:
        assert {"y"} == set(tree_of(tx).path_of) & {"x", "y"}
