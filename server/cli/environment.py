"""What every command works with: the settings, and the store they name."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from server.config import Config, load

if TYPE_CHECKING:
    from server.db import Store

__all__ = ["Environment", "pass_environment"]


@dataclass
class Environment:
    """Settings from options, environment and file; the store behind them.

    Attributes
    ----------
    options : Mapping[str, Any]
        Settings given on the command line.
    file : Path or None
        TOML file given there.
    """

    options: Mapping[str, Any] = field(default_factory=dict)
    file: Path | None = None

    @cached_property
    def config(self) -> Config:
        """All settings.

        Raises
        ------
        SetupError
            One of them cannot be used.
        """
        return load(self.options, file=self.file)

    @contextmanager
    def store(self, *, is_new: bool = False) -> Iterator["Store"]:
        """Open the store; it is closed when the block ends.

        Parameters
        ----------
        is_new : bool
            Bring it to the newest layout first; otherwise it must have it.

        Raises
        ------
        SetupError
            Older or newer than the program, or unreachable.
        """
        # The store takes half a second to load, which `wangge locate` and `--help` need not wait for.
        from server.db import Store  # noqa: PLC0415
        from server.services import categories  # noqa: PLC0415
        from server.upgrade import check_version, upgrade  # noqa: PLC0415

        store = Store(self.config)
        try:
            (upgrade if is_new else check_version)(store)
            with store.read() as tx:
                categories.refresh(tx)
            yield store
        finally:
            store.close()


pass_environment = click.make_pass_decorator(Environment, ensure=True)
"""Passes the :class:`Environment` to a command as its first argument."""
