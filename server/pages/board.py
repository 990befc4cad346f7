"""The board: the numbers of a period and an area, each with its list; and the same on a wall."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

from flask import Blueprint, request

from server.auth import allow, current_actor, current_store
from server.db import Tx
from server.errors import InputError
from server.pages import board_making as making
from server.pages.board_parts import BoardPage, Switch
from server.pages.board_words import base_words, formula_words, row_of
from server.pages.choices import area_choices
from server.pages.frame import render
from server.pages.parts import Choice
from server.pages.sentences import board_words
from server.pages.times import moment
from server.services import areas, statistics
from server.services.areas import AreaName
from server.services.board import BOARD_ROLES, COLUMNS, Board, board
from server.services.bulletin import MADE_BY
from server.services.filters import Filters
from server.services.people import Actor
from server.services.permissions import oversees
from server.services.statistics import PRESETS, Period
from server.services.statistics.rates import RATES
from server.words import NAMES, _

__all__ = ["blueprint"]

BETWEEN, USUAL = "between", "month"
LAST = ("7", "30", "90")
"""Periods of the last so many days that the form offers."""
HOURS = ("hours_to_take", "hours_to_close")
blueprint = Blueprint("board", __name__)


@blueprint.get("/board")
@allow(*BOARD_ROLES)
def show() -> str:
    """Show the board of a period and an area."""
    return render("board/index.html", _page(request.args))


@blueprint.get("/board/wall")
@allow(*BOARD_ROLES)
def wall() -> str:
    """Show it on a wall: dark, large, without links, by itself; staff's names only if asked for."""
    page, shows_names = _page(request.args), request.args.get("names") == "1"
    charts = page.charts if shows_names else making.nameless(page.charts)
    return render("board/wall.html", replace(page, charts=charts, shows_names=shows_names))


def _page(args: Mapping[str, str]) -> BoardPage:
    store, actor = current_store(), current_actor()
    area = args.get("area", "").strip()
    filters = Filters.parse({"area": area}, store.config.zone)
    with store.read() as tx:
        period = statistics.period_of(_asked(args), tx.now, tx.config.zone)
        found = board(tx, actor, filters, period)
        return _said(tx, actor, found, args, area)


def _asked(args: Mapping[str, str]) -> dict[str, str]:
    """Read which period the form means: days of one's own only where it says so.

    Raises
    ------
    InputError
        A period of one's own without its first day.
    """
    given = {name: args.get(name, "").strip() for name in ("period", "days", "since", "until")}
    if given["period"] == BETWEEN:
        if not given["since"]:
            raise InputError("field.missing", field="since")
        return {"since": given["since"], "until": given["until"]}
    if given["period"].isdecimal():
        return {"days": given["period"]}
    if given["period"]:
        return {"period": given["period"]}
    return given


def _said(tx: Tx, actor: Actor, found: Board, args: Mapping[str, str], area: str) -> BoardPage:
    places = areas.choosable(tx, actor)
    whole, figures = args.get("all", ""), found.figures
    query = {name: args[name] for name in ("period", "days", "since", "until", "area") if args.get(name)}
    tables = {
        name: making.split_table(table, found, _address({**query, "all": name}, name), is_whole=whole == name)
        for name, table in found.tables.items()
    }
    fair = None
    if found.fairness is not None:
        more = _address({**query, "all": "worker"}, "worker")
        fair = making.fair_part(found.fairness, more, is_whole=whole == "worker")
    is_empty = not any(figures[key].value for key in ("new", "open", "closed"))
    return BoardPage(
        switch=_switch(tx, found.period, places, args, query),
        figures=tuple(row_of(figures[key]) for key in COLUMNS),
        rates=tuple(row_of(figures[key], formula_words(found.rates, key)) for key in (*RATES, "score")),
        hours=tuple(row_of(figures[key]) for key in HOURS),
        base_said=base_words(found.rates),
        course=tuple(making.course_rows(found.course)),
        course_said=_stretch(found.course.period),
        course_lines=making.course_lines(found.course),
        tables=tables,
        late=making.late_part(tx, found.late, figures["overdue"], area),
        fair=fair,
        charts=making.charts_of(found, tx.now),
        at=moment(tx.now, tx.config.zone),
        area=_place(tx, actor, area) if area else "",
        is_empty=is_empty,
        quiet=_("今天还没有事件") if found.period.name == "today" and not figures["new"].value else "",
        words=board_words(),
        may_report=bool(actor.roles & {*MADE_BY}),
    )


def _place(tx: Tx, actor: Actor, code: str) -> str:
    """Name the area counted; of one that they see a part of alone, say that it is this part."""
    area = areas.by_code(tx, code)
    return area.name if oversees(actor, area.path) else _("{area}（只计你能看到的部分）", area=area.name)


def _switch(
    tx: Tx, period: Period, places: Iterable[AreaName], args: Mapping[str, str], query: Mapping[str, str]
) -> Switch:
    chosen = args.get("period", "") or args.get("days", "") or (BETWEEN if args.get("since") else USUAL)
    shown = list(places)
    area = args.get("area", "")
    if area and area not in {one.code for one in shown}:
        own = areas.by_code(tx, area)
        shown.insert(0, AreaName(own.code, own.name, "subdistrict"))
    since, until = (args.get(name, "")[:10] if chosen == BETWEEN else "" for name in ("since", "until"))
    return Switch(
        periods=tuple(_periods(chosen)),
        areas=area_choices(shown, area),
        since=since,
        until=until,
        said=_stretch(period),
        wall_url=_address(query).replace("/board", "/board/wall", 1),
    )


def _periods(chosen: str) -> Iterable[Choice]:
    days = dict.fromkeys([*LAST, *([chosen] if chosen.isdecimal() else [])])
    yield from (Choice(name, _(NAMES["period"][name]), name == chosen) for name in PRESETS)
    yield from (Choice(one, _("最近 {n} 天", n=one), one == chosen) for one in days)
    yield Choice(BETWEEN, _(NAMES["period"][BETWEEN]), chosen == BETWEEN)


def _stretch(period: Period) -> str:
    """Write a stretch of time: by days, or to the minute where its edges are no midnights."""
    since, until = period.since.astimezone(period.zone), period.until.astimezone(period.zone)
    if since.hour or since.minute or until.hour or until.minute:
        first, last = moment(since, period.zone), moment(until, period.zone)
    else:
        first, last = f"{since:%Y-%m-%d}", f"{until - timedelta(days=1):%Y-%m-%d}"
    return first if first == last else _("{since} 至 {until}", since=first, until=last)


def _address(query: Mapping[str, str], part: str = "") -> str:
    where = f"#{part}" if part else ""
    return f"/board?{urlencode(query)}{where}" if query else f"/board{where}"
