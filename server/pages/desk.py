"""My desk: the first page, by what somebody is; every figure leads to the list behind it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint

from server.auth import allow, current_actor, current_store
from server.pages.frame import render
from server.pages.issue_rows import rows_of
from server.pages.issues import list_address
from server.pages.parts import Link
from server.pages.times import age
from server.services import work
from server.services.work import Section, Tile
from server.words import NAMES, _, role_name
from server.workflow import Role

__all__ = ["blueprint"]

PLACES = {"triage": "/triage", "gaps": "/duties"}
blueprint = Blueprint("desk", __name__)


@dataclass(frozen=True)
class Figure:
    """A count that leads to its list.

    Attributes
    ----------
    label, url, tone, note : str
        Words, address, how much it presses, and since when the oldest waits (empty: not asked).
    count : int
        How many.
    """

    label: str
    url: str
    tone: str
    note: str
    count: int


@dataclass(frozen=True)
class DeskSection:
    """What waits in one role.

    Attributes
    ----------
    title, list_title : str
        Name of the role, and of its short list.
    figures : tuple of Figure
        Counts.
    rows : tuple
        Lines of the short list, :class:`server.pages.facts.Row`.
    more_url : str
        The whole of it; empty when there is no list.
    links : tuple of Link
        Other places of work.
    """

    title: str
    list_title: str
    figures: tuple[Figure, ...]
    rows: tuple[Any, ...]
    more_url: str
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class DeskPage:
    """``desk/index.html``.

    Attributes
    ----------
    name : str
        Whose desk.
    sections : tuple of DeskSection
        By role.
    """

    name: str
    sections: tuple[DeskSection, ...]


@blueprint.get("/")
@allow()
def index() -> str:
    """Show what waits for this person."""
    actor = current_actor()
    with current_store().read() as tx:
        found = work.desk(tx, actor)
        sections = tuple(_section(one, rows_of(tx, one.briefs)) for one in found)
    return render("desk/index.html", DeskPage(actor.name, sections))


def _section(one: Section, rows: tuple[Any, ...]) -> DeskSection:
    titles = {
        Role.WORKER: _("我的任务，先到期的在前"),
        Role.HANDLER: _("我和本单位的任务，先到期的在前"),
        Role.LEADER: _("待核查，先上报的在前"),
        Role.SUPERVISOR: _("已超期，最早到期的在前"),
    }
    return DeskSection(
        title=role_name(one.role),
        list_title=titles.get(one.role, ""),
        figures=tuple(_figure(tile) for tile in one.tiles),
        rows=rows,
        more_url=list_address(dict(one.more)) if one.more else "",
        links=tuple(_links(one.role)),
    )


def _figure(tile: Tile) -> Figure:
    note = _("最早 {age}", age=age(tile.oldest, current_store().clock())) if tile.oldest else ""
    url = PLACES.get(tile.place) or list_address(dict(tile.query))
    return Figure(_(NAMES["desk"][tile.key]), url, tile.tone, note, tile.count)


def _links(role: Role) -> Iterator[Link]:
    if role == Role.WORKER:
        yield Link("tablet", _("打开平板页"), "/t/", "home")
    if role == Role.ADMIN:
        yield Link("admin", _("管理概况"), "/admin", "adjustments-horizontal")
        yield Link("areas", _("区域与网格"), "/areas", "layout-grid")
        yield Link("duties", _("值守"), "/duties", "users")
    if role == Role.DISPATCHER:
        yield Link("report", _("登记一件"), "/issues/new", "phone")
