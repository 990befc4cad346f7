"""Sentences of the report form."""

from server.words import _

__all__ = ["words"]


def words() -> dict[str, str]:
    """Sentences of the report form; ``{places}`` are left for the browser."""
    return {
        "locating": _("正在定位…"),
        "located": _("已取得位置"),
        "no_place": _("还没有位置"),
        "no_cell": _("不在任何网格内，将转分理"),
        "by_hand": _("在地图上选的位置"),
        "need_place": _("请先定位，或在地图上选点。"),
        "need_category": _("请选一类事情。"),
        "need_description": _("请写几个字，说明情况。"),
        "sent": _("已上报，编号 {number}，等待派遣。", number="{number}"),
        "sent_to": _("已上报，编号 {number}，已派给 {holder}。", number="{number}", holder="{holder}"),
    }
