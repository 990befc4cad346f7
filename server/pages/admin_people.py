"""People as administrators keep them: the list, a new one, and one with roles, access and tokens."""

from flask import Blueprint, make_response, request, url_for
from werkzeug.wrappers import Response

from server.auth import allow, current_actor, current_store
from server.db import Tx
from server.errors import Conflict, InputError, NotPermitted, ServerError
from server.pages.admin_parts import around, done, page_asked, page_links, refusal
from server.pages.admin_sure import ask, is_sure
from server.pages.frame import render
from server.pages.parts import Choice
from server.pages.people_parts import (
    NewPersonPage,
    PeoplePage,
    PersonPage,
    area_options,
    department_choices,
    person_row,
    role_choices,
    role_rows,
    session_row,
    token_row,
)
from server.services import account_edits, accounts, grants, sessions, tokens
from server.services.account_edits import PersonWish
from server.services.accounts import AccountFilter, Ties
from server.services.administered import area_named
from server.services.reset_links import LIFE, make_link
from server.translate import status_of
from server.words import _
from server.workflow import Role

__all__ = ["blueprint"]

SHOWN_TOKENS = 20
Refused = (InputError, Conflict, NotPermitted)
blueprint = Blueprint("admin_people", __name__)


@blueprint.get("/admin/people")
@allow(Role.ADMIN)
def index() -> str:
    """List the people whom this administrator looks after."""
    actor, given = current_actor(), request.args
    role, state, area = given.get("role", ""), given.get("state", "active"), given.get("area", "").strip()
    with current_store().read() as tx:
        error, path = "", ""
        try:
            path = area_named(tx, actor, area).path if area else ""
        except InputError as refused:
            error = refusal(refused)
        wanted = AccountFilter(given.get("q", ""), role, path, state)
        found = accounts.listed(tx, actor, wanted, page_asked())
        page = PeoplePage(
            around(tx, "people", error),
            tuple(person_row(one) for one in found.rows),
            found.total,
            page_links(found.number, found.pages),
            wanted.q,
            area,
            role_choices(role, _("全部岗位")),
            _states(state),
            area_options(tx, actor),
        )
    return render("admin/people.html", page)


@blueprint.get("/admin/new-person")
@allow(Role.ADMIN)
def new() -> str:
    """Show the form of a new person, or of a new account for a program."""
    with current_store().read() as tx:
        return _new_form(tx)


@blueprint.post("/admin/new-person")
@allow(Role.ADMIN)
def add() -> Response | tuple[str, int]:
    """Add a person."""
    form = request.form
    role, area = form.get("role", ""), form.get("area", "")
    roles = ((role, area),) if role else ()
    is_program = form.get("program") == "1"
    try:
        with current_store().write() as tx:
            login = form.get("login", "")
            key = account_edits.add(tx, current_actor(), login, _wish(), roles, is_program=is_program)
    except Refused as error:
        with current_store().read() as tx:
            return _new_form(tx, error), status_of(error)
    return done("admin_people.one", key, login=login.strip().lower())


@blueprint.get("/admin/people/<login>")
@allow(Role.ADMIN)
def one(login: str) -> str:
    """Show one person."""
    with current_store().read() as tx:
        return _page(tx, login)


@blueprint.post("/admin/people/<login>")
@allow(Role.ADMIN)
def change(login: str) -> Response | str | tuple[str, int]:
    """Change who somebody is or what they may, by the button pressed; what they feel at once after a question."""
    press = request.form.get("press", "")
    if not is_sure() and (press == "off" or press.startswith("take:")):
        with current_store().read() as tx:
            asked = _asked(tx, login, press)
        if asked:
            return asked
    try:
        with current_store().write() as tx:
            key = _pressed(tx, login, press)
    except Refused as error:
        with current_store().read() as tx:
            return _page(tx, login, error), status_of(error)
    return done("admin_people.one", key, login=login)


@blueprint.post("/admin/people/<login>/link")
@allow(Role.ADMIN)
def link(login: str) -> Response | tuple[str, int]:
    """Make the link by which somebody sets their password, and show it this once."""
    try:
        with current_store().write() as tx:
            secret = make_link(tx, current_actor(), login)
    except Refused as error:
        with current_store().read() as tx:
            return _page(tx, login, error), status_of(error)
    with current_store().read() as tx:
        answer = make_response(_page(tx, login, link=f"{request.host_url}reset/{secret}"))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _pressed(tx: Tx, login: str, press: str) -> int | None:
    actor, form = current_actor(), request.form
    if press in ("on", "off"):
        return account_edits.switch(tx, actor, login, on=press == "on")
    if press == "sessions":
        return account_edits.end_sessions(tx, actor, login)
    if press == "second":
        return account_edits.drop_second(tx, actor, login)
    if press == "give":
        return grants.give(tx, actor, login, form.get("role", ""), form.get("area", ""))
    if press.startswith("take:"):
        _take, role, code = press.split(":", 2) if press.count(":") > 1 else ("", "", "")
        return grants.take(tx, actor, login, role, code)
    return account_edits.change(tx, actor, login, _wish())


