"""A town of ten thousand cells with jagged borders, a worker for each, some away; and who should answer where."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import shapely
from sqlalchemy import insert, select

from geo import Cells
from server.db import Store, Tx
from server.models import Area, Boundary, Duty, Grid, Leave, Person
from server.services import people
from server.services.imports.runs import analyze
from server.services.people import NewPerson
from server.uids import uuid7
from tests.geo.subdivision import jagged_cells
from tests.personas import token_of

ROOT = "110105"
CUTS = {6: "district", 9: "subdistrict", 12: "community", 15: "cell"}
COUNT = 10_000
UNSERVED, AWAY, STOOD_IN, SECOND = 13, 7, 14, 3  # each n-th cell has no A; its A is away; a substitute; a B


@dataclass(frozen=True)
class BigTown:
    """What was built.

    Attributes
    ----------
    cells : Cells
        As stored.
    holder : dict[str, str]
        Code of a cell -> name of who is on duty there.
    read, report : str
        Tokens of a supervisor and of a dispatcher over everything.
    """

    cells: Cells
    holder: dict[str, str]
    read: str
    report: str


def build(store: Store, count: int = COUNT) -> BigTown:
    """Write the town into an empty, upgraded store."""
    cells = jagged_cells(count)
    codes = sorted(cells.codes.tolist())
    with store.write() as tx:
        ids = dict(lay_areas(tx, codes))
        lay_outlines(tx, cells, ids)
        holder = _staff(tx, codes, ids)
        roles = ("supervisor", "dispatcher")
        people.create(tx, [NewPerson(role, role, roles=((role, ROOT),)) for role in roles])
        read = token_of(tx, "supervisor", ["read"])
        report = token_of(tx, "dispatcher", ["report"])
        analyze(tx)
    return BigTown(cells, holder, read, report)


def lay_areas(tx: Tx, codes: list[str]) -> Iterator[tuple[str, int]]:
    """Write the areas of cells and all above them; gives code and key of each."""
    ids: dict[str, int] = {}
    for length, level in CUTS.items():
        names = sorted({code[:length] for code in codes})
        rows = [
            {"code": name, "level": level, "name": f"{level} {name[6:]}", "pinyin": "", "path": _path(name),
             "parent_id": ids.get(name[: length - 3])}
            for name in names
        ]  # fmt: skip
        tx.session.execute(insert(Area), rows)
        found = tx.session.execute(select(Area.code, Area.id).where(Area.level == level)).all()
        ids.update((code, key) for code, key in found)
        yield from found


def _path(code: str) -> str:
    return "/" + "".join(f"{code[:length]}/" for length in CUTS if length <= len(code))


def lay_outlines(tx: Tx, cells: Cells, ids: dict[str, int]) -> None:
    """Write the boundaries of cells, as one grid."""
    grid = Grid(digest="big-town", at=tx.now)
    tx.session.add(grid)
    tx.session.flush()
    boxes = shapely.bounds(cells.geometry)
    rows = [
        {"area_id": ids[code], "code": code, "level": "cell", "geom": shape, "area_m2": 1e6,
         "first_grid_id": grid.id, **dict(zip(("west", "south", "east", "north"), box, strict=True))}
        for code, shape, box in zip(cells.codes.tolist(), cells.geometry, boxes.tolist(), strict=True)
    ]  # fmt: skip
    tx.session.execute(insert(Boundary), rows)


def _staff(tx: Tx, codes: list[str], ids: dict[str, int]) -> dict[str, str]:
    """Give each cell its A but some, some a B, each community a leader; send some As away."""
    communities = sorted({code[:12] for code in codes})
    logins = [*(f"a{code}" for code in codes), *(f"b{code}" for code in codes[::SECOND]),
              *(f"s{code}" for code in codes[::STOOD_IN]), *(f"l{code}" for code in communities)]  # fmt: skip
    tx.session.execute(
        insert(Person),
        [
            {"uid": uuid7(tx.now), "login": login, "name": login, "is_active": True, "created_at": tx.now}
            for login in logins
        ],
    )
    key = dict(tx.session.execute(select(Person.login, Person.id)).all())
    begun = tx.now - timedelta(days=30)
    served = [code for number, code in enumerate(codes) if number % UNSERVED]
    posts = [*(("A", code, f"a{code}") for code in served), *(("B", code, f"b{code}") for code in codes[::SECOND]),
             *(("leader", code, f"l{code}") for code in communities)]  # fmt: skip
    duties = [
        {"area_id": ids[code], "person_id": key[login], "kind": kind, "starts_at": begun}
        for kind, code, login in posts
    ]
    tx.session.execute(insert(Duty), duties)
    substitutes = set(codes[::STOOD_IN])
    leave = [
        {"person_id": key[f"a{code}"], "substitute_id": key[f"s{code}"] if code in substitutes else None,
         "starts_at": begun, "ends_at": tx.now + timedelta(days=30)}
        for code in codes[::AWAY]
    ]  # fmt: skip
    tx.session.execute(insert(Leave), leave)
    return {code: _on_duty(number, code) for number, code in enumerate(codes)}


def _on_duty(number: int, code: str) -> str:
    """Say who answers, by the rule: A, his substitute, B, the community's leader."""
    if number % UNSERVED and number % AWAY:
        return f"a{code}"
    if number % UNSERVED and number % STOOD_IN == 0:
        return f"s{code}"
    return f"b{code}" if number % SECOND == 0 else f"l{code[:12]}"
