"""``wangge db``."""

import click

from server.cli.environment import Environment, pass_environment
from server.cli.output import say
from server.cli.program import Command, Group

__all__ = ["database"]


@click.group("db", cls=Group, help="cli.db")
def database() -> None:
    """Work on the store itself."""


@database.command("upgrade", cls=Command, help="cli.db.upgrade")
@pass_environment
def upgrade(environment: Environment) -> None:
    """Bring the store to the newest layout; makes a new one where there is none."""
    with environment.store(is_new=True) as store:
        say("cli.db.upgraded", url=store.engine.url.render_as_string(hide_password=True))
