"""People and a small town that tests share; names as in the design.

One district 示范区 with 西苑街道 (文峰社区 with a 2 x 2 block of cells, 天隆社区 with one) and 西街道 (one
community, one cell). Cells are squares of 0.01 degrees from 122.00 E 37.00 N on.
"""

from dataclasses import dataclass
from datetime import timedelta

import shapely

from server.models import Area, Boundary, Department, Duty, Grid, Person, SignedIn
from server.services import people, tokens
from server.services.areas import pinyin_of
from server.services.people import NewPerson, system_actor
from server.services.sessions import digest_of
from server.services.tokens import TokenWish

__all__ = ["PASSWORD", "PERSONAS", "SmallTown", "build_town", "secret_of", "token_of"]

PASSWORD = "wangge-2026"
AREAS = (
    ("990101", "district", "示范区", None, None),
    ("990101001", "subdistrict", "西苑街道", "990101", None),
    ("990101002", "subdistrict", "西街道", "990101", None),
    ("990101001001", "community", "文峰社区", "990101001", None),
    ("990101001002", "community", "天隆社区", "990101001", None),
    ("990101002001", "community", "东门社区", "990101002", None),
    ("990101001001001", "cell", "文峰社区第一网格", "990101001001", (122.00, 37.00)),
    ("990101001001002", "cell", "文峰社区第二网格", "990101001001", (122.01, 37.00)),
    ("990101001001003", "cell", "文峰社区第三网格", "990101001001", (122.00, 37.01)),
    ("990101001001008", "cell", "文峰社区第八网格", "990101001001", (122.01, 37.01)),
    ("990101001002001", "cell", "天隆社区第一网格", "990101001002", (122.02, 37.00)),
    ("990101002001001", "cell", "东门社区第一网格", "990101002001", (122.02, 37.01)),
)
PERSONAS = {
    "worker_lin": ("林晓", (("worker", "990101001001008"),), None),
    "worker_he": ("何平", (("worker", "990101001001001"), ("worker", "990101001001002")), None),
    "leader_zhao": ("赵敏", (("leader", "990101001001"),), None),
    "dispatcher_qian": ("钱进", (("dispatcher", "990101001"),), None),
    "handler_sun": ("孙强", (("handler", "990101"),), "heating"),
    "supervisor_li": ("李岚", (("supervisor", "990101001"),), None),
    "admin_wu": ("吴钢", (("admin", "990101"),), None),
    "outsider": ("周远", (("worker", "990101002001001"), ("leader", "990101002001")), None),
}
DUTIES = (
    ("990101001001008", "worker_lin", "A"),
    ("990101001001001", "worker_he", "A"),
    ("990101001001002", "worker_he", "A"),
    ("990101001001008", "worker_he", "B"),
    ("990101001001", "leader_zhao", "leader"),
    ("990101002001001", "outsider", "A"),
)
SIDE = 0.01


@dataclass(frozen=True)
class SmallTown:
    """Keys of what was built: areas by code, people and actors by login."""

    areas: dict
    people: dict
    actors: dict


def build_town(store):
    """Write the small town into an empty store."""
    with store.write() as tx:
        areas = _areas(tx)
        tx.session.add(Department(code="heating", name="热力公司", kind="供暖", area_id=areas["990101"]))
        tx.session.flush()
        newcomers = [
            NewPerson(login, name, PASSWORD, None, roles, department)
            for login, (name, roles, department) in PERSONAS.items()
        ]
        ids = dict(zip(PERSONAS, people.create(tx, newcomers, hashed=_HASHED), strict=True))
        start = tx.now.replace(year=tx.now.year - 1)
        for code, login, kind in DUTIES:
            tx.session.add(Duty(area_id=areas[code], person_id=ids[login], kind=kind, starts_at=start))
        tx.session.flush()
        for login, key in ids.items():
            tx.session.add(_session(tx, login, key))
        actors = {login: people.actor_of(tx, key) for login, key in ids.items()}
    return SmallTown(areas, ids, actors)


_HASHED: dict[str, str] = {}


def secret_of(login):
    """Give the secret of a persona's session, as its cookie holds it."""
    return f"the session of {login}"


def token_of(tx, login, scopes=("read",), name="test", days=None):
    """Make a token that acts as a persona; gives its secret."""
    return tokens.issue(tx, system_actor(), login, TokenWish(name, tuple(scopes), days))


def _session(tx, login, person_id):
    """Make a persona's session, which outlasts whatever a test does to the clock."""
    later = tx.now + timedelta(days=36_500)
    return SignedIn(
        digest=digest_of(secret_of(login)), person_id=person_id, method="password", address="127.0.0.1", agent="",
        created_at=tx.now, seen_at=later, expires_at=later,
    )  # fmt: skip


def _areas(tx):
    grid = Grid(digest="small-town", at=tx.now)
    tx.session.add(grid)
    tx.session.flush()
    ids, paths = {}, {}
    for code, level, name, parent, corner in AREAS:
        paths[code] = f"{paths.get(parent, '/')}{code}/"
        area = Area(code=code, level=level, name=name, parent_id=ids.get(parent), path=paths[code],
                    pinyin=pinyin_of(name), households=400 if corner else None)  # fmt: skip
        tx.session.add(area)
        tx.session.flush()
        ids[code] = area.id
        if corner:
            west, south = corner
            square = shapely.box(west, south, west + SIDE, south + SIDE)
            tx.session.add(Boundary(area_id=area.id, code=code, level=level, geom=square, west=west, south=south,
                                    east=west + SIDE, north=south + SIDE, area_m2=1e6, first_grid_id=grid.id))  # fmt: skip
    tx.session.flush()
    return ids


def person_named(tx, login):
    """Read a person's row."""
    return tx.session.query(Person).filter_by(login=login).one()
