"""Issues scattered over the small town, as plain facts that tests recount in Python.

Every kind of thing a filter may ask for is there: all cells and outside, closed history, dues past and
ahead, held by people, by a department and by nobody, reported by the desk and by a worker.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from server.models import Area, Department, Issue
from server.services import intake
from server.services.drafts import Draft

__all__ = ["Known", "known", "scatter"]

CATEGORIES = ("heating", "fire_door", "lift_fault")
SOURCES = ("phone", "patrol", "wechat")
WORDS = ("暖气不热", "防火门坏了 100%", "电梯停运_二号", "门口堆垃圾")
REPORTERS = ("dispatcher_qian", "worker_lin", "outsider")


@dataclass(frozen=True)
class Known:
    """One issue's row and the path of its area, as they stand in the database."""

    row: Issue
    path: str


def scatter(store, town, count=90, seed=7):
    """Report so many issues and give what is known of each, newest first."""
    dice = random.Random(seed)
    with store.write() as tx:
        drafts = [_draft(dice, tx.now, index) for index in range(count)]
        for place, login in enumerate(REPORTERS):
            intake.report_many(tx, town.actors[login], drafts[place :: len(REPORTERS)])
        _age(tx, dice)
    return known(store)


def known(store):
    """Read everything there is, newest first."""
    with store.read() as tx:
        rows = tx.session.execute(select(Issue, Area.path).join(Area, Area.id == Issue.area_id)).all()
        tx.session.expunge_all()
    found = [Known(row, path) for row, path in rows]
    return sorted(found, key=lambda one: (one.row.reported_at, one.row.id), reverse=True)


def _draft(dice: random.Random, now: datetime, index: int) -> Draft:
    days = dice.choice((0, 1, 5, 20, 60, 200))
    return Draft(
        dice.choice(CATEGORIES),
        dice.choice(SOURCES),
        dice.choice(WORDS),
        lon=122.0 + dice.random() * 0.032,  # a little beyond the cells in the east
        lat=37.0 + dice.random() * 0.02,
        place_text=f"文峰路 {index} 号" + dice.choice(("", " Lift B")),
        happened_at=now - timedelta(days=days, seconds=dice.randrange(3) * 3600),
        closed_at=now if dice.random() < 0.25 else None,
    )


def _age(tx, dice):
    """Give some a due, and some to the department."""
    heating = tx.session.scalar(select(Department.id))
    for key, state in tx.session.execute(select(Issue.id, Issue.state)).all():
        if state == "closed":
            continue
        due_at = tx.now + timedelta(hours=dice.choice((-30, -1, 0, 2, 500)))
        facts = {"due_at": due_at, "amber_at": due_at - timedelta(hours=3), "urgent": key % 7 == 0}
        facts |= {"round": 1 + (key % 5 == 0), "external_number": f"SZ-{key}", "hand_offs": key % 4}
        if dice.random() < 0.2:
            facts |= {"state": "dispatched", "holder_person_id": None, "holder_department_id": heating}
        tx.session.execute(update(Issue).where(Issue.id == key).values(**facts))
