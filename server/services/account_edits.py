"""Adding people, changing who they are, switching them off and on: by administrators who look after them."""

import re
from dataclasses import dataclass

from sqlalchemy import select, update

from server.db import Tx
from server.errors import InputError, NotPermitted
from server.models import Department, Person, RoleGrant, Token
from server.services import audit, people, reset_links, sessions, totp
from server.services.administered import acting, looked_after
from server.services.grants import check_not_last, check_others, close_ways, give, may_serve
from server.services.lines import line
from server.services.people import Actor, NewPerson, hashed_password
from server.workflow import Role

__all__ = [
    "PersonWish",
    "add",
    "change",
    "drop_second",
    "end_sessions",
    "set_password",
    "switch",
]

LOGIN_FORM = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
NAME_MOST, PHONE_MOST = 100, 32


@dataclass(frozen=True)
class PersonWish:
    """A person as an administrator wants them.

    Attributes
    ----------
    name, phone : str
        Full name; office phone, empty for none.
    department : str
        Code of the department that they handle issues for; empty for none.
    """

    name: str
    phone: str = ""
    department: str = ""


def add(
    tx: Tx,
    actor: Actor,
    login: str,
    wish: PersonWish,
    roles: tuple[tuple[str, str], ...] = (),
    *,
    is_program: bool = False,
    password: str | None = None,
) -> int:
    """Add a person with their roles.

    Parameters
    ----------
    tx : Tx
        Writing transaction.
    actor : Actor
        An administrator.
    login : str
        Login name; small letters and digits.
    wish : PersonWish
        The rest.
    roles : tuple of (role, area)
        What they are, where; the area by code or name.
    is_program : bool
        Whether it is no person but a program that acts by tokens alone.
    password : str, optional
        None: they set one by a link.

    Returns
    -------
    int
        Key of the act in the record.

    Raises
    ------
    InputError
        Malformed or taken login, no such role, area or department; nothing is written.
    NotPermitted
        The department serves more than the actor's areas.
    """
    actor = acting(tx, actor)
    spelled = login.strip().lower()
    if not LOGIN_FORM.fullmatch(spelled):
        raise InputError("account.login", field="login", value=login[:64])
    if is_program and password is not None:
        raise InputError("account.program", field="password", login=spelled)
    name, phone = _facts(wish)
    department = wish.department if _department(tx, actor, wish.department) else None
    new = NewPerson(spelled, name, password, phone, (), department)
    [key] = people.create(tx, [new])
    tx.session.get_one(Person, key).is_program = is_program
    tx.session.flush()
    written = audit.record(tx, actor, "person.add", subject_id=key, program=is_program)
    for role, area in dict.fromkeys(roles):
        give(tx, actor, spelled, role, area)
    return written


def change(tx: Tx, actor: Actor, login: str, wish: PersonWish) -> int | None:
    """Change somebody's name, office phone or department.

    Returns
    -------
    int or None
        Key of the act in the record; None when nothing differed.

    Raises
    ------
    NotFound
        Somebody else's to look after.
    InputError
        A name or phone that cannot be, no such department, a handler left without one.
    NotPermitted
        One's own department, or one that serves more than the actor's areas.
    """
    actor = acting(tx, actor)
    person = looked_after(tx, actor, login)
    name, phone = _facts(wish)
    wanted = {"name": name, "phone": phone, "department_id": person.department_id}
    if wish.department != _code_of(tx, person.department_id):
        check_others(actor, person)
        wanted["department_id"] = _department(tx, actor, wish.department)
        if wanted["department_id"] is None and _is_handler(tx, person.id):
            raise InputError("grant.department", field="department", name=person.name)
    differing = [field for field, value in wanted.items() if getattr(person, field) != value]
    if not differing:
        return None
    for field in differing:
        setattr(person, field, wanted[field])
    tx.session.flush()
    if "department_id" in differing:
        close_ways(tx, actor, person)
    shown = [field.removesuffix("_id") for field in differing]
    return audit.record(tx, actor, "person.change", subject_id=person.id, fields=shown)


def switch(tx: Tx, actor: Actor, login: str, *, on: bool) -> int | None:
    """Switch somebody off, which ends their sessions and tokens at once, or on again.

    What they hold and answer for stays with them: :mod:`server.services.leaving` hands it over.

    Returns
    -------
    int or None
        Key of the act in the record; None when it was so already.

    Raises
    ------
    NotFound
        Somebody else's to look after.
    NotPermitted
        Oneself.
    Conflict
        The last administrator of the whole.
    """
    actor = acting(tx, actor)
    person = looked_after(tx, actor, login)
    check_others(actor, person)
    if person.is_active == on:
        return None
    if not on:
        check_not_last(tx, person)
    person.is_active, person.leaves_at = on, None
    tx.session.flush()
    written = audit.record(tx, actor, "person.on" if on else "person.off", subject_id=person.id)
    if not on:
        valid = (Token.person_id == person.id, Token.revoked_at.is_(None))
        tx.session.execute(update(Token).where(*valid).values(revoked_at=tx.now))
        sessions.end_all(tx, actor, person.id)
        reset_links.kill_made_by(tx, person.id)
    return written


def end_sessions(tx: Tx, actor: Actor, login: str) -> int | None:
    """End all sessions of somebody; gives the key of the act, None when none ran.

    Raises
    ------
    NotFound
        Somebody else's to look after.
    NotPermitted
        Oneself.
    """
    actor = acting(tx, actor)
    person = looked_after(tx, actor, login)
    check_others(actor, person)
    return sessions.end_all(tx, actor, person.id)


def drop_second(tx: Tx, actor: Actor, login: str) -> int:
    """Forget the second factor of somebody who has lost their phone; gives the key of the act.

    Raises
    ------
    NotFound, NotPermitted
        As for :func:`end_sessions`.
    Conflict
        None is set up.
    """
    actor = acting(tx, actor)
    person = looked_after(tx, actor, login)
    check_others(actor, person)
    return totp.turn_off(tx, actor, person.id)


def set_password(tx: Tx, actor: Actor, login: str, password: str) -> None:
    """Set a person's password from the command line; their sessions and links end.

    Raises
    ------
    NotFound
        None of this login.
    NotPermitted
        Only the system may; others send a link.
    InputError
        Not a password that can be, or no person but a program.
    """
    if not actor.is_system:
        raise NotPermitted("auth.not_permitted")
    person = looked_after(tx, actor, login)
    if person.is_program:
        raise InputError("account.program", field="password", login=person.login)
    hashed = hashed_password(password, login=person.login)
    audit.record(tx, actor, "password.set", subject_id=person.id)
    reset_links.put_password(tx, actor, person.id, str(hashed))


def _facts(wish: PersonWish) -> tuple[str, str | None]:
    name = line("name", wish.name, NAME_MOST)
    return name, line("phone", wish.phone, PHONE_MOST, is_needed=False) or None


def _department(tx: Tx, actor: Actor, code: str) -> int | None:
    if not code:
        return None
    key = tx.session.scalar(select(Department.id).where(Department.code == code))
    if key is None:
        raise InputError("department.unknown", field="department", code=code[:64])
    if not may_serve(tx, actor, key):
        raise NotPermitted("account.department_foreign")
    return key


def _code_of(tx: Tx, department_id: int | None) -> str:
    return tx.session.scalar(select(Department.code).where(Department.id == department_id)) or ""


def _is_handler(tx: Tx, person_id: int) -> bool:
    held = select(RoleGrant.id).where(RoleGrant.person_id == person_id, RoleGrant.role == str(Role.HANDLER))
    return tx.session.scalar(held.limit(1)) is not None
