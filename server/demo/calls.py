"""What the demonstration's home community did in the field: visits of a month, care that was agreed to, a week's patrols."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import pairwise

import numpy as np
from sqlalchemy import select

from server.db import Tx
from server.demo.town import SEED
from server.models import Area, Boundary, Duty, Issue, Place, Visit
from server.services import cares, patrols, visits
from server.services.accounts import actor_of_login
from server.services.areas import below
from server.services.cares import NewCare
from server.services.duties import cells_of
from server.services.people import Actor, actor_of
from server.services.roster import in_force
from server.services.rules import rules_of
from server.services.tracks import Point
from server.services.visit_origin import link, origin_of
from server.services.visits import NewVisit
from server.uids import uuid7
from server.worktime import Calendar

__all__ = ["call_on_people"]

HOME = "990101001001"  # 文峰社区
WALKER = "worker_lin"  # whose patrols there are
PACE_M_S, EVERY_S = 1.3, 20
DEGREE_M = 111_195.0
PATROLS = 5
MONTH = 29  # days back that there were visits
FOUND_AFTER = timedelta(minutes=10)
HOUSEHOLDS = 46  # called at in a compound
SAID = (
    ("daily", "household", "well", "家里都好，提醒了用电安全。", 1),
    ("daily", "building", "well", "逐户敲门，楼道整洁。", 18),
    ("concentrated", "compound", "issue", "住户反映的情况看过了，已上报。", HOUSEHOLDS),
    ("special", "enterprise", "well", "查看了灭火器和疏散通道，均在有效期内。", None),
    ("online", "household", "well", "微信视频问候，近况良好。", 1),
    ("daily", "household", "away", "", 1),
)
AGREED = (
    ("alone", 7, "王奶奶", "2单元501", "喜欢有人陪着说说话，顺便量量血压", 20, 9),
    ("elderly", 14, "刘大爷", "1单元302", "耳背，请多敲几下门", 40, 3),
    ("disabled", 30, "陈阿姨", "3单元102", "帮忙取药", 25, None),
)
"""Reason, every so many days, who, where, what they wish, agreed so many days ago, last looked in on."""
Spot = tuple[str, float, float]


def call_on_people(tx: Tx) -> None:
    """Write down visits, care and patrols, through the services that everybody uses.

    Parameters
    ----------
    tx : Tx
        The transaction that seeds; places and people are there.
    """
    rng = np.random.default_rng([SEED, 29])
    path = tx.session.scalars(select(Area.path).where(Area.code == HOME)).one()
    own = select(Duty.person_id, Duty.area_id).join(Area, Area.id == Duty.area_id)
    duties = tx.session.execute(
        own.where(below(path), Duty.kind == "A", in_force(tx.now)).order_by(Duty.id)
    ).all()
    for person_id, cell in duties:
        caller, spots = actor_of(tx, person_id), _spots(tx, cell)
        if caller is not None and spots:
            _visit(tx, caller, spots, _reported(tx, person_id, cell), rng)
    walker = actor_of_login(tx, WALKER)
    spots = _spots(tx, cells_of(tx, walker.person_id or 0, tx.now)[0])
    if spots:
        _agree(tx, walker, spots, rng)
        for days, beginning in enumerate(_mornings(tx, rules_of(tx).calendar), 1):
            _walk(replace(tx, now=beginning + timedelta(hours=2)), walker, beginning, spots, rng, days)


def _spots(tx: Tx, cell: int) -> list[Spot]:
    """List buildings of a cell's box, with their places."""
    box = tx.session.scalars(
        select(Boundary).where(Boundary.area_id == cell, Boundary.last_grid_id.is_(None))
    ).one()
    inside = (
        Place.lon.between(box.west, box.east),
        Place.lat.between(box.south, box.north),
        Place.kind == "building",
    )
    query = select(Place.name, Place.lon, Place.lat).where(*inside).order_by(Place.id)
    return [(name, lon, lat) for name, lon, lat in tx.session.execute(query)]


def _reported(tx: Tx, person_id: int, cell: int) -> list[Issue]:
    """List what somebody reported of their cell within the month of the visits, the newest last."""
    mine = (Issue.reporter_person_id == person_id, Issue.area_id == cell, Issue.lon.is_not(None))
    since = Issue.reported_at > tx.now - timedelta(days=MONTH)
    query = select(Issue).where(*mine, since).order_by(Issue.reported_at, Issue.id)
    return list(tx.session.scalars(query))


