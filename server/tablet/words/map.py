"""Sentences of the map and of the device's position."""

from server.words import _, place_kind_name

__all__ = ["words"]


def words() -> dict[str, str]:
    """Sentences of the map and of the device's position; ``{places}`` are left for the browser."""
    return {**_position(), **_ground(), **_whereabouts(), **_way(), **_kinds()}


def _position() -> dict[str, str]:
    return {
        "accuracy": _("定位误差约 {metres} 米", metres="{metres}"),
        "position_1": _("没有允许使用位置；可以在地图上选点。"),
        "position_2": _("这台设备现在定不了位；可以在地图上选点。"),
        "position_3": _("定位用时太久；可以再试一次，或在地图上选点。"),
        "position_4": _("这个页面没有经过加密打开，设备不肯给出位置；请用 https 打开，或在地图上选点。"),
        "map_poor": _("位置不准，误差约 {metres} 米", metres="{metres}"),
        "map_old_place": _("这是{age}的位置", age="{age}"),
        "map_comma": _("，"),
    }


def _ground() -> dict[str, str]:
    return {
        "map_wait": _("正在取你的网格…"),
        "map_no_ground": _("这台设备上还没有你的网格；连上网后会自动取来。"),
        "map_no_cells": _("还没有分到网格；请找社区负责人安排值守。"),
        "map_for": _("{cell}（代{whom}）", cell="{cell}", whom="{whom}"),
        "map_here_many": _("这里有 {n} 件事件", n="{n}"),
        "map_mine": _("由我办理"),
        "map_own_cell": _("你负责的网格"),
        "map_other_cell": _("这里的事上报后会派给负责的人。"),
        "map_pin": _("事发地点，可以拖动"),
        "map_drag": _("拖动标记，或点一下地图，对准事发地点"),
        "map_move": _("移动地图，或点一下地图，让标记对准事发地点"),
    }


def _whereabouts() -> dict[str, str]:
    return {
        "map_you_in": _("你在 {cell}", cell="{cell}"),
        "map_you_near": _("你在 {cell} 边上，离边界 {n} 米", cell="{cell}", n="{n}"),
        "map_you_outside": _("你不在任何网格内"),
        "map_you_unknown": _("你离自己的网格较远，这台设备上没有这里的网格"),
        "map_spot_in": _("这里是 {cell}", cell="{cell}"),
        "map_spot_near": _("这里在 {cell} 边上，离边界 {n} 米", cell="{cell}", n="{n}"),
        "map_spot_outside": _("这里不在任何网格内"),
        "map_spot_unknown": _("这台设备上没有这里的网格"),
        "map_no_cell_yet": _("已取得位置，还不知道在哪个网格"),
        "map_standing_in": _("代 {whom} 值守", whom="{whom}"),
        "map_colleague": _("同事"),
        "map_held_by": _("由 {name} 负责", name="{name}"),
        "map_not_mine": _("不是你负责的网格"),
        "map_held_by_nobody": _("现在没有人负责"),
    }


def _way() -> dict[str, str]:
    return {
        "map_metres": _("{n} 米", n="{n}"),
        "map_kilometres": _("{n} 公里", n="{n}"),
        "map_here": _("就在你身边"),
        "map_way_0": _("向北 {far}", far="{far}"),
        "map_way_1": _("向东北 {far}", far="{far}"),
        "map_way_2": _("向东 {far}", far="{far}"),
        "map_way_3": _("向东南 {far}", far="{far}"),
        "map_way_4": _("向南 {far}", far="{far}"),
        "map_way_5": _("向西南 {far}", far="{far}"),
        "map_way_6": _("向西 {far}", far="{far}"),
        "map_way_7": _("向西北 {far}", far="{far}"),
        "map_goal": _("目的地"),
        "map_copied": _("已复制"),
        "map_select": _("已选中，请长按复制"),
    }


def _kinds() -> dict[str, str]:
    kinds = ("compound", "building", "road", "landmark", "cell")
    return {f"place_kind_{kind}": place_kind_name(kind) for kind in kinds}
