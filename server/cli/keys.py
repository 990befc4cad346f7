"""``wangge keys``: the keys that seal words about people."""

import click

from server.cli.environment import Environment, pass_environment
from server.cli.output import progress, say
from server.cli.program import Command, Group, Option
from server.services import resealing
from server.words import sentence

__all__ = ["keys"]


@click.group("keys", cls=Group, help="cli.keys")
def keys() -> None:
    """Work on keys."""


@keys.command("rotate", cls=Command, help="cli.keys.rotate")
@click.option("--finish", is_flag=True, cls=Option, help="cli.keys.finish")
@pass_environment
@click.pass_context
def rotate(context: click.Context, environment: Environment, finish: bool) -> None:
    """Add a key and seal everything with it; exit code 1 when something cannot be opened."""
    with environment.store() as store, progress(sentence("cli.keys.title")) as told:
        done = resealing.rotate(store, finish=finish, progress=told)
    if done.key:
        say("cli.keys.added", key=done.key)
    elif done.count and not finish:
        say("cli.keys.finished")
    say("cli.keys.resealed", texts=done.texts, answers=done.answers, factors=done.factors, field=done.field)
    if done.key:
        say("cli.keys.backup")
    if done.failed:
        click.echo(sentence("cli.keys.failed", {"count": done.failed}), err=True)
        context.exit(1)


@keys.command("list", cls=Command, help="cli.keys.list")
@pass_environment
def list_keys(environment: Environment) -> None:
    """List the keys by name; never the keys themselves."""
    zone = environment.config.zone
    with environment.store() as store, store.read() as tx:
        found = resealing.listed(tx)
        if not found:
            say("cli.keys.none")
        for one in found:
            made = one.made_at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if one.made_at else "—"
            newest = sentence("cli.keys.newest") if one.is_newest else ""
            click.echo("\t".join((one.name, made, str(one.count), newest)).rstrip())


@keys.command("retire", cls=Command, help="cli.keys.retire")
@pass_environment
def retire(environment: Environment) -> None:
    """Drop keys that nothing needs any more."""
    with environment.store() as store:
        gone = resealing.retire(store)
    if gone:
        say("cli.keys.retired", keys="、".join(gone))
    else:
        say("cli.keys.none_idle")
