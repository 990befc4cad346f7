"""Issues that fell due, and what supervision wrote about them."""

import pytest
from sqlalchemy import select, update

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
