"""``wangge token``: bearer tokens for devices and integrations."""

import click

from server.cli.environment import Environment, pass_environment
from server.cli.output import say
from server.cli.program import Command, Group, Option
from server.services import tokens
from server.services.people import system_actor
from server.services.tokens import SCOPES, TokenWish
from server.words import sentence

__all__ = ["token"]

MINUTE = "%Y-%m-%d %H:%M"


@click.group("token", cls=Group, help="cli.token")
def token() -> None:
    """Work on tokens."""


@token.command("create", cls=Command, help="cli.token.create")
@click.argument("login")
@click.option("--name", default="cli", cls=Option, help="cli.token.name")
@click.option(
    "--scopes", default=",".join(SCOPES), metavar="read,report,act", cls=Option, help="cli.token.scopes"
)
@click.option("--days", type=click.IntRange(1, 3650), cls=Option, help="cli.token.days")
@pass_environment
def create(environment: Environment, login: str, name: str, scopes: str, days: int | None) -> None:
    """Make a token; it is shown this once."""
    wish = TokenWish(name, tuple(one.strip() for one in scopes.split(",") if one.strip()), days)
    with environment.store() as store, store.write() as tx:
        secret = tokens.issue(tx, system_actor(), login.strip().lower(), wish)
    click.echo(sentence("cli.token.once"), err=True)
    click.echo(secret)


@token.command("list", cls=Command, help="cli.token.list")
@pass_environment
def list_tokens(environment: Environment) -> None:
    """List all tokens, without their secrets."""
    zone = environment.config.zone
    with environment.store() as store, store.read() as tx:
        found = tokens.everything(tx)
        if not found:
            say("cli.token.none")
        for one in found:
            made = one.created_at.astimezone(zone).strftime(MINUTE)
            ends = one.expires_at.astimezone(zone).strftime(MINUTE) if one.expires_at else ""
            until = sentence("cli.token.expires", {"at": ends}) if ends else sentence("cli.token.lasting")
            state = (
                "cli.token.revoked"
                if one.revoked_at
                else "cli.token.expired"
                if one.expires_at is not None and one.expires_at <= tx.now
                else ""
            )
            parts = (
                str(one.id),
                one.login,
                one.name,
                one.scopes,
                made,
                until,
                sentence(state) if state else "",
            )
            click.echo("\t".join(parts).rstrip())


@token.command("revoke", cls=Command, help="cli.token.revoke")
@click.argument("key", type=int)
@pass_environment
def revoke(environment: Environment, key: int) -> None:
    """Revoke a token."""
    with environment.store() as store, store.write() as tx:
        tokens.revoke(tx, system_actor(), key)
    say("cli.token.done", id=key)
