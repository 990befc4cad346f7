"""Tokens as administrators keep them: whose there are, one made for a program and shown once, one revoked."""

from dataclasses import dataclass

from flask import Blueprint, make_response, request
from werkzeug.wrappers import Response

from server.auth import allow, current_actor, current_store
from server.db import Tx
from server.errors import InputError, NotPermitted, ServerError
from server.pages.admin_parts import Around, PageLinks, around, done, page_asked, page_links, refusal
from server.pages.frame import render
from server.pages.parts import Choice
from server.pages.people_parts import TokenRow, token_row
from server.services import accounts, tokens
from server.services.accounts import AccountFilter
from server.services.tokens import DAYS, MOST_DAYS, SCOPES, TokenWish
from server.translate import status_of
from server.words.scopes import scope_name
from server.workflow import Role

__all__ = ["blueprint"]

blueprint = Blueprint("admin_tokens", __name__)


@dataclass(frozen=True)
class TokensPage:
    """``admin/tokens.html``.

    Attributes
    ----------
    around : Around
        Tabs and notes.
    rows : tuple of TokenRow
        This page's.
    total : int
        How many there are.
    links : PageLinks
        To the neighbours.
    is_all : bool
        Whether those that can no longer be used are listed too.
    programs : tuple of Choice
        Accounts for which one can be made.
    scopes : tuple of Choice
        What it may do.
    name, days : str
        As typed.
    most : int
        Days at most.
    secret : str
        Made just now; else empty.
    """

    around: Around
    rows: tuple[TokenRow, ...]
    total: int
    links: PageLinks
    is_all: bool
    programs: tuple[Choice, ...]
    scopes: tuple[Choice, ...]
    name: str
    days: str
    most: int = MOST_DAYS
    secret: str = ""


@dataclass(frozen=True)
class RevokePage:
    """``admin/revoke.html``.

    Attributes
    ----------
    around : Around
        Tabs and notes.
    row : TokenRow
        The token.
    """

    around: Around
    row: TokenRow


@blueprint.get("/admin/tokens")
@allow(Role.ADMIN)
def index() -> str:
    """List the tokens of the people whom this administrator looks after."""
    with current_store().read() as tx:
        return _page(tx)


@blueprint.post("/admin/tokens")
@allow(Role.ADMIN)
def issue() -> Response | tuple[str, int]:
    """Make a token for a program, and show it this once."""
    form = request.form
    wish = TokenWish(form.get("name", ""), tuple(form.getlist("scopes")), form.get("days", ""))
    try:
        with current_store().write() as tx:
            secret = tokens.issue_for_program(tx, current_actor(), form.get("login", ""), wish)
    except (InputError, NotPermitted) as error:
        with current_store().read() as tx:
            return _page(tx, error), status_of(error)
    with current_store().read() as tx:
        answer = make_response(_page(tx, secret=secret))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/admin/tokens/<int(max=9223372036854775807):key>/revoke")
@allow(Role.ADMIN)
def ask(key: int) -> str:
    """Ask whether a token shall be revoked."""
    with current_store().read() as tx:
        row = token_row(tokens.one(tx, current_actor(), key))
        return render("admin/revoke.html", RevokePage(around(tx, "tokens"), row))


@blueprint.post("/admin/tokens/<int(max=9223372036854775807):key>/revoke")
@allow(Role.ADMIN)
def revoke(key: int) -> Response:
    """Revoke a token."""
    with current_store().write() as tx:
        act = tokens.revoke(tx, current_actor(), key)
    return done("admin_tokens.index", act)


def _page(tx: Tx, error: ServerError | None = None, secret: str = "") -> str:
    actor, form = current_actor(), request.form
    is_all = request.args.get("all") == "1"
    found = tokens.listed(tx, actor, is_alive=not is_all, page=page_asked())
    chosen = form.getlist("scopes") if error else ["read"]
    return render(
        "admin/tokens.html",
        TokensPage(
            around(tx, "tokens", refusal(error) if error else ""),
            tuple(token_row(one) for one in found.rows),
            found.total,
            page_links(found.number, found.pages),
            is_all,
            _programs(tx, form.get("login") or request.args.get("login", "")),
            tuple(Choice(code, scope_name(code), code in chosen) for code in SCOPES),
            form.get("name", "") if error else "",
            form.get("days", "") if error else str(DAYS),
            secret=secret,
        ),
    )


def _programs(tx: Tx, chosen: str) -> tuple[Choice, ...]:
    found = accounts.listed(tx, current_actor(), AccountFilter(state="program"), most=accounts.MOST_LISTED)
    return tuple(Choice(one.login, f"{one.name}（{one.login}）", one.login == chosen) for one in found.rows)
