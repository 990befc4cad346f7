"""Seed a fresh store with the demonstration town, through the services that everybody uses.

Ground, people and stories are invented elsewhere in this package; here they are imported, hired and reported.
An open issue, or one that was finished in the last months, is reported at its own time by the worker or the desk
that would have done so; what was finished before comes in as history, month by month, entered by the desk of its
subdistrict. All of it is one transaction whose
parts bear their own instants, so a seeding that is interrupted leaves the store as empty as it was.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import shapely
from sqlalchemy import select

from server.db import Store, Tx
from server.demo.calls import call_on_people
from server.demo.drawing import write_town_map
from server.demo.gazetteer import town_places
from server.demo.history import DAYS, go_through
from server.demo.judging import judge_last_month
from server.demo.lives import crew_of, live
from server.demo.staff import PERSONAS, Staff, build_staff
from server.demo.stories import Story, drafts
from server.demo.town import Town, build_town
from server.errors import Conflict
from server.models import LEVELS, Area, Department, Leave, Person
from server.services import duties, gazetteer, intake, marks, people
from server.services.accounts import actor_of_login
from server.services.basemap import FILE_NAME
from server.services.checkup import is_empty
from server.services.drafts import Draft
from server.services.grids import CellsOptions, import_cells
from server.services.layers import Layer
from server.services.people import Actor, NewPerson, system_actor

__all__ = ["PASSWORD", "Seeded", "seed"]

PASSWORD = "wangge-demo"  # noqa: S105 - printed at every start, valid in the demonstration only
_BEFORE = timedelta(days=400)  # everybody was hired before the first issue
_BATCH = 400
_DESK = frozenset({"hotline", "phone", "online", "wechat", "box"})  # sources that a dispatcher enters
_HOME = "990101001001"  # 文峰社区
_HOME_LEADER = "leader_zhao"  # appeals about what was judged of last month
_HOME_DESK = "dispatcher_qian"  # enters what lies outside every cell


@dataclass(frozen=True)
class Seeded:
    """What a seeding wrote.

    Attributes
    ----------
    areas, people, issues : int
        How many.
    basemap_bytes : int
        Size of the ground map.
    """

    areas: int
    people: int
    issues: int
    basemap_bytes: int


def seed(
    store: Store, as_of: datetime | None = None, *, count: int = 6000, town: Town | None = None
) -> Seeded:
    """Fill an empty store with the demonstration town and mark it as such.

    Parameters
    ----------
    store : Store
        Upgraded and empty.
    as_of : datetime, optional
        Aware; the day up to which there are issues. The store's clock by default.
    count : int
        How many issues.
    town : Town, optional
        One that is built already.

    Returns
    -------
    Seeded
        What was written.

    Raises
    ------
    Conflict
        The store holds areas, people or issues already; nothing is written.
    """
    now = as_of or store.clock()
    town = town or build_town()
    staff, stories = build_staff(town), drafts(town, now, count)
    with store.write(now) as tx:
        if not is_empty(tx):
            raise Conflict("demo.not_empty", url=store.engine.url.render_as_string(hide_password=True))
        before = replace(tx, now=now - _BEFORE)
        _import(before, town)
        _hire(before, staff)
        gazetteer.keep(before, town_places(town))
        _tell(tx, town, staff, stories, now)
        _go_away(tx, staff, now)
        judge_last_month(tx, actor_of_login(tx, _HOME_LEADER))
        call_on_people(tx)
        accounts = [[login, PASSWORD, _role(staff, login)] for login in PERSONAS]
        marks.set_mark(tx, marks.DEMO, json.dumps({"accounts": accounts, "as_of": now.isoformat()}))
        size = write_town_map(town, store.folder / FILE_NAME)
    return Seeded(len(town.areas), len(staff.people), len(stories), size)


def _import(tx: Tx, town: Town) -> None:
    """Import the areas level by level, as four files would be."""
    columns = {name: name for name in ("code", "name", "parent", "households", "population", "kind")}
    for level in LEVELS:
        frame = town.level(level).drop(columns="level")
        digest = hashlib.sha256(frame.to_wkb(hex=True).to_json().encode()).hexdigest()
        layer = Layer(frame, f"demo-{level}", level, digest, columns, is_crs_declared=True)
        import_cells(tx, layer, CellsOptions(level), system_actor())


def _role(staff: Staff, login: str) -> str:
    return next(person.roles[0][0] for person in staff.people if person.login == login)


def _hire(tx: Tx, staff: Staff) -> None:
    areas = {area.code: area.id for area in tx.session.execute(select(Area.code, Area.id))}
    for one in staff.departments:
        tx.session.add(Department(code=one.code, name=one.name, kind=one.kind, area_id=areas[one.area]))
    tx.session.flush()
    wanted = [
        NewPerson(one.login, one.name, PASSWORD, one.phone, one.roles, one.department) for one in staff.people
    ]
    hashed: dict[str, str] = {}
    ids = dict(
        zip([one.login for one in staff.people], people.create(tx, wanted, hashed=hashed), strict=True)
    )
    for duty in staff.duties:
        duties.assign(tx, ids[duty.login], areas[duty.area], duty.kind, None, None)


def _go_away(tx: Tx, staff: Staff, now: datetime) -> None:
    """Let two workers be away: one with somebody standing in, of the other's cell nobody answers but the leader."""
    at_home = [duty for duty in staff.duties if duty.area.startswith(_HOME) and duty.kind == "A"]
    logins = [login for login in dict.fromkeys(duty.login for duty in at_home) if login not in PERSONAS]
    keys = dict(tx.session.execute(select(Person.login, Person.id)).all())
    for away, substitute in ((logins[0], logins[1]), (logins[2], None)):
        tx.session.add(
            Leave(
                person_id=keys[away],
                substitute_id=keys[substitute] if substitute else None,
                starts_at=now - timedelta(days=1),
                ends_at=now + timedelta(days=6),
            )
        )
    tx.session.flush()


