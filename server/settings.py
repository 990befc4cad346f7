"""The table of settings: name, default, parser and meaning. Reads nothing by itself; see :mod:`server.config`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

__all__ = ["PREFIX", "SETTINGS", "Setting", "hosts_of", "hours_of", "ladder_of"]

PREFIX = "WANGGE_"
MOST_HOURS = 10_000
LEAST_SECRET = 32
HOST = re.compile(r"\.?[a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:.]+\]")  # a name, .domain, IPv4 or [IPv6]; no port


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
    is_secret : bool
        Never shown, not even when it is refused.
    """

    name: str
    default: Any
    parse: Callable[[Any], Any]
    form: str
    meaning: str
    is_secret: bool = False

    @property
    def variable(self) -> str:
        """Name of the environment variable."""
        return PREFIX + self.name.upper()


def _text(value: Any) -> str:  # noqa: ANN401 - a TOML value may be anything
    if not isinstance(value, str):
        raise ValueError
    return value.strip()


def _secret(value: Any) -> str:  # noqa: ANN401 - a TOML value may be anything
    if 0 < len(_text(value)) < LEAST_SECRET:
        raise ValueError
    return _text(value)


def _hosts(value: Any) -> str:  # noqa: ANN401 - a TOML value may be anything
    if not all(HOST.fullmatch(one) for one in hosts_of(_text(value))):
        raise ValueError
    return _text(value)


def hosts_of(said: str) -> tuple[str, ...]:
    """Read names of hosts, none or several: ``wangge.lan,192.168.1.10``."""
    return tuple(one.strip().lower() for one in said.split(",") if one.strip())


def _flag(value: Any) -> bool:  # noqa: ANN401 - a TOML value may be anything
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
    def parse(value: Any) -> int:  # noqa: ANN401 - a TOML value may be anything
        number = int(str(value).strip())
        if isinstance(value, bool) or not least <= number <= most:
            raise ValueError
        return number

    return parse


def _metres(value: Any) -> float:  # noqa: ANN401 - a TOML value may be anything
    number = float(str(value).strip())
    if not 0 <= number <= 10_000:
        raise ValueError
    return number


def _zone(value: Any) -> str:  # noqa: ANN401 - a TOML value may be anything
    try:
        ZoneInfo(_text(value))
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError from error
    return _text(value)


def _hours(value: Any) -> str:  # noqa: ANN401 - a TOML value may be anything
    moments = [moment for stretch in hours_of(_text(value)) for moment in stretch]
    if any(one >= other for one, other in pairwise(moments)):
        raise ValueError
    return _text(value)


def hours_of(said: str) -> tuple[tuple[time, time], ...]:
    """Read working hours: ``08:30-12:00,13:30-17:30``.

    Raises
    ------
    ValueError
        They cannot be read.
    """
    pairs = (one.split("-") for one in said.split(","))
    return tuple(
        (time.fromisoformat(begin.strip().zfill(5)), time.fromisoformat(end.strip().zfill(5)))
        for begin, end in pairs
    )


def ladder_of(said: str) -> tuple[float, float, float]:
    """Read after how many hours the leader is told, the supervisor, and all of it again: ``8,16,24``.

    Raises
    ------
    ValueError
        Not three numbers, or they do not ascend.
    """
    leader, supervisor, again = (float(one) for one in said.split(","))
    if not 0 < leader < supervisor < again <= MOST_HOURS:
        raise ValueError(said)
    return leader, supervisor, again


def _ladder(value: Any) -> str:  # noqa: ANN401 - a TOML value may be anything
    ladder_of(_text(value))
    return _text(value)


def _one_of(*allowed: str) -> Callable[[Any], str]:
    def parse(value: Any) -> str:  # noqa: ANN401 - a TOML value may be anything
        if _text(value) not in allowed:
            raise ValueError
        return _text(value)

    return parse


def _issuer(value: Any) -> str:  # noqa: ANN401 - a TOML value may be anything
    said = _text(value)
    if said and not re.fullmatch(r"https?://[^/@\s?#]+(/[^\s?#]*)?", said):
        raise ValueError
    return said


def _folder(value: Any) -> Path:  # noqa: ANN401 - a TOML value may be anything
    return Path(_text(value) if isinstance(value, str) else str(value)).expanduser()


def _bucket(value: Any) -> str:  # noqa: ANN401 - a TOML value may be anything
    said = _text(value)
    if said and not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._/-]*)?", said):
        raise ValueError
    return said


