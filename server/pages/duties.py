"""Duties: who answers for what, who is away, what is missing; one area, one person."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from flask import Blueprint, request

from server.auth import allow, current_actor, current_store
from server.pages.duty_parts import (
    AreaDutiesPage,
    DutiesPage,
    HandOverPage,
    LeaveRow,
    LeavingPage,
    PersonPage,
)
from server.pages.duty_rows import (
    area_rows,
    colleague_choices,
    days,
    gap_rows,
    item_rows,
    kind_name,
    last_day,
    post_row,
)
from server.pages.frame import render
from server.pages.parts import Choice
from server.services import appointing, duty_board, gaps, handover, leaves, leaving, passing_on, staffing
from server.services.leaves import Absence
from server.services.staffing import Colleague
from server.words import _

__all__ = ["blueprint"]

AHEAD = 14  # days in which gaps to come are looked for
LONGEST_COUNT = 9  # digits
blueprint = Blueprint("duties", __name__)


@blueprint.get("/duties")
@allow()
def index() -> str:
    """Show the duties of the areas that this person may see; what is missing first."""
    store, actor = current_store(), current_actor()
    zone = store.config.zone
    with store.read() as tx:
        now = gap_rows(gaps.uncovered(tx, actor, tx.now), zone)
        ahead = [one for one in gaps.uncovered(tx, actor, tx.now, AHEAD) if one.starts_at > tx.now]
        rows = area_rows(actor, duty_board.board(tx, actor), zone)
        stranded = handover.stranded(tx, actor) if actor.roles & staffing.MANAGERS else []
    return render(
        "duties/index.html",
        DutiesPage(
            uncovered=tuple(one for one in now if not one.leader),
            caught=tuple(one for one in now if one.leader),
            coming=gap_rows(ahead, zone),
            stranded=item_rows(stranded),
            rows=rows,
            me=str(actor.uid),
            days=AHEAD,
        ),
    )


@blueprint.get("/duties/areas/<code>")
@allow(*staffing.MANAGERS)
def area(code: str) -> str:
    """Show the posts of one area, to give and end them."""
    store, actor = current_store(), current_actor()
    with store.read() as tx:
        found = appointing.area_for(tx, actor, code)
        rows = duty_board.board(tx, actor, found.code)
        people = staffing.colleagues_of(tx, (found.path,))
        today = _day(tx.now, store.config.zone)
    (row,) = area_rows(actor, rows[:1], store.config.zone)
    kinds = ("A", "B") if row.level == "cell" else ("leader",)
    return render(
        "duties/area.html",
        AreaDutiesPage(
            row,
            tuple(Choice(kind, kind_name(kind)) for kind in kinds),
            colleague_choices(people, ""),
            today,
        ),
    )


@blueprint.get("/duties/people/<uid>")
@allow()
def person(uid: str) -> str:
    """Show one person's duties, leave and open issues, with what may be done about them."""
    store, actor = current_store(), current_actor()
    zone = store.config.zone
    with store.read() as tx:
        who = staffing.subject(tx, actor, uid)
        may = staffing.may_manage(actor, who) and who.is_active
        away = leaves.leaves_of(tx, who.id)
        mates = staffing.colleagues(tx, who) if may or away else []
        page = PersonPage(
            uid=str(who.uid),
            name=who.name,
            is_me=actor.person_id == who.id,
            may_manage=may,
            is_active=who.is_active,
            leaving=last_day(who.leaves_at, zone) if who.leaves_at else "",
            posts=tuple(post_row(actor, one, zone) for one in duty_board.posts_of(tx, who.id)),
            leave=tuple(_leave_row(one, mates, tx.now, zone) for one in away),
            people=colleague_choices(mates, _("无人代班")) if may else (),
            open=passing_on.count(tx, who.id),
            may_hand_over=may and staffing.may_hand_over(actor, who),
            today=_day(tx.now, zone),
            done=tuple(_done()),
        )
    return render("duties/person.html", page)


@blueprint.get("/duties/people/<uid>/hand-over")
@allow()
def hand_over(uid: str) -> str:
    """Show who would get this person's open issues."""
    actor = current_actor()
    to, cell = request.args.get("to", ""), request.args.get("cell", "")
    with current_store().read() as tx:
        who = staffing.subject(tx, actor, uid)
        items = handover.plan(tx, actor, uid, to, [cell] if cell else [])
        people = colleague_choices(staffing.colleagues(tx, who), _("各网格的当值人"), to)
        posts = {one.area: one.area_name for one in duty_board.posts_of(tx, who.id)}
    cells = tuple(Choice(code, name, code == cell) for code, name in posts.items())
    everything = Choice("", _("全部"), not cell)
    return render(
        "duties/hand_over.html",
        HandOverPage(str(who.uid), who.name, item_rows(items), people, (everything, *cells), to, cell),
    )


@blueprint.get("/duties/people/<uid>/leaving")
@allow()
def leaving_service(uid: str) -> str:
    """Show what it would mean if this person left service."""
    store, actor = current_store(), current_actor()
    with store.read() as tx:
        told = leaving.preview(tx, actor, uid)
        who = staffing.subject(tx, actor, uid)
        today = _day(tx.now, store.config.zone)
    announced = last_day(who.leaves_at, store.config.zone) if who.leaves_at else ""
    posts = tuple(f"{area} {kind_name(kind)}" for kind, area in told.duties)
    return render(
        "duties/leaving.html", LeavingPage(told, str(who.uid), announced, posts, item_rows(told.items), today)
    )


def _leave_row(one: Absence, mates: Sequence[Colleague], now: datetime, zone: tzinfo) -> LeaveRow:
    chosen = str(one.substitute[0]) if one.substitute else ""
    return LeaveRow(
        one.id,
        days(one.starts_at, one.ends_at, zone),
        one.substitute[1] if one.substitute else "",
        _day(one.starts_at, zone),
        last_day(one.ends_at, zone)[:10],
        colleague_choices(mates, _("无人代班"), chosen),
        one.everything,
        one.starts_at <= now,
    )


def _day(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d")


def _done() -> list[str]:
    """Say what was done just now, as the address tells."""
    moved, left, failed = (_count(name) for name in ("moved", "left", "failed"))
    said = [_("已移交 {n} 件事件。", n=moved)] if moved else []
    if left:
        said.append(_("有 {n} 件事件现在无人可接，仍在原处；有人当值后自动移交，也可手工改派。", n=left))
    if failed:
        said.append(_("有 {n} 件事件没有移交成功，仍在原处；请逐件改派。", n=failed))
    if request.args.get("alone"):
        said.append(_("请假期间原定由其代班的人没有代班人了，请另行安排。"))
    return said or ([_("已保存。")] if request.args.get("saved") else [])


def _count(name: str) -> int:
    given = request.args.get(name, "")
    return int(given) if given.isdecimal() and len(given) <= LONGEST_COUNT else 0
