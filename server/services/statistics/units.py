"""Units that statistics are made by: areas of a level, categories, sources, workers, departments."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import or_, select

from server.errors import InputError
from server.models import Department, Person
from server.services.areas import visible_paths
from server.services.categories import categories, category_name
from server.services.columns.tree import Tree, tree_of
from server.services.duties import answer_of
from server.services.filters import known
from server.services.named import departments
from server.services.roster import roster_of
from server.services.statistics.counting import Asker, By
from server.services.statistics.shapes import Query
from server.words import NAMES, source_name

__all__ = ["DIMENSIONS", "Split", "Unit", "split"]


@dataclass(frozen=True)
class Unit:
    """One unit.

    Attributes
    ----------
    code, name : str
        As a row shows them.
    keys : tuple
        What rows of it are counted by.
    query : Query
        Filters that say it.
    households : int or None
        Of it, where known.
    """

    code: str
    name: str
    keys: tuple[Any, ...]
    query: Query
    households: int | None = None


@dataclass(frozen=True)
class Split:
    """How issues are split into units.

    Attributes
    ----------
    by : By
        What counts are grouped by.
    units : Callable
        What was met -> units in order, those without issues too.
    """

    by: By
    units: Callable[[frozenset[Any]], Iterable[Unit]]


def split(asker: Asker, dimension: str) -> Split:
    """Split into the units of a dimension.

    Parameters
    ----------
    asker : Asker
        Who asks, of what.
    dimension : str
        One of :data:`DIMENSIONS`.

    Raises
    ------
    InputError
        There is no such dimension.
    """
    if dimension not in DIMENSIONS:
        raise InputError(
            "field.not_one_of", field="dimension", value=dimension[:40], expected=known("dimension")
        )
    return DIMENSIONS[dimension](asker)


def _areas(level: str) -> Callable[[Asker], Split]:
    def by_area(asker: Asker) -> Split:
        tree = tree_of(asker.tx)
        unit_of = tree.at_level(level)
        by = By(lambda rows: unit_of(rows["area"]), _key)
        return Split(by, lambda seen: _area_units(asker, tree, level, seen))

    return by_area


def _key(number: int) -> int | None:
    return number or None


def _area_units(asker: Asker, tree: Tree, level: str, seen: frozenset[Any]) -> Iterator[Unit]:
    homes: dict[str, list[int]] = defaultdict(list)
    for row in tree.areas:
        if row.level == "cell" and row.households is not None and row.retired_grid_id is None:
            for code in row.path.strip("/").split("/"):
                homes[code].append(row.households)
    base, own = tree.path_of.get(asker.query.get("area", ""), "/"), visible_paths(asker.actor)
    for row in (row for row in tree.areas if row.level == level):
        is_base = row.path.startswith(base) or base.startswith(row.path)
        is_own = row.retired_grid_id is None and any(row.path.startswith(path) for path in own)
        if is_base and (is_own or row.id in seen):
            is_wider = base.startswith(row.path)
            households = row.households or (sum(homes[row.code]) if homes[row.code] else None)
            query = {} if is_wider and base != row.path else {"area": row.code}
            yield Unit(row.code, row.name, (row.id,), query, households)


def _by_category(asker: Asker) -> Split:
    def units(seen: frozenset[Any]) -> Iterator[Unit]:
        codes = [code for code, one in categories().items() if one.is_active or code in seen]
        codes += sorted(seen - set(categories()))
        for code in _asked_for(asker, "category", codes):
            yield Unit(code, category_name(code), (code,), {"category": code})

    return Split(_coded(asker, "category"), units)


def _by_source(asker: Asker) -> Split:
    def units(seen: frozenset[Any]) -> Iterator[Unit]:
        for code in _asked_for(asker, "source", [*NAMES["source"], *sorted(seen - set(NAMES["source"]))]):
            yield Unit(code, source_name(code), (code,), {"source": code})

    return Split(_coded(asker, "source"), units)


def _coded(asker: Asker, name: str) -> By:
    return By(lambda rows: rows[name], lambda number: asker.codes[name][number])


def _asked_for(asker: Asker, kind: str, codes: Iterable[str]) -> Iterator[str]:
    given = asker.query.get(kind)
    return (code for code in codes if given is None or code in given.split(","))


def _by_worker(asker: Asker) -> Split:
    def units(seen: frozenset[Any]) -> Iterator[Unit]:
        homes = {} if "holder" in asker.query else _on_duty(asker)
        people = select(Person.id, Person.uid, Person.name).order_by(Person.name, Person.id)
        for row in asker.tx.rows(people.where(Person.id.in_(seen.union(homes) - {None}))):
            yield Unit(str(row.uid), row.name, (row.id,), {"holder": str(row.uid)}, homes.get(row.id))

    return Split(By(lambda rows: rows["holder_person"], _key), units)


def _on_duty(asker: Asker) -> dict[int, int | None]:
    """Give who answers for cells of the actor's now, leave aside, and how many households live there: each once."""
    tree, own = tree_of(asker.tx), visible_paths(asker.actor)
    base = tree.path_of.get(asker.query.get("area", ""), "/")
    cells = {
        row.id: row
        for row in tree.areas
        if row.level == "cell" and row.retired_grid_id is None and row.path.startswith(base)
        if any(row.path.startswith(path) for path in own)
    }
    roster = roster_of(asker.tx, list(cells), asker.tx.now, {key: (cells[key].name, None) for key in cells})
    at_home = replace(roster, leave={})
    homes: dict[int, int | None] = {}
    for key, row in cells.items():
        answer = answer_of(at_home, key)
        if answer.person_id is not None and answer.reason in ("duty.A", "duty.B"):
            known = homes.get(answer.person_id)
            homes[answer.person_id] = known if row.households is None else (known or 0) + row.households
    return homes


def _by_department(asker: Asker) -> Split:
    def units(seen: frozenset[Any]) -> Iterator[Unit]:
        codes = (
            []
            if "department" in asker.query
            else [code for code, _name in departments(asker.tx, asker.actor)]
        )
        found = or_(Department.code.in_(codes), Department.id.in_(seen - {None}))
        query = select(Department.id, Department.code, Department.name).order_by(
            Department.name, Department.id
        )
        for row in asker.tx.rows(query.where(found)):
            yield Unit(row.code, row.name, (row.id,), {"department": row.code})

    return Split(By(lambda rows: rows["holder_department"], _key), units)


DIMENSIONS: Mapping[str, Callable[[Asker], Split]] = {
    "district": _areas("district"),
    "subdistrict": _areas("subdistrict"),
    "community": _areas("community"),
    "cell": _areas("cell"),
    "category": _by_category,
    "source": _by_source,
    "worker": _by_worker,
    "department": _by_department,
}
"""What statistics can be split by; the names are ``NAMES["dimension"]``."""
