"""Sentences of visits and patrols."""

from server.words import _

__all__ = ["words"]


def words() -> dict[str, str]:
    """Sentences of visits, care and patrols; ``{places}`` are left for the browser."""
    return {**_patrol(), **_visit(), **_care()}


def _patrol() -> dict[str, str]:
    return {
        "patrol_off": _("现在没有巡查"),
        "patrol_hours": _("现在不是工作时间，不记录巡查"),
        "patrol_hours_until": _("现在不是工作时间，{at} 起可以巡查", at="{at}"),
        "patrol_now": _("正在巡查 · {minutes} 分钟 · {far}", minutes="{minutes}", far="{far}"),
        "patrol_why_hours": _("工作时间到了，巡查已自动结束。"),
        "patrol_why_room": _("设备存储不足，新的位置没有记下；请先同步或清理设备。"),
        "patrol_why_end": _("巡查已经结束；设备存储不足，结束的记录还没有写下，有了空间后自动补上。"),
        "patrol_share": _("走到 {percent}%", percent="{percent}"),
        "patrol_map": _("在地图上看"),
        "patrol_map_off": _("从地图上收起"),
        "patrol_began": _("开始巡查"),
        "patrol_ended": _("结束巡查"),
        "patrol_piece": _("巡查走过的地方"),
    }


def _visit() -> dict[str, str]:
    return {
        "visit_no_place": _("正在定位；也可以写明地点"),
        "visit_to": _("{who}（{where}）", who="{who}", where="{where}"),
        "visit_title": _("{kind} · {cell}", kind="{kind}", cell="{cell}"),
        "visit_kept": _("走访已记下，连上网后自动送出。"),
        "visit_waits": _("待同步"),
        "visit_need_kind": _("请选走访方式和走访谁。"),
        "visit_need_result": _("请选走访的结果。"),
        "visit_need_where": _("还没有位置：请写明地点，或到能定位的地方。"),
        "visit_need_number": _("走访户数要写整数，如 12。"),
    }


def _care() -> dict[str, str]:
    return {
        "care_count": _("{n} 人，该去看看 {due} 人", n="{n}", due="{due}"),
        "care_late": _("晚了 {days} 天", days="{days}"),
        "care_today": _("今天该去"),
        "care_in": _("还有 {days} 天", days="{days}"),
        "care_last": _("{days} 天前去过", days="{days}"),
        "care_seen_today": _("今天去过"),
        "care_never": _("还没去过"),
        "care_title": _("登记关爱走访"),
        "care_kept": _("已登记，连上网后自动送出。"),
        "care_end_title": _("不再走访"),
        "care_end_kept": _("已记下，连上网后删除这些文字。"),
        "care_need_who": _("请写怎么称呼。"),
        "care_need_where": _("请写住在哪里。"),
        "care_need_cell": _("你还没有网格，不能登记。"),
        "care_need_consent": _("本人同意后才能登记：请先问清楚，再打开“本人今天同意”。"),
        "care_need_why": _("请选不再走访的原因。"),
    }
