"""Sentences of the tasks, of one issue and of the forms of acts."""

from server.services.steps.fields import UNITS
from server.words import NAMES, _, field_name, state_name

__all__ = ["words"]

FIELDS = (
    "holder", "reason", "told", "outcome", "contacted", "satisfaction", "text", "matter", "departments", "answer_by",
    "result", "until", "review_date", "quantity", "unit", "money", "photos", "kind",
)  # fmt: skip
CODED = ("result", "satisfaction", "contacted")


def words() -> dict[str, str]:
    """Sentences of the work; ``{places}`` are left for the browser."""
    return {**_named(), **_tasks(), **_issue(), **_forms(), **_faults(), **_about()}


def _named() -> dict[str, str]:
    """Names of the codes that forms and predicted states show."""
    coded = {f"{kind}_{code}": _(name) for kind in CODED for code, name in NAMES[kind].items()}
    photos = {f"kind_{code}": _(name) for code, name in NAMES["photo"].items()}
    return {
        **{f"state_{code}": state_name(code) for code in NAMES["state"]},
        **{f"field_{name}": field_name(name) for name in FIELDS},
        **{f"unit_{one}": _(one) for one in UNITS},
        **coded,
        **photos,
    }


def _tasks() -> dict[str, str]:
    return {
        "count": _("{n} 件", n="{n}"),
        "work_group_unsent": _("待同步"),
        "work_group_late": _("已超期"),
        "work_group_open": _("要办的"),
        "work_group_away": _("等待核查、回访或挂账中"),
        "work_none_mine": _("手上没有要办的事件"),
        "work_none_cells": _("网格里没有未结的事件"),
        "work_none_found": _("没有找到与“{find}”有关的任务", find="{find}"),
        "work_more": _("再看 {n} 件", n="{n}"),
        "work_no_place": _("正在定位；取得位置后按远近排列。"),
        "work_new": _("新派"),
        "work_mine": _("在我手上"),
        "work_round": _("第 {n} 轮", n="{n}"),
        "work_pending": _("待同步：{name}", name="{name}"),
        "work_stuck": _("没有办成：{name}", name="{name}"),
    }


def _issue() -> dict[str, str]:
    return {
        "work_put": _("“{title}”已记在本机，连上服务器就送出。", title="{title}"),
        "work_state_waiting": _("等待送出"),
        "work_state_sending": _("正在送出"),
        "work_state_refused": _("服务器没有接受"),
        "work_state_decide": _("等你决定"),
        "work_state_signin": _("等你重新登录"),
        "work_photo_before": _("办理前"),
        "work_photo_after": _("办理后"),
        "work_photo_other": _("其他照片"),
        "work_photo_away": _("联网后可看"),
        "work_photo_waits": _("还没有送出"),
        "work_photo_gone": _("照片已不在本机"),
        "work_quantity": _("数量：{quantity} {unit}", quantity="{quantity}", unit="{unit}"),
        "work_money": _("花费：{money} 元", money="{money}"),
        "work_satisfaction": _("回访：{name}", name="{name}"),
        "work_called": _(
            "已吹哨{department}，应在 {until} 前报到", department="{department}", until="{until}"
        ),
        "work_answered": _("{department}已报到：{result}", department="{department}", result="{result}"),
        "work_ask_extend": _("申请延期至 {until}：{state}", until="{until}", state="{state}"),
        "work_ask_suspend": _("申请挂账，{until} 复查：{state}", until="{until}", state="{state}"),
    }


def _forms() -> dict[str, str]:
    return {
        "work_title": _("{action} · {category}", action="{action}", category="{category}"),
        "work_optional": _("（可不填）"),
        "work_choose": _("请选择"),
        "work_none": _("不填"),
        "work_holder": _("{name}（{what}）", name="{name}", what="{what}"),
        "field_departments_group": _("承办单位"),
        "work_photo_nth": _("第 {n} 张照片", n="{n}"),
        "work_photo_out": _("去掉第 {n} 张照片", n="{n}"),
        "work_no_people": _("这台设备还没有取得可转派的人员，请联网后再打开一次。"),
    }


def _faults() -> dict[str, str]:
    return {
        "work_need_words": _("请填写“{field}”。", field="{field}"),
        "work_need_choice": _("请选择“{field}”。", field="{field}"),
        "work_need_photos": _("请至少拍一张照片。"),
        "work_photo_busy": _("照片还在缩小，请稍等一下再按。"),
        "work_need_unit": _("填了数量，还要选单位。"),
        "work_need_quantity": _("选了单位，还要填数量。"),
        "work_too_long": _("“{field}”有 {n} 个字，最多 5000 字；请写短一些。", field="{field}", n="{n}"),
        "work_not_number": _(
            "“{field}”填的是“{value}”，应是不小于 0 的数，如 3 或 2.5。", field="{field}", value="{value}"
        ),
        "work_many_photos": _("一次最多 {most} 张照片，现在有 {n} 张；请分几次。", most="{most}", n="{n}"),
        "work_too_early": _("“{field}”要晚于 {least}。", field="{field}", least="{least}"),
        "work_too_late": _("“{field}”最晚填到 {most}。", field="{field}", most="{most}"),
        "work_not_contacted": _("没有联系上就不能填是否满意；请改用“联系未果”。"),
    }


def _about() -> dict[str, str]:
    """Say what an action leads to, before it is done."""
    return {
        "about_return": _("退单后由派遣员重新指派，不再在你手上。每一轮最多退单或转派两次。"),
        "about_transfer": _("转派后由对方签收，不再在你手上。每一轮最多退单或转派两次。"),
        "about_escalate": _("交给上一级的负责人，不再在你手上。"),
        "about_whistle": _("请有关单位来一起办；事件仍在你手上，时限照常。"),
        "about_ask_extend": _("批准前时限照常。"),
        "about_ask_suspend": _("批准后停止计时，到复查日期再办。"),
        "about_settle": _("现场已经办好时用；办完转网格长核查。"),
        "about_finish": _("办完转网格长核查；有照片和数量更容易通过。"),
        "about_note": _("只记一笔，不改变办理状态。"),
        "about_withdraw": _("撤诉后事件即告结束，不再派遣。"),
        "about_reject": _("不予受理后事件即告结束，不再派遣。"),
        "about_reopen": _("重办后事件回到待派遣，开始新一轮。"),
    }
