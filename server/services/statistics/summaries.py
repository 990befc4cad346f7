"""The numbers of a period, each beside the period before and last year's."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from server.db import Tx
from server.errors import InputError
from server.services.filters import Filters, known
from server.services.people import Actor
from server.services.statistics.counting import Asker, asker
from server.services.statistics.figures import count, figure
from server.services.statistics.indicators import INDICATORS, NOW, SUMMARY, Indicator, indicators
from server.services.statistics.periods import Period
from server.services.statistics.rates import rates_of
from server.services.statistics.shapes import Figure

__all__ = ["known_indicators", "summary", "wanted_of"]

OPEN = "open"


def summary(
    tx: Tx, actor: Actor, filters: Filters, period: Period, keys: Iterable[str] = SUMMARY
) -> tuple[Figure, ...]:
    """Count a period's indicators, in few statements, over what the actor may see.

    Parameters
    ----------
    tx : Tx
        Any transaction; its instant decides what is open and overdue.
    actor : Actor
        Who asks.
    filters : Filters
        Any of :data:`server.services.statistics.counting.NARROWING`.
    period : Period
        When; what is open or overdue is so now, whatever the period.
    keys : Iterable of str
        Which of :data:`INDICATORS`.

    Raises
    ------
    InputError
        A filter that statistics do not take, an unknown area, person, department or indicator.
    """
    whole, every = asker(tx, actor, filters), known_indicators(tx)
    wanted = wanted_of(every, keys)
    figures = _figures(whole, wanted, every, period)
    moving = [one for one in wanted if one.window != NOW]
    before, year_ago = (
        {one.key: one.value for one in _figures(whole, moving, every, other)} if moving else {}
        for other in period.compared(tx.now)
    )
    if any(one.key == OPEN for one in wanted) and period.since <= tx.now < period.until:
        for other, values in zip(period.compared(tx.now), (before, year_ago), strict=True):
            values[OPEN] = whole.open_at(other.until)
    return tuple(
        replace(one, previous=before.get(one.key), last_year=year_ago.get(one.key)) for one in figures
    )


def _figures(
    whole: Asker, wanted: Sequence[Indicator], every: Mapping[str, Indicator], period: Period
) -> list[Figure]:
    counted = count(whole, wanted, every, period)
    return [figure(one, counted, whole, period) for one in wanted]


def known_indicators(tx: Tx) -> dict[str, Indicator]:
    """Give all indicators by key, the three rates as the settings say."""
    return {one.key: one for one in indicators(rates_of(tx.store.folder))}


def wanted_of(every: Mapping[str, Indicator], keys: Iterable[str]) -> tuple[Indicator, ...]:
    """Look indicators up.

    Raises
    ------
    InputError
        There is none of that name.
    """
    wanted = tuple(dict.fromkeys(keys))
    for key in wanted:
        if key not in INDICATORS:
            raise InputError(
                "field.not_one_of", field="indicator", value=key[:40], expected=known("indicator")
            )
    return tuple(every[key] for key in wanted)
