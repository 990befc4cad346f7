"""People from a file: in one transaction, all faults at once; the same file again changes nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from server.db import Store, Tx
from server.errors import InvalidRows
from server.models import Area, Person, RoleGrant
from server.services import audit, duties
from server.services.imports.columns import choose
from server.services.imports.runs import note
from server.services.imports.staff import PEOPLE_FIELDS, Wish, read_wishes
from server.services.imports.tables import open_table
from server.services.people import Actor, hashed_password
from server.uids import uuid7
from server.workflow import Role

__all__ = ["PeopleReport", "import_people", "login_of"]

_OUTSIDE = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class PeopleReport:
    """What became of a file of people.

    Attributes
    ----------
    file : str
        File name.
    new, changed, same : int
        People added, changed, and found to be just so.
    logins : tuple of (name, login)
        Of those added.
    released : int
        Duties for cells that were given up because the file names others.
    """

    file: str
    new: int
    changed: int
    same: int
    logins: tuple[tuple[str, str], ...]
    released: int


def import_people(
    store: Store,
    actor: Actor,
    path: Path,
    columns: dict[str, str] | None = None,
    encoding: str | None = None,
    *,
    makes_departments: bool = False,
) -> PeopleReport:
    """Take people in: new ones are added, those with a known login changed.

    A leader gets the leader's duty for the community. Cells named for a person replace those they
    answered for. Nobody is ever removed.

    Parameters
    ----------
    store : Store
        Upgraded.
    actor : Actor
        Who does it.
    path : Path
        CSV or XLSX.
    columns : dict[str, str], optional
        Field (see ``PEOPLE_FIELDS``) -> column, where it is not to be guessed.
    encoding : str, optional
        Of a CSV file.
    makes_departments : bool
        Whether departments that are not there are made.

    Raises
    ------
    InvalidRows
        Every fault of the file; nothing was written.
    InputError
        The file cannot be read, or lacks a column.
    Busy
        Another import is running.
    """
    table = open_table(path, encoding)
    places = choose(table, PEOPLE_FIELDS, columns or {})
    with store.write() as tx:
        wishes, faults = read_wishes(tx, table, places, makes_departments=makes_departments)
        if faults:
            raise InvalidRows(table.name, faults)
        report, acts = _apply(tx, table.name, wishes)
        audit.record_many(tx, actor, _named(tx, acts))
        counts = {"new": report.new, "changed": report.changed, "same": report.same}
        if report.new or report.changed:
            audit.record(tx, actor, "person.import", file=table.name, **counts)
        note(tx, "people", table.name, table.digest, counts, actor.person_id)
    return report


Acts = list[tuple[str, int, dict[str, Any]]]
"""Kind, whose account, codes and values; an area stands as its key until all are known."""


def _named(tx: Tx, acts: Acts) -> Acts:
    """Name the areas of roles that were given and taken."""
    keys = {given["area"] for _kind, _key, given in acts if "area" in given}
    areas = {one.id: one for one in tx.session.scalars(select(Area).where(Area.id.in_(keys)))}
    for _kind, _key, given in acts:
        if "area" in given:
            area = areas[given["area"]]
            given |= {"code": area.code, "area": area.name}
    return acts


def _apply(tx: Tx, file: str, wishes: list[Wish]) -> tuple[PeopleReport, Acts]:
    names, acts = _Logins(tx, wishes), Acts()
    hashed: dict[str, str] = {}
    added: list[tuple[str, str]] = []
    changed = released = 0
    for wish in wishes:
        person = names.person(wish)
        is_new = person is None
        if person is None:
            person = Person(uid=uuid7(tx.now), login=names.free(wish), name=wish.name, created_at=tx.now)
            tx.session.add(person)
            added.append((wish.name, person.login))
        differs = _write(tx, person, wish, hashed, acts)
        given_up = _give_up(tx, person, wish, acts)
        released += given_up
        changed += not is_new and (differs or given_up > 0)
    same = len(wishes) - len(added) - changed
    return PeopleReport(file, len(added), changed, same, tuple(added), released), acts


def _write(tx: Tx, person: Person, wish: Wish, hashed: dict[str, str], acts: Acts) -> bool:
    """Make a person what the wish says; tell whether anything was different."""
    is_new = person.id is None
    wanted = {"name": wish.name, "is_active": True}
    wanted |= {"phone": wish.phone} if wish.phone else {}
    wanted |= {"department_id": wish.department_id} if wish.department_id else {}
    differing = [name for name, value in wanted.items() if getattr(person, name) != value]
    for name, value in wanted.items():
        setattr(person, name, value)
    if wish.password and not person.password_hash:  # a password once set is the person's own
        person.password_hash = hashed_password(wish.password, hashed, person.login)
        person.password_at = tx.now
        differing.append("password")
    tx.session.flush()
    acts.extend((kind, person.id, given) for kind, given in _altered(differing, is_new=is_new))
    given_now = _grant(tx, person, wish, acts)
    differs = bool(differing) or given_now
    for area_id, kind, starts_at, ends_at in dict.fromkeys(wish.duties):
        differs |= duties.assign(tx, person.id, area_id, kind, starts_at, ends_at)
        tx.session.flush()
    return differs


def _altered(differing: list[str], *, is_new: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """Say as acts what became of an account."""
    if is_new:
        yield "person.add", {"program": False}
        return
    if "is_active" in differing:
        yield "person.on", {}
    if "password" in differing:
        yield "password.set", {}
    fields = [name.removesuffix("_id") for name in differing if name not in ("is_active", "password")]
    if fields:
        yield "person.change", {"fields": fields}


def _grant(tx: Tx, person: Person, wish: Wish, acts: Acts) -> bool:
    """Give the roles that a person does not have yet; tell whether there were any."""
    query = select(RoleGrant.role, RoleGrant.area_id).where(RoleGrant.person_id == person.id)
    held = {(role, area_id) for role, area_id in tx.session.execute(query)}
    lacking = [(str(role), area_id) for role, area_id in wish.grants if (str(role), area_id) not in held]
    for role, area_id in lacking:
        tx.session.add(RoleGrant(person_id=person.id, role=role, area_id=area_id))
        acts.append(("grant.add", person.id, {"role": role, "area": area_id}))
    return bool(lacking)


def _give_up(tx: Tx, person: Person, wish: Wish, acts: Acts) -> int:
    """End duties and grants for cells that the file no longer names for a person; count the duties."""
    if not wish.has_cells:
        return 0
    cells = {area_id for area_id, kind, *_span in wish.duties if kind != "leader"}
    begins = [starts_at for _area, kind, starts_at, _end in wish.duties if kind != "leader" and starts_at]
    released = duties.release(tx, person.id, cells, max(min(begins, default=tx.now), tx.now))
    query = select(RoleGrant).where(RoleGrant.person_id == person.id, RoleGrant.role == str(Role.WORKER))
    for grant in tx.session.scalars(query.where(RoleGrant.area_id.in_(released))):
        tx.session.delete(grant)
        acts.append(("grant.remove", person.id, {"role": grant.role, "area": grant.area_id}))
    tx.session.flush()
    return len(released)


def login_of(name: str) -> str:
    """Make a login from a name: its pinyin without tones, e.g. ``zhangwei``; ``person`` when nothing is left."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - takes 0.3 s, and other commands load this as well

    return _OUTSIDE.sub("", "".join(lazy_pinyin(name)).lower())[:60] or "person"