def _server(value: Any) -> str:  # noqa: ANN401 - a TOML value may be anything
    said = _text(value).rstrip("/")
    if said and not re.fullmatch(r"https?://[^/@\s?#]+", said):
        raise ValueError
    return said


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
        _secret,
        "至少 32 个字符的随机文字",
        "会话签名密钥；留空则首次启动时生成并存入数据文件夹",
        is_secret=True,
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
    Setting(
        "supervise_hours",
        "8,16,24",
        _ladder,
        "三个递增的小时数，如 8,16,24",
        "超期后隔多少工作小时督办负责人、督办员、再来一轮；承办人超期即督办",
    ),
    Setting(
        "supervise_urgent_hours",
        "1,2,4",
        _ladder,
        "三个递增的小时数，如 1,2,4",
        "紧急事件的同三个间隔，按自然小时",
    ),
    Setting(
        "personal_days",
        365,
        _whole(0, 36_500),
        "0 至 36500 的整天数",
        "办结、不予受理或并案满多少天后清除居民信息（姓名、电话、原话、地址、照片）；0 为不清除",
    ),
    Setting(
        "track_days",
        7,
        _whole(0, 366),
        "0 至 366 的整天数",
        "巡查的原始轨迹点保留多少天，过期自动删除，只留走过的方格；0 为从不保存",
    ),
    Setting("export_days", 7, _whole(1, 365), "1 至 365 的整天数", "导出的大文件保留多少天，过期自动删除"),
    Setting("nearest_m", 50.0, _metres, "0 至 10000 的米数", "不在任何网格内的点，多少米内算作最近的网格"),
    Setting(
        "heat_minimum",
        5,
        _whole(0, 1000),
        "0 至 1000 的整数",
        "热力图给不在本辖区任职的人看时（承办单位、大屏、简报插图），半径内不足多少件的地方不显示；0 为都显示",
    ),
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
        "files_url",
        "",
        _bucket,
        "s3://桶/前缀",
        "照片存在哪里：留空即数据文件夹里的 files，S3 写 s3://桶/前缀（需装 s3 附加组件）",
    ),
    Setting("files_endpoint", "", _server, "http(s)://主机:端口", "S3 兼容服务的地址；留空即 AWS"),
    Setting("files_region", "", _text, "区域名，如 us-east-1", "S3 的区域；留空即 us-east-1"),
    Setting("files_key", "", _text, "文字", "S3 的访问密钥编号", is_secret=True),
    Setting("files_secret", "", _text, "文字", "S3 的访问密钥；不会显示，也不进备份", is_secret=True),
    Setting(
        "log_level",
        "warning",
        _one_of("debug", "info", "warning", "error"),
        "debug、info、warning 或 error",
        "日志级别",
    ),
    Setting(
        "oidc_issuer",
        "",
        _issuer,
        "https://主机/路径",
        "统一身份平台（OIDC）的 issuer 地址；留空则只用口令登录（需装 oidc 附加组件）",
    ),
    Setting("oidc_client_id", "", _text, "文字", "在统一身份平台登记的客户端编号"),
    Setting(
        "oidc_client_secret", "", _text, "文字", "在统一身份平台登记的客户端密钥；不会显示", is_secret=True
    ),
    Setting("oidc_name", "统一身份登录", _text, "文字", "登录页上统一身份登录按钮的文字"),
    Setting("session_days", 14, _whole(1, 365), "1 至 365 的整数", "登录后最多多少天须重新登录"),
    Setting(
        "session_idle_hours", 24, _whole(1, 24 * 365), "1 至 8760 的整数", "登录后多少小时没有使用须重新登录"
    ),
    Setting(
        "secure_cookies", False, _flag, "true 或 false", "只经 HTTPS 发送 Cookie；经 HTTPS 访问时本来就如此"
    ),
    Setting(
        "trusted_proxies",
        0,
        _whole(0, 9),
        "0 至 9 的整数",
        "前面有几层反向代理；大于 0 时采信其 X-Forwarded-For、-Proto、-Host，所以服务须只听代理够得着的地址，"
        "代理须自己写全这三项",
    ),
    Setting(
        "hosts",
        "",
        _hosts,
        "主机名或 IP，逗号隔开，如 wangge.lan,192.168.1.10",
        "只接受以这些主机名访问；留空即都接受",
    ),
    Setting(
        "rate_limits", True, _flag, "true 或 false", "是否限制一分钟内的请求次数（每个服务进程各计各的）"
    ),
    Setting(
        "streams",
        32,
        _whole(0, 1000),
        "0 至 1000 的整数",
        "每个服务进程最多同时向多少台平板即时推送；其余的定时询问",
    ),
    Setting("tls_cert", "", _text, "PEM 文件路径", "TLS 证书；留空即用数据文件夹里 tls/server.pem（如有）"),
    Setting("tls_key", "", _text, "PEM 文件路径", "TLS 私钥；留空即用数据文件夹里 tls/server.key（如有）"),
)
