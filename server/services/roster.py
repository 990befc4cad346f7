"""Who is there to answer for areas at an instant: duties, leave and substitutes, read in two statements or one.

The areas above others seldom change, and a caller who keeps them saves the first statement; duties and
leave may change at any time and are always read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Executable,
    String,
    any_,
    bindparam,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from server.db import Tx
from server.models import Area, Duty, Leave, Person
from server.models.types import Instant

__all__ = ["Roster", "Tree", "in_force", "roster_of", "serves"]

KEYS_LEAST = 12
Tree = Mapping[int, tuple[str, int | None]]
"""Areas by key: name, key of the area above."""


@dataclass(frozen=True)
class Roster:
    """Duties and leave in force at one instant, for some areas and all above them.

    Attributes
    ----------
    tree : Mapping
        Area id -> name, parent id.
    duties : dict
        Kind -> area id -> people as id, name; the one on duty longest first.
    leave : dict
        Who is absent -> substitute as id, name; None for none.
    """

    tree: Tree
    duties: dict[str, dict[int, list[tuple[int, str]]]]
    leave: dict[int, tuple[int, str] | None]

    def on(self, area_id: int, kind: str) -> Sequence[tuple[int, str]]:
        """People with a duty of a kind for an area itself."""
        return self.duties.get(kind, {}).get(area_id, ())

    def without(self, person_id: int) -> "Roster":
        """Tell how it would be if somebody were not there at all."""
        duties = {
            kind: {area: [one for one in people if one[0] != person_id] for area, people in posts.items()}
            for kind, posts in self.duties.items()
        }
        leave = {
            absent: None if stand_in and stand_in[0] == person_id else stand_in
            for absent, stand_in in self.leave.items()
        }
        return Roster(self.tree, duties, leave)


def in_force(at: Any) -> ColumnElement[bool]:  # noqa: ANN401 - an instant, or a parameter that stands for one
    """Condition: a duty holds at an instant."""
    return (Duty.starts_at <= at) & or_(Duty.ends_at.is_(None), Duty.ends_at > at)


def serves(person: Any, at: Any) -> ColumnElement[bool]:  # noqa: ANN401 - the table or an alias of it
    """Condition: somebody is in service at an instant; whose last day is announced, until then."""
    condition: ColumnElement[bool] = person.is_active & or_(person.leaves_at.is_(None), person.leaves_at > at)
    return condition


def roster_of(tx: Tx, wanted: list[int], at: datetime, tree: Tree | None = None) -> Roster:
    """Read the duties and leave in force for areas and all above them.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    wanted : list of int
        Areas.
    at : datetime
        Aware instant.
    tree : Mapping, optional
        Those areas and all above them, and maybe others, where the caller knows them.
    """
    tree = _tree(tx, wanted) if tree is None else tree
    above: dict[int, None] = {}
    for area_id in wanted:
        current: int | None = area_id
        while current is not None and current in tree and current not in above:
            above[current] = None
            current = tree[current][1]
    duties: dict[str, dict[int, list[tuple[int, str]]]] = {}
    leave: dict[int, tuple[int, str] | None] = {}
    rows = tx.rows(_duties(tx.on_sqlite), {"these": _given(tx, list(above)), "at": at})
    for area_id, kind, person_id, name, is_away, substitute, stand_in in rows:
        theirs = duties.setdefault(kind, {})
        theirs[area_id] = [*theirs.get(area_id, ()), (person_id, name)]
        if is_away:
            leave[person_id] = leave.get(person_id) or ((substitute, stand_in) if substitute else None)
    return Roster(tree, duties, leave)


def _tree(tx: Tx, wanted: list[int]) -> Tree:
    """Read areas and all above them."""
    facts = select(Area.id, Area.name, Area.parent_id)
    up = facts.where(_among(tx.on_sqlite, Area.id)).cte("up", recursive=True)
    up = up.union(facts.join(up, Area.id == up.c.parent_id))
    rows = tx.session.execute(select(up), {"these": _given(tx, wanted)})
    return {area_id: (name, parent) for area_id, name, parent in rows}


@cache
def _duties(on_sqlite: bool) -> Executable:
    """Ask for the duties of areas with their people, and who stands in for those away; made once.

    Somebody away twice at once has a row for each time.
    """
    at: Any = bindparam("at", type_=Instant)
    stand_in, theirs = aliased(Person), aliased(Leave)
    is_away = exists().where(theirs.person_id == stand_in.id, theirs.starts_at <= at, theirs.ends_at > at)
    is_there = serves(stand_in, at) & ~is_away
    columns = (
        Duty.area_id,
        Duty.kind,
        Person.id,
        Person.name,
        Leave.id.is_not(None),
        stand_in.id,
        stand_in.name,
    )
    return (
        select(*columns)
        .join(Person, Person.id == Duty.person_id)
        .outerjoin(Leave, (Leave.person_id == Person.id) & (Leave.starts_at <= at) & (Leave.ends_at > at))
        .outerjoin(stand_in, (stand_in.id == Leave.substitute_id) & is_there)
        .where(_among(on_sqlite, Duty.area_id), serves(Person, at), in_force(at))
        .order_by(Duty.starts_at, Duty.id, Leave.starts_at, Leave.id)
    )


def _among(on_sqlite: bool, column: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a column
    """Condition: a key is among ``these``, one parameter however many they are, so that nothing is compiled anew."""
    if on_sqlite:
        keys = func.json_each(bindparam("these", type_=String)).table_valued("value")
        among: ColumnElement[bool] = column.in_(select(keys.c.value))
    else:
        among = column == any_(bindparam("these", type_=ARRAY(BigInteger)))
    return among


def _given(tx: Tx, keys: list[int]) -> str | list[int]:
    """Give keys as one parameter.

    PostgreSQL takes a list it does not know for one of ten; for a shorter one it plans the statement anew each
    time, which takes thrice as long as its execution. No area has the key 0.
    """
    return orjson.dumps(keys).decode() if tx.on_sqlite else keys + [0] * (KEYS_LEAST - len(keys))
