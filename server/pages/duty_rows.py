"""Rows of the duty pages: who answers for what, with days and changes as people say them."""

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta, tzinfo

from server.pages.duty_parts import AreaRow, GapRow, ItemRow, PostRow
from server.pages.issue_rows import Named
from server.pages.parts import Choice
from server.services.appointing import may_appoint
from server.services.duty_board import AreaDuties, Away, HeldPost
from server.services.gaps import Gap
from server.services.passing_on import Item
from server.services.people import Actor
from server.services.staffing import Colleague
from server.words import NAMES, _, state_name

__all__ = [
    "area_rows",
    "colleague_choices",
    "days",
    "first_day",
    "gap_rows",
    "item_rows",
    "kind_name",
    "last_day",
    "post_row",
]


def item_rows(found: Iterable[Item]) -> tuple[ItemRow, ...]:
    """Make rows of issues to be handed over."""
    return tuple(
        ItemRow(
            one.number, Named(one.state, state_name(one.state)), one.area, one.holder, one.summary, one.to
        )
        for one in found
    )


def kind_name(kind: str) -> str:
    """Name a kind of duty."""
    return _(NAMES["kind"].get(kind, kind))


def first_day(at: datetime, zone: tzinfo) -> str:
    """Write the day of an instant; with the time unless it is midnight."""
    local = at.astimezone(zone)
    return local.strftime("%Y-%m-%d" if local.time() == time() else "%Y-%m-%d %H:%M")


def last_day(at: datetime, zone: tzinfo) -> str:
    """Write the last day before an instant; the instant itself unless it is midnight."""
    local = at.astimezone(zone)
    return (local - timedelta(days=1)).strftime("%Y-%m-%d") if local.time() == time() else first_day(at, zone)


def days(since: datetime, until: datetime | None, zone: tzinfo) -> str:
    """Say from which day to which, both included."""
    begun = first_day(since, zone)
    return (
        _("{since} 至 {until}", since=begun, until=last_day(until, zone))
        if until
        else _("{since} 起", since=begun)
    )


def post_row(actor: Actor, post: HeldPost, zone: tzinfo) -> PostRow:
    """Make a row of a duty, with what is to change in words."""
    return PostRow(
        post.id,
        str(post.uid),
        post.name,
        post.kind,
        post.area_name,
        post.area,
        tuple(_notes(post, zone)),
        post.away is not None,
        post.is_coming,
        may_appoint(actor, post.path, post.kind),
    )


def _notes(post: HeldPost, zone: tzinfo) -> Iterator[str]:
    if post.is_coming:
        yield _("{since} 起", since=first_day(post.starts_at, zone))
    if post.ends_at is not None:
        yield _("到 {until}", until=last_day(post.ends_at, zone))
    if post.leaves_at is not None:
        yield _("{until} 离岗", until=last_day(post.leaves_at, zone))
    for one in post.leave:
        yield _leave_said(one, zone)


def _leave_said(one: Away, zone: tzinfo) -> str:
    span = days(one.starts_at, one.ends_at, zone)
    if one.substitute:
        return _("请假 {span}，{name} 代班", span=span, name=one.substitute)
    return _("请假 {span}，无人代班", span=span)


def area_rows(actor: Actor, found: Iterable[AreaDuties], zone: tzinfo) -> tuple[AreaRow, ...]:
    """Make the rows of the table of duties."""
    return tuple(_area_row(actor, one, zone) for one in found)


def _area_row(actor: Actor, one: AreaDuties, zone: tzinfo) -> AreaRow:
    kinds = ("A", "B") if one.level == "cell" else ("leader", "B")
    first, second = (tuple(post_row(actor, post, zone) for post in one.of(kind)) for kind in kinds)
    may = may_appoint(actor, one.path, kinds[0])
    return AreaRow(one.code, one.name, one.level, first, second, one.now.name, one.now.reason, may)


def gap_rows(found: Iterable[Gap], zone: tzinfo) -> tuple[GapRow, ...]:
    """Make rows of cells without a worker."""
    return tuple(
        GapRow(one.code, one.name, one.community, one.leader, days(one.starts_at, one.ends_at, zone))
        for one in found
    )


def colleague_choices(found: Iterable[Colleague], nobody: str, chosen: str = "") -> tuple[Choice, ...]:
    """List people to choose from, under a first option that means nobody of them."""
    people = [
        Choice(str(one.uid), _("{name}（{what}）", name=one.name, what=one.what), str(one.uid) == chosen)
        for one in found
    ]
    return (*([Choice("", nobody, not chosen)] if nobody else []), *people)
