"""Sentences that the map's own scripts say."""

from server.pages.sentences import map_words
from server.words import _

__all__ = ["map_page_words"]


def map_page_words() -> dict[str, str]:
    """Sentences of the page ``/map``; ``{places}`` are left for the browser to fill."""
    return {
        **map_words(),
        "heat": _("热力"),
        "difference": _("比对照时段多或少"),
        "unit_raw": _("{metres} 米内的件数，按远近折算", metres="{metres}"),
        "unit_per_km2": _("件/平方公里（半径 {metres} 米）", metres="{metres}"),
        "unit_per_household": _("件/千户（半径 {metres} 米）", metres="{metres}"),
        "more": _("多 {range}", range="{range}"),
        "fewer": _("少 {range}", range="{range}"),
        "alike": _("相差不到 {high}", high="{high}"),
        "comma": _("、"),
        "last_week": _("最近一周 {n} 件，{weeks} 周共 {total} 件", n="{n}", weeks="{weeks}", total="{total}"),
        "score": _("显著度 {z}", z="{z}"),
        "heat_total": _("共 {total} 件", total="{total}"),
        "heat_totals": _("共 {total} 件，对照 {than} 件", total="{total}", than="{than}"),
        "held_back": _("{n} 件以下的地方不显示。", n="{n}"),
        "metres": _("{n} 米", n="{n}"),
        "count": _("{n} 件", n="{n}"),
        "whole_period": _("整段"),
        "oclock": _("{hour} 时", hour="{hour}"),
        "fresh": _("{at} 已更新", at="{at}"),
    }