def _visit(tx: Tx, walker: Actor, spots: list[Spot], reported: list[Issue], rng: np.random.Generator) -> None:
    for day in range(1, MONTH, 2):
        name, lon, lat = spots[int(rng.integers(len(spots)))]
        kind, subject, result, text, households = SAID[int(rng.integers(len(SAID)))]
        at = _at(tx, tx.now - timedelta(days=day), 9 * 60 + int(rng.integers(8 * 60)))
        if result == "issue":
            _find(tx, walker, reported, (kind, subject, result, text))
            continue
        new = NewVisit(uuid7(at), kind, subject, result, name, text, (lon, lat), households=households)
        visits.record(replace(tx, now=at), walker, new)


def _find(tx: Tx, walker: Actor, reported: list[Issue], said: tuple[str, str, str, str]) -> None:
    """Visit where an issue was found some minutes later; nobody found one without reporting it."""
    if not reported:
        return
    issue = reported.pop()
    at = issue.reported_at - FOUND_AFTER
    kind, subject, result, text = said
    new = NewVisit(
        uuid7(at),
        kind,
        subject,
        result,
        issue.place_text,
        text,
        (issue.lon or 0.0, issue.lat or 0.0),
        households=HOUSEHOLDS,
    )
    visits.record(replace(tx, now=at), walker, new)
    visit = tx.session.scalars(select(Visit).where(Visit.uid == new.uid)).one()
    issue.origin = origin_of(visit)
    link(tx, issue.id, visit.id)


def _agree(tx: Tx, walker: Actor, spots: list[Spot], rng: np.random.Generator) -> None:
    for reason, every, who, where, wish, agreed, last in AGREED:
        name, lon, lat = spots[int(rng.integers(len(spots)))]
        begun = replace(tx, now=tx.now - timedelta(days=agreed))
        day = begun.now.astimezone(tx.config.zone).date()
        new = NewCare(uuid7(begun.now), reason, every, who, f"{name}{where}", wish, day, (lon, lat))
        cares.agree(begun, walker, new)
        if last is not None:
            at = _at(tx, tx.now - timedelta(days=last), 10 * 60)
            look = NewVisit(uuid7(at), "care", "household", "well", text="精神不错。", care=new.uid)
            visits.record(replace(tx, now=at), walker, look)


def _mornings(tx: Tx, calendar: Calendar) -> Iterator[datetime]:
    """Give the openings of the last working days that are over, newest first."""
    found, day = 0, tx.now.astimezone(tx.config.zone).date()
    while found < PATROLS:
        day -= timedelta(days=1)
        if calendar.is_working_day(day):
            found += 1
            yield datetime.combine(day, calendar.hours[0][0], tx.config.zone).astimezone(tx.now.tzinfo)


def _at(tx: Tx, day: datetime, minutes: int) -> datetime:
    here = datetime.combine(day.astimezone(tx.config.zone).date(), time(), tx.config.zone)
    return (here + timedelta(minutes=minutes)).astimezone(tx.now.tzinfo)


def _walk(
    tx: Tx, walker: Actor, beginning: datetime, spots: list[Spot], rng: np.random.Generator, days: int
) -> None:
    """Walk from building to building for some minutes, a little less each day back."""
    stops = [spots[int(one)][1:] for one in rng.integers(len(spots), size=14 - days)]
    points, at = [], beginning
    for (lon, lat), (to_lon, to_lat) in pairwise(stops):
        metres = np.hypot((to_lon - lon) * np.cos(np.radians(lat)), to_lat - lat) * DEGREE_M
        steps = max(int(metres / PACE_M_S / EVERY_S), 1)
        for part in np.linspace(0.0, 1.0, steps, endpoint=False).tolist():
            at += timedelta(seconds=EVERY_S)
            points.append(Point(at, lon + part * (to_lon - lon), lat + part * (to_lat - lat), 8.0))
    patrol = patrols.begin(tx, walker, uuid7(beginning), beginning)
    patrols.take(tx, walker, patrol.uid, uuid7(at), [one for one in points if one.at <= tx.now])
    patrols.end(tx, walker, patrol.uid, min(at, tx.now))
