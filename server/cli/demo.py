"""``wangge demo``: the demonstration town, seeded once, then served."""

from datetime import datetime
from pathlib import Path

import click

from server.cli.environment import Environment, pass_environment
from server.cli.output import say
from server.cli.program import Command, Option
from server.cli.serve import check_address, checked_scheme, run_server
from server.config import load
from server.db import Store
from server.demo.seed import seed
from server.errors import SetupError
from server.services import marks, tokens
from server.services.checkup import is_empty
from server.services.people import system_actor
from server.services.tokens import TokenWish
from server.words import role_name
from server.workflow import Role

__all__ = ["demo"]

LOOPBACK, EVERYWHERE = "127.0.0.1", "0.0.0.0"  # noqa: S104 - only where --lan asks for it
TOKEN_NAME = "demo"  # noqa: S105 - a name, not a secret


@click.command("demo", cls=Command, help="cli.demo")
@click.option("--port", cls=Option, type=click.IntRange(1, 65535), help="cli.serve.port")
@click.option(
    "--dir", "folder", cls=Option, type=click.Path(path_type=Path, file_okay=False), help="cli.option.dir"
)
@click.option("--lan", is_flag=True, cls=Option, help="cli.demo.lan")
@click.option("--as-of", cls=Option, type=click.DateTime(["%Y-%m-%d"]), help="cli.demo.as-of")
@pass_environment
def demo(
    environment: Environment, port: int | None, folder: Path | None, lan: bool, as_of: datetime | None
) -> None:
    """Seed the demonstration town once and serve it."""
    chosen = {
        **environment.options,
        "host": EVERYWHERE if lan else LOOPBACK,
        "port": port,
        **({"dir": folder} if folder else {}),
    }
    config = load(chosen, file=environment.file)
    check_address(config)
    scheme = checked_scheme(config)
    place = Environment(chosen, environment.file)
    with place.store(is_new=True) as store:
        _seed_once(store, as_of.replace(tzinfo=config.zone) if as_of else None)
        _introduce(store, scheme, lan=lan)
    run_server(config)


def _seed_once(store: Store, as_of: datetime | None) -> None:
    with store.read() as tx:
        if marks.is_demo(tx):
            return
        if not is_empty(tx):
            raise SetupError("demo.not_empty", url=store.engine.url.render_as_string(hide_password=True))
    say("cli.demo.seeding")
    seed(store, as_of or store.clock())


def _introduce(store: Store, scheme: str, *, lan: bool) -> None:
    with store.write() as tx:
        people = marks.demo_accounts(tx)
        login = next((login for login, _password, role in people if role == Role.SUPERVISOR), people[0][0])
        tokens.revoke_named(tx, system_actor(), login, TOKEN_NAME)
        wish = TokenWish(TOKEN_NAME, ("read", "report", "act"), None)
        token = tokens.issue(tx, system_actor(), login, wish)
    say("cli.demo.accounts")
    for login, password, role in people:
        say("cli.demo.account", role=role_name(role), login=login, password=password)
    say("cli.demo.token", token=token)
    if lan:
        say("cli.demo.warning")
    say("cli.serve.at", url=f"{scheme}://{LOOPBACK}:{store.config.port}")
