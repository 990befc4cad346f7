"""What was done in all: quantities by category and unit, and money, of the issues that match.

"316 盏路灯、3970 米下水道、70 余万元" adds up by itself from what each finishing kept.
"""

from dataclasses import dataclass

from sqlalchemy import func, select

from server.db import Tx
from server.models import Issue
from server.services.filters import Filters
from server.services.listing import matching
from server.services.people import Actor

__all__ = ["Amount", "Outcomes", "outcomes"]

FEN = 100  # in a yuan


@dataclass(frozen=True)
class Amount:
    """What was done of one kind.

    Attributes
    ----------
    category, unit : str
        Code of the category; the unit as written.
    quantity : float
        Sum.
    issues : int
        Issues it was done in.
    """

    category: str
    unit: str
    quantity: float
    issues: int


@dataclass(frozen=True)
class Outcomes:
    """What was done in all.

    Attributes
    ----------
    amounts : tuple of Amount
        The most issues first.
    money : float
        Yuan.
    paid : int
        Issues that cost money.
    """

    amounts: tuple[Amount, ...]
    money: float
    paid: int


def outcomes(tx: Tx, actor: Actor, filters: Filters) -> Outcomes:
    """Add up the outcomes of the issues that match.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Adds up only what they may see.
    filters : Filters
        What is asked for.

    Raises
    ------
    InputError
        Unknown area or person.
    """
    mine = matching(tx, actor, filters)
    count = func.count()
    columns = (Issue.category, Issue.unit, func.sum(Issue.quantity), count)
    rows = tx.session.execute(
        select(*columns)
        .where(mine, Issue.quantity.is_not(None), Issue.unit.is_not(None))
        .group_by(Issue.category, Issue.unit)
        .order_by(count.desc(), Issue.category, Issue.unit)
    )
    amounts = tuple(
        Amount(category, unit or "", float(total or 0), many) for category, unit, total, many in rows
    )
    fen, paid = tx.session.execute(
        select(func.coalesce(func.sum(Issue.money_fen), 0), count).where(mine, Issue.money_fen.is_not(None))
    ).one()
    return Outcomes(amounts, int(fen or 0) / FEN, paid)
