"""Sentences of what waits to be sent."""

from server.words import _

__all__ = ["words"]


def words() -> dict[str, str]:
    """Sentences of what waits to be sent; ``{places}`` are left for the browser."""
    return {**_rows(), **_conflicts(), **_choices(), **_reasons()}


def _rows() -> dict[str, str]:
    return {
        "queue_state_waiting": _("等待送出"),
        "queue_state_sending": _("正在送出"),
        "queue_state_done": _("已送达"),
        "queue_state_refused": _("服务器没有接受"),
        "queue_state_decide": _("等你决定"),
        "queue_state_signin": _("等你重新登录"),
        "queue_waiting": _("{n} 条等着送出。", n="{n}"),
        "queue_stuck": _("{n} 条要你处理。", n="{n}"),
        "queue_more": _("另有 {n} 条排在后面。", n="{n}"),
        "queue_done": _("最近送达 {n} 条", n="{n}"),
        "queue_photo": _("待送出的照片"),
        "queue_step_photos": _("{what}照片 {n} 张", what="{what}", n="{n}"),
        "queue_step_report": _("上报"),
        "queue_step_visit": _("走访记录"),
        "queue_step_care": _("关爱登记"),
        "queue_step_care_end": _("结束关爱"),
        "queue_step_patrol": _("巡查"),
        "queue_step_patrol_end": _("结束巡查"),
        "queue_step_track": _("巡查轨迹"),
        "queue_step_done": _("{words}（已送达）", words="{words}"),
        "queue_step_lost": _("{words}，另有 {n} 张已不在本机，没有送出", words="{words}", n="{n}"),
    }


def _conflicts() -> dict[str, str]:
    return {
        "queue_holder": _("在 {name} 手上", name="{name}"),
        "queue_no_visit": _("上报已收下；它所说的那次走访不在服务器上，所以没有连在一起。"),
        "queue_gone": _("这件事已不在你负责的范围内，看不到它现在的情况。"),
        "queue_system": _("系统"),
        "queue_changed": _(
            "这段时间里别人动过这件事，所以没有照你记下的办。请在“待同步”里看两边的情况，再决定怎么办。"
        ),
        "queue_can": _("看过现在的情况后，仍然可以“{action}”。", action="{action}"),
        "queue_cannot_note": _(
            "现在不能“{action}”了；你记下的话和照片可以转为备注留在事件里。", action="{action}"
        ),
        "queue_cannot": _(
            "现在不能“{action}”了，也不能备注；需要的话请先抄下来，再删除。", action="{action}"
        ),
        "queue_fact_action": _("要做的"),
        "queue_fact_quantity": _("数量"),
        "queue_fact_money": _("花费（元）"),
    }


def _choices() -> dict[str, str]:
    return {
        "queue_do_retry": _("再送一次"),
        "queue_do_edit": _("修改"),
        "queue_do_drop": _("删除"),
        "queue_do_anyway": _("仍然{action}", action="{action}"),
        "queue_do_now": _("按送出的时间{action}", action="{action}"),
        "queue_do_note": _("转为备注"),
        "queue_do_without_visit": _("不带走访送出"),
        "queue_do_without_patrol": _("不带巡查送出"),
        "queue_do_without_photos": _("不带照片送出"),
        "queue_sure": _("确定删除“{title}”？删除后找不回来。", title="{title}"),
        "queue_sure_photos": _("其中 {n} 张照片也会删除。", n="{n}"),
        "queue_sure_unknown": _("它送出过但没有收到回答，服务器可能已经收下；删除只去掉本机的这一份。"),
        "queue_edit_empty": _("这一栏不能空着。"),
        "queue_field_description": _("情况"),
        "queue_field_words": _("记录"),
        "queue_field_outcome": _("办理结果"),
        "queue_field_reason": _("理由"),
        "queue_field_text": _("说明"),
        "queue_field_matter": _("请单位办的事"),
        "queue_field_told": _("告知居民的话"),
        "clock_fast": _(
            "这台设备的时钟快了约 {minutes} 分钟。记录会按服务器的时间更正，两个时间都会保留；请到系统设置里校准。",
            minutes="{minutes}",
        ),
        "clock_slow": _(
            "这台设备的时钟慢了约 {minutes} 分钟。记录会按服务器的时间更正，两个时间都会保留；请到系统设置里校准。",
            minutes="{minutes}",
        ),
    }


def _reasons() -> dict[str, str]:
    return {
        "queue_away": _("连不上服务器；内容在本机，连上后自动送出。"),
        "queue_busy": _("服务器正忙，稍后自动再送。"),
        "queue_fault": _("服务器出了差错，稍后自动再送。"),
        "queue_signin": _("登录已过期；请重新登录，登录后接着送。"),
        "queue_other": _("现在登录的是别人；请用自己的帐号登录，登录后接着送。"),
        "queue_nobody": _("还不知道你是谁；请先连网登录一次。"),
        "queue_full": _("本机的存储空间满了，这一条没有记下；请先让等着的送出，或清理设备上的空间。"),
        "queue_disk": _(
            "本机的存储空间满了，送到哪一步记不下来，所以先停着；请清理设备上的空间，之后自动再送。"
        ),
        "queue_stumbled": _("这次没有送成，内容都在本机，稍后自动再送。"),
        "queue_strange": _(
            "回答的不是服务器，而是网络中间的设备（{status}）；稍后自动再送。", status="{status}"
        ),
        "queue_between": _(
            "网络中间的设备几次都不让它通过（{status}），服务器没有收到。换个网络再送一次，或把这里的话告诉管理员。",
            status="{status}",
        ),
        "queue_cut": _("服务器在，但这一条几次送出都没有回答；稍后自动再送，其他的照常送出。"),
        "queue_needs": _("它要跟在一次走访或巡查后面，那一条还没有送到。"),
        "queue_needs_stuck": _(
            "它要跟在一次走访或巡查后面，那一条等你处理；处理好后它自动送出，也可以现在单独送出。"
        ),
        "queue_went": _("这期间它已经送出，或在别处改过，不能再改。要补充的话请先抄下来，另外记一条。"),
        "queue_behind": _("同一件事的前一条还没有送到，这一条排在后面。"),
        "queue_orphan": _("它所属的上报已经不在本机，也没有送到服务器。"),
        "queue_no_photos": _("照片已不在本机。"),
        "queue_on_its_way": _("这一条正在送出，请稍等再改。"),
        "queue_maybe_there": _("这一条送出后没有收到回答，服务器可能已经收下；等有了回答再改。"),
        "queue_note": _("离线时记下的“{action}”没有办成：{words}", action="{action}", words="{words}"),
        "queue_as_note": _("备注"),
        "photo_full": _("本机的存储空间快满了，这张照片没有收下；请先让等着的送出，或清理设备上的空间。"),
        "photo_nearly_full": _("本机的存储空间已用 {percent}%，请尽快连网送出。", percent="{percent}"),
        "photo_unreadable": _("这个文件不是能用的照片，请重新拍一张。"),
    }
