"""One's own account: password, sessions, second factor, tokens. Only for who has signed in, never for a token."""

from base64 import b64decode, b64encode
from dataclasses import dataclass

from flask import Blueprint, Response, redirect, request, session
from werkzeug.wrappers import Response as AnyResponse

from server.auth import allow, current_actor, current_store
from server.db import Tx
from server.errors import Conflict, InputError, NotFound, NotPermitted, NotSignedIn, ServerError
from server.pages.frame import render
from server.pages.parts import Choice
from server.services import own_account, sessions, tokens, totp
from server.services.people import Actor
from server.services.sessions import SessionView
from server.services.tokens import SCOPES, TokenView, TokenWish
from server.translate import shown, status_of
from server.words import _, role_name, sentence, sign_in_name
from server.words.devices import device_name
from server.words.scopes import scope_name

__all__ = ["blueprint"]

FRESH = "fresh"  # where the cookie holds a second factor's key, sealed, until it is confirmed
DONE = ("password", "session", "sessions", "token", "on", "off")
blueprint = Blueprint("account", __name__)


@dataclass(frozen=True)
class SessionRow:
    """A session as a line.

    Attributes
    ----------
    view : SessionView
        The session.
    device, method : str
        Browser and system in words; how it was begun.
    is_this : bool
        Whether this page was asked for with it.
    """

    view: SessionView
    device: str
    method: str
    is_this: bool


@dataclass(frozen=True)
class AccountPage:
    """``account/index.html``.

    Attributes
    ----------
    name, login : str
        The person.
    roles : tuple of (str, str)
        Name of role and of area.
    account : OwnAccount
        What is kept of the account.
    sessions : tuple of SessionRow
        Those that run.
    tokens : tuple of TokenView
        Own tokens, newest first.
    scopes : tuple of Choice
        What a token may be given.
    most : int
        For how many days at most.
    done, error : str
        What was changed just now; why nothing was.
    secret : str
        A token made just now, shown once.
    """

    name: str
    login: str
    roles: tuple[tuple[str, str], ...]
    account: own_account.OwnAccount
    sessions: tuple[SessionRow, ...]
    tokens: tuple[TokenView, ...]
    scopes: tuple[Choice, ...]
    most: int
    done: str = ""
    error: str = ""
    secret: str = ""


@dataclass(frozen=True)
class SecondPage:
    """``account/second.html``.

    Attributes
    ----------
    setup : Setup
        Picture and key.
    has_password : bool
        Whether the password is asked for as well.
    error : str
        Why it was not turned on.
    """

    setup: totp.Setup
    has_password: bool
    error: str = ""


def _signed_in() -> Actor:
    actor = current_actor()
    if actor.session_id is None:
        raise NotPermitted("auth.session")
    return actor


@blueprint.get("/account")
@allow()
def index() -> str:
    """Show the account."""
    _signed_in()
    done = request.args.get("done", "")
    with current_store().read() as tx:
        return _page(tx, done=_said()[done] if done in DONE else "")


@blueprint.post("/account/password")
@allow()
def password() -> AnyResponse:
    """Change the password; all other sessions end."""
    form = request.form
    words = (form.get("old", ""), form.get("new", ""), form.get("again", ""))
    own_account.change_password(current_store(), _signed_in(), *words)
    return _done("password")


@blueprint.post("/account/sessions")
@allow()
def end_others() -> AnyResponse:
    """End all sessions but this one."""
    actor = _signed_in()
    with current_store().write() as tx:
        sessions.end_all(tx, actor, actor.person_id or 0, but=actor.session_id)
    return _done("sessions")


@blueprint.post("/account/sessions/<int(max=9223372036854775807):key>")
@allow()
def end_one(key: int) -> AnyResponse:
    """End one session."""
    actor = _signed_in()
    with current_store().write() as tx:
        sessions.end_one(tx, actor, key)
    return _done("session")


@blueprint.post("/account/tokens")
@allow()
def issue() -> AnyResponse:
    """Make a token of one's own; it is shown in the answer, and nowhere again."""
    actor, form = _signed_in(), request.form
    wish = TokenWish(form.get("name", ""), tuple(form.getlist("scopes")), form.get("days", ""))
    own_account.confirm(current_store(), actor, form.get("old", ""))
    with current_store().write() as tx:
        secret = tokens.issue(tx, actor, actor.login, wish)
    with current_store().read() as tx:
        answer = Response(_page(tx, secret=secret))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/account/tokens/<int(max=9223372036854775807):key>")
