"""The frame around every desk page: who looks, where they may go, in which language."""

from collections.abc import Iterable, Iterator
from dataclasses import is_dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, make_response, redirect, render_template, request
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from server import words
from server.auth import ISSUE_ROLES, current_store, optional_actor, public
from server.pages.parts import Choice, Frame, Link
from server.pages.times import clock_words, moment
from server.services import calendar_years, marks
from server.services.board import BOARD_ROLES
from server.services.evaluation.reading import READERS
from server.services.people import Actor
from server.services.permissions import AREA_ROLES
from server.services.triage import DISPATCHERS
from server.words import _, role_name
from server.workflow import Role

__all__ = ["LANGUAGE_COOKIE", "blueprint", "inside", "render"]

LANGUAGE_COOKIE = "language"
LONGEST_ADDRESS = 2_000
CALENDAR_ROLES = frozenset({Role.ADMIN, Role.SUPERVISOR})  # who is told that a year is not published
YEAR = 365 * 24 * 3600  # s
blueprint = Blueprint("frame", __name__)


def render(template: str, page: Any) -> str:  # noqa: ANN401 - one dataclass per page
    """Render a page with the frame around it.

    Parameters
    ----------
    template : str
        Path below ``templates/``.
    page : dataclass
        All that the template is told.
    """
    if not is_dataclass(page):
        raise TypeError(template)
    return render_template(template, page=page, frame=_frame())


def inside(address: str) -> str:
    """Give an address back if it lies on this host, else the first page; for where to go next."""
    own = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    try:
        return address if own and len(address) <= LONGEST_ADDRESS and not urlsplit(address).netloc else "/"
    except ValueError:  # what looks like a host and cannot be one
        return "/"


def _frame() -> Frame:
    actor = optional_actor()
    here = request.full_path.rstrip("?") if request.method == "GET" else "/"
    with current_store().read() as tx:
        is_demo = marks.is_demo(tx)
        missed = calendar_years.unpublished_now(tx) if actor and actor.roles & CALENDAR_ROLES else ()
    if actor is None:
        return Frame(words.language(), here, is_demo=is_demo)
    roles = _("、").join(dict.fromkeys(role_name(grant.role) for grant in actor.grants))
    area = min(actor.grants, key=lambda grant: len(grant.path)).name if actor.grants else ""
    return Frame(words.language(), here, tuple(_links(actor)), actor.name, roles, area, is_demo, missed)


def _links(actor: Actor) -> Iterator[Link]:
    yield Link("desk", _("工作台"), "/", "inbox")
    writes = Link("report", _("登记"), "/issues/new", "phone")
    if Role.DISPATCHER in actor.roles:
        yield writes
    yield from _overview(actor)
    if actor.roles & {Role.LEADER, Role.SUPERVISOR} and Role.DISPATCHER not in actor.roles:
        yield writes
    if actor.roles & DISPATCHERS:
        yield Link("triage", _("分理"), "/triage", "send")
    yield from _supervision(actor)
    if actor.roles & AREA_ROLES:
        yield Link("visits", _("走访"), "/visits", "walk")
    if actor.roles & ISSUE_ROLES or Role.ADMIN in actor.roles:
        yield Link("duties", _("值守"), "/duties", "users")
    yield Link("areas", _("区域与网格"), "/areas", "layout-grid")
    if actor.roles & ISSUE_ROLES:
        yield Link("exports", _("导出文件"), "/exports", "file-export")
    if actor.roles & {Role.WORKER, Role.LEADER}:
        yield Link("tablet", _("平板"), "/t/", "device-tablet")
    if Role.ADMIN in actor.roles:
        yield Link("admin", _("管理"), "/admin", "adjustments-horizontal")
    elif Role.SUPERVISOR in actor.roles:
        yield Link("admin", _("时限与日历"), "/admin/limits", "hourglass")
    yield Link("docs", _("接口文档"), "/docs", "api")


def _overview(actor: Actor) -> Iterator[Link]:
    if actor.roles & ISSUE_ROLES:
        yield Link("map", _("地图"), "/map", "map-2")
    if actor.roles & AREA_ROLES:
        yield Link("hotspots", _("热点"), "/hotspots", "target")
    if actor.roles & BOARD_ROLES:
        yield Link("board", _("驾驶舱"), "/board", "layout-dashboard")
    if actor.roles & ISSUE_ROLES:
        yield Link("issues", _("事件"), "/issues?state=open", "list-details")


def _supervision(actor: Actor) -> Iterator[Link]:
    if actor.roles & {Role.LEADER, Role.SUPERVISOR}:
        yield Link("supervision", _("督办"), "/supervision", "alert-triangle")
        yield Link("bulletin", _("工作简报"), "/bulletin", "file-text")
    if actor.roles & READERS:
        yield Link("evaluation", _("考评"), "/evaluation", "medal")
    if Role.SUPERVISOR in actor.roles:
        yield Link("privacy", _("个人信息"), "/privacy", "shield-lock")


@blueprint.post("/language")
@public
def language() -> Response:
    """Keep the chosen language on this device, and go back."""
    answer = make_response(redirect(inside(request.form.get("next", "/")), 303))
    chosen = request.form.get("language", "")
    if chosen in words.LANGUAGES:
        answer.set_cookie(LANGUAGE_COOKIE, chosen, max_age=YEAR, samesite="Lax", httponly=True)
    return answer


@blueprint.app_template_filter("options")
def _options(choices: Iterable[Choice]) -> Markup:
    """Write the options of a select under their headings; a template's loop takes ten times as long."""
    groups: dict[str, list[str]] = {}
    for one in choices:
        chosen = " selected" if one.chosen else ""
        option = f'<option value="{escape(one.value)}"{chosen}>{escape(one.label)}</option>'
        groups.setdefault(one.group, []).append(option)
    written = (
        f'<optgroup label="{escape(heading)}">{"".join(lines)}</optgroup>' if heading else "".join(lines)
        for heading, lines in groups.items()
    )
    return Markup("".join(written))  # noqa: S704 - every part was escaped above


@blueprint.app_template_filter("moment")
def _moment(given: datetime) -> str:
    return moment(given, current_store().config.zone)


@blueprint.app_template_filter("clock_words")
def _clock_words(due_at: datetime | None) -> str:
    return clock_words(due_at, current_store().clock())
