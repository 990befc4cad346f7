"""Role × area × relation: what people of all sorts see in lists, counts and on maps is what the rule says, by a recount."""

import random
from dataclasses import replace

import pytest
from sqlalchemy import select

from server.errors import NotFound
from server.models import Area, Department, Issue, Whistle
from server.services import heat, listing
from server.services.administered import decides_on
from server.services.filters import Filters
from server.services.heat import Look
from server.services.issue_view import found, one
from server.services.people import Actor, Grant
from server.services.permissions import administers, may_unmask, visible
from server.services.standing import relations_of, whistles_of
from server.workflow import Role

ROLES = [role for role in Role if role not in (Role.SYSTEM, Role.RESIDENT)]
SHOWING = {Role.WORKER, Role.LEADER, Role.DISPATCHER, Role.SUPERVISOR}
EVERYWHERE = Filters(bbox=(-180.0, -90.0, 180.0, 90.0))


def somebody(dice, areas, people, departments):
    """Make a person with up to three roles anywhere, of a department or none."""
    grants = [Grant(dice.choice(ROLES), *dice.choice(areas)) for _ in range(dice.randrange(4))]
    department = dice.choice([None, *departments])
    return Actor(dice.choice(people), None, "x", "x", tuple(grants), department)


def sees(actor, row, path, called):
    """Say by hand who sees an issue."""
    over = any(grant.role in SHOWING and path.startswith(grant.path) for grant in actor.grants)
    handles = actor.department_id is not None and any(grant.role == Role.HANDLER for grant in actor.grants)
    own = actor.person_id in (row.holder_person_id, row.reporter_person_id)
    unit = handles and (
        row.holder_department_id == actor.department_id or (row.id, actor.department_id) in called
    )
    return over or own or unit


@pytest.fixture
def world(store, town, scattered):
    with store.write() as tx:
        company = tx.session.scalars(select(Department.id)).one()
        for one_in_ten in scattered[::10]:
            tx.session.add(
                Whistle(issue_id=one_in_ten.row.id, seq=1, department_id=company, answer_by=tx.now, at=tx.now)
            )
    with store.read() as tx:
        areas = [tuple(row) for row in tx.session.execute(select(Area.id, Area.code, Area.name, Area.path))]
        called = {tuple(row) for row in tx.session.execute(select(Whistle.issue_id, Whistle.department_id))}
    return areas, sorted(town.people.values()), [company, company + 1], called


def test_lists_counts_and_heat_hold_what_a_recount_holds(store, scattered, world):
    dice = random.Random(5)
    areas, people, departments, called = world
    seen_sizes = set()
    with store.read() as tx:
        for _ in range(60):
            actor = somebody(dice, areas, people, departments)
            known = {one.row.number for one in scattered if sees(actor, one.row, one.path, called)}
            assert {brief.number for brief in listing.walk(tx, actor, Filters())} == known
            assert listing.count(tx, actor, Filters()) == len(known)
            spotted = sum(one.row.lon is not None for one in scattered if one.row.number in known)
            assert heat.heat(tx, actor, EVERYWHERE, None, Look(3000.0, zoom=8)).total == spotted
            seen_sizes.add(len(known))
    assert len(seen_sizes) > 15  # from nothing to everything, and much between


def test_one_issue_is_absent_for_whoever_the_list_does_not_show_it_to(store, scattered, world):
    dice = random.Random(6)
    areas, people, departments, called = world
    with store.read() as tx:
        for _ in range(40):
            actor, issue = somebody(dice, areas, people, departments), dice.choice(scattered)
            if sees(actor, issue.row, issue.path, called):
                assert found(tx, actor, issue.row.number)[0].id == issue.row.id
            else:
                with pytest.raises(NotFound):
                    one(tx, actor, issue.row.number)


def handles_it(actor, row, called, *, is_open):
    """Say by hand who handles an issue in such a way that they may ask for the name behind it."""
    if actor.department_id is None or all(grant.role != Role.HANDLER for grant in actor.grants):
        return row.holder_person_id == actor.person_id
    unit = row.holder_department_id == actor.department_id or (row.id, actor.department_id) in called
    return is_open and (unit or row.holder_person_id == actor.person_id)


@pytest.mark.parametrize("is_open", [False, True])
def test_whoever_may_ask_for_a_name_sees_the_issue_and_leads_there_or_handles_it(
    store, scattered, world, is_open
):
    """Having taken it in counts while they work over its area: elsewhere, another administrator holds their keys."""
    dice = random.Random(7)
    areas, people, departments, called = world
    leading, by_whistle = {Role.LEADER, Role.DISPATCHER, Role.SUPERVISOR}, 0
    with store.write() as tx:
        tx.session.get_one(Department, departments[0]).sees_private = is_open
    with store.read() as tx:
        for _ in range(400):
            actor, issue = somebody(dice, areas, people, [departments[0]]), dice.choice(scattered)
            row, whistles = issue.row, whistles_of(tx, issue.row.id)
            relations = relations_of(actor, row, [], whistles, issue.path)
            leads = any(grant.role in leading and issue.path.startswith(grant.path) for grant in actor.grants)
            works = any(g.role != Role.ADMIN and issue.path.startswith(g.path) for g in actor.grants)
            own = works and actor.person_id == row.reporter_person_id
            own = own or handles_it(actor, row, called, is_open=is_open)
            assert may_unmask(tx, actor, relations, issue.path) == (leads or own)
            if leads or own:
                assert tx.session.scalar(select(Issue.id).where(Issue.id == row.id, visible(actor)))
            called_alone = not handles_it(actor, row, set(), is_open=is_open)
            by_whistle += called_alone and handles_it(actor, row, called, is_open=is_open)
    assert bool(by_whistle) == is_open


def test_what_serves_an_area_is_decided_on_by_its_administrators_and_those_above_alone(store, world):
    """Whatever else somebody is over it; what serves everywhere is for administrators of the top."""
    dice = random.Random(8)
    areas, people, departments, _called = world
    paths = [path for *_, path in areas]
    top, told = min(paths, key=len), set()
    with store.read() as tx:
        for _ in range(300):
            actor, path = somebody(dice, areas, people, departments), dice.choice([None, "", *paths])
            own = [grant.path for grant in actor.grants if grant.role is Role.ADMIN]
            may = any((path or top).startswith(one) for one in own)
            assert decides_on(tx, actor, path) == may
            told.add((bool(path), may, len(actor.grants) > len(own) > 0))
    assert len(told) > 5, "with and without a path, allowed and refused, mixed roles or not"


def test_an_administrator_looks_after_what_lies_below_and_nothing_else(town):
    admin = town.actors["admin_wu"]
    local = replace(admin, grants=tuple(replace(one, path="/990101/990101001/") for one in admin.grants))
    for path, mine in (("/990101/990101001/", True), ("/990101/990101001/990101001001/", True),
                       ("/990101/990101002/", False), ("/990101/", False), ("/990101/9901010010/", False)):  # fmt: skip
        assert administers(local, path) == mine
    assert not administers(town.actors["supervisor_li"], "/990101/990101001/")
