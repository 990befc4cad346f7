"""Options of the filters that the map and the list share, as they hold for this request."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from server.pages.parts import Chip, Choice, FilterForm
from server.services.areas import AreaName
from server.services.categories import categories
from server.services.heat import PERIODS
from server.services.orders import NEWEST
from server.words import NAMES, _, source_name, state_name
from server.workflow import State

__all__ = [
    "area_choices",
    "category_choices",
    "coded_choices",
    "filter_form",
    "period_choices",
    "source_choices",
]

FOLDED = ("since", "until", "department", "satisfaction", "todo", "source", "urgent", "again", "holder")


def filter_form(
    given: Mapping[str, str],
    areas: Iterable[AreaName] = (),
    departments: Iterable[tuple[str, str]] | None = None,
    chips: tuple[Chip, ...] = (),
) -> FilterForm:
    """Make the form of the filters.

    Parameters
    ----------
    given : Mapping[str, str]
        Query of the request.
    areas : Iterable of AreaName
        Areas to narrow to, in tree order.
    departments : Iterable of (code, name), optional
        Departments to narrow to; with them come the options that only the list has.
    chips : tuple of Chip
        What holds beside the form's fields.
    """
    beside = {name for chip in chips for name, _said in chip.fields}
    form = FilterForm(
        states=tuple(_states(given.get("state", ""))),
        categories=category_choices(given.get("category", ""), _("全部类别")),
        sources=source_choices(given.get("source", ""), _("全部来源")),
        periods=period_choices(given.get("days", "all")),
        areas=area_choices(areas, given.get("area", "")),
        q=given.get("q", ""),
        since="" if "since" in beside else given.get("since", ""),
        until="" if "until" in beside else given.get("until", ""),
        is_overdue=_is_ticked(given, "overdue"),
        is_mine=given.get("holder") == "me",
    )
    if departments is None:
        return form
    units = [Choice(code, name, code == given.get("department")) for code, name in departments]
    return replace(
        form,
        is_urgent=_is_ticked(given, "urgent"),
        is_again=_is_ticked(given, "again"),
        clocks=coded_choices("clock", given.get("clock", ""), _("全部时限")),
        orders=coded_choices("order", given.get("sort") or NEWEST),
        departments=(Choice("", _("全部单位"), not given.get("department")), *units),
        satisfactions=coded_choices("satisfaction", given.get("satisfaction", ""), _("全部")),
        todos=coded_choices("todo", given.get("todo", ""), _("全部")),
        more=sum(1 for name in FOLDED if given.get(name) and name not in beside),
        chips=chips,
    )


def _is_ticked(given: Mapping[str, str], name: str) -> bool:
    return given.get(name, "") in ("1", "true")


def coded_choices(kind: str, chosen: str, everything: str = "") -> tuple[Choice, ...]:
    """List the codes of a kind that has names; ``everything`` names a first option that means all."""
    options = [Choice(code, _(name), code == chosen) for code, name in NAMES[kind].items()]
    options += _several(chosen, lambda code: _(NAMES[kind].get(code, code)))
    return (*([Choice("", everything, chosen == "")] if everything else []), *options)


def _several(chosen: str, named: Callable[[str], str]) -> Iterator[Choice]:
    """Make the option of several codes at once, as a link may ask for."""
    if "," in chosen:
        yield Choice(chosen, _("、").join(named(one.strip()) for one in chosen.split(",")), chosen=True)


def _states(chosen: str) -> Iterator[Choice]:
    yield Choice("", _("全部状态"), chosen == "")
    yield Choice("open", _("未结"), chosen == "open")
    for state in State:
        yield Choice(state, state_name(state), chosen == state)
    yield from _several(chosen, lambda code: _("未结") if code == "open" else state_name(code))


def category_choices(chosen: str = "", everything: str = "") -> tuple[Choice, ...]:
    """List categories under their groups; ``everything`` names a first option that means all.

    What is no longer offered stands only where issues are looked for, or where it is chosen already.
    """
    shown = [one for one in categories().values() if one.is_active or everything or one.code == chosen]
    options = [Choice(one.code, one.label, one.code == chosen, one.group_label) for one in shown]
    options += _several(chosen, lambda code: categories()[code].label if code in categories() else code)
    return (*([Choice("", everything, chosen == "")] if everything else []), *options)


def source_choices(chosen: str = "", everything: str = "") -> tuple[Choice, ...]:
    """List sources; ``everything`` names a first option that means all."""
    options = [Choice(code, source_name(code), code == chosen) for code in NAMES["source"]]
    options += _several(chosen, source_name)
    return (*([Choice("", everything, chosen == "")] if everything else []), *options)


def period_choices(chosen: str) -> tuple[Choice, ...]:
    """List the periods that the heat is counted over."""
    labels = {key: _("{days} 天", days=days) if days else _("全部") for key, days in PERIODS.items()}
    return tuple(Choice(key, label, key == chosen) for key, label in labels.items())


def area_choices(areas: Iterable[AreaName], chosen: str) -> tuple[Choice, ...]:
    """List areas, each indented by its level."""
    depths = {"district": 0, "subdistrict": 0, "community": 1, "cell": 2}
    shown = [
        Choice(area.code, "\u3000" * depths[area.level] + area.name, area.code == chosen, "")
        for area in areas
    ]
    return (Choice("", _("全部区域"), chosen == ""), *shown)
