"""What the pages about people show: rows of the list, one person with roles, sessions and tokens."""

from dataclasses import dataclass
from datetime import datetime

from server.db import Tx
from server.pages.admin_parts import Around, PageLinks
from server.pages.parts import Choice
from server.services import departments
from server.services.accounts import Account, Hold, Ties
from server.services.administered import Place, is_whole, places
from server.services.people import Actor
from server.services.permissions import administers
from server.services.sessions import SessionView
from server.services.tokens import TokenView
from server.words import NAMES, _, level_name, role_name
from server.words.devices import device_name
from server.words.scopes import scope_name

__all__ = [
    "AreaOption",
    "NewPersonPage",
    "PeoplePage",
    "PersonPage",
    "PersonRow",
    "RoleRow",
    "SessionLine",
    "TokenRow",
    "area_options",
    "department_choices",
    "person_row",
    "role_choices",
    "role_rows",
    "session_row",
    "token_row",
]

MOST_ROLES = 3


@dataclass(frozen=True)
class RoleRow:
    """A role in words.

    Attributes
    ----------
    role, code : str
        As sent.
    name, area, level : str
        As read.
    """

    role: str
    code: str
    name: str
    area: str
    level: str


@dataclass(frozen=True)
class PersonRow:
    """A person as a line.

    Attributes
    ----------
    view : Account
        The person.
    roles : tuple of RoleRow
        The first of them.
    more : int
        How many others there are.
    """

    view: Account
    roles: tuple[RoleRow, ...]
    more: int


@dataclass(frozen=True)
class AreaOption:
    """An area to choose in a field with suggestions.

    Attributes
    ----------
    value, label : str
        What is filled in, and what stands beside it.
    """

    value: str
    label: str


@dataclass(frozen=True)
class PeoplePage:
    """``admin/people.html``.

    Attributes
    ----------
    around : Around
        Tabs and notes.
    rows : tuple of PersonRow
        This page's.
    total : int
        How many there are.
    links : PageLinks
        To the neighbours.
    q, area : str
        As typed.
    roles, states : tuple of Choice
        Options.
    areas : tuple of AreaOption
        Suggestions.
    """

    around: Around
    rows: tuple[PersonRow, ...]
    total: int
    links: PageLinks
    q: str
    area: str
    roles: tuple[Choice, ...]
    states: tuple[Choice, ...]
    areas: tuple[AreaOption, ...]


@dataclass(frozen=True)
class NewPersonPage:
    """``admin/new_person.html``.

    Attributes
    ----------
    around : Around
        Tabs and notes.
    login, name, phone, area : str
        As typed.
    is_program : bool
        Whether an account for a program is asked for.
    roles, departments : tuple of Choice
        Options.
    areas : tuple of AreaOption
        Suggestions.
    """

    around: Around
    login: str
    name: str
    phone: str
    area: str
    is_program: bool
    roles: tuple[Choice, ...]
    departments: tuple[Choice, ...]
    areas: tuple[AreaOption, ...]


@dataclass(frozen=True)
class TokenRow:
    """A token as a line.

    Attributes
    ----------
    view : TokenView
        The token.
    scopes : str
        What it may do, in words.
    """

    view: TokenView
    scopes: str


@dataclass(frozen=True)
class SessionLine:
    """A session as a line.

    Attributes
    ----------
    view : SessionView
        The session.
    device : str
        Browser and system.
    """

    view: SessionView
    device: str


@dataclass(frozen=True)
class PersonPage:
    """``admin/person.html``.

    Attributes
    ----------
    around : Around
        Tabs and notes.
    view : Account
        The person.
    is_me : bool
        Whether it is whoever looks.
    is_last : bool
        Whether nobody else administers the whole.
    name, phone : str
        As they are or were typed.
    roles : tuple of RoleRow
        What they are, where.
    role_choices, departments : tuple of Choice
        Options.
    areas : tuple of AreaOption
        Suggestions.
    ties : Ties
        What still hangs on them.
    sessions : tuple of SessionLine
        Where they are signed in.
    tokens : tuple of TokenRow
        Their tokens.
    needs_duty : bool
        Whether they work in a grid in which they have no duty yet.
    link : str
        Address by which they set their password, made just now; else empty.
    link_until : datetime or None
        Until when.
    """

    around: Around
    view: Account
    is_me: bool
    is_last: bool
    name: str
    phone: str
    roles: tuple[RoleRow, ...]
    role_choices: tuple[Choice, ...]
    departments: tuple[Choice, ...]
    areas: tuple[AreaOption, ...]
    ties: Ties
    sessions: tuple[SessionLine, ...]
    tokens: tuple[TokenRow, ...]
    needs_duty: bool = False
    link: str = ""
    link_until: datetime | None = None


def role_rows(holds: tuple[Hold, ...]) -> tuple[RoleRow, ...]:
    """Say roles in words."""
    return tuple(
        RoleRow(one.role, one.code, role_name(one.role), one.name, level_name(one.level)) for one in holds
    )


def person_row(one: Account) -> PersonRow:
    """Say a person as a line."""
    return PersonRow(one, role_rows(one.roles[:MOST_ROLES]), max(0, len(one.roles) - MOST_ROLES))


def role_choices(chosen: str, first: str = "") -> tuple[Choice, ...]:
    """List the roles that people can have, with another option first where there is one."""
    codes = [code for code in NAMES["role"] if code not in ("system", "resident")]
    listed = tuple(Choice(code, role_name(code), code == chosen) for code in codes)
    return (Choice("", first, not chosen), *listed) if first else listed


def area_options(tx: Tx, actor: Actor) -> tuple[AreaOption, ...]:
    """List the areas that an administrator may choose, as 名称（编码）."""
    return tuple(_option(one) for one in places(tx, actor))


def department_choices(tx: Tx, actor: Actor, chosen: str, found: Account | None = None) -> tuple[Choice, ...]:
    """List the departments for which an administrator may let people handle; the present one stays."""
    units = departments.listed(tx, actor, is_active=True)
    whole = is_whole(tx, actor)
    mine = {one.code: one.name for one in units if (administers(actor, one.path) if one.path else whole)}
    if found and found.department:
        mine.setdefault(found.department, found.department_name)
    options = tuple(Choice(code, name, code == chosen) for code, name in mine.items())
    return (Choice("", _("无"), not chosen), *options)


def session_row(one: SessionView) -> SessionLine:
    """Say a session as a line."""
    return SessionLine(one, device_name(one.device.agent))


def token_row(one: TokenView) -> TokenRow:
    """Say a token as a line."""
    return TokenRow(one, _("、").join(scope_name(scope) for scope in one.scopes.split()))


def _option(one: Place) -> AreaOption:
    label = f"{level_name(one.level)} · {one.above}" if one.above else level_name(one.level)
    return AreaOption(f"{one.name}（{one.code}）", label)
