"""The command line: one file a command, loaded when it is called; words and errors in the language chosen."""

from pathlib import Path

import click

from server.cli.environment import Environment
from server.cli.program import Option, Program
from server.words import LANGUAGES, speak

__all__ = ["main"]


@click.group(
    cls=Program,
    help="cli.main",
    commands_at={
        "demo": "server.cli.demo:demo",
        "serve": "server.cli.serve:serve",
        "jobs": "server.cli.jobs:jobs",
        "cert": "server.cli.cert:cert",
        "db": "server.cli.database:database",
        "import": "server.cli.importing:importing",
        "regrid": "server.cli.regrid:regrid",
        "locate": "server.cli.locate:locate",
        "export": "server.cli.export:export",
        "user": "server.cli.user:user",
        "token": "server.cli.token:token",
        "doctor": "server.cli.doctor:doctor",
        "backup": "server.cli.backup:backup",
        "restore": "server.cli.backup:restore",
        "purge": "server.cli.purge:purge",
        "keys": "server.cli.keys:keys",
        "person": "server.cli.person:person",
    },
)
@click.option(
    "--config", "file", cls=Option, type=click.Path(path_type=Path, dir_okay=False), help="cli.option.config"
)
@click.option(
    "--dir", "folder", cls=Option, type=click.Path(path_type=Path, file_okay=False), help="cli.option.dir"
)
@click.option("--database-url", cls=Option, help="cli.option.database_url")
@click.option(
    "--lang",
    cls=Option,
    type=click.Choice(LANGUAGES),
    is_eager=True,
    expose_value=False,
    callback=lambda _context, _option, code: speak(code) if code else None,
    help="cli.option.lang",
)
@click.version_option(package_name="wangge", message="%(version)s", help="cli.option.version", cls=Option)
@click.pass_context
def main(context: click.Context, file: Path | None, folder: Path | None, database_url: str | None) -> None:
    """Serve as the entry point ``wangge``."""
    options = {"dir": folder, "database_url": database_url}
    context.obj = Environment({name: value for name, value in options.items() if value is not None}, file)
