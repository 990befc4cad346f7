"""Hot spots: the list of them, what to do about each, and the step before one is inspected."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from server.auth import allow, current_actor, current_store
from server.errors import InputError
from server.pages.anchors import anchor_of
from server.pages.choices import area_choices, coded_choices
from server.pages.frame import render
from server.pages.parts import Choice
from server.services import areas, hotspots
from server.services.categories import categories, category_name
from server.services.drafts import LIMITS
from server.services.hotspots import Asked, Found, Spot
from server.services.people import Actor
from server.services.permissions import AREA_ROLES, LEADING, may_inspect
from server.words import _, sentence

__all__ = ["blueprint"]

WEEKS = (4, 8, 12, 26, 52)
BAR = 20  # units of height of the bars
DAY = "%Y-%m-%d"
blueprint = Blueprint("hotspots", __name__)


@dataclass(frozen=True)
class SpotRow:
    """One hot spot.

    Attributes
    ----------
    anchor, sentence, course, course_name : str
        Where it stands on the page, and in words.
    z : str
        Gi* of the last week.
    bars : tuple of (x, height, count)
        Issues by week, heights up to :data:`BAR`.
    count : int
        Issues behind it.
    issues_url, map_url, inspect_url : str
        The list of exactly these, the map, and the step before an inspection; "" where it is not theirs.
    """

    anchor: str
    sentence: str
    course: str
    course_name: str
    z: str
    bars: tuple[tuple[int, float, int], ...]
    count: int
    issues_url: str
    map_url: str
    inspect_url: str


@dataclass(frozen=True)
class HotspotsPage:
    """``hotspots/index.html``.

    Attributes
    ----------
    units, categories, weeks, areas : tuple of Choice
        What may be asked.
    rows : tuple of SpotRow
        The highest score first.
    short : str
        Why nothing can be told; "" when something can.
    few : str
        Categories with too few issues to tell.
    facts : tuple of (label, value)
        What was compared, over which days.
    files : tuple of (label, url)
        The list as a file.
    """

    units: tuple[Choice, ...]
    categories: tuple[Choice, ...]
    weeks: tuple[Choice, ...]
    areas: tuple[Choice, ...]
    rows: tuple[SpotRow, ...]
    short: str
    few: str
    facts: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class InspectPage:
    """``hotspots/inspect.html``.

    Attributes
    ----------
    sentence, description, category, cell, worker : str
        What calls for it, the words to begin with, and what will become of it; no worker: nobody is on duty.
    existing : str
        Number of the one made already; "" for none.
    fields : tuple of (name, value)
        What is sent along.
    back_url : str
        The list.
    longest : int
        Characters of the description.
    """

    sentence: str
    description: str
    category: str
    cell: str
    worker: str
    existing: str
    fields: tuple[tuple[str, str], ...]
    back_url: str
    longest: int


@blueprint.get("/hotspots")
@allow(*AREA_ROLES)
def index() -> str:
    """List hot spots."""
    asked, actor = Asked.parse(request.args), current_actor()
    with current_store().read() as tx:
        found = hotspots.find(tx, actor, asked)
        places = areas.choosable(tx, actor)
    return render("hotspots/index.html", _page(found, actor, area_choices(places, asked.area)))


@blueprint.get("/hotspots/inspect")
@allow(*LEADING, scope="report")
def confirm() -> str:
    """Say what inspecting a hot spot brings about, before it is done."""
    asked, key, of = _named(request.args)
    with current_store().read() as tx:
        found = hotspots.proposal(tx, current_actor(), asked, key, of)
    fields = {**asked.query(), "key": key, "of": of}
    page = InspectPage(
        hotspots.said(found.spot.values),
        found.description,
        category_name(found.category),
        found.spot.name,
        found.worker,
        found.existing,
        tuple(fields.items()),
        f"/hotspots?{urlencode(asked.query())}",
        LIMITS["description"],
    )
    return render("hotspots/inspect.html", page)


@blueprint.post("/hotspots/inspect")
@allow(*LEADING, scope="report")
def inspect() -> Response:
    """Make the inspection, and show it."""
    asked, key, of = _named(request.form)
    with current_store().write() as tx:
        made = hotspots.inspect(tx, current_actor(), asked, key, of, request.form.get("description", ""))
    return redirect(f"/issues/{made.number}", 303)


def _named(given: Mapping[str, str]) -> tuple[Asked, str, str]:
    """Read which hot spot is meant."""
    key = given.get("key", "")
    if not key:
        raise InputError("field.missing", field="key")
    return Asked.parse(given), key, given.get("of", "")


def _page(found: Found, actor: Actor, places: tuple[Choice, ...]) -> HotspotsPage:
    asked, short = found.asked, found.short
    names = [(code, category_name(code)) for code, one in categories().items() if one.is_active]
    several = (("", _("各类别分别判断")), ("all", _("全部类别合计")), *names)
    query = urlencode(asked.query())
    return HotspotsPage(
        units=coded_choices("hotspot_kind", asked.units),
        categories=tuple(Choice(code, name, code == asked.category) for code, name in several),
        weeks=tuple(_weeks(asked)),
        areas=places,
        rows=tuple(_row(spot, found, actor) for spot in found.spots),
        short=sentence(short.code, short.values) if short else "",
        few=_("、").join(category_name(code) for code in found.few),
        facts=tuple(_facts(found, current_store().config.zone)),
        files=tuple(
            (suffix.upper(), f"/api/v1/hotspots.{suffix}?{query}") for suffix in ("xlsx", "csv", "geojson")
        ),
    )


def _weeks(asked: Asked) -> Iterator[Choice]:
    for count in sorted({*WEEKS, asked.weeks}):
        yield Choice(str(count), _("{n} 周", n=count), count == asked.weeks)


def _facts(found: Found, zone: tzinfo) -> Iterator[tuple[str, str]]:
    since, last = (edge.astimezone(zone) for edge in (found.weeks.edges[0], found.weeks.edges[-1]))
    days = {"since": since.strftime(DAY), "until": (last - timedelta(days=1)).strftime(DAY)}
    yield _("时段"), _("{since} 至 {until}，每周 7 天，不含今天", **days)
    compared = _("{n} 个网格", n=found.tested)
    if found.side_m:
        sizes = {"side": f"{found.side_m:g}", "band": f"{found.band_m:g}"}
        compared = _("{n} 个 {side} 米见方的方格，{band} 米内算相邻", n=found.tested, **sizes)
    if found.frame and found.frame.name:
        compared = _("{area}的 {compared}", area=found.frame.name, compared=compared)
    yield _("相互比较"), compared
    yield _("比的是"), _("每千户件数") if found.is_by_household else _("件数，没有按户折算")
    if found.issues is not None:
        yield _("事件"), _("{n} 件", n=found.issues)


def _row(spot: Spot, found: Found, actor: Actor) -> SpotRow:
    named = {**found.asked.query(), "key": spot.key, "of": spot.category}
    most = max(*spot.counts, 1)
    shown = {
        "hot_units": found.asked.units,
        "hot_category": found.asked.category,
        "hot_weeks": str(found.asked.weeks),
    }
    on_map = {"view": "hotspots", **shown, "hot_key": spot.key, "hot_of": spot.category}
    return SpotRow(
        anchor=anchor_of(spot.key, spot.category),
        sentence=hotspots.said(spot.values),
        course=spot.course,
        course_name=hotspots.course_said(spot.course),
        z=f"{spot.z:.1f}",
        bars=tuple((place, round(BAR * count / most, 1), count) for place, count in enumerate(spot.counts)),
        count=spot.count,
        issues_url=f"/issues?{urlencode(spot.query)}",
        map_url=f"/map?{urlencode(on_map)}",
        inspect_url=f"/hotspots/inspect?{urlencode(named)}" if may_inspect(actor, spot.path) else "",
    )
