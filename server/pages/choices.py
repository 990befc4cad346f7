"""Options of the filters that the map and the list share, as they hold for this request."""

from collections.abc import Iterable, Iterator, Mapping

from server.pages.parts import Choice, FilterForm
from server.services.areas import AreaView
from server.services.categories import categories
from server.services.heat import PERIODS
from server.words import NAMES, _, source_name, state_name
from server.workflow import State

__all__ = ["area_choices", "category_choices", "filter_form", "period_choices", "source_choices"]


def filter_form(given: Mapping[str, str], areas: Iterable[AreaView] = ()) -> FilterForm:
    """Make the form of the filters.

    Parameters
    ----------
    given : Mapping[str, str]
        Query of the request.
    areas : Iterable of AreaView
        Areas to narrow to, in tree order.
    """
    return FilterForm(
        states=tuple(_states(given.get("state", ""))),
        categories=category_choices(given.get("category", ""), _("全部类别")),
        sources=source_choices(given.get("source", ""), _("全部来源")),
        periods=period_choices(given.get("days", "all")),
        areas=area_choices(areas, given.get("area", "")),
        q=given.get("q", ""),
        since=given.get("since", ""),
        until=given.get("until", ""),
        is_overdue=given.get("overdue", "") in ("1", "true"),
        is_mine=given.get("holder") == "me",
    )


def _states(chosen: str) -> Iterator[Choice]:
    yield Choice("", _("全部状态"), chosen == "")
    yield Choice("open", _("未结"), chosen == "open")
    for state in State:
        yield Choice(state, state_name(state), chosen == state)


def category_choices(chosen: str = "", everything: str = "") -> tuple[Choice, ...]:
    """List categories under their groups; ``everything`` names a first option that means all.

    What is no longer offered stands only where issues are looked for, or where it is chosen already.
    """
    shown = [one for one in categories().values() if one.is_active or everything or one.code == chosen]
    options = [Choice(one.code, one.label, one.code == chosen, one.group_label) for one in shown]
    return (*([Choice("", everything, chosen == "")] if everything else []), *options)


def source_choices(chosen: str = "", everything: str = "") -> tuple[Choice, ...]:
    """List sources; ``everything`` names a first option that means all."""
    options = [Choice(code, source_name(code), code == chosen) for code in NAMES["source"]]
    return (*([Choice("", everything, chosen == "")] if everything else []), *options)


def period_choices(chosen: str) -> tuple[Choice, ...]:
    """List the periods that the heat is counted over."""
    labels = {key: _("{days} 天", days=days) if days else _("全部") for key, days in PERIODS.items()}
    return tuple(Choice(key, label, key == chosen) for key, label in labels.items())


def area_choices(areas: Iterable[AreaView], chosen: str) -> tuple[Choice, ...]:
    """List areas, each indented by its level."""
    depths = {"district": 0, "subdistrict": 0, "community": 1, "cell": 2}
    shown = [
        Choice(area.code, "\u3000" * depths[area.level] + area.name, area.code == chosen, "")
        for area in areas
    ]
    return (Choice("", _("全部区域"), chosen == ""), *shown)
