"""Who asks, and whether a route is theirs: every view says ``@allow(...)`` or ``@public``.

The decorators only mark; :func:`enforce` asks once before each request, so a route without a mark is
refused the day it is born. A session cookie and a bearer token are told apart here and nowhere else.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar

from flask import Flask, current_app, g, request
from flask_login import AnonymousUserMixin, LoginManager, current_user, login_user, logout_user
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import HTTPException

from server.db import Store, Tx, translated
from server.errors import NotPermitted, NotSignedIn
from server.services import categories
from server.services.people import Actor, actor_of
from server.services.sign_in import actor_of_token, note_failure, sign_in
from server.workflow import Role

__all__ = [
    "ISSUE_ROLES",
    "access_of",
    "allow",
    "current_actor",
    "current_store",
    "done_reading",
    "install",
    "public",
    "reading",
    "sign_in_here",
    "sign_out_here",
]

ISSUE_ROLES = frozenset({Role.WORKER, Role.LEADER, Role.DISPATCHER, Role.HANDLER, Role.SUPERVISOR})
"""Accounts that have to do with issues: all but the administrator's."""
View = TypeVar("View", bound=Callable[..., Any])
MARK = "wangge_access"
API = "/api/"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
csrf = CSRFProtect()


def allow(*roles: Role, scope: str | None = None) -> Callable[[View], View]:
    """Mark a view as open to people who are signed in.

    Parameters
    ----------
    *roles : Role
        Any of these, over any area; none given means everybody signed in.
    scope : str, optional
        What a token needs: ``read`` (default for GET), ``report`` or ``act``.
    """

    def mark(view: View) -> View:
        setattr(view, MARK, (frozenset(roles), scope))
        return view

    return mark


def public(view: View) -> View:
    """Mark a view as open to everybody."""
    setattr(view, MARK, None)
    return view


def access_of(app: Flask, endpoint: str) -> tuple[frozenset[Role], str | None] | None:
    """Read a route's mark: roles and scope; None for a public one.

    Raises
    ------
    LookupError
        The view declares neither ``@allow`` nor ``@public``.
    """
    view = app.view_functions[endpoint]
    if not hasattr(view, MARK):
        raise LookupError(endpoint)
    mark: tuple[frozenset[Role], str | None] | None = getattr(view, MARK)
    return mark


def current_store() -> Store:
    """Give the store of the running application."""
    store: Store = current_app.extensions["wangge"]
    return store


def current_actor() -> Actor:
    """Give who asks.

    Raises
    ------
    NotSignedIn
        Nobody is signed in.
    """
    actor: Actor | None = g.get("actor")
    if actor is None:
        raise NotSignedIn("auth.required")
    return actor


def optional_actor() -> Actor | None:
    """Give who asks; None when nobody is signed in."""
    return g.get("actor")


class _Person(AnonymousUserMixin):
    """What Flask-Login keeps of an actor: the id."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, person_id: int) -> None:
        self.person_id = person_id

    def get_id(self) -> str:
        """Give the id that the session stores."""
        return str(self.person_id)


def sign_in_here(login: str, password: str) -> Actor:
    """Sign in to this session.

    Raises
    ------
    NotSignedIn
        Unknown login, wrong password, too many failures. The failure is counted.
    """
    address = request.remote_addr or ""
    store = current_store()
    try:
        with store.read() as tx:
            actor = sign_in(tx, login, password, address)
    except NotSignedIn as refused:
        if refused.code == "auth.failed":
            with store.write() as tx:
                note_failure(tx, login, address)
        raise
    login_user(_Person(actor.person_id or 0))
    g.actor = actor
    return actor


def sign_out_here() -> None:
    """End this session."""
    logout_user()
    g.actor = None


def install(app: Flask) -> None:
    """Put sign-in, forms' protection and the routes' marks in force.

    Parameters
    ----------
    app : Flask
        Application with its store in ``extensions["wangge"]``.
    """
    manager = LoginManager(app)
    manager.session_protection = None
    manager.user_loader(lambda key: _Person(int(key)) if str(key).isdecimal() else None)
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    csrf.init_app(app)
    app.before_request(enforce)
    app.teardown_request(done_reading)


def enforce() -> None:
    """Find out who asks, and refuse what is not theirs.

    Raises
    ------
    NotSignedIn, NotPermitted
        The edge answers 401 and 403.
    """
    g.actor = None
    header = request.headers.get("Authorization", "")
    by_token = header[:7].lower() == "bearer "
    key = None if by_token else _session_key()
    if by_token or key is not None:
        with reading() as tx:
            g.actor = actor_of_token(tx, header[7:].strip()) if by_token else actor_of(tx, key or 0)
            categories.refresh(tx)
    if not request.path.startswith(API):
        done_reading()  # pages open transactions of their own, some to write
    if request.endpoint is None or isinstance(request.routing_exception, HTTPException):
        return
    if request.method not in SAFE and not by_token and current_app.config["WTF_CSRF_ENABLED"]:
        csrf.protect()
    mark = access_of(current_app, request.endpoint)
    if mark is None:
        return
    roles, scope = mark
    actor = current_actor()
    if roles and not roles & actor.roles:
        raise NotPermitted("auth.not_permitted")
    actor.need(scope or ("read" if request.method in SAFE else "act"))


@contextmanager
def reading() -> Iterator[Tx]:
    """Read in this request's own transaction: who asks and what is asked for are read in one.

    It is opened when first asked for, and closed with the request or by :func:`done_reading`.

    Raises
    ------
    Busy, StoreError
        The database did not answer.
    """
    store = current_store()
    if "reading" not in g:
        opened = ExitStack()
        g.reading = (opened, opened.enter_context(store.read()))
    with translated(store.config):
        yield g.reading[1]


def done_reading(_error: BaseException | None = None) -> None:
    """Close this request's reading transaction, if it is open; whoever writes or streams has another."""
    held = g.pop("reading", None)
    if held is not None:
        held[0].close()


def _session_key() -> int | None:
    key = current_user.get_id()
    return int(key) if key else None
