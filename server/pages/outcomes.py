"""What was done in all by the issues of a list: quantities and money, added up."""

from dataclasses import dataclass

from flask import Blueprint, request

from server.auth import ISSUE_ROLES, allow, current_actor, current_store
from server.pages.frame import render
from server.pages.issues import list_address
from server.services.categories import category_name
from server.services.filters import FIELDS, Filters
from server.services.outcomes import outcomes
from server.words import _

__all__ = ["blueprint"]

blueprint = Blueprint("outcomes", __name__)


@dataclass(frozen=True)
class AmountRow:
    """One kind of thing done.

    Attributes
    ----------
    category, quantity, unit : str
        In words.
    issues : int
        In how many issues.
    """

    category: str
    quantity: str
    unit: str
    issues: int


@dataclass(frozen=True)
class OutcomesPage:
    """``issues/outcomes.html``.

    Attributes
    ----------
    rows : tuple of AmountRow
        The most issues first.
    money : str
        Yuan.
    paid : int
        Issues that cost money.
    back_url : str
        The list that this adds up.
    """

    rows: tuple[AmountRow, ...]
    money: str
    paid: int
    back_url: str


@blueprint.get("/issues/outcomes")
@allow(*ISSUE_ROLES)
def index() -> str:
    """Add up what was done in the issues of a list."""
    store = current_store()
    given = {name: request.args[name] for name in FIELDS if request.args.get(name)}
    filters = Filters.parse(given, store.config.zone)
    with store.read() as tx:
        found = outcomes(tx, current_actor(), filters)
    rows = tuple(
        AmountRow(category_name(one.category), f"{one.quantity:,.10g}", _(one.unit), one.issues)
        for one in found.amounts
    )
    page = OutcomesPage(rows, f"{found.money:,.2f}", found.paid, list_address(given))
    return render("issues/outcomes.html", page)