def _asked(tx: Tx, login: str, press: str) -> str:
    """Ask before somebody is switched off or loses a role; empty where that is refused, or so already."""
    found = accounts.one(tx, current_actor(), login)
    back = url_for("admin_people.one", login=found.login)
    if current_actor().person_id == found.id or grants.is_last_admin(tx, found.id):
        return ""
    if press == "off":
        lines = [
            _("停用后登录和令牌立即失效；流转记录里的姓名保留。"),
            *_left_behind(accounts.ties(tx, found.id)),
        ]
        heading = _("停用“{name}”", name=found.name)
        return ask(tx, "people", heading, tuple(lines), _("确认停用"), back) if found.is_active else ""
    _take, _sep, key = press.partition(":")
    role = next((one for one in role_rows(found.roles) if f"{one.role}:{one.code}" == key), None)
    if role is None:
        return ""
    heading = _(
        "收回“{name}”的岗位：{area}（{code}）{role}",
        name=found.name,
        area=role.area,
        code=role.code,
        role=role.name,
    )
    lines = [_("立即不能再看和办这个区域的事件；自己经手的仍能看到。名下的事件和值守不变，需要时请先移交。")]
    if len(found.roles) == 1:
        lines.append(_("这是最后一个岗位：收回后账号仍能登录。人已离开的，请停用账号。"))
    return ask(tx, "people", heading, tuple(lines), _("确认收回"), back)


def _left_behind(ties: Ties) -> tuple[str, ...]:
    """Say what becomes of what hangs on somebody who is switched off."""
    issues = _(
        "名下未结事件 {n} 件：约一分钟内由系统改派给所在网格现在的负责人（离岗交接），没有人接的仍在名下。",
        n=ties.issues,
    )
    duties = _("名下值守 {n} 项不会自动结束，请在值守里另行安排。", n=ties.duties)
    return (*([issues] if ties.issues else []), *([duties] if ties.duties else []))


def _wish() -> PersonWish:
    return PersonWish(*(request.form.get(name, "") for name in ("name", "phone", "department")))


def _states(chosen: str) -> tuple[Choice, ...]:
    named = {"active": _("在用"), "off": _("已停用"), "program": _("供程序使用"), "all": _("全部")}
    return tuple(Choice(code, name, code == chosen) for code, name in named.items())


def _new_form(tx: Tx, error: ServerError | None = None) -> str:
    actor, form = current_actor(), request.form
    is_program = (form if error else request.args).get("program") == "1"
    page = NewPersonPage(
        around(tx, "people", refusal(error) if error else ""),
        form.get("login", ""),
        form.get("name", ""),
        form.get("phone", ""),
        form.get("area", ""),
        is_program,
        role_choices(form.get("role", ""), _("先不给岗位")),
        department_choices(tx, actor, form.get("department", "")),
        area_options(tx, actor),
    )
    return render("admin/new_person.html", page)


def _page(tx: Tx, login: str, error: ServerError | None = None, link: str = "") -> str:
    actor, form = current_actor(), request.form
    found = accounts.one(tx, actor, login)
    typed = form if error and "name" in form else {"name": found.name, "phone": found.phone}
    department = form.get("department", found.department) if error else found.department
    ties = accounts.ties(tx, found.id)
    is_worker = not found.is_program and any(one.role == str(Role.WORKER) for one in found.roles)
    page = PersonPage(
        around(tx, "people", refusal(error) if error else ""),
        found,
        actor.person_id == found.id,
        grants.is_last_admin(tx, found.id),
        typed.get("name", ""),
        typed.get("phone", ""),
        role_rows(found.roles),
        role_choices(form.get("role", "")),
        department_choices(tx, actor, department, found),
        area_options(tx, actor),
        ties,
        tuple(session_row(one) for one in sessions.listed(tx, found.id)),
        tuple(token_row(one) for one in tokens.own(tx, found.id)[:SHOWN_TOKENS]),
        is_worker and found.is_active and not ties.duties,
        link,
        tx.now + LIFE if link else None,
    )
    return render("admin/person.html", page)
