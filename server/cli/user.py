"""``wangge user``: accounts."""

import sys

import click

from server.cli.environment import Environment, pass_environment
from server.cli.output import say
from server.cli.program import Command, Group, Option
from server.services import account_edits, accounts, areas
from server.services.account_edits import PersonWish
from server.services.people import system_actor
from server.words import role_name, sentence

__all__ = ["user"]


@click.group("user", cls=Group, help="cli.user")
def user() -> None:
    """Work on accounts."""


@user.command("add", cls=Command, help="cli.user.add")
@click.argument("login")
@click.option("--name", required=True, cls=Option, help="cli.user.name")
@click.option("--role", "roles", multiple=True, metavar="ROLE[@AREA]", cls=Option, help="cli.user.role")
@click.option("--phone", cls=Option, help="cli.user.phone")
@click.option("--department", metavar="CODE", cls=Option, help="cli.user.department")
@click.option("--password", cls=Option, help="cli.user.password_option")
@pass_environment
def add(
    environment: Environment,
    login: str,
    name: str,
    roles: tuple[str, ...],
    phone: str | None,
    department: str | None,
    password: str | None,
) -> None:
    """Add an account."""
    with environment.store() as store:
        secret = _password(password)
        with store.write() as tx:
            root = areas.intake_area(tx)
            pairs = [one.partition("@") for one in roles]
            given = tuple((role, area or (root.code if root else "")) for role, _at, area in pairs)
            wish = PersonWish(name, phone or "", department or "")
            account_edits.add(tx, system_actor(), login, wish, given, password=secret)
    say("cli.user.added", login=login.strip().lower(), name=name)


@user.command("list", cls=Command, help="cli.user.list")
@pass_environment
def list_accounts(environment: Environment) -> None:
    """List all accounts."""
    with environment.store() as store, store.read() as tx:
        found = accounts.accounts(tx)
        if not found:
            say("cli.user.none")
        for one in found:
            roles = "、".join(f"{role_name(hold.role)}@{hold.code}" for hold in one.roles)
            marks = [] if one.is_active else [sentence("cli.user.inactive")]
            marks += [] if one.has_password else [sentence("cli.user.no_password")]
            click.echo("\t".join((one.login, one.name, roles, " ".join(marks))).rstrip())


@user.command("password", cls=Command, help="cli.user.password")
@click.argument("login")
@click.option("--password", cls=Option, help="cli.user.password_option")
@pass_environment
def set_password(environment: Environment, login: str, password: str | None) -> None:
    """Set a password."""
    with environment.store() as store:
        secret = _password(password)
        with store.write() as tx:
            account_edits.set_password(tx, system_actor(), login, secret)
    say("cli.user.password_set", login=login)


def _password(given: str | None) -> str:
    """Take a password from the option, from the keyboard, or from the first line of standard input."""
    if given is not None:
        return given
    if sys.stdin.isatty():
        return str(
            click.prompt(sentence("cli.user.ask"), hide_input=True, confirmation_prompt=True, err=True)
        )
    return sys.stdin.readline().rstrip("\r\n")
