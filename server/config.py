"""Settings as they hold: the only reader of the environment. Their table is :mod:`server.settings`.

Order: option on the command line > ``WANGGE_*`` variable > TOML file > default. An unknown key or an
unreadable value stops the start and names the key and the expected form.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from server.errors import SetupError
from server.settings import PREFIX, SETTINGS, Setting, hosts_of, hours_of, ladder_of

__all__ = ["SETTINGS", "Config", "Setting", "environment_for", "load"]

FILE_VARIABLE = "WANGGE_CONFIG"
HIDDEN = "***"


@dataclass(frozen=True)
class Config:
    """All settings, one attribute each; see :data:`SETTINGS`.

    Attributes
    ----------
    values : Mapping[str, Any]
        Setting name -> value, complete.
    """

    values: Mapping[str, Any] = field(repr=False)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - each setting has its own type
        if name.startswith("__") or name not in self.values:
            raise AttributeError(name)
        return self.values[name]

    @property
    def url(self) -> str:
        """Database URL with the driver SQLAlchemy needs; SQLite in ``dir`` when none is set."""
        given = str(self.values["database_url"])
        if not given:
            return f"sqlite:///{Path(self.values['dir']) / 'wangge.db'}"
        for short in ("postgresql://", "postgres://"):
            if given.startswith(short):
                return "postgresql+psycopg://" + given.removeprefix(short)
        return given

    @property
    def variables(self) -> dict[str, str]:
        """The settings that are not as by default, as ``WANGGE_*`` variables for another process."""
        return {
            one.variable: str(self.values[one.name]).lower()
            if isinstance(one.default, bool)
            else str(self.values[one.name])
            for one in SETTINGS
            if self.values[one.name] != one.default
        }

    @property
    def zone(self) -> ZoneInfo:
        """Time zone for input without one, display and periods."""
        return ZoneInfo(str(self.values["timezone"]))

    @property
    def hours(self) -> tuple[tuple[time, time], ...]:
        """Stretches of a working day, ascending, with the lunch break between them."""
        return hours_of(str(self.values["work_hours"]))

    @property
    def hosts(self) -> tuple[str, ...]:
        """Hosts under which it may be asked; none given means any."""
        return hosts_of(str(self.values["hosts"]))

    def supervise_after(self, *, urgent: bool) -> tuple[float, float, float]:
        """Hours past the due until the leader is told, the supervisor, and all of it again.

        Working hours; hours of the clock for what is urgent.
        """
        name = "supervise_urgent_hours" if urgent else "supervise_hours"
        return ladder_of(str(self.values[name]))


def load(
    options: Mapping[str, Any] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    file: Path | None = None,
) -> Config:
    """Read all settings.

    Parameters
    ----------
    options : Mapping[str, Any], optional
        From the command line; None values are passed over.
    environment : Mapping[str, str], optional
        ``os.environ`` when omitted.
    file : Path, optional
        TOML file; the variable ``WANGGE_CONFIG`` names one when omitted.

    Returns
    -------
    Config
        Complete settings.

    Raises
    ------
    SetupError
        Unknown key, unreadable file or value.
    """
    environ = os.environ if environment is None else environment
    known = {setting.name: setting for setting in SETTINGS}
    values = {setting.name: setting.default for setting in SETTINGS}
    layers = (_from_file(file or environ.get(FILE_VARIABLE)), _from_environment(environ), options or {})
    for layer in layers:
        for key, value in layer.items():
            if key not in known:
                raise SetupError("setting.unknown", name=key, known=", ".join(known))
            if value is not None:
                values[key] = _parsed(known[key], value)
    return Config(values)


def environment_for(config: Config) -> dict[str, str]:
    """Make the environment of a process that shall run with these settings, and no file of its own."""
    others = {key: value for key, value in os.environ.items() if not key.startswith(PREFIX)}
    return others | config.variables


def _parsed(setting: Setting, value: Any) -> Any:  # noqa: ANN401
    try:
        return setting.parse(value)
    except (ValueError, TypeError) as error:
        shown = HIDDEN if setting.is_secret else value
        raise SetupError("setting.invalid", name=setting.variable, value=shown, form=setting.form) from (
            None if setting.is_secret else error
        )


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    return {
        key.removeprefix(PREFIX).lower(): value
        for key, value in environ.items()
        if key.startswith(PREFIX) and key != FILE_VARIABLE
    }


def _from_file(file: Path | str | None) -> dict[str, Any]:
    if not file:
        return {}
    try:
        return tomllib.loads(Path(file).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SetupError("setting.file", file=str(file), why=str(error)) from error
