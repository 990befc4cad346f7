"""What commands print: lines for people, and progress as a bar on a terminal, as lines elsewhere."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)

from server.errors import InputError, InvalidRows
from server.words import sentence

__all__ = ["progress", "say", "say_faults", "whole_file"]

EVERY_S = 5.0  # between two lines of progress where there is no terminal


def say(code: str, **values: object) -> None:
    """Print a sentence on standard output.

    Parameters
    ----------
    code : str
        A code of :mod:`server.words`.
    **values : object
        What it speaks about.
    """
    click.echo(sentence(code, values))


def say_faults(refused: InvalidRows) -> None:
    """Print every fault of a file on standard error, a line each, and that nothing was taken in."""
    for one in refused.faults:
        said = {"row": one.row, "column": one.column, "value": one.value, "why": one.sentence}
        click.echo(sentence("cli.fault", said), err=True)
    click.echo(sentence(refused.code, refused.values), err=True)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a path to write to; what is written takes the file's place only when the block ends well.

    Parameters
    ----------
    path : Path
        A new file, or a regular file to replace.

    Raises
    ------
    InputError
        There is something else: a folder, a device.
    """
    if path.exists() and not path.is_file():
        raise InputError("file.not_regular", file=str(path))
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """Show progress on standard error.

    Parameters
    ----------
    title : str
        What is going on.

    Yields
    ------
    Callable[[int, int], None]
        To be told how many of how many are done; both may change.
    """
    console = Console(stderr=True)
    if console.is_terminal:
        with _bar(console) as bar:
            task = bar.add_task(title, total=None, rate="")
            started = time.monotonic()

            def draw(done: int, total: int) -> None:
                rate = sentence("cli.rate", {"rate": f"{done / max(time.monotonic() - started, 1e-3):,.0f}"})
                bar.update(task, completed=done, total=total, rate=rate)

            yield draw
        return
    last = time.monotonic()

    def line(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= EVERY_S:
            last = time.monotonic()
            click.echo(sentence("cli.progress", {"title": title, "done": done, "total": total}), err=True)
            sys.stderr.flush()

    yield line


def _bar(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=console,
    )
