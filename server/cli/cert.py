"""``wangge cert``: a local authority and the server's certificate, so that tablets get a secure context."""

from typing import Any

import click

from server.cli.environment import Environment, pass_environment
from server.cli.output import say
from server.cli.program import Command, Option
from server.cli.serve import is_loopback, shown_host
from server.clock import system_clock

__all__ = ["cert"]

DEVICES = ("android", "ipad", "windows", "firefox")


@click.command("cert", cls=Command, help="cli.cert")
@click.option("--host", "hosts", multiple=True, metavar="NAME", cls=Option, help="cli.cert.host")
@click.option("--new-ca", is_flag=True, cls=Option, help="cli.cert.new-ca")
@pass_environment
def cert(environment: Environment, hosts: tuple[str, ...], new_ca: bool) -> None:
    """Make the server's certificate; the authority too, where there is none."""
    # Cryptography takes a while to load, which `--help` need not wait for.
    from server.services.certificates import issue  # noqa: PLC0415 - cryptography takes long to load
    from server.services.trust import code_of  # noqa: PLC0415 - the same

    config = environment.config
    made = issue(config.dir, hosts, system_clock(), new_authority=new_ca)
    say("cli.cert.made", file=made.certificate, until=made.until.astimezone(config.zone).strftime("%Y-%m-%d"))
    say("cli.cert.hosts", hosts=", ".join(made.hosts))
    say("cli.cert.new" if made.is_new_authority else "cli.cert.same", file=made.authority)
    say("cli.cert.fingerprint", fingerprint=made.fingerprint)
    if made.is_new_authority:
        for device in DEVICES:
            say(f"cli.cert.{device}")
        say("cli.cert.guard", file=made.authority.with_name("ca.key"))
    say("cli.cert.serve", host=_reached_at(made.hosts), port=config.port)
    say("cli.cert.pem", file=made.authority.with_name("ca.pem"))
    address = f"https://{_reached_at(made.hosts)}:{config.port}/t/trust"
    code = code_of(address)
    if code is None:
        say("cli.cert.trust", address=address)
        return
    picture = made.authority.with_name("trust.png")
    code.save(str(picture), scale=8, border=4)
    say("cli.cert.code", address=address, file=picture)
    click.echo(_drawn(code))


def _drawn(code: Any) -> str:  # noqa: ANN401 - segno's, which has no types
    """Draw a code with half blocks, as a terminal with light letters shows it; the picture is for all others."""
    rows = [[bool(cell) for cell in row] for row in code.matrix_iter(border=2)]
    rows += [[False] * len(rows[0])] * (len(rows) % 2)
    blocks = {(True, True): " ", (True, False): "▄", (False, True): "▀", (False, False): "█"}
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return "\n".join("".join(blocks[one] for one in zip(*pair, strict=True)) for pair in pairs)


def _reached_at(hosts: tuple[str, ...]) -> str:
    """Choose a name by which tablets reach this computer."""
    return next((shown_host(one) for one in hosts if not is_loopback(one)), "localhost")
