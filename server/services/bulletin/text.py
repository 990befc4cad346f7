"""A bulletin in words, in the house's own style; every number in it is one of the report's."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from server.services.bulletin.periods import before_said, dates_said, day_said, said
from server.services.bulletin.shapes import Kind, Report, Section, Step
from server.services.categories import category_name
from server.services.outcomes import Amount
from server.services.statistics import Figure
from server.words import NAMES, _, language, level_name

__all__ = ["Titles", "decimal", "money_said", "numbered", "percent", "sections", "step_said", "titles"]

NOTHING = "—"
GROUPS_MOST, KINDS_MOST, AMOUNTS_MOST, RISEN_MOST, SPOTS_MOST = 5, 5, 8, 3, 5
RISE_LEAST = 3  # issues more than before, from which a rise is told
TEN_THOUSAND = 10_000
PROUD = 0.9  # satisfaction from which on it is said to reach so much


@dataclass(frozen=True)
class Titles:
    """What stands above a bulletin.

    Attributes
    ----------
    title, period, made : str
        Title; dates of the period; the day it was made.
    """

    title: str
    period: str
    made: str


def titles(report: Report) -> Titles:
    """Give a bulletin's title and dates."""
    made = day_said(report.at.astimezone(report.period.zone).date())
    return Titles(_("{area}社情民意工作简报", area=report.area), dates_said(report.period, report.at), made)


def sections(report: Report) -> tuple[Section, ...]:
    """Write the sections of a bulletin; those with nothing to tell are left out, but the first."""
    written = {
        "overview": "".join(_overview(report)),
        "concerns": _concerns(report),
        "outcomes": _outcomes(report),
        "hotspots": _hotspots(report),
        "best": _best(report),
        "repeated": _repeated(report),
    }
    headings = NAMES["bulletin_section"]
    return tuple(Section(key, _(headings[key]), text.strip()) for key, text in written.items() if text)


def numbered(sections: Iterable[Section]) -> Iterator[tuple[str, Section]]:
    """Give sections with their headings numbered: 一、总体情况."""
    for place, one in enumerate(sections):
        yield _("{number}、{heading}", number=_ordinal(place), heading=one.heading), one


def step_said(report: Report, step: Step) -> str:
    """Name a step of the trend: its day, or its month."""
    day = step.since.astimezone(report.period.zone)
    if report.step == "month":
        return f"{day:%Y-%m}"
    return f"{day.month}/{day.day}"


def _ordinal(place: int) -> str:
    return str(place + 1) if language() == "en" else "一二三四五六七八九十"[place]


def percent(value: float | None) -> str:
    """Say a rate, or a share, with one decimal at most; what was counted from nothing is "—"."""
    return NOTHING if value is None else f"{decimal(value * 100, 1)}%"


def decimal(value: float, places: int = 2) -> str:
    """Say a number without zeros that mean nothing."""
    plain = f"{value:.{places}f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def money_said(yuan: float) -> str:
    """Say money: from ten thousand yuan on in 万元, in English always in yuan."""
    if yuan >= TEN_THOUSAND and language() == "zh":
        return _("{n} 万元", n=decimal(yuan / TEN_THOUSAND))
    return _("{n} 元", n=decimal(yuan))


def _overview(report: Report) -> Iterator[str]:
    figures, period = report.figures, said(report.period, report.at)
    new = int(figures["new"].value or 0)
    told = {"period": period, "area": report.area, "n": new}
    if not new:
        yield _("{period}，{area}没有收到社情民意信息。", **told)
    else:
        named = [one.name for one in report.groups if one.new]
        groups = _joined(named[:GROUPS_MOST])
        if len(named) > GROUPS_MOST:
            groups = _("{groups}等", groups=groups)
        yield _("{period}，{area}共收集社情民意信息 {n} 条，涉及{groups}方面", groups=groups, **told)
        change = _change(figures["new"], report)
        yield _("，{change}。", change=change) if change else _("。")
    closed, on_time = int(figures["closed"].value or 0), figures["on_time"]
    yield _("办结 {n} 件；", n=closed)
    if on_time.value is not None:
        yield _(
            "到期应办结 {of} 件，其中按期办结 {n} 件，按期办结率 {rate}{change}。",
            of=on_time.denominator,
            n=on_time.counted,
            rate=percent(on_time.value),
            change=_points(on_time, report),
        )
    else:
        yield _("尚无到期事件。")
    open_now, overdue = int(figures["open"].value or 0), int(figures["overdue"].value or 0)
    yield _("目前未结 {n} 件，其中超期 {overdue} 件。", n=open_now, overdue=overdue)
    rates = tuple(_rates(report))
    yield _("经回访统计，{rates}。", rates=_("，").join(rates)) if rates else _("尚无回访结果。")


