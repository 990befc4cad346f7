"""Numbers of the board as people read them: figures with their lists, changes, and the formula of the three rates."""

from collections.abc import Mapping

from server.pages.board_rows import Change, Number, RateRow
from server.pages.chips import coded_words
from server.pages.issues import list_address
from server.services.categories import category_name
from server.services.statistics import Figure, Query
from server.services.statistics.rates import RATES, Rates
from server.words import NAMES, _, field_name, source_name, state_name

__all__ = ["NOTHING", "base_words", "formula_words", "number_of", "row_of", "value_words"]

NOTHING = "—"
BETTER = {"closed": 1, "on_time": 1, "response": 1, "resolution": 1, "satisfaction": 1, "score": 1,
          "open": -1, "overdue": -1, "hours_to_take": -1, "hours_to_close": -1}  # fmt: skip
"""Whether more is better (1) or worse (-1); more new issues are neither."""
FLAGS = frozenset({"callback", "urgent", "again"})
SAME = 5e-4


def value_words(value: float | None, unit: str) -> str:
    """Write a value: counts whole, rates in percent, the rest with one decimal; "—" for nothing."""
    if value is None:
        return NOTHING
    if unit == "rate":
        return f"{value:.1%}"
    return f"{value:,.0f}" if unit == "issues" else f"{value:,.1f}"


def number_of(figure: Figure) -> Number:
    """Make a number with its list: of a rate the issues below the line, and what it is made of beside."""
    tone = "bad" if figure.key == "overdue" and figure.value else ""
    text, title = value_words(figure.value, figure.unit), ""
    query, counted = figure.query, figure.counted
    if figure.unit == "rate":
        query, counted = figure.of, figure.denominator
        if figure.value is not None:
            title = f"{_share(figure.numerator)} ÷ {figure.denominator}"
    url = list_address(dict(query)) if query and counted else ""
    return Number(text, url, counted if url else None, title, tone)


def _share(given: float | None) -> str:
    return f"{given or 0:,.1f}".removesuffix(".0")


def row_of(figure: Figure, formula: str = "") -> RateRow:
    """Make a figure of the top or of the three rates."""
    value, top, bottom = number_of(figure), None, None
    if figure.unit == "rate" and figure.value is not None:
        top = _counted(_share(figure.numerator), figure.query, figure.counted)
        bottom = _counted(str(figure.denominator), figure.of, figure.denominator)
    elif figure.unit == "issues":
        value = _counted(value.text, figure.query, figure.counted, value.tone)
    name, unit = _(NAMES["indicator"][figure.key]), _(NAMES["indicator_unit"][figure.unit])
    unit = "" if figure.unit in ("issues", "rate") or figure.value is None else unit
    return RateRow(figure.key, name, unit, value, top, bottom, tuple(_changes(figure)), formula)


def _counted(text: str, query: Query, counted: int | None, tone: str = "") -> Number:
    return Number(text, list_address(dict(query)) if query else "", counted if query else None, "", tone)


def _changes(figure: Figure) -> list[Change]:
    pairs = ((_("比上期"), figure.previous), (_("比去年"), figure.last_year))
    return [_change(label, figure, then) for label, then in pairs if then is not None]


def _change(label: str, figure: Figure, then: float) -> Change:
    if figure.value is None:
        return Change(label, NOTHING)
    by = figure.value - then
    if abs(by) < (SAME if figure.unit == "rate" else 10 * SAME):
        return Change(label, _("持平"), "minus")
    tone = {1: "good", -1: "bad", 0: ""}[BETTER.get(figure.key, 0) * (1 if by > 0 else -1)]
    icon = "arrow-up-right" if by > 0 else "arrow-down-right"
    if figure.unit == "rate":
        words = _("{points} 个百分点", points=f"{100 * by:+.1f}")
    else:
        words = f"{by:+,.0f}" if figure.unit == "issues" else f"{by:+,.1f}"
    return Change(label, words.replace("-", "\u2212"), icon, tone)


def base_words(rates: Rates) -> str:
    """Say what all three rates are counted over."""
    return _("基数：时段内到期的事件中，{which}", which=_terms(_base(rates)) or _("全部"))


def formula_words(rates: Rates, key: str) -> str:
    """Say how a rate, or the score of the three, is counted.

    Parameters
    ----------
    rates : Rates
        As the settings say.
    key : str
        One of the three, or ``score``.
    """
    if key == "score":
        parts = [f"{rates.weights[one]:g} × {_(NAMES['indicator'][one])}" for one in RATES]
        return f"100 × ({' + '.join(parts)})"
    rate, base = rates.of[key], _base(rates)
    below = _term(rate.bottom, base, _("「{what}」", what=_("基数")))
    parts = [
        f"{share:g} × {said}" if share != 1 else said
        for share, said in ((share, _term(query, rate.bottom, below)) for share, query in rate.top)
    ]
    above = parts[0] if len(parts) == 1 else f"({' + '.join(parts)})"
    return f"{above} ÷ {below}"


def _base(rates: Rates) -> dict[str, str]:
    """Find what narrows all of the rates alike."""
    bottoms = [rates.of[key].bottom for key in RATES]
    return {name: said for name, said in bottoms[0].items() if all(one.get(name) == said for one in bottoms)}


def _term(query: Query, known: Mapping[str, str], otherwise: str) -> str:
    """Say which issues count, leaving out what is said already."""
    more = {name: said for name, said in query.items() if known.get(name) != said}
    return _("「{what}」", what=_terms(more)) if more else otherwise


def _terms(query: Mapping[str, str]) -> str:
    return _("，").join(_words(name, said) for name, said in query.items())


def _words(name: str, said: str) -> str:
    if name in FLAGS:
        return {"callback": field_name("callback"), "urgent": _("紧急"), "again": _("多轮办理")}[name]
    named = {"category": category_name, "source": source_name}.get(name)
    if name == "state":
        return _("、").join(_("未结") if one == "open" else state_name(one) for one in said.split(","))
    if named:
        return _("、").join(named(one) for one in said.split(","))
    return coded_words(name, said)
