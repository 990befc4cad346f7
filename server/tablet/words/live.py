"""Sentences of what is left of a limit, counted on the device, and of new tasks that arrive by themselves."""

from server.words import _

__all__ = ["words"]


def words() -> dict[str, str]:
    """Sentences of limits and of new tasks; ``{places}`` are left for the browser."""
    return {**_left_words(), **_fresh_words()}


def _left_words() -> dict[str, str]:
    days, hours, minutes, time = "{days}", "{hours}", "{minutes}", "{time}"
    return {
        "left_still": _("还剩 {time}", time=time),
        "left_late": _("超期 {time}", time=time),
        "left_working": _("{time}工作时间", time=time),
        "left_work_day": _("1 个工作日"),
        "left_work_day_hours": _("1 个工作日 {hours} 小时", hours=hours),
        "left_work_days": _("{days} 个工作日", days=days),
        "left_work_days_hours": _("{days} 个工作日 {hours} 小时", days=days, hours=hours),
        "left_days": _("{days} 天", days=days),
        "left_days_hours": _("{days} 天 {hours} 小时", days=days, hours=hours),
        "left_hours": _("{hours} 小时", hours=hours),
        "left_hours_minutes": _("{hours} 小时 {minutes} 分", hours=hours, minutes=minutes),
        "left_minutes": _("{minutes} 分", minutes=minutes),
    }


def _fresh_words() -> dict[str, str]:
    return {
        "fresh_one": _("新任务：{category}，{place}", category="{category}", place="{place}"),
        "fresh_many": _("新任务 {n} 件", n="{n}"),
        "sound_on": _("新任务有提示音"),
        "sound_off": _("新任务没有提示音"),
    }
