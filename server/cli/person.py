"""``wangge person``: what is kept about a resident, handed out or erased."""

import os
import shutil
import sys
from io import BytesIO
from pathlib import Path
from typing import IO

import click
import orjson

from server.cli.environment import Environment, pass_environment
from server.cli.output import say, whole_file
from server.cli.program import Command, Group, Option
from server.db import Tx
from server.services import erasing, rights
from server.services.people import system_actor
from server.services.rights import Sought
from server.words import sentence, state_name

__all__ = ["person"]

ISSUE = click.option("--issue", "number", metavar="NUMBER", cls=Option, help="cli.person.issue")
PHONE = click.argument("phone", required=False)


@click.group("person", cls=Group, help="cli.person")
def person() -> None:
    """Work on what is kept about residents."""


@person.command("find", cls=Command, help="cli.person.find")
@PHONE
@ISSUE
@pass_environment
def find(environment: Environment, phone: str | None, number: str | None) -> None:
    """List somebody's issues."""
    typed = _typed(phone, number)
    with environment.store() as store, store.write() as tx:
        sought = _sought(tx, typed, number)
        found = rights.listed(tx, system_actor(), sought)
        rights.note(tx, system_actor(), "person.find", sought, found)
    for one in found:
        kept = sentence("cli.person.purged") if one.purged_at else one.summary
        click.echo("\t".join((one.number, state_name(one.state), kept)))
    say("cli.person.found", count=len(found))


@person.command("export", cls=Command, help="cli.person.export")
@PHONE
@ISSUE
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    cls=Option,
    help="cli.person.output",
)
@pass_environment
def export(environment: Environment, phone: str | None, number: str | None, output: Path | None) -> None:
    """Hand out all that is kept about somebody."""
    typed = _typed(phone, number)
    with environment.store() as store:
        with store.write() as tx:
            told = rights.export(tx, system_actor(), _sought(tx, typed, number))
        if output is None:
            click.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
            return
        is_zip = output.suffix.lower() == ".zip"
        whole = (
            rights.packed(store, told) if is_zip else BytesIO(orjson.dumps(told, option=orjson.OPT_INDENT_2))
        )
    with whole, whole_file(output) as draft, _own(draft) as file:
        shutil.copyfileobj(whole, file)
    say("cli.person.exported", count=len(told["issues"]), file=output)


@person.command("erase", cls=Command, help="cli.person.erase")
@PHONE
@ISSUE
@click.option("--also-open", is_flag=True, cls=Option, help="cli.person.also_open")
@click.option("--reason", "why", type=click.Choice(erasing.WHYS), cls=Option, help="cli.person.reason")
@click.option("--yes", is_flag=True, cls=Option, help="cli.person.yes")
@pass_environment
@click.pass_context
def erase(
    context: click.Context,
    environment: Environment,
    phone: str | None,
    number: str | None,
    also_open: bool,
    why: str | None,
    yes: bool,
) -> None:
    """Erase somebody's words; exit code 1 when open issues are left."""
    if also_open != bool(why):
        raise click.UsageError(sentence("cli.person.needs_reason"))
    typed = _typed(phone, number)
    if not yes:
        click.confirm(sentence("cli.person.sure"), abort=True, err=True)
    with environment.store() as store:
        with store.read() as tx:
            sought = _sought(tx, typed, number)
        done = erasing.erase(store, system_actor(), sought, why or "")
    say("cli.person.erased", count=len(done.ended), words=done.words, photos=done.photos)
    if done.contact:
        say("cli.person.contact", numbers="、".join(done.contact))
    if done.left:
        click.echo(sentence("cli.person.left", {"numbers": "、".join(done.left)}), err=True)
        context.exit(1)


def _own(path: Path) -> IO[bytes]:
    """Open a new file that nobody else may read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _typed(phone: str | None, number: str | None) -> str:
    """Take the phone from the argument, the keyboard or standard input, so that no shell need keep it."""
    if number:
        if phone:
            raise click.UsageError(sentence("cli.person.one"))
        return ""
    if phone and phone != "-":
        return phone
    if sys.stdin.isatty():
        return str(click.prompt(sentence("cli.person.ask"), err=True))
    return sys.stdin.readline().strip()


def _sought(tx: Tx, phone: str, number: str | None) -> Sought:
    return rights.by_number(tx, system_actor(), number) if number else rights.by_phone(tx, phone)
