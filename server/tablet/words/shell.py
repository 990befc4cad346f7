"""Sentences of the tablet's frame: connection, installing, updating, signing out; and those that all parts share."""

from server.pages.sentences import shared_words
from server.words import _, role_name
from server.workflow import Role

__all__ = ["words"]


def words() -> dict[str, str]:
    """Sentences of the frame; ``{places}`` are left for the browser to fill."""
    return {
        **shared_words(),
        **_connection(),
        **_release(),
        "comma": _("、"),
        **{f"role_{role}": role_name(role) for role in Role},
        "no_cells": _("还没有分到网格"),
        "stands_in": _("替 {name} 值守", name="{name}"),
        "leave_waiting": _(
            "还有 {n} 条没有送出。退出后它们仍留在这台设备上，只有你再登录时才会看到、继续送出。", n="{n}"
        ),
        **_losses(),
        "leave_failed": _("连不上服务器，还没有退出；连上网络后再退出一次。"),
    }


def _connection() -> dict[str, str]:
    return {
        "online": _("在线"),
        "offline_short": _("离线"),
        "unreachable_short": _("连不上服务器"),
        "signed_out_short": _("要重新登录"),
        "connecting": _("正在连接"),
        "not_kept": _(
            "这台设备的存储满了，最新的任务没有存下：现在能看，没有网络时打不开。请删掉设备上不用的文件。"
        ),
        "waiting": _("{n} 条待同步", n="{n}"),
        "refused": _("{n} 条要你处理", n="{n}"),
        "nothing_waits": _("都已送出"),
        "sign_in_again": _("登录已经过期，请重新登录。"),
        "sign_in_again_waiting": _(
            "登录已经过期。{n} 条没有送出的都在这台设备上，重新登录后会接着送出。", n="{n}"
        ),
    }


def _losses() -> dict[str, str]:
    """Say what signing out ends or deletes."""
    return {
        "leave_patrol": _("正在巡查：退出前先结束巡查，走过的路会交上去。"),
        "leave_patrol_failed": _("巡查没有结束成，还没有退出；请在“走访”里结束巡查后再退出。"),
        "leave_lost": _("没有写完的会从这台设备上删掉，不能恢复：{what}。", what="{what}"),
        "leave_reports": _("上报 {n} 件", n="{n}"),
        "leave_acts": _("办理表单 {n} 份", n="{n}"),
        "leave_visits": _("走访 {n} 份", n="{n}"),
        "leave_photos": _("其中的照片 {n} 张", n="{n}"),
    }


def _release() -> dict[str, str]:
    return {
        "release_none": _("打不开：这个浏览器或这个地址不支持离线使用"),
        "release_keeping": _("正在准备离线使用"),
        "release_kept": _("能打开，能照常登记"),
        "release_ready": _("能打开，能照常登记"),
        "release_changed": _("能打开，能照常登记"),
        "release_failed": _("还打不开：没有下载完整，下次联网打开时会再试"),
        "checking": _("正在检查"),
        "check_failed": _("连不上服务器，没有查成"),
        "update_ready": _("有新版本，点上方的“更新”"),
        "up_to_date": _("已是最新"),
        "room": _("已用 {used}，还可用 {left}", used="{used}", left="{left}"),
        "room_kept": _("已用 {used}，还可用 {left}；系统不会自行清理", used="{used}", left="{left}"),
    }
