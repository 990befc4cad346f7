"""All filters of a query in words, each with its name, as they are told before something is done with what they find."""

from collections.abc import Iterator, Mapping

from server.db import Tx
from server.services import areas, named
from server.services.categories import category_name
from server.services.hotspots import ALL, category_said
from server.services.people import Actor
from server.words import NAMES, _, field_name, source_name, state_name

__all__ = ["filters_said"]

UNSAID = frozenset({"level", "period", "indicators"})


def filters_said(tx: Tx, actor: Actor, given: Mapping[str, str]) -> tuple[str, ...]:
    """Say filters.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    actor : Actor
        Who asks.
    given : Mapping[str, str]
        Filters as text, already found readable.
    """
    return tuple(_each(tx, actor, given))


def _each(tx: Tx, actor: Actor, given: Mapping[str, str]) -> Iterator[str]:
    for name, said in given.items():
        if name in UNSAID:
            continue
        if name in ("overdue", "urgent", "again", "callback"):
            yield field_name(name)
        elif name == "bbox":
            yield _("只要地图上当前范围内的")
        else:
            yield _("{name}：{value}", name=_name(name), value=_value(tx, actor, name, said))


def _name(name: str) -> str:
    own = NAMES["export_filter"].get(name)
    return _(own) if own else field_name(name)


def _value(tx: Tx, actor: Actor, name: str, said: str) -> str:
    if name == "area":
        return areas.by_code(tx, said).name
    if name == "department":
        return dict(named.departments(tx, actor)).get(said, said)
    if name == "holder":
        return _("我") if said == "me" else _("指定的人")
    spell = {"state": _state, "category": _category, "source": source_name, "units": _units}.get(name)
    parts = [one.strip() for one in said.split(",")]
    if spell:
        return _("、").join(spell(one) for one in parts)
    return _("、").join(_(NAMES[name].get(one, one)) for one in parts) if name in NAMES else said


def _state(code: str) -> str:
    return _("未结") if code == "open" else state_name(code)


def _category(code: str) -> str:
    return category_said("") if code == ALL else category_name(code)


def _units(code: str) -> str:
    return _(NAMES["hotspot_kind"].get(code, code))
