"""An administrator of a part does not become one of the whole by what they made in a moment when nobody looked."""

from dataclasses import replace

import pytest

from server.errors import NotFound, NotPermitted
from server.services import account_edits, accounts, grants, people, reset_links, tokens
from server.services.account_edits import PersonWish
from server.services.accounts import AccountFilter
from server.services.tokens import TokenWish

PART, COMMUNITY, WHOLE = "990101001", "990101001001", "990101"
WISH = TokenWish("大屏", ("read",), "30")
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def wu(town):
    return town.actors["admin_wu"]


@pytest.fixture
def hire(store):
    """Add somebody, by an administrator, with roles or without; gives the actor."""

    def hire(by, login, *roles, is_program=False):
        with store.write() as tx:
            account_edits.add(tx, by, login, PersonWish("某人"), roles, is_program=is_program)
            return accounts.actor_of_login(tx, login)

    return hire


@pytest.fixture
def ma(wu, hire):
    """An administrator of one of the two subdistricts."""
    return hire(wu, "admin_ma", ("admin", PART))


@pytest.fixture
def do(store):
    """Do something in a transaction of its own."""

    def do(act, *given, **named):
        with store.write() as tx:
            return act(tx, *given, **named)

    return do


def works(store, secret):
    with store.read() as tx:
        try:
            return bool(reset_links.holder_of(tx, secret))
        except NotFound:
            return False


def test_whoever_has_no_role_is_looked_after_by_the_whole_and_by_who_decided_last(store, wu, ma, hire, do):
    hire(wu, "boss")
    hire(ma, "newcomer")
    with store.read() as tx:
        for actor, seen in ((ma, {"newcomer"}), (wu, {"boss", "newcomer"})):
            rows = accounts.listed(tx, actor, AccountFilter()).rows
            assert {one.login for one in rows if not one.roles} == seen
    for act in (reset_links.make_link, account_edits.end_sessions):
        with pytest.raises(NotFound):
            do(act, ma, "boss")
    with pytest.raises(NotFound):
        do(grants.give, ma, "boss", "worker", COMMUNITY)
    do(grants.give, wu, "newcomer", "worker", COMMUNITY)
    do(grants.take, wu, "newcomer", "worker", COMMUNITY)
    with pytest.raises(NotFound):
        do(reset_links.make_link, ma, "newcomer")


def test_a_link_made_before_a_role_of_elsewhere_is_dead_from_then_on(store, wu, ma, hire, do):
    hire(ma, "boss")
    secret = do(reset_links.make_link, ma, "boss")
    assert works(store, secret)
    do(grants.give, wu, "boss", "admin", WHOLE)
    assert not works(store, secret)
    with pytest.raises(NotFound):
        reset_links.reset(store, secret, "a-long-one-123", "a-long-one-123", "")
    do(grants.take, wu, "boss", "admin", WHOLE)
    do(grants.give, wu, "boss", "worker", COMMUNITY)
    assert not works(store, secret), "nor does it come back"
    kept = do(reset_links.make_link, wu, "boss")
    do(grants.give, wu, "boss", "leader", COMMUNITY)
    assert works(store, kept), "who made it has given the role"


def test_a_link_dies_with_the_administrator_who_made_it(store, wu, ma, hire, do):
    """Switched off, or no administrator any more; being switched on again brings none back."""
    hire(ma, "newcomer", ("worker", COMMUNITY))
    for gone, back in (
        ((account_edits.switch, wu, "admin_ma", {"on": False}), (account_edits.switch, wu, "admin_ma", {"on": True})),
        ((grants.take, wu, "admin_ma", "admin", PART, {}), (grants.give, wu, "admin_ma", "admin", PART, {})),
    ):  # fmt: skip
        secret = do(reset_links.make_link, ma, "newcomer")
        assert works(store, secret)
        do(*gone[:-1], **gone[-1])
        assert not works(store, secret)
        do(*back[:-1], **back[-1])
        assert not works(store, secret)


def test_a_programs_token_made_by_somebody_else_ends_with_a_role_that_they_could_not_give(
    store, wu, ma, hire, do
):
    screen = hire(ma, "screen", ("supervisor", COMMUNITY), is_program=True)
    for maker in (ma, wu, people.system_actor()):
        do(tokens.issue, maker, "screen", WISH)

    def alive():
        with store.read() as tx:
            return [one.is_alive for one in tokens.own(tx, screen.person_id)][::-1]

    do(grants.give, wu, "screen", "leader", COMMUNITY)
    assert alive() == [True, True, True], "the same administrators look after it"
    do(grants.give, wu, "screen", "supervisor", WHOLE)
    assert alive() == [False, True, True]


def test_a_request_with_a_token_changes_no_account_and_makes_no_token(wu, do):
    """Whoever finds a token would else make lasting ones, and links to become others."""
    by_token = replace(wu, token_id=1)
    for act, given in (
        (reset_links.make_link, ("worker_lin",)),
        (grants.give, ("worker_lin", "admin", WHOLE)),
        (account_edits.switch, ("worker_lin",)),
        (account_edits.add, ("newcomer", PersonWish("某人"))),
        (tokens.issue, ("admin_wu", WISH)),
    ):
        named = {"on": False} if act is account_edits.switch else {}
        with pytest.raises(NotPermitted, match=r"account\.by_token"):
            do(act, by_token, *given, **named)
    with pytest.raises(NotPermitted, match=r"token\.not_theirs"):
        do(tokens.issue_for_program, wu, "admin_wu", WISH)
