"""Issues that fell due, what supervision wrote about them; empty places for a backup."""

import pytest
from sqlalchemy import select, update

from server.config import load
from server.db import Store
from server.models import Entry, Issue, Reminder
from server.services import intake
from server.services.drafts import Draft
from tests.server.services.overdue import DUE, HOUR


@pytest.fixture
def overdue(store, town):
    """Make issues of worker_lin with a due; their keys."""

    def make(count=1, **facts):
        with store.write() as tx:
            drafts = [Draft("heating", "phone", "暖气不热", lon=122.015, lat=37.015)] * count
            made = intake.report_many(tx, town.actors["dispatcher_qian"], drafts)
            keys = list(
                tx.session.scalars(select(Issue.id).where(Issue.number.in_([one.number for one in made])))
            )
            values = {
                "due_at": DUE,
                "amber_at": DUE - HOUR / 2,
                "urgent": False,
                "stage_due_at": None,
                **facts,
            }
            tx.session.execute(update(Issue).where(Issue.id.in_(keys)).values(**values))
        return keys

    return make


@pytest.fixture
def told(store, town):
    """List what entries say: level, login of whom, turn; in order."""
    logins = {key: login for login, key in town.people.items()}

    def read(key):
        with store.read() as tx:
            query = (
                select(Entry).where(Entry.issue_id == key, Entry.action == "supervise").order_by(Entry.seq)
            )
            given = [entry.given for entry in tx.session.scalars(query)]
        return [(one["level"], logins.get(one.get("person")), one["turn"]) for one in given]

    return read


@pytest.fixture
def marks(store):
    """List reminders about an issue: subject, step, turn; as written."""

    def read(key):
        with store.read() as tx:
            query = select(Reminder).where(Reminder.issue_id == key).order_by(Reminder.id)
            return [(one.subject, one.step, one.turn) for one in tx.session.scalars(query)]

    return read


@pytest.fixture
def place(request, tmp_path, clock):
    """Make an empty place of a kind; gives its settings and what opens it."""
    opened_ones = []

    def place(kind):
        folder = tmp_path / f"place-{len(opened_ones)}"
        url = request.getfixturevalue("postgis").bare() if kind == "postgresql" else ""
        config = load({"dir": str(folder), "database_url": url}, environment={})

        def open_it():
            opened_ones.append(Store(config, clock))
            return opened_ones[-1]

        return config, open_it

    yield place
    for one in opened_ones:
        one.close()
