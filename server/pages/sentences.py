"""Sentences that the browser's modules speak, in the language of the page; the page hands them over as JSON."""

from server.words import _

__all__ = ["board_words", "map_words", "tablet_words"]


def _time_words() -> dict[str, str]:
    return {
        "days_ago": _("{days} 天前", days="{days}"),
        "hours_ago": _("{hours} 小时前", hours="{hours}"),
        "minutes_ago": _("{minutes} 分钟前", minutes="{minutes}"),
    }


def _shared_words() -> dict[str, str]:
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
        **_shared_words(),
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


def tablet_words() -> dict[str, str]:
    """Sentences of the worker's tablet."""
    return {
        **_shared_words(),
        "online": _("在线"),
        "offline_short": _("离线"),
        "waiting": _("{n} 条未送出", n="{n}"),
        "count": _("{n} 件", n="{n}"),
        "locating": _("正在定位…"),
        "located": _("已取得位置"),
        "no_place": _("还没有位置"),
        "no_cell": _("不在任何网格内，将转分理"),
        "accuracy": _("定位误差约 {metres} 米", metres="{metres}"),
        "by_hand": _("在地图上选的位置"),
        "position_1": _("没有允许使用位置；可以在地图上选点。"),
        "position_2": _("这台设备现在定不了位；可以在地图上选点。"),
        "position_3": _("定位用时太久；可以再试一次，或在地图上选点。"),
        "need_place": _("请先定位，或在地图上选点。"),
        "need_category": _("请选一类事情。"),
        "need_description": _("请写几个字，说明情况。"),
        "sending": _("正在送出…"),
        "unsent": _("没有送出：{title}", title="{title}"),
        "sent": _("已上报，编号 {number}，等待派遣。", number="{number}"),
        "sent_to": _("已上报，编号 {number}，已派给 {holder}。", number="{number}", holder="{holder}"),
    }
