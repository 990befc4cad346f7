"""The record as a page: who signed in, saw personal data, exported, gave roles, changed rules; newest first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from flask import Blueprint, request
from werkzeug.wrappers import Response

from server.auth import allow, current_actor, current_store
from server.formats import FORMATS, Record, Table
from server.pages.admin_parts import Around, around
from server.pages.audit_said import said
from server.pages.frame import render
from server.pages.parts import Choice
from server.services import audit_log
from server.services.audit import Act
from server.services.audit_log import GROUPS, LogFilter
from server.services.lines import whole
from server.words import _
from server.words.scopes import audit_group_name
from server.workflow import Role

__all__ = ["blueprint"]

FIRST_YEAR, LAST_YEAR = 1970, 9999
NAMES = ("group", "person", "number", "since", "until")
blueprint = Blueprint("admin_audit", __name__)


@dataclass(frozen=True)
class ActRow:
    """An act as a line.

    Attributes
    ----------
    act : Act
        The act.
    group, said : str
        Its group and itself in words.
    person_url : str
        Where who did it is looked after; empty for the system.
    """

    act: Act
    group: str
    said: str
    person_url: str


@dataclass(frozen=True)
class AuditPage:
    """``admin/audit.html``.

    Attributes
    ----------
    around : Around
        Tabs and notes.
    rows : tuple of ActRow
        This page's.
    groups : tuple of Choice
        Options.
    given : Mapping
        What the other fields hold.
    csv_url, first_url, next_url : str
        The same as a file; the first page; the next one, empty at the end.
    is_first : bool
        Whether this is the first page.
    """

    around: Around
    rows: tuple[ActRow, ...]
    groups: tuple[Choice, ...]
    given: Mapping[str, str]
    csv_url: str
    first_url: str
    next_url: str
    is_first: bool


@blueprint.get("/admin/audit")
@allow(Role.ADMIN)
def index() -> str:
    """List acts."""
    given = {name: request.args.get(name, "").strip() for name in NAMES}
    key = whole(request.args.get("before", ""))
    kept = {name: value for name, value in given.items() if value}
    with current_store().read() as tx:
        found = audit_log.listed(tx, current_actor(), _wanted(given), key)
        groups = (Choice("", _("全部"), not given["group"]), *_groups(given["group"]))
        page = AuditPage(
            around(tx, "audit", _refused(given)),
            tuple(_row(one) for one in found.acts),
            groups,
            given,
            f"/admin/audit.csv?{urlencode(kept)}",
            f"/admin/audit?{urlencode(kept)}",
            f"/admin/audit?{urlencode({**kept, 'before': found.before})}" if found.before else "",
            key is None,
        )
    return render("admin/audit.html", page)


@blueprint.get("/admin/audit.csv")
@allow(Role.ADMIN)
def export() -> Response:
    """Give the same as a file; that it was given is an act itself."""
    given = {name: request.args.get(name, "").strip() for name in NAMES}
    store = current_store()
    with store.write() as tx:
        acts = audit_log.export(tx, current_actor(), _wanted(given))
    columns = {"at": _("时间"), "who": _("谁"), "login": _("登录名"), "group": _("类型"), "said": _("做了什么"),
               "person": _("涉及人员"), "number": _("事件"), "address": _("地址")}  # fmt: skip
    table = Table(columns, [_record(one) for one in acts], store.config.zone)
    answer = Response(b"".join(FORMATS["csv"].write(table)), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="audit.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _wanted(given: Mapping[str, str]) -> LogFilter:
    group = given["group"] if given["group"] in GROUPS else ""
    until = _day(given["until"])
    after = until + timedelta(days=1) if until else None
    return LogFilter(group, given["person"], given["number"], _day(given["since"]), after)


def _refused(given: Mapping[str, str]) -> str:
    """Say that the days are the wrong way round."""
    since, until = _day(given["since"]), _day(given["until"])
    if since is None or until is None or since <= until:
        return ""
    return _(
        "“至”（{until}）早于“自”（{since}），其间没有日子；请改其中一个。",
        since=given["since"],
        until=given["until"],
    )


def _day(given: str) -> datetime | None:
    """Read the first instant of a day; None for what is no day."""
    try:
        found = date.fromisoformat(given)
    except ValueError:
        return None
    is_sane = FIRST_YEAR < found.year < LAST_YEAR
    return datetime.combine(found, time(), current_store().config.zone) if is_sane else None


def _groups(chosen: str) -> Iterator[Choice]:
    for code in GROUPS:
        yield Choice(code, audit_group_name(code), code == chosen)


def _row(act: Act) -> ActRow:
    group = audit_log.group_of(act.kind)
    return ActRow(act, audit_group_name(group), said(act), f"/admin/people/{act.login}" if act.login else "")


def _record(act: Act) -> Record:
    row = _row(act)
    who = act.who or _("系统")
    return Record({"at": act.at, "who": who, "login": act.login, "group": row.group, "said": row.said,
                   "person": act.subject, "number": act.number, "address": act.address})  # fmt: skip