def _rates(report: Report) -> Iterator[str]:
    """Say the three rates, each where there is something to count it from."""
    response, resolution, satisfaction = (
        report.figures[key] for key in ("response", "resolution", "satisfaction")
    )
    if response.value is not None:
        yield _("响应率 {rate}", rate=percent(response.value))
    if resolution.value is not None:
        yield _("解决率 {rate}", rate=percent(resolution.value))
    if satisfaction.value is not None:
        told = {"rate": percent(satisfaction.value), "change": _points(satisfaction, report)}
        is_proud = satisfaction.value >= PROUD
        yield (
            _("群众满意度达 {rate}{change}", **told) if is_proud else _("群众满意度为 {rate}{change}", **told)
        )


def _change(figure: Figure, report: Report) -> str:
    """Compare a count with the period before."""
    if figure.previous is None or figure.value is None:
        return ""
    before, gap = int(figure.previous), int(figure.value - figure.previous)
    told = {"before": before_said(report.period, report.at), "n": before}
    if not gap:
        return _("与{before}（{n} 条）持平", **told)
    if not before:
        return _("{before}为 0 条", **told)
    share = percent(abs(gap) / before)
    return (
        _("比{before}（{n} 条）上升 {share}", share=share, **told)
        if gap > 0
        else _("比{before}（{n} 条）下降 {share}", share=share, **told)
    )


def _points(figure: Figure, report: Report) -> str:
    """Compare a rate with the period before, in points; empty where either is not known."""
    if figure.previous is None or figure.value is None:
        return ""
    gap = round(figure.value * 100, 1) - round(figure.previous * 100, 1)
    told = {"before": before_said(report.period, report.at), "points": decimal(abs(gap), 1)}
    if told["points"] == "0":
        return _("（与{before}持平）", **told)
    return (
        _("（比{before}上升 {points} 个百分点）", **told)
        if gap > 0
        else _("（比{before}下降 {points} 个百分点）", **told)
    )


def _concerns(report: Report) -> str:
    new = int(report.figures["new"].value or 0)
    kinds = [one for one in report.kinds if one.new][:KINDS_MOST]
    if not kinds:
        return ""
    each = (
        _("{name} {n} 件（占 {share}）", name=one.name, n=one.new, share=percent(one.new / new))
        for one in kinds
    )
    told = _("反映较多的依次是：{kinds}。", kinds=_joined(each))
    risen = _risen(report.kinds)
    if not risen:
        return told
    each = (
        _("{name}由 {before} 件增至 {n} 件", name=one.name, before=one.before, n=one.new) for one in risen
    )
    before = before_said(report.period, report.at)
    return told + _("与{before}相比增加较多的有：{kinds}。", before=before, kinds=_joined(each))


def _risen(kinds: Iterable[Kind]) -> list[Kind]:
    """Find what rose the most, of what was there before as well."""
    rose = [one for one in kinds if one.before and one.new - one.before >= RISE_LEAST]
    return sorted(rose, key=lambda one: one.before - one.new)[:RISEN_MOST]


def _outcomes(report: Report) -> str:
    done = report.done
    told = []
    if done.amounts:
        told.append(_joined(_amount(one) for one in done.amounts[:AMOUNTS_MOST]))
    if done.paid:
        told.append(_("投入资金 {money}，用于 {n} 件事", money=money_said(done.money), n=done.paid))
    said = _("；").join(told)
    return _("{told}。", told=said[:1].upper() + said[1:]) if told else ""


def _amount(one: Amount) -> str:
    """Say what was done of one kind: 修补道路 18482 平方米."""
    known = NAMES["bulletin_done"].get(one.category)
    what = _(known) if known else _("{category}处置", category=category_name(one.category))
    return _("{what} {n} {unit}", what=what, n=decimal(one.quantity), unit=_(one.unit))


def _best(report: Report) -> str:
    told = []
    for best in report.best:
        each = (
            _("{name}（{rate}）", name=one.name, rate=percent(one.rate(best.key).value))
            for one in best.places
        )
        told.append(_(NAMES["bulletin_best"][best.key], level=level_name(report.below), places=_joined(each)))
    return "".join(told)


def _repeated(report: Report) -> str:
    told = []
    if report.again:
        each = _joined(_("{name} {n} 件", name=name, n=n) for name, n in report.again_of)
        told.append(
            _(
                "收集的诉求中有 {n} 件因群众不认可或问题再现重新办理，较多的是：{kinds}。",
                n=report.again,
                kinds=each,
            )
        )
    if report.merged:
        told.append(_("另有 {n} 件与已有事件重复，已并案办理。", n=report.merged))
    return "".join(told)


def _hotspots(report: Report) -> str:
    told = report.spots[:SPOTS_MOST]
    return _("截至目前：{told}。", told=_("；").join(told)) if told else ""


def _joined(parts: Iterable[str]) -> str:
    return _("、").join(parts)
