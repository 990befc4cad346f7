"""Who asks, and whether a route is theirs: every view says ``@allow(...)`` or ``@public``.

The decorators only mark; :func:`enforce` asks once before each request, so a route without a mark is
refused the day it is born. A session cookie and a bearer token are told apart here and nowhere else: where both
come, the token decides.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, TypeVar

from flask import Flask, current_app, g, request, session
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import HTTPException

from server.db import Store, Tx, translated
from server.errors import Busy, NotPermitted, NotSignedIn, StoreError
from server.security import SAFE
from server.services import categories, sessions, sign_in
from server.services.people import Actor
from server.services.sessions import Device
from server.workflow import Role

__all__ = [
    "ISSUE_ROLES",
    "access_of",
    "allow",
    "current_actor",
    "current_store",
    "device",
    "done_reading",
    "give_code_here",
    "install",
    "install_forms",
    "is_code_awaited",
    "keep_session",
    "optional_actor",
    "public",
    "reading",
    "sign_in_here",
    "sign_out_here",
]

ISSUE_ROLES = frozenset({Role.WORKER, Role.LEADER, Role.DISPATCHER, Role.HANDLER, Role.SUPERVISOR})
"""Accounts that have to do with issues: all but the administrator's."""
View = TypeVar("View", bound=Callable[..., Any])
MARK = "wangge_access"
SECRET = "secret"  # noqa: S105 - where the session's cookie holds it
PENDING = "pending"  # where it holds who has given the password, and when, until the code follows
PENDING_S = 300.0
API = "/api/"
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


def device() -> Device:
    """Give where this request comes from."""
    return Device(request.remote_addr or "", request.headers.get("User-Agent", ""))


def sign_in_here(login: str, password: str) -> bool:
    """Sign in on this device; what the cookie held before is forgotten.

    Returns
    -------
    bool
        False when a code is to be given first: :func:`give_code_here`.

    Raises
    ------
    NotSignedIn
        Unknown login, wrong password, too many failures. The failure is counted.
    Busy
        Too many others sign in at this moment.
    """
    admitted = sign_in.sign_in(current_store(), login, password, device())
    if admitted.secret:
        keep_session(admitted.actor, admitted.secret)
        return True
    sign_out_here()
    session[PENDING] = [admitted.actor.person_id, admitted.stamp, current_store().clock().timestamp()]
    return False


def is_code_awaited() -> bool:
    """Whether this device has given a right password within the last minutes, and a code is to follow."""
    return _pending() is not None


def give_code_here(digits: str) -> None:
    """Finish signing in with the code of the second factor.

    Raises
    ------
    NotSignedIn
        Wrong or used code, too many failures; or the password was given too long ago, or is another by now.
    """
    pending = _pending()
    if pending is None:
        raise NotSignedIn("auth.code_late", minutes=int(PENDING_S // 60))
    try:
        admitted = sign_in.give_code(current_store(), *pending, digits, device())
    except NotSignedIn as error:
        if error.code == "auth.failed":
            session.pop(PENDING)
        raise
    keep_session(admitted.actor, admitted.secret)


def _pending() -> tuple[int, str] | None:
    """Give who has given a right password, and since when they have it."""
    kept = session.get(PENDING)
    if not isinstance(kept, list) or len(kept) != 3:
        return None
    person_id, stamp, since = kept
    return (person_id, stamp) if 0 <= current_store().clock().timestamp() - since <= PENDING_S else None


def keep_session(actor: Actor, secret: str) -> None:
    """Let the cookie hold a new session's secret, and nothing else; the one that it held before ends."""
    sign_out_here()
    session[SECRET] = secret
    g.actor = actor


def sign_out_here() -> None:
    """End this session, here and for whoever copied its cookie."""
    actor = optional_actor()
    if actor is not None and actor.session_id is not None:
        with current_store().write() as tx:
            sessions.end(tx, actor)
    session.clear()
    g.actor = None


def install(app: Flask) -> None:
    """Put sign-in and the routes' marks in force.

    Parameters
    ----------
    app : Flask
        Application with its store in ``extensions["wangge"]``.
    """
    app.before_request(enforce)
    app.teardown_request(done_reading)


def install_forms(app: Flask) -> None:
    """Put forms' protection in force; to be called after all else that refuses."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    csrf.init_app(app)
    app.before_request(protect)


def enforce() -> None:
    """Find out who asks, and refuse what is not theirs; nothing of the body is read before that.

    Raises
    ------
    NotSignedIn, NotPermitted
        The edge answers 401 and 403.
    """
    g.actor = None
    is_known = request.endpoint is not None and not isinstance(request.routing_exception, HTTPException)
    mark = access_of(current_app, request.endpoint or "") if is_known else None
    g.actor = _asker(is_public=mark is None)
    if not request.path.startswith(API):
        done_reading()  # pages open transactions of their own, some to write
    if mark is None:
        return
    roles, scope = mark
    actor = current_actor()
    if roles and not roles & actor.roles:
        raise NotPermitted("auth.not_permitted")
    actor.need(scope or ("read" if request.method in SAFE else "act"))


def protect() -> None:
    """Refuse a form that no page of ours made; last of all, since a form is read to the end for it."""
    by_token = g.actor is not None and g.actor.token_id is not None
    if request.routing_exception is not None or request.method in SAFE or by_token:
        return
    if current_app.config["WTF_CSRF_ENABLED"]:
        csrf.protect()


def _asker(*, is_public: bool) -> Actor | None:
    """Find out who asks; an unusable token is as good as none where everybody may ask."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    by_token, secret = kind.lower() == "bearer", session.get(SECRET)
    if not by_token and not isinstance(secret, str):
        return None
    address = request.remote_addr or ""
    with reading() as tx:
        try:
            actor, is_stale = (
                sessions.actor_of_token(tx, token.strip(), address)
                if by_token
                else sessions.actor_of_session(tx, str(secret), address)
            )
        except NotSignedIn:
            if not is_public:
                raise
            return None
        categories.refresh(tx)
    if actor is not None and is_stale:
        with suppress(Busy, StoreError):
            sessions.touch(current_store(), actor)
    return actor


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
