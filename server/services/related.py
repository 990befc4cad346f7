"""What an issue has to do with: open ones close by, and the units, people and issues that its log points to."""

import math
from collections.abc import Iterator

from sqlalchemy import select

from server.db import Tx
from server.models import Department, Issue, Person
from server.services import listing
from server.services.filters import Filters
from server.services.issue_view import IssueView, Step
from server.services.people import Actor
from server.workflow import OPEN, State

__all__ = ["Pointed", "nearby", "pointed"]

NEAR_M = 300.0
METRES_A_DEGREE = 111_320.0  # of latitude
MOST = 20
Pointed = dict[tuple[str, int], str]
"""(``department person issue``, key) -> name, or number of the issue."""
_OPEN = tuple(str(state) for state in State if state in OPEN)


def nearby(tx: Tx, actor: Actor, issue: Issue) -> list[tuple[str, str]]:
    """List open issues within some hundred metres that this one may be merged into, newest first.

    Returns
    -------
    list of (str, str)
        Number and summary; at most twenty, none when it has no point.
    """
    if issue.lon is None or issue.lat is None:
        return []
    high = NEAR_M / METRES_A_DEGREE
    wide = high / max(0.1, math.cos(math.radians(issue.lat)))
    box = (issue.lon - wide, issue.lat - high, issue.lon + wide, issue.lat + high)
    here = listing.matching(tx, actor, Filters(bbox=box, states=_OPEN))
    query = select(Issue.number, Issue.summary).where(here, Issue.id != issue.id)
    rows = tx.session.execute(query.order_by(Issue.reported_at.desc(), Issue.id.desc()).limit(MOST))
    return [(row.number, row.summary) for row in rows]


def pointed(tx: Tx, view: IssueView) -> Pointed:
    """Name what the entries of an issue point to by key: at most one statement a kind."""
    names: Pointed = {}
    wanted = {one for step in view.log for one in _keys(step)}
    for kind, key_of, name_of in (
        ("department", Department.id, Department.name),
        ("person", Person.id, Person.name),
        ("issue", Issue.id, Issue.number),
    ):
        keys = {key for one, key in wanted if one == kind}
        if keys:
            rows = tx.session.execute(select(key_of, name_of).where(key_of.in_(keys)))
            names.update({(kind, key): name for key, name in rows})
    return names


def _keys(step: Step) -> Iterator[tuple[str, int]]:
    given = step.given
    for key in given.get("departments") or []:
        yield "department", int(key)
    for kind, names in (
        ("department", ("department",)),
        ("person", ("person",)),
        ("issue", ("parent", "child")),
    ):
        for name in names:
            if given.get(name):
                yield kind, int(given[name])
