"""``wangge import people FILE``."""

from pathlib import Path

import click

from server.cli.acting import acting_as
from server.cli.environment import Environment, pass_environment
from server.cli.output import say, say_faults
from server.cli.program import Command, Option
from server.errors import InvalidRows
from server.services.imports.people import import_people

__all__ = ["people_command"]

COLUMNS = {
    "name": "name",
    "role": "role",
    "login": "login",
    "phone": "phone",
    "community": "community",
    "cells": "cells",
    "kind": "kind",
    "from": "starts_at",
    "to": "ends_at",
    "department": "department",
    "password": "password",
}  # option -> field


def _options() -> list[click.Parameter]:
    columns = [
        Option([f"--{name}", field], metavar="COLUMN", help=f"cli.people.{name}")
        for name, field in COLUMNS.items()
    ]
    return [
        click.Argument(["file"], type=click.Path(path_type=Path)),
        *columns,
        Option(["--create-departments"], is_flag=True, help="cli.people.create-departments"),
        Option(["--encoding"], metavar="NAME", help="cli.issues.encoding"),
        Option(["--as", "login_as"], metavar="LOGIN", help="cli.people.as"),
    ]


@click.command("people", cls=Command, params=_options(), help="cli.import.people")
@pass_environment
@click.pass_context
def people_command(
    context: click.Context,
    environment: Environment,
    file: Path,
    create_departments: bool,
    encoding: str | None,
    login_as: str | None,
    **columns: str | None,
) -> None:
    """Take people in, with their roles and duties; all or none."""
    named = {field: column for field, column in columns.items() if column}
    with environment.store() as store:
        with store.read() as tx:
            actor = acting_as(tx, login_as)
        try:
            report = import_people(store, actor, file, named, encoding, makes_departments=create_departments)
        except InvalidRows as error:
            say_faults(error)
            context.exit(1)
    say("cli.people.done", file=report.file, new=report.new, changed=report.changed, same=report.same)
    if report.released:
        say("cli.people.released", count=report.released)
    for name, login in report.logins:
        say("cli.people.new_login", name=name, login=login)
