"""The record as an administrator reads it: what concerns people and issues they look after, page by page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from server.db import Tx
from server.models import Area, Audit, Issue, Person
from server.services import audit
from server.services.administered import acting, areas_of, is_whole, people_of
from server.services.audit import ACTS, Act, told
from server.services.people import Actor

__all__ = ["GROUPS", "RULE_KINDS", "LogFilter", "LogPage", "export", "group_of", "listed"]

RULE_KINDS = (
    "limit.set", "limit.reset",
    "category.add", "category.change", "category.on", "category.off", "category.reset",
    "department.create", "department.change", "department.retire", "department.revive",
    "calendar.upload", "calendar.remove",
)  # fmt: skip
"""Kinds that change the rules everybody works by."""
GROUPS: dict[str, tuple[str, ...]] = {
    "unmask": ("unmask", "person.find", "care"),
    "export": ("export", "person.export"),
    "purge": ("purge", "keys", "person.erase"),
    "sign_in": ("sign_in", "sign_out", "session", "password", "totp", "oidc"),
    "grant": ("person", "grant", "token"),
    "judge": ("evaluation", "appeal"),
    "rule": ("limit", "category", "department", "calendar", "area", "bulletin"),
}
"""Group -> beginnings of its kinds; of several that fit, the longest counts."""
PAGE, MOST_EXPORTED = 50, 20_000


@dataclass(frozen=True)
class LogFilter:
    """Which acts to list.

    Attributes
    ----------
    group : str
        One of :data:`GROUPS`; empty for all.
    login : str
        Of who did it or whose account it was done to; empty for all.
    number : str
        Of the issue; empty for all.
    since, until : datetime or None
        First instant, and first instant after.
    """

    group: str = ""
    login: str = ""
    number: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class LogPage:
    """One page of the record.

    Attributes
    ----------
    acts : tuple of Act
        Newest first.
    before : int or None
        Key from which the next page goes on; None at the end.
    """

    acts: tuple[Act, ...]
    before: int | None


def group_of(kind: str) -> str:
    """Find the group of a kind; empty for none."""
    fitting = [(start, group) for group, starts in GROUPS.items() for start in starts if _begins(kind, start)]
    return max(fitting, key=lambda pair: len(pair[0]))[1] if fitting else ""


def listed(tx: Tx, actor: Actor, wanted: LogFilter, before: int | None = None) -> LogPage:
    """List acts, newest first.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        An administrator; sees what was done by or to people they look after, what was done with issues of
        their areas, and, if they administer the whole, what the system did and what changed the rules.
    wanted : LogFilter
        Which of them.
    before : int, optional
        Only acts with a smaller key, from the page before.
    """
    query = ACTS.where(_seen(tx, actor), *_narrowed(wanted)).order_by(Audit.id.desc()).limit(PAGE + 1)
    if before is not None:
        query = query.where(Audit.id < before)
    acts = [told(row) for row in tx.session.execute(query)]
    return LogPage(tuple(acts[:PAGE]), acts[PAGE - 1].id if len(acts) > PAGE else None)


def export(tx: Tx, actor: Actor, wanted: LogFilter) -> tuple[Act, ...]:
    """Read acts to be handed out, newest first; that they were is an act itself.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    actor : Actor
        As for :func:`listed`.
    wanted : LogFilter
        Which of them; the newest, if there are very many.
    """
    actor = acting(tx, actor)
    query = ACTS.where(_seen(tx, actor), *_narrowed(wanted)).order_by(Audit.id.desc()).limit(MOST_EXPORTED)
    acts = tuple(told(row) for row in tx.session.execute(query))
    audit.record(tx, actor, "export.audit", count=len(acts))
    return acts


def _seen(tx: Tx, actor: Actor) -> ColumnElement[bool]:
    """Condition: this act is the actor's to read."""
    if actor.is_system:
        return true()
    mine = select(Person.id).where(people_of(actor)).correlate(None)
    ways: list[ColumnElement[bool]] = [Audit.person_id.in_(mine), Audit.subject_id.in_(mine)]
    areas = select(Area.id).where(areas_of(actor)).correlate(None)
    own = select(Issue.id).where(Issue.area_id.in_(areas)).correlate(None)
    ways.append(Audit.issue_id.in_(own))
    if is_whole(tx, actor):
        ways.append(and_(Audit.person_id.is_(None), Audit.subject_id.is_(None)))
    return or_(*ways)


def _narrowed(wanted: LogFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.group:
        yield _in_group(wanted.group)
    if wanted.login:
        person = select(Person.id).where(Person.login == wanted.login.strip().lower()[:64]).scalar_subquery()
        yield or_(Audit.person_id == person, Audit.subject_id == person)
    if wanted.number:
        issue = select(Issue.id).where(Issue.number == wanted.number.strip()[:64]).scalar_subquery()
        yield Audit.issue_id == issue
    if wanted.since:
        yield Audit.at >= wanted.since
    if wanted.until:
        yield Audit.at < wanted.until


def _in_group(group: str) -> ColumnElement[bool]:
    """Condition: the kind is of a group and of no other that fits it better."""
    starts = GROUPS.get(group, ())
    closer = [
        start
        for other, others in GROUPS.items()
        for start in others
        if other != group and any(_begins(start, own) for own in starts)
    ]
    fits = or_(false(), *(_kind_begins(start) for start in starts))
    return and_(fits, *(~_kind_begins(start) for start in closer))


def _begins(kind: str, start: str) -> bool:
    return kind == start or kind.startswith(start + ".")


def _kind_begins(start: str) -> ColumnElement[bool]:
    return or_(Audit.kind == start, Audit.kind.startswith(start + ".", autoescape=True))
