"""What may be the same matter: issues near a draft in place, time and words, scored for whoever writes it down.

Words are compared as lists show them, without personal facts; what is sealed stays sealed. Nothing is
suggested that the asker may not see.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rapidfuzz import fuzz
from sqlalchemy import Row, or_, select

from geo.crs import distance_m
from geo.squares import square_at
from server.db import Tx
from server.models import Issue
from server.services import briefs
from server.services.briefs import Brief
from server.services.conditions import OPEN_STATES
from server.services.people import Actor
from server.services.permissions import visible
from server.services.redact import MASK, public_words, without_rooms
from server.workflow import State

__all__ = ["DAYS", "NEAR_M", "Likeness", "find"]

NEAR_M = 50.0
DAYS = 30
_ALIKE = 60.0  # least likeness of words, of 100
_WEIGHTS = {"near": 35.0, "days": 15.0, "category": 20.0, "words": 30.0}
_DEGREE_M = 111_000.0  # no degree of latitude is shorter by more than the margin below
_MARGIN = 1.01
_EMPTY_WORDS = frozenset("的了在是有和就不也都很到说要去会着没看好我你他她它这那吧吗呢啊请")
_COLUMNS = [getattr(Issue, name) for name in ("id", "lon", "lat", "category", "summary", "reported_at")]
_ENDED_WELL = [str(State.CLOSED)]


@dataclass(frozen=True)
class Likeness:
    """An issue that may be the same matter.

    Attributes
    ----------
    issue : Brief
        As lists show it.
    score : int
        0 to 100.
    reasons : tuple of dict
        Why, as codes and values.
    can_take : bool
        Whether another issue can be merged into it as it stands.
    """

    issue: Brief
    score: int
    reasons: tuple[dict[str, Any], ...]
    can_take: bool


def find(
    tx: Tx,
    actor: Actor,
    *,
    lon: float,
    lat: float,
    category: str,
    words: str,
    at: datetime | None = None,
    limit: int = 5,
) -> list[Likeness]:
    """Find issues that may be the same matter, the likeliest first.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Who writes it down; only what is visible to them is suggested.
    lon, lat : float
        WGS 84 degrees.
    category : str
        Code.
    words : str
        What is the matter, as said.
    at : datetime, optional
        When; the transaction's instant by default.
    limit : int
        At most so many.

    Returns
    -------
    list of Likeness
        Open, or closed within 30 days; within 50 m and 30 days; of the same category or with similar words.
    """
    at = at or tx.now
    rows = _around(tx, actor, lon, lat, at)
    if not rows:
        return []
    said = _tokens(public_words(words))
    metres = distance_m(lon, lat, [row.lon for row in rows], [row.lat for row in rows]).tolist()
    scored = []
    for row, far in zip(rows, metres, strict=True):
        alike = _alike(said, _tokens(row.summary))
        if far <= NEAR_M and (row.category == category or alike >= _ALIKE):
            scored.append(_scored(row, far, at, alike, row.category == category))
    best = sorted(scored, key=lambda one: (-one[1], one[0]))[:limit]
    told = briefs.by_ids(tx, [key for key, *_ in best])
    return [
        Likeness(told[key], score, reasons, told[key].state in OPEN_STATES) for key, score, reasons in best
    ]


def _around(tx: Tx, actor: Actor, lon: float, lat: float, at: datetime) -> Sequence[Row[Any]]:
    """Read what lies in the box around a point; its four corners name every square it touches."""
    box = (1.0,) if abs(lat) >= 89.0 else distance_m(lon, lat, [lon + 0.001], [lat])
    high = NEAR_M * _MARGIN / _DEGREE_M
    wide = NEAR_M * _MARGIN * 0.001 / max(float(box[0]), 1e-6)
    span = timedelta(days=DAYS)
    squares = {square_at(lon + east, lat + north) for east in (-wide, wide) for north in (-high, high)}
    query = select(*_COLUMNS).where(
        Issue.square.in_(squares),
        Issue.lon.between(lon - wide, lon + wide),
        Issue.lat.between(lat - high, lat + high),
        Issue.reported_at.between(at - span, at + span),
        or_(Issue.state.in_(OPEN_STATES), Issue.state.in_(_ENDED_WELL) & (Issue.ended_at >= tx.now - span)),
        visible(actor),
    )
    return tx.session.execute(query).all()


def _scored(
    row: Row[Any], far: float, at: datetime, alike: float, same: bool
) -> tuple[int, int, tuple[dict[str, Any], ...]]:
    days = abs((at - row.reported_at).total_seconds()) / 86_400
    parts = {
        "near": 1 - far / NEAR_M,
        "days": max(0.0, 1 - days / DAYS),
        "category": float(same),
        "words": alike / 100,
    }
    score = round(sum(_WEIGHTS[name] * share for name, share in parts.items()))
    reasons = [{"code": "duplicate.near", "values": {"distance_m": round(far)}}]
    when = {"code": "duplicate.days", "values": {"days": int(days)}}
    reasons.append(when if int(days) else {"code": "duplicate.same_day", "values": {}})
    if same:
        reasons.append({"code": "duplicate.category", "values": {}})
    if alike >= _ALIKE:
        reasons.append({"code": "duplicate.words", "values": {"share": round(alike)}})
    return row.id, score, tuple(reasons)


def _alike(first: str, second: str) -> float:
    """Tell how alike the :func:`_tokens` of two texts are, 0 to 100."""
    return float(fuzz.token_set_ratio(first, second)) if first and second else 0.0


def _tokens(words: str) -> str:
    """Take Chinese by its characters, in any order; words that say nothing, and what was masked, do not count."""
    kept = (
        one if one.isascii() and one.isalnum() else f" {one} "
        for one in without_rooms(words)
        if one.isalnum() and one != MASK and one not in _EMPTY_WORDS
    )
    return "".join(kept).casefold()
