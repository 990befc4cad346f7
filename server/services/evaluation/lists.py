"""The issues behind a figure of a judged unit, as they were counted when it was made."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from server.db import Tx
from server.errors import InputError
from server.models import Issue
from server.services.briefs import COLUMNS, Brief, briefs_of
from server.services.evaluation.scoring import Kept, counted_ids
from server.services.evaluation.views import Opened
from server.services.people import Actor
from server.services.permissions import visible

__all__ = ["EVERYTHING", "PAGE", "Counted", "counted_issues", "lists_of"]

PAGE = 50
EVERYTHING = "all"


@dataclass(frozen=True)
class Counted:
    """One page of the issues of a figure.

    Attributes
    ----------
    which : str
        ``all``, ``complaints``, or an indicator and ``top`` or ``bottom``: ``on_time.top``.
    total : int
        How many there are.
    briefs : tuple of Brief
        Those of this page that the reader may see, newest first.
    shares : Mapping[int, float]
        How much each counts above the line, where that is not 1.
    hidden : int
        Issues of this page that the reader may not see any more.
    page, pages : int
        Which page of how many.
    """

    which: str
    total: int
    briefs: tuple[Brief, ...]
    shares: Mapping[int, float]
    hidden: int
    page: int
    pages: int


def lists_of(kept: Kept) -> dict[str, list[int]]:
    """Give all lists of a unit by name."""
    found = {EVERYTHING: sorted(counted_ids(kept))}
    if kept.get("complaints"):
        found["complaints"] = kept["complaints"]["now"]
    for key, lists in kept["indicators"].items():
        found[f"{key}.top"] = [one for _share, ids in lists["top"] for one in ids]
        if lists["bottom"] is not None:
            found[f"{key}.bottom"] = lists["bottom"]
    return found


def counted_issues(tx: Tx, actor: Actor, asked: Opened, which: str, page: int = 1) -> Counted:
    """Read a page of the issues that a figure counted.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Sees only what is visible to them now.
    asked : Opened
        The unit.
    which : str
        See :class:`Counted`.
    page : int
        From 1.

    Raises
    ------
    InputError
        There is no such figure.
    """
    lists = lists_of(asked.figures)
    if which not in lists:
        raise InputError("field.not_one_of", field="list", value=which[:40], expected="、".join(lists))
    keys = sorted(set(lists[which]), reverse=True)
    pages = max(-(-len(keys) // PAGE), 1)
    page = min(max(page, 1), pages)
    shown = keys[(page - 1) * PAGE : page * PAGE]
    query = select(*COLUMNS).where(Issue.id.in_(shown), visible(actor)).order_by(Issue.id.desc())
    briefs = tuple(briefs_of(tx, tx.session.execute(query).all())) if shown else ()
    key, _dot, side = which.partition(".")
    top = asked.figures["indicators"][key]["top"] if side == "top" else ()
    shares = {one: share for share, ids in top for one in ids if share != 1}
    return Counted(which, len(keys), briefs, shares, len(shown) - len(briefs), page, pages)