def _tell(tx: Tx, town: Town, staff: Staff, stories: Sequence[Story], now: datetime) -> None:
    """Report everything, the finished first, and let it come as far as it has."""
    actors = {one.login: actor_of_login(tx, one.login) for one in staff.people}
    desks = {
        area: actors[one.login] for one in staff.people for role, area in one.roles if role == "dispatcher"
    }
    workers = {duty.area: actors[duty.login] for duty in staff.duties if duty.kind == "A"}
    home, oldest = actors[_HOME_DESK], now - timedelta(days=DAYS)
    done: dict[tuple[str, str], list[Draft]] = defaultdict(list)
    lived: list[tuple[Story, str]] = []
    for story, cell in zip(stories, _cells(town, stories), strict=True):
        if story.closed_at and not (cell and story.reported_at >= oldest):
            done[story.reported_at.strftime("%Y-%m"), cell[:9]].append(_draft(story))
        else:
            lived.append((story, cell))
    for (_, area), several in sorted(done.items(), key=lambda item: item[0]):
        for start in range(0, len(several), _BATCH):
            batch = several[start : start + _BATCH]
            entered = max(draft.closed_at for draft in batch if draft.closed_at)
            intake.report_many(replace(tx, now=entered), desks.get(area, home), batch)
    crew = crew_of(tx, list(actors.values()))
    keys: tuple[list[int], list[int]] = ([], [])
    for start in range(0, len(lived), _BATCH):
        batch_of = lived[start : start + _BATCH]
        tellers = [
            (story.reported_at, _teller(story, cell, desks, workers, home)) for story, cell in batch_of
        ]
        told = [replace(_draft(story), closed_at=None) for story, _ in batch_of]
        for (story, _), receipt in zip(
            batch_of, intake.report_many(tx, home, told, None, tellers), strict=True
        ):
            keys[story.closed_at is not None].append(receipt.id)
    go_through(tx, crew, keys[True], now)
    live(tx, crew, keys[False], now)


def _teller(
    story: Story, cell: str, desks: dict[str, Actor], workers: dict[str, Actor], home: Actor
) -> Actor:
    """Find who enters an issue: the desk what is told to it, the worker what he sees."""
    if not cell:
        return home
    return desks[cell[:9]] if story.source in _DESK else workers[cell]


def _cells(town: Town, stories: Sequence[Story]) -> list[str]:
    """Code of a cell of each story; empty outside."""
    codes = town.cells["code"].to_numpy()
    points = shapely.points([(story.lon, story.lat) for story in stories])
    rows, held = shapely.STRtree(town.cells.geometry.to_numpy()).query(points, predicate="intersects")
    found = np.full(len(stories), "", dtype=codes.dtype)
    found[rows] = codes[held]
    return [str(code) for code in found]


def _draft(story: Story) -> Draft:
    return Draft(
        category=story.category,
        source=story.source,
        description=story.description,
        lon=story.lon,
        lat=story.lat,
        accuracy_m=story.accuracy_m,
        place_text=story.place_text,
        reporter_name=story.reporter_name,
        reporter_phone=story.reporter_phone,
        happened_at=story.reported_at,
        closed_at=story.closed_at,
    )
