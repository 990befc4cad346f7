"""The frame of the command line: lazy commands, help in two languages, errors as one line and a code.

Exit codes: 0 done; 1 the input was refused, or errors were found; 2 wrong usage; 130 interrupted.
"""

import errno
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, NoReturn

import click

from server.cli.framing import speak_for_click
from server.config import load
from server.errors import ServerError, SetupError
from server.words import language, sentence, speak, speaking

__all__ = ["Command", "Group", "Option", "Program", "refusal"]

REFUSED, WRONG_USAGE, INTERRUPTED = 1, 2, 130


class Option(click.Option):
    """An option whose ``help`` is a code of :mod:`server.words`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(*args, **kwargs)
        self.code = self.help or ""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Give the line of the help text in the language spoken now."""
        self.help = sentence(self.code) if self.code else ""
        return super().get_help_record(ctx)


class Command(click.Command):
    """A command whose ``help`` is a code of :mod:`server.words`."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the command is for, in the language spoken now."""
        del ctx
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(sentence(self.help or ""))

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Give the option that helps, in the language spoken now; click itself keeps the first one it made."""
        kept: dict[str, click.Option | None] = self.__dict__.setdefault("_help_spoken", {})
        self._help_option = kept.get(language())
        kept[language()] = super().get_help_option(ctx)
        return kept[language()]

    def get_short_help_str(self, limit: int = 45) -> str:
        """Give what the command is for on one line."""
        del limit
        return sentence(self.help or "")


class Group(Command, click.Group):
    """A group that loads a command's module only when it is called.

    Parameters
    ----------
    commands_at : Mapping[str, str]
        Name -> ``module:attribute``; the help's order. A command's line in the help is the sentence
        ``cli.{group}.{name}``, or ``cli.{name}`` at the top, so that it is told without loading it.
    """

    def __init__(self, *args: Any, commands_at: Mapping[str, str] | None = None, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.commands_at = dict(commands_at or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name all commands, in the table's order."""
        return [*self.commands_at, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command; None when there is none of this name."""
        where = self.commands_at.get(cmd_name)
        if where is None:
            return super().get_command(ctx, cmd_name)
        module, _colon, name = where.partition(":")
        found: click.Command = getattr(import_module(module), name)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without loading them."""
        start = "cli." if self.help == "cli.main" else f"{self.help}."
        lines = [(name, sentence(f"{start}{name}")) for name in self.list_commands(ctx)]
        with formatter.section(sentence("cli.commands")):
            formatter.write_dl(lines)


class Program(Group):
    """The whole program: speaks the language set, and turns what is raised into a line and an exit code."""

    def main(self, args: Sequence[str] | None = None, *more: Any, **kwargs: Any) -> NoReturn:  # noqa: ANN401
        """Run; always ends in ``SystemExit``."""
        speak_for_click()
        with speaking(language()):
            _speak_as_set()
            try:
                code = super().main(args, *more, **{**kwargs, "standalone_mode": False})
            except (click.Abort, KeyboardInterrupt):
                _tell(sentence("cli.interrupted"))
                code = INTERRUPTED
            except click.UsageError as error:
                where = error.ctx.command_path if error.ctx else "wangge"
                _tell(sentence("cli.usage", {"why": error.format_message(), "help": f"{where} --help"}))
                code = WRONG_USAGE
            except (ServerError, OSError, ValueError, click.ClickException) as error:
                line = refusal(error)
                if line is None:
                    raise
                _tell(line)
                code = REFUSED
        sys.exit(code if isinstance(code, int) else 0)


def _speak_as_set() -> None:
    """Speak the language of the settings; settings that cannot be read are refused later, in Chinese."""
    try:
        speak(load().language)
    except SetupError:
        return


def refusal(error: Exception) -> str | None:
    """Say in one sentence why something expected could not be done.

    Parameters
    ----------
    error : Exception
        What was raised.

    Returns
    -------
    str or None
        None for what nobody expects: a fault of the program, to be shown whole. Errors of geo are ValueErrors.
    """
    if isinstance(error, ServerError) or _is_geo_error(error):
        code, values = str(getattr(error, "code", "")), dict(getattr(error, "values", {}))
        return sentence(code, values)
    if isinstance(error, OSError):
        if error.errno == errno.ENOSPC:
            return sentence("store.full")
        return sentence("cli.os", {"file": error.filename or "", "why": error.strerror or str(error)})
    return error.format_message() if isinstance(error, click.ClickException) else None


def _is_geo_error(error: Exception) -> bool:
    """Tell errors of geo without loading it: naming its base class would take a second."""
    return any(kind.__module__ == "geo.errors" for kind in type(error).__mro__)


def _tell(line: str) -> None:
    click.echo(line, err=True)