@allow()
def revoke(key: int) -> AnyResponse:
    """Revoke one of one's own tokens."""
    actor = _signed_in()
    with current_store().write() as tx:
        if key not in {one.id for one in tokens.own(tx, actor.person_id or 0)}:
            raise NotFound("token.unknown", id=key)
        tokens.revoke(tx, actor, key)
    return _done("token")


@blueprint.get("/account/second")
@allow()
def second_form() -> str | AnyResponse:
    """Show what the phone is to scan."""
    actor = _signed_in()
    with current_store().read() as tx:
        if own_account.of(tx, actor).has_second:
            return redirect("/account#second", 303)
        return render("account/second.html", _second_page(tx, actor))


@blueprint.post("/account/second")
@allow()
def turn_on() -> AnyResponse:
    """Turn the second factor on, once a code shows that the phone has the key."""
    actor = _signed_in()
    if FRESH not in session:
        raise Conflict("totp.late")
    try:
        own_account.confirm(current_store(), actor, request.form.get("old", ""))
        with current_store().write() as tx:
            totp.turn_on(tx, actor, _fresh_key(tx, actor), request.form.get("digits", ""))
    except InputError as error:
        with current_store().read() as tx:
            page = _second_page(tx, actor, _refusal(error))
        return Response(render("account/second.html", page), status_of(error))
    session.pop(FRESH)
    return _done("on")


@blueprint.post("/account/second/off")
@allow()
def turn_off() -> AnyResponse:
    """Turn the second factor off; asks for the password."""
    own_account.turn_off_second(current_store(), _signed_in(), request.form.get("old", ""))
    return _done("off")


@blueprint.errorhandler(InputError)
@blueprint.errorhandler(Conflict)
@blueprint.errorhandler(NotSignedIn)
def refused(error: ServerError) -> AnyResponse:
    """Show the account again, and why nothing was changed; tries that were too many end no session."""
    if isinstance(error, NotSignedIn) and error.code != "auth.too_many":
        return redirect("/sign-in?next=/account", 303)
    status = 429 if isinstance(error, NotSignedIn) else status_of(error)
    with current_store().read() as tx:
        return Response(_page(tx, error=_refusal(error)), status)


def _done(what: str) -> AnyResponse:
    return redirect(f"/account?done={what}", 303)


def _said() -> dict[str, str]:
    return {
        "password": _("口令已修改，其他设备上的登录都已结束。"),
        "session": _("那个登录已结束。"),
        "sessions": _("其他设备上的登录都已结束。"),
        "token": _("令牌已撤销。"),
        "on": _("两步验证已开启，下次登录时会问验证码。"),
        "off": _("两步验证已关闭。"),
    }


def _refusal(error: ServerError) -> str:
    return sentence(error.code, shown(error.values))


def _second_page(tx: Tx, actor: Actor, error: str = "") -> SecondPage:
    setup = totp.setup_of(_fresh_key(tx, actor), actor.login)
    return SecondPage(setup, own_account.of(tx, actor).has_password, error)


def _fresh_key(tx: Tx, actor: Actor) -> str:
    """Give the key that is being set up; the cookie holds it sealed, as nothing is to be kept before it works."""
    kept = session.get(FRESH)
    if kept is None:
        kept = b64encode(totp.sealed(tx, actor, totp.new_key())).decode()
        session[FRESH] = kept
    try:
        return totp.opened(tx, actor, b64decode(kept))
    except InputError:
        session.pop(FRESH)
        raise


def _page(tx: Tx, done: str = "", error: str = "", secret: str = "") -> str:
    actor = current_actor()
    rows = tuple(
        SessionRow(one, device_name(one.device.agent), sign_in_name(one.method), one.id == actor.session_id)
        for one in sessions.listed(tx, actor.person_id or 0)
    )
    page = AccountPage(
        name=actor.name,
        login=actor.login,
        roles=tuple((role_name(one.role), one.name) for one in actor.grants),
        account=own_account.of(tx, actor),
        sessions=tuple(sorted(rows, key=lambda row: not row.is_this)),
        tokens=tokens.own(tx, actor.person_id or 0),
        scopes=tuple(Choice(one, scope_name(one), one == "read") for one in SCOPES),
        most=tokens.MOST_DAYS,
        done=done,
        error=error,
        secret=secret,
    )
    return render("account/index.html", page)
