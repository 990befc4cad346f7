"""Sentences that the browser's modules speak, in the language of the page; the page hands them over as JSON."""

from server.words import _

__all__ = ["board_words", "map_words", "shared_words"]


def _time_words() -> dict[str, str]:
    return {
        "days_ago": _("{days} 天前", days="{days}"),
        "hours_ago": _("{hours} 小时前", hours="{hours}"),
        "minutes_ago": _("{minutes} 分钟前", minutes="{minutes}"),
    }


def shared_words() -> dict[str, str]:
    """Sentences of the desk's maps and of the tablet."""
    return {
        **_time_words(),
        "failed": _("服务器没有答复（{status}），请稍后再试。", status="{status}"),
        "offline": _("连不上服务器，请检查网络后再试。"),
        "zoom_in": _("放大"),
        "zoom_out": _("缩小"),
        "issue": _("事件 {number}", number="{number}"),
        "nobody": _("还没有派给谁"),
    }


def map_words() -> dict[str, str]:
    """Sentences of the desk's maps; ``{places}`` are left for the browser to fill."""
    return {
        **shared_words(),
        "layers": _("图层"),
        "bunch": _("{n} 件事件，点开看", n="{n}"),
        "and_more": _("{low} 及以上", low="{low}"),
        "heat_unit": _("（件/{metres} 米见方，共 {total} 件）", metres="{metres}", total="{total}"),
    }


def board_words() -> dict[str, str]:
    """Sentences of the board and of the wall."""
    return {
        "failed": _("服务器没有答复（{status}），请稍后再试。", status="{status}"),
        "stale": _("连不上服务器，数字停在 {time}；连上后会自动更新。", time="{time}"),
        "signed_out": _("登录已经结束，数字停在 {time}；请重新登录。", time="{time}"),
    }
