"""``wangge serve``: granian and the job process beside it, with the settings as their environment."""

import errno
import ipaddress
import os
import socket
import sys
from pathlib import Path
from typing import NoReturn

import click

from server.cli.environment import Environment, pass_environment
from server.cli.output import say
from server.cli.program import Command, Option
from server.clock import system_clock
from server.config import Config, environment_for, load
from server.errors import SetupError
from server.services.certificates import pair_of
from server.words import sentence

__all__ = ["check_address", "checked_scheme", "run_server", "serve"]

TARGET = "server.app:from_environment"
THREADS = max(16, 2 * (os.cpu_count() or 1) + 1)
"""Per worker, beside one for each open stream; who waits for the store, or for a sender, must not hold up others."""
KILL_AFTER_S = 3
WARN_DAYS = 30


@click.command("serve", cls=Command, help="cli.serve")
@click.option("--host", cls=Option, metavar="ADDRESS", help="cli.serve.host")
@click.option("--port", cls=Option, type=click.IntRange(1, 65535), help="cli.serve.port")
@click.option("--workers", cls=Option, type=click.IntRange(1, 64), help="cli.serve.workers")
@click.option("--no-jobs", is_flag=True, cls=Option, help="cli.serve.no-jobs")
@pass_environment
def serve(
    environment: Environment, host: str | None, port: int | None, workers: int | None, no_jobs: bool
) -> None:
    """Serve the store over HTTP."""
    config = load(
        {**environment.options, "host": host, "port": port, "workers": workers}, file=environment.file
    )
    check_address(config)
    scheme = checked_scheme(config)
    with environment.store():
        pass
    say("cli.serve.at", url=f"{scheme}://{shown_host(config.host)}:{config.port}")
    run_server(config, with_jobs=not no_jobs)


def checked_scheme(config: Config) -> str:
    """Tell how it will be served, ``http`` or ``https``, and warn where others are served without TLS.

    Raises
    ------
    SetupError
        There is a certificate that cannot be used.
    """
    now = system_clock()
    pair = pair_of(config, now)
    if pair is not None:
        left = (pair.until - now).days
        if left < WARN_DAYS:
            click.echo(sentence("cli.serve.ends", {"days": left, "file": pair.certificate}), err=True)
        if not config.trusted_proxies and is_loopback(config.host):
            click.echo(sentence("cli.serve.alone", {"host": config.host}), err=True)
        return "https"
    if not config.trusted_proxies and not is_loopback(config.host):
        click.echo(sentence("cli.serve.no_tls", {"host": config.host}), err=True)
    return "http"


def is_loopback(host: str) -> bool:
    """Whether nobody but this computer can reach an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def shown_host(host: str) -> str:
    """Give an address as it stands in a URL."""
    return f"[{host}]" if ":" in host else host


def check_address(config: Config) -> None:
    """Make sure that somebody can listen there.

    Raises
    ------
    SetupError
        The port is taken, or the address is not this computer's.
    """
    try:
        family = socket.getaddrinfo(config.host, config.port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((config.host, config.port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise SetupError("port.taken", port=config.port) from error
        raise SetupError(
            "port.unusable", host=config.host, port=config.port, why=error.strerror or str(error)
        ) from error


def run_server(config: Config, target: str = TARGET, *, with_jobs: bool = True) -> NoReturn:
    """Become granian, or what keeps it and the job process; it ends with this process' own signals and exit code.

    Parameters
    ----------
    config : Config
        Settings.
    target : str
        ``module:factory`` of the application; another than ours only to measure it, without jobs.
    with_jobs : bool
        Whether this host does the periodic work as well; several may, one has to.
    """
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--factory"),
        *("--host", config.host, "--port", str(config.port), "--workers", str(config.workers)),
        *("--blocking-threads", str(THREADS + config.streams), "--workers-kill-timeout", str(KILL_AFTER_S)),
        *("--respawn-failed-workers", "--log-level", "error", "--no-access-log"),
        *_secured(config),
        target,
    ]
    if with_jobs and target == TARGET:
        keeper = (sys.executable, "-m", "server.jobs.keeper")
        command = [*keeper, *command, "--", sys.executable, "-m", "server.cli", "jobs"]
    environment = environment_for(config)
    places = (str(Path(__file__).resolve().parents[2]), environment.get("PYTHONPATH", ""))
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, places))
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(sys.executable, command, environment)  # noqa: S606 - our own interpreter, no shell


def _secured(config: Config) -> tuple[str, ...]:
    pair = pair_of(config, system_clock())
    if pair is None:
        return ()
    files = ("--ssl-certificate", str(pair.certificate), "--ssl-keyfile", str(pair.key))
    return (*files, "--ssl-protocol-min", "tls1.2")  # tablets before Android 10 know no newer
