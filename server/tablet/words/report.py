"""Sentences of the report form."""

from server.words import _

__all__ = ["words"]


def words() -> dict[str, str]:
    """Sentences of the report form; ``{places}`` are left for the browser."""
    return {**_places(), **_lacks(), **_standing(), **_speech()}


def _places() -> dict[str, str]:
    return {
        "locating": _("正在定位…"),
        "no_place": _("还没有位置"),
        "no_cell": _("不在任何网格内，将转分理"),
        "by_hand": _("在地图上选的位置"),
        "report_unknown": _("网格待定：送到后由服务器确定"),
        "report_accuracy": _("定位误差约 {metres} 米", metres="{metres}"),
        "report_held": _("{said}，按拍照时的位置", said="{said}"),
        "report_far": _(
            "误差有 {metres} 米，可能不是这个网格。到窗边或室外再定位，或在地图上挪准。", metres="{metres}"
        ),
        "report_edge": _("正在网格边界上，送到后由网格长核对。"),
        "report_nearest": _("离这个网格还有 {metres} 米，按最近的网格算。", metres="{metres}"),
        "report_beside": _("离 {cells} 很近，请看看位置准不准。", cells="{cells}"),
        "report_holder": _("由 {name} 办理", name="{name}"),
        "report_for": _("你在替 {name} 值守", name="{name}"),
        "report_to_desk": _("由分理人员派给合适的人"),
    }


def _lacks() -> dict[str, str]:
    return {
        "need_place": _("还没有位置：请重新定位，或在地图上挪。"),
        "need_category": _("还没选是什么事：请点一类。"),
        "need_description": _("请拍一张照片，或写几个字说明情况。"),
        "need_outcome": _("当场办结要写一句怎么处理的。"),
        "need_number": _("数量要写成数字，如 2 或 3.5。"),
        "need_unit": _("写了数量，请再选单位。"),
        "photo_most": _("一次最多 {most} 张照片；请去掉几张再拍。", most="{most}"),
        "report_not_yours": _("这里不是你的网格，请上报给那里的网格员办理。"),
        "report_one_first": _("设备存不下第二件没报完的事；请先送出这一件，或删掉设备上不用的文件。"),
        "report_resident_again": _("居民的姓名和电话没有存在设备上，请再填一次。"),
        "see_photo": _("{category}，见照片", category="{category}"),
        "report_settle": _("当场办结"),
    }


def _standing() -> dict[str, str]:
    return {
        "sent": _("已送出，编号 {number}，等待派遣。", number="{number}"),
        "sent_to": _("已送出，编号 {number}，由 {holder} 办理。", number="{number}", holder="{holder}"),
        "report_settled": _("已送出，编号 {number}，已当场办结。", number="{number}"),
        "report_kept": _("已记下，连上网后自动送出。"),
        "report_going": _("已记下，正在送出…"),
        "report_signin": _("已记下，重新登录后自动送出。"),
        "report_refused": _("已记下，但没有送成：{why}", why="{why}"),
    }


def _speech() -> dict[str, str]:
    return {
        "speech_listening": _("正在听，说完再点一下。"),
        "speech_keyboard": _("请点键盘上的麦克风说话：这台设备自己不会听写，语音也不该交给外面的公司。"),
        "speech_later": _("设备正在准备听写，过一会儿再试；现在可以用键盘上的麦克风。"),
        "speech_forbidden": _("没有允许使用麦克风；可以用键盘上的麦克风，或打字。"),
        "speech_silence": _("没有听到声音，请靠近一点再说。"),
        "speech_failed": _("没有听清，请再说一次，或打字。"),
    }
