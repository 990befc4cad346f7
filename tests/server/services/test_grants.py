"""People and their roles: who may give and take what, and why the last administrator stays."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from server.errors import Conflict, InputError, NotFound, NotPermitted
from server.models import Audit, Department, Person, SignedIn, Token
from server.services import account_edits, accounts, audit, grants, leaving, people, sessions, tokens
from server.services.account_edits import PersonWish
from server.services.accounts import AccountFilter
from server.services.lines import whole
from server.services.people import NewPerson, system_actor
from server.services.tokens import TokenWish

SUBDISTRICT, COMMUNITY, OTHER = "990101001", "990101001001", "990101002"


@pytest.fixture
def wu(town):
    return town.actors["admin_wu"]


@pytest.fixture
def add(store, town):
    """Add somebody with roles, who can sign in; gives the actor."""

    def add(login, *roles, name="马骏", department=None, by=None):
        with store.write() as tx:
            [key] = people.create(tx, [NewPerson(login, name, None, None, roles, department)])
            tx.session.get_one(Person, key).password_hash = "x"
            tx.session.flush()
            if by is not None:
                audit.record(tx, by, "person.add", subject_id=key, program=False)
            return people.actor_of(tx, key)

    return add


@pytest.fixture
def ma(add):
    """An administrator of one of the two subdistricts."""
    return add("admin_ma", ("admin", SUBDISTRICT))


def refused(store, error, act, *given, **named):
    with store.write() as tx, pytest.raises(error) as found:
        act(tx, *given, **named)
    return found.value.code


def test_an_administrator_looks_after_those_whose_roles_all_lie_in_their_areas(store, ma, add):
    add("hired_here", by=ma)
    add("hired_elsewhere")
    add("both_sides", ("worker", COMMUNITY), ("worker", OTHER))
    with store.read() as tx:
        seen = {one.login for one in accounts.listed(tx, ma, AccountFilter()).rows}
    assert seen == {"admin_ma", "worker_lin", "worker_he", "leader_zhao", "dispatcher_qian", "supervisor_li", "hired_here"}  # fmt: skip
    for login in ("outsider", "admin_wu", "both_sides", "hired_elsewhere", "not-there"):
        assert refused(store, NotFound, grants.give, ma, login, "worker", COMMUNITY) == "person.unknown"
        assert refused(store, NotFound, account_edits.switch, ma, login, on=False) == "person.unknown"
        assert (
            refused(store, NotFound, account_edits.change, ma, login, PersonWish("某人")) == "person.unknown"
        )


def test_whoever_administers_nothing_looks_after_nobody(store, town, add):
    add("nobody_yet")
    for login in ("supervisor_li", "worker_lin"):
        with store.read() as tx:
            assert accounts.listed(tx, town.actors[login], AccountFilter()).total == 0
        assert refused(store, NotPermitted, grants.give, town.actors[login], "nobody_yet", "admin", "990101")


def test_roles_are_given_within_ones_own_areas_by_code_by_name_or_as_listed(store, ma):
    with store.write() as tx:
        assert grants.give(tx, ma, "worker_lin", "leader", "文峰社区")
        assert grants.give(tx, ma, "worker_lin", "worker", "天隆社区第一网格（990101001002001）")
        assert grants.give(tx, ma, "worker_lin", "worker", "990101001002001") is None
        held = {(one.role, one.code) for one in accounts.one(tx, ma, "worker_lin").roles}
    assert {("leader", COMMUNITY), ("worker", "990101001002001")} < held
    for area in (OTHER, "990101", "东门社区", "没有", ""):
        refused(store, InputError, grants.give, ma, "worker_lin", "worker", area)
    for role in ("system", "resident", "king"):
        assert refused(store, InputError, grants.give, ma, "worker_lin", role, COMMUNITY) == "role.unknown"


def test_a_handler_has_a_department_and_keeps_it(store, wu, ma, add):
    add("handler_feng", name="冯刚", by=ma)
    assert (
        refused(store, InputError, grants.give, wu, "handler_feng", "handler", "990101") == "grant.department"
    )
    wish = PersonWish("冯刚", "", "heating")
    assert refused(store, NotPermitted, account_edits.change, ma, "handler_feng", wish), (
        "it serves the district"
    )
    with store.write() as tx:
        account_edits.change(tx, wu, "handler_feng", wish)
        grants.give(tx, wu, "handler_feng", "handler", SUBDISTRICT)
    assert refused(store, InputError, account_edits.change, wu, "handler_feng", PersonWish("冯刚"))


def test_nobody_lets_others_handle_for_a_department_of_a_wider_area(store, ma, add):
    add("handler_feng", department="heating", by=ma)
    assert refused(store, NotPermitted, grants.give, ma, "handler_feng", "handler", SUBDISTRICT)
    with store.write() as tx:
        unit = tx.session.scalars(select(Department)).one()
        unit.area_id = ma.grants[0].area_id
        tx.session.flush()
        assert grants.give(tx, ma, "handler_feng", "handler", SUBDISTRICT)


def test_nobody_changes_their_own_roles_or_switches_themselves_off(store, wu):
    for act, given in (
        (grants.give, ("worker", COMMUNITY)),
        (grants.take, ("admin", "990101")),
        (account_edits.change, (PersonWish("吴钢", "", "heating"),)),
    ):
        assert refused(store, NotPermitted, act, wu, "admin_wu", *given) == "account.own"
    assert refused(store, NotPermitted, account_edits.switch, wu, "admin_wu", on=False) == "account.own"
    with store.write() as tx:
        assert account_edits.change(tx, wu, "admin_wu", PersonWish("吴 钢", "0535-1")), (
            "the name is their own"
        )


def test_the_last_administrator_of_the_whole_stays_whoever_asks(store, town, ma, add):
    """An administrator of a part does not count, nor one who cannot sign in, nor one who is leaving."""
    system = system_actor()
    mute = add("admin_mute", ("admin", "990101"))
    with store.write() as tx:
        tx.session.get_one(Person, mute.person_id).password_hash = None
    for actor in (system, mute):
        assert (
            refused(store, Conflict, grants.take, actor, "admin_wu", "admin", "990101")
            == "account.last_admin"
        )
        assert refused(store, Conflict, account_edits.switch, actor, "admin_wu", on=False)
    with pytest.raises(Conflict):
        leaving.leave_service(store, system, town.actors["admin_wu"].uid)
    with store.write() as tx:
        leaving.depart(tx, town.people["admin_wu"])
        assert tx.session.get_one(Person, town.people["admin_wu"]).is_active
        tx.session.get_one(Person, mute.person_id).password_hash = "x"
        assert grants.take(tx, mute, "admin_wu", "admin", "990101")


def test_two_administrators_who_remove_each_other_at_once_leave_one(store, wu, add):
    other = add("admin_yu", ("admin", "990101"))

    def remove(pair):
        actor, login = pair
        try:
            with store.write() as tx:
                grants.take(tx, actor, login, "admin", "990101")
        except (Conflict, NotPermitted) as error:
            return error.code
        return "removed"

    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(remove, ((wu, "admin_yu"), (other, "admin_wu"))))
    assert told in (["auth.not_permitted", "removed"], ["account.last_admin", "removed"])
    with store.read() as tx:
        left = [one.login for one in accounts.accounts(tx) if any(hold.role == "admin" for hold in one.roles)]
    assert len(left) == 1


def test_whoever_lost_the_role_a_moment_ago_gives_nothing_more(store, wu, ma):
    with store.write() as tx:
        grants.take(tx, wu, "admin_ma", "admin", SUBDISTRICT)
    assert refused(store, NotPermitted, grants.give, ma, "worker_lin", "leader", COMMUNITY)


def test_what_is_told_of_an_act_is_that_act_and_not_what_the_same_person_did_elsewhere(store, town, wu):
    """On PostgreSQL another window of theirs may write in between."""
    lin = town.actors["worker_lin"]
    with store.write() as tx:
        tx.session.add(
            Audit(id=10**6, at=tx.now, kind="sign_in", person_id=wu.person_id, address="", given={})
        )
        tx.session.flush()
        tx.session.get_one(Person, lin.person_id).totp_key = b"x"
        keys = [
            account_edits.end_sessions(tx, wu, "worker_lin"),
            account_edits.drop_second(tx, wu, "worker_lin"),
        ]
        told = {act.id: act.kind for act in audit.by_keys(tx, keys)}
        assert account_edits.end_sessions(tx, wu, "worker_lin") is None
    assert [told[key] for key in keys] == ["session.ended", "totp.off"]


def test_switching_off_ends_sessions_and_tokens_at_once(store, town, wu):
    key = town.people["worker_lin"]
    with store.write() as tx:
        tokens.issue(tx, town.actors["worker_lin"], "worker_lin", TokenWish("平板", ("read",)))
        sessions.begin(tx, town.actors["worker_lin"], "password", sessions.Device())
        tx.session.flush()
        account_edits.switch(tx, wu, "worker_lin", on=False)
        assert account_edits.switch(tx, wu, "worker_lin", on=False) is None
        assert people.actor_of(tx, key) is None
        assert tx.session.scalars(select(Token)).one().revoked_at == tx.now
        ended = tx.session.scalars(select(SignedIn.ended_at).where(SignedIn.person_id == key)).all()
        assert set(ended) == {tx.now}
    with store.write() as tx:
        account_edits.switch(tx, wu, "worker_lin", on=True)
        assert tx.session.scalars(select(Token)).one().revoked_at is not None, "a token does not come back"


def test_everything_is_written_down_with_whom_and_by_whom(store, wu):
    with store.write() as tx:
        account_edits.add(tx, wu, "Worker_Xin", PersonWish("辛 一", "0535-6"), (("worker", "文峰社区"),))
        account_edits.change(tx, wu, "worker_xin", PersonWish("辛一", "0535-7"))
        grants.take(tx, wu, "worker_xin", "worker", COMMUNITY)
        told = audit.latest(tx, 9)[::-1]
    assert [(one.kind, one.login, one.subject) for one in told] == [
        (kind, "admin_wu", "worker_xin")
        for kind in ("person.add", "grant.add", "person.change", "grant.remove")
    ]
    assert told[2].given == {"fields": ["name", "phone"]}, "the names of fields alone"


def test_a_login_that_cannot_be_or_is_taken_is_refused(store, wu):
    for login in ("", "辛", "a b", "-a", "a/b", "a" * 65, "worker_lin", "a\x00"):
        refused(store, InputError, account_edits.add, wu, login, PersonWish("辛一"))


def test_administrators_make_tokens_for_programs_alone(store, wu, ma, town):
    """A token acts as its person: made for somebody else it would let the maker act as them."""
    wish = TokenWish("大屏", ("read",), "30")
    assert refused(store, NotPermitted, tokens.issue, wu, "worker_lin", wish) == "token.not_theirs"
    with store.write() as tx:
        account_edits.add(
            tx, ma, "big_screen", PersonWish("大屏"), (("supervisor", SUBDISTRICT),), is_program=True
        )
        secret = tokens.issue(tx, ma, "big_screen", wish)
        [view] = tokens.listed(tx, ma, login="big_screen").rows
        assert (view.scopes, (view.expires_at - tx.now).days, secret[:3]) == ("read", 30, "wg_")
        assert tokens.listed(tx, town.actors["supervisor_li"]).total == 0
    assert refused(store, NotFound, tokens.revoke, town.actors["worker_lin"], view.id)
    assert refused(
        store, InputError, account_edits.set_password, system_actor(), "big_screen", "long-enough-1"
    )
    for days in ("", "0", "-1", "4000", "forever", "1.5", "²", "9" * 30):
        assert refused(store, InputError, tokens.issue, ma, "big_screen", TokenWish("x", ("read",), days))
    for scopes in ((), ("fly",)):
        refused(store, (InputError, NotPermitted), tokens.issue, ma, "big_screen", TokenWish("x", scopes))
    with store.write() as tx:
        assert tokens.revoke(tx, wu, view.id)
        assert tokens.revoke(tx, wu, view.id) is None
        assert tokens.listed(tx, wu).total == 0


def test_people_make_and_revoke_their_own_tokens(store, town):
    lin = town.actors["worker_lin"]
    with store.write() as tx:
        tokens.issue(tx, lin, "worker_lin", TokenWish("平板", ("read", "report")))
        [view] = tokens.own(tx, lin.person_id)
        assert tokens.revoke(tx, lin, view.id)
    assert refused(store, NotPermitted, tokens.issue, lin, "worker_he", TokenWish("x", ("read",)))


def test_what_is_written_of_a_token_is_of_the_token_that_was_made(store, town):
    """On PostgreSQL the same person may make another in between."""
    lin = town.actors["worker_lin"]
    with store.write() as tx:
        later = {"digest": "d" * 64, "name": "later", "scopes": "read", "created_at": tx.now}
        tx.session.add(Token(id=10**6, person_id=lin.person_id, **later))
        tx.session.flush()
        tokens.issue(tx, lin, "worker_lin", TokenWish("平板", ("report", "read")))
        made = tx.session.scalars(select(Token).where(Token.name == "平板")).one()
        told = audit.latest(tx, 1)[0]
    assert (told.kind, told.given["token"], told.given["scopes"]) == ("token.issue", made.id, "read report")


def test_every_token_that_a_command_revokes_by_name_is_written_down(store, town):
    system = system_actor()
    with store.write() as tx:
        for name in ("demo", "demo", "other"):
            tokens.issue(tx, system, "worker_lin", TokenWish(name, ("read",), None))
        for _ in range(2):
            tokens.revoke_named(tx, system, "worker_lin", "demo")
        alive = [one.name for one in tokens.own(tx, town.people["worker_lin"]) if one.is_alive]
        told = audit.latest(tx, 9, ["token.revoke"])
    assert (alive, len(told), {one.subject for one in told}) == (["other"], 2, {"worker_lin"})


def test_a_page_that_is_not_there_is_the_nearest_one_and_counts_the_same(store, wu, town):
    with store.read() as tx:
        pages = [accounts.listed(tx, wu, AccountFilter(), number, most=3) for number in (-1, 1, 2, 99)]
    assert [one.number for one in pages] == [1, 1, 2, 3]
    assert {(one.total, one.pages) for one in pages} == {(8, 3)}
    assert [len(one.rows) for one in pages] == [3, 3, 3, 2]


def test_whole_numbers_are_read_as_people_type_them_and_nothing_else_is():
    typed = {" 7 ": 7, "007": 7, "100": 100, "101": None, "": None, "-1": None, "1.0": None, "1_0": None, "٣": None,
             "²": None, "9" * 5000: None}  # fmt: skip
    assert {words: whole(words, 100) for words in typed} == typed
    assert whole("9" * 18) == 10**18 - 1, "the greatest is a key that every database takes"
