"""Twelve months of issues: what happened where and when, who told of it, and how it ended.

Dice over the habits in :mod:`server.demo.tales` and the words in :mod:`server.demo.phrases`: heating in the
cold months, dogs in summer, sewage on rainy days, each kind at its own few hot compounds. Reads and writes
nothing but the category table.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import shapely

from server.demo.endings import Fate, by_day, ending
from server.demo.names import SURNAMES
from server.demo.phrases import OFFICIAL, PHRASES, PRIVATE
from server.demo.seasons import Season
from server.demo.spots import ALWAYS_HOT, Spot, Spots
from server.demo.tales import TALES, Tale
from server.demo.town import SEED, Town

__all__ = ["Story", "drafts"]

_DEVICE = frozenset({"patrol", "inspection", "visit", "enterprise", "wechat", "online"})
_RESIDENTS = frozenset({"hotline", "phone", "wechat", "box", "online", "talk_day"})
_BEYOND_SHARE = 0.006  # of the issues lie outside every cell
_BEYOND_KINDS = ("road_damage", "exposed_rubbish", "street_lamp", "manhole_cover", "other")
_ON_BORDER = 0.02  # of the issues on roads lie exactly on a corner of cells
_NAMED = 0.45  # of the residents who leave a name and a telephone number
_UNMEASURED = 0.25  # of a device's reports, without accuracy
_COLD = frozenset({11, 12, 1, 2, 3})
_HOME_SUBDISTRICT = "990101001"  # 西苑街道
_OUTBREAKS = (
    ("heating", "home", 3, 0.005),
    ("exposed_rubbish", "grounds", 4, 0.0045),
    ("drain_blocked", "home", 8, 0.0035),
)
"""Kind, where, over how many weeks, share of the issues."""
_METRE = 1.0 / 111_000.0  # degrees, roughly; only jitter is made with it


@dataclass(frozen=True, slots=True)
class Story:
    """One issue before it is in a database.

    Attributes
    ----------
    category, source : str
        Codes.
    description, place_text : str
        Chinese, with personal facts where the source would have them.
    lon, lat : float
        WGS 84 degrees, as a device or a desk would give them.
    accuracy_m : float or None
        Radius of the device's doubt, metres.
    reporter_name, reporter_phone : str
        Of a resident who is to be answered; else empty.
    reported_at : datetime
        Aware, UTC.
    fate : str
        ``reported`` (waits for a dispatcher), ``dispatched`` (at its worker) or ``closed``.
    closed_at : datetime or None
        Aware, UTC; set exactly when closed.
    """

    category: str
    source: str
    description: str
    place_text: str
    lon: float
    lat: float
    accuracy_m: float | None
    reporter_name: str
    reporter_phone: str
    reported_at: datetime
    fate: Fate
    closed_at: datetime | None


def drafts(town: Town, as_of: datetime, count: int = 6000, seed: int = SEED) -> tuple[Story, ...]:
    """Invent the issues of the twelve months before an instant.

    Parameters
    ----------
    town : Town
        Where they happen.
    as_of : datetime
        Aware; nothing happens at or after it.
    count : int
        How many.
    seed : int
        Equal arguments give equal stories.

    Returns
    -------
    tuple of Story
        By time of report.
    """
    rng = np.random.default_rng([seed, 3])
    season, spots = Season(as_of, rng), Spots(town, rng)
    corners = shapely.STRtree(shapely.points(shapely.get_coordinates(town.cells.geometry.to_numpy())))
    shares = np.array([tale.share for tale in TALES.values()])
    beyond = round(count * _BEYOND_SHARE)
    told = list(_outbreaks(as_of, count, spots, rng))
    counts = rng.multinomial(count - beyond - len(told) - len(TALES), shares / shares.sum()) + 1
    for (category, tale), number in zip(TALES.items(), counts.tolist(), strict=True):
        places, moments = _places(tale, number, spots, corners, rng), season.moments(tale, number)
        for spot, (when, source) in zip(places, moments, strict=True):
            fate = ending(category, when, as_of, rng, slow=spot.compound == ALWAYS_HOT)
            told.append(_story(category, spot, when, source, fate, rng))
    for place, spot in enumerate(spots.draw("beyond", beyond)):
        category = _BEYOND_KINDS[place % len(_BEYOND_KINDS)]
        when, source = season.moments(TALES[category], 1, recent=place < beyond // 4)[0]
        fate = ending(category, when, as_of, rng, beyond=True)
        told.append(_story(category, spot, when, source, fate, rng))
    return tuple(sorted(told, key=lambda story: (story.reported_at, story.category, story.lon, story.lat)))


def _outbreaks(as_of: datetime, count: int, spots: Spots, rng: np.random.Generator) -> Iterator[Story]:
    """Tell of what goes wrong again and again in one cell: the heating of a block, rubbish, a sewer."""
    is_cold = as_of.month in _COLD
    for (category, place, weeks, share), cell in zip(
        _OUTBREAKS if is_cold else _OUTBREAKS[1:], _cells_of(spots), strict=False
    ):
        number = round(count * share)
        names, shares = zip(*TALES[category].sources, strict=True)
        told = rng.choice(names, number, p=np.array(shares) / sum(shares))
        back = np.sort(rng.beta(1.0, 1.6, number)) * weeks * timedelta(weeks=1).total_seconds()
        for spot, source, seconds in zip(
            spots.in_one(cell, number, beside=place != "home"), told.tolist(), back.tolist(), strict=True
        ):
            when = by_day(as_of - timedelta(seconds=seconds, hours=12), rng)
            when = min(when, as_of - timedelta(minutes=int(rng.integers(5, 300))))
            yield _story(category, spot, when, source, ending(category, when, as_of, rng), rng)


def _cells_of(spots: Spots) -> list[str]:
    """Choose cells for outbreaks, far from each other in rank; the first where the supervisor of the README is."""
    home = [cell for cell in spots.lived_in if cell.startswith(_HOME_SUBDISTRICT)]
    return [*home[1:8:3], *spots.lived_in[3::5]]


def _places(
    tale: Tale, count: int, spots: Spots, corners: shapely.STRtree, rng: np.random.Generator
) -> list[Spot]:
    split = rng.multinomial(count, [1.0 / len(tale.where)] * len(tale.where))
    drawn: list[Spot] = []
    for kind, number in zip(tale.where, split, strict=True):
        some = spots.draw(kind, int(number), styles=tale.styles, hot=tale.hot)
        drawn += [_cornered(spot, corners, rng) for spot in some] if kind == "road" else some
    return [drawn[row] for row in rng.permutation(len(drawn))]


def _cornered(spot: Spot, corners: shapely.STRtree, rng: np.random.Generator) -> Spot:
    """Move a few spots exactly onto the border of cells."""
    if rng.random() >= _ON_BORDER:
        return spot
    corner = corners.geometries[corners.nearest(shapely.Point(spot.lon, spot.lat))]
    return replace(spot, lon=float(corner.x), lat=float(corner.y))


def _story(
    category: str,
    spot: Spot,
    when: datetime,
    source: str,
    fate: tuple[Fate, datetime | None],
    rng: np.random.Generator,
) -> Story:
    """Put a spot and a moment into words."""
    name, phone = _reporter(source, rng)
    home = spot.where == spot.unit
    floor = int(rng.integers(1, spot.floors + 1))
    room = f"{floor}0{int(rng.integers(1, 3))}"
    gaps = {
        "where": spot.where,
        "compound": spot.compound,
        "unit": spot.unit,
        "house": spot.unit.removeprefix(spot.compound),
        "road": spot.road,
        "floor": floor,
        "room": room,
        "n": int(rng.integers(2, 9)),
        "deg": int(rng.integers(11, 17)),
        "hour": int(rng.integers(6, 12)),
        "who": name or "有居民",
        "phone": phone or "已登记",
    }
    phrases = _fitting(category, source, spot)
    words = phrases[int(rng.integers(len(phrases)))].format_map(gaps)
    lon, lat, accuracy_m = _measured(spot, source, rng)
    place = f"{spot.where}{room}室" if home and name and "单元" in spot.where else spot.where
    return Story(category, source, words, place, lon, lat, accuracy_m, name, phone, when, *fate)


def _fitting(category: str, source: str, spot: Spot) -> list[str]:
    """Choose the phrases that whoever tells would use of such a place; all of them where none is left."""
    unfitting = OFFICIAL if source in _RESIDENTS else (PRIVATE,)
    phrases = [words for words in PHRASES[category] if spot.compound or "{compound}" not in words]
    return [words for words in phrases if not words.startswith(unfitting)] or phrases


def _reporter(source: str, rng: np.random.Generator) -> tuple[str, str]:
    """Name and telephone of a resident, where the source keeps them; else two empty texts."""
    if source not in _RESIDENTS or rng.random() >= _NAMED:
        return "", ""
    surname = SURNAMES[int(rng.integers(len(SURNAMES)))]
    return f"{surname}{('先生', '女士')[int(rng.integers(2))]}", f"1390000{int(rng.integers(10_000)):04d}"


def _measured(spot: Spot, source: str, rng: np.random.Generator) -> tuple[float, float, float | None]:
    """Blur a spot as a device would; a desk's point is exact and has no accuracy."""
    if source not in _DEVICE or rng.random() < _UNMEASURED:
        return spot.lon, spot.lat, None
    accuracy_m = float(np.clip(np.exp(rng.normal(2.3, 0.6)), 3.0, 80.0))
    blur = rng.normal(0.0, min(accuracy_m, 15.0) / 4.0, 2) * _METRE
    lon, lat = np.round(np.array([spot.lon, spot.lat]) + blur, 7)
    return float(lon), float(lat), round(accuracy_m, 1)
