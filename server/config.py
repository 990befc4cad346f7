"""Settings: one table of name, default, parser and meaning; the only reader of the environment.

Order: option on the command line > ``WANGGE_*`` variable > TOML file > default. An unknown key or an
unreadable value stops the start and names the key and the expected form.
"""

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from server.errors import SetupError

__all__ = ["SETTINGS", "Config", "Setting", "environment_for", "load"]

PREFIX = "WANGGE_"
FILE_VARIABLE = "WANGGE_CONFIG"


@dataclass(frozen=True)
class Setting:
    """One thing that can be set.

    Attributes
    ----------
    name : str
        Key in TOML; ``WANGGE_`` + upper case in the environment.
    default : Any
        Value when nothing sets it.
    parse : Callable[[Any], Any]
        Text or TOML value -> value; raises ValueError.
    form : str
        The expected form, for the error message.
    meaning : str
        One Chinese sentence for the README's table.
    """

    name: str
    default: Any
    parse: Callable[[Any], Any]
    form: str
    meaning: str

    @property
    def variable(self) -> str:
        """Name of the environment variable."""
        return PREFIX + self.name.upper()


def _text(value: Any) -> str:  # noqa: ANN401 - a TOML value may be anything
    if not isinstance(value, str):
        raise ValueError
    return value.strip()


def _flag(value: Any) -> bool:  # noqa: ANN401
    if isinstance(value, bool):
        return value
    known = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
    }
    if str(value).strip().lower() not in known:
        raise ValueError
    return known[str(value).strip().lower()]


def _whole(least: int, most: int) -> Callable[[Any], int]:
    def parse(value: Any) -> int:  # noqa: ANN401
        number = int(str(value).strip())
        if isinstance(value, bool) or not least <= number <= most:
            raise ValueError
        return number

    return parse


def _metres(value: Any) -> float:  # noqa: ANN401
    number = float(str(value).strip())
    if not 0 <= number <= 10_000:
        raise ValueError
    return number


def _zone(value: Any) -> str:  # noqa: ANN401
    try:
        ZoneInfo(_text(value))
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError from error
    return _text(value)


def _hours(value: Any) -> str:  # noqa: ANN401
    moments = [moment for stretch in _stretches(_text(value)) for moment in stretch]
    if any(one >= other for one, other in pairwise(moments)):
        raise ValueError
    return _text(value)


def _stretches(said: str) -> tuple[tuple[time, time], ...]:
    pairs = (one.split("-") for one in said.split(","))
    return tuple(
        (time.fromisoformat(begin.strip().zfill(5)), time.fromisoformat(end.strip().zfill(5)))
        for begin, end in pairs
    )


def _one_of(*allowed: str) -> Callable[[Any], str]:
    def parse(value: Any) -> str:  # noqa: ANN401
        if _text(value) not in allowed:
            raise ValueError
        return _text(value)

    return parse


def _folder(value: Any) -> Path:  # noqa: ANN401
    return Path(_text(value) if isinstance(value, str) else str(value)).expanduser()


SETTINGS: tuple[Setting, ...] = (
    Setting("dir", Path("var"), _folder, "文件夹路径", "数据文件夹：数据库、索引缓存、密钥都在这里"),
    Setting(
        "database_url",
        "",
        _text,
        "sqlite:///文件 或 postgresql://用户:口令@主机/库",
        "数据库地址；留空即用数据文件夹里的 SQLite，PostGIS 写 postgresql://…",
    ),
    Setting("host", "127.0.0.1", _text, "地址", "监听的地址"),
    Setting("port", 8000, _whole(1, 65535), "1 至 65535 的整数", "监听的端口"),
    Setting("workers", 1, _whole(1, 64), "1 至 64 的整数", "服务进程数"),
    Setting(
        "secret_key",
        "",
        _text,
        "至少 32 个字符的随机文字",
        "会话签名密钥；留空则首次启动时生成并存入数据文件夹",
    ),
    Setting(
        "timezone", "Asia/Shanghai", _zone, "时区名，如 Asia/Shanghai", "没写时区的时间按此理解，页面按此显示"
    ),
    Setting("language", "zh", _one_of("zh", "en"), "zh 或 en", "没有选择语言时用的语言"),
    Setting(
        "work_hours",
        "08:30-12:00,13:30-17:30",
        _hours,
        "如 08:30-12:00,13:30-17:30",
        "工作时间，午休断开；工作时限按此计算",
    ),
    Setting("nearest_m", 50.0, _metres, "0 至 10000 的米数", "不在任何网格内的点，多少米内算作最近的网格"),
    Setting("allow_outside_china", False, _flag, "true 或 false", "是否允许中国以外的网格图层"),
    Setting(
        "code_scheme",
        "free",
        _one_of("free", "cell15", "community12"),
        "free、cell15 或 community12",
        "网格编码方案；cell15 即 DB11/T 2157 的 15 位编码",
    ),
    Setting("intake_area", "", _text, "区域编码", "落不到网格的事件归到哪个区域分理；留空即最上级区域"),
    Setting("basemap_url", "", _text, "含 {z}/{x}/{y} 的瓦片地址", "底图瓦片地址；留空则不请求任何外部主机"),
    Setting("basemap_crs", "wgs84", _one_of("wgs84", "gcj02"), "wgs84 或 gcj02", "底图瓦片的坐标系"),
    Setting("basemap_attribution", "", _text, "文字", "底图版权说明"),
    Setting(
        "log_level",
        "warning",
        _one_of("debug", "info", "warning", "error"),
        "debug、info、warning 或 error",
        "日志级别",
    ),
    Setting("secure_cookies", False, _flag, "true 或 false", "只经 HTTPS 发送会话 Cookie"),
)


@dataclass(frozen=True)
class Config:
    """All settings, one attribute each; see :data:`SETTINGS`.

    Attributes
    ----------
    values : Mapping[str, Any]
        Setting name -> value, complete.
    """

    values: Mapping[str, Any]

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
        return _stretches(str(self.values["work_hours"]))


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
        raise SetupError("setting.invalid", name=setting.variable, value=value, form=setting.form) from error


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