class _Logins:
    """Finds the person a wish means, and free logins for new ones.

    Without a login, a wish means the first person of that name and a login made from it, whose phone is
    not another one and whom no other wish of the file has taken.
    """

    def __init__(self, tx: Tx, wishes: list[Wish]) -> None:
        self._by_login = {one.login: one for one in tx.session.scalars(select(Person).order_by(Person.id))}
        self._taken = {wish.login for wish in wishes if wish.login}

    def person(self, wish: Wish) -> Person | None:
        """Find whom a wish means; None for somebody new."""
        if wish.login:
            return self._by_login.get(wish.login)
        made = re.compile(re.escape(login_of(wish.name)) + r"\d*")
        several = [
            one
            for login, one in self._by_login.items()
            if one.name == wish.name and login not in self._taken and made.fullmatch(login)
        ]
        several = [one for one in several if not (one.phone and wish.phone) or one.phone == wish.phone]
        several.sort(key=lambda one: (one.phone or "") != wish.phone)
        if several:
            self._taken.add(several[0].login)
            return several[0]
        return None

    def free(self, wish: Wish) -> str:
        """Give the wish's login, or a free one made from the name."""
        start = wish.login or login_of(wish.name)
        login, count = start, 1
        while not wish.login and (login in self._by_login or login in self._taken):
            count += 1
            login = f"{start}{count}"
        self._taken.add(login)
        return login
