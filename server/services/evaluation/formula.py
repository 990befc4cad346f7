"""Rules in words: how a score comes about, what parts a tie, which period it was; for people, in their language."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta, tzinfo

from server.services.categories import category_name
from server.services.evaluation.shapes import Bonus, Measure, Preset
from server.services.evaluation.views import Line
from server.services.statistics.shapes import Query
from server.words import NAMES, _, field_name, source_name, state_name

__all__ = ["formula", "measure_said", "parts_said", "period_said", "place_said", "query_said", "value_said"]

PERCENT = 100
NAMED = 3  # units of the same place that a sentence names
_CODES = {"state": state_name, "source": source_name, "category": category_name}


def formula(preset: Preset) -> tuple[str, ...]:
    """Say by sentences how a score comes about."""
    return tuple(_sentences(preset))


def _sentences(preset: Preset) -> Iterator[str]:
    whole = preset.weight
    if all((one.zero, one.full) == (0, 1) for one in preset.indicators):
        terms = " + ".join(f"{one.weight / whole:g} × {one.label}" for one in preset.indicators)
        yield _("得分 = 100 × ({terms})。", terms=terms)
    else:
        terms = " + ".join(
            f"{one.weight / whole:g} × {_('{name}得分', name=one.label)}" for one in preset.indicators
        )
        yield _("得分 = {terms}；每项指标先折成 0 至 100 分。", terms=terms)
    if any(one.required for one in preset.indicators):
        names = _("、").join(one.label for one in preset.indicators if one.required)
        yield _("缺少{names}的单位不打分、不排名。", names=names)
    if not all(one.required for one in preset.indicators):
        yield _("件数不够、算不出的指标不计入，权重按比例分给其余指标；什么都没有的单位不打分、不排名。")
    if preset.least_weight:
        yield _(
            "算得出的指标合计不到 {share}% 权重的单位不打分、不排名。",
            share=f"{preset.least_weight * PERCENT:g}",
        )
    yield from (_bonus_said(one, preset) for one in preset.bonuses)
    if preset.bonuses:
        yield _("加分另计，得分可以超过 100；没有得分的单位不加分。")
    if preset.exclude:
        said = _("、").join(query_said(one) for one in preset.exclude)
        yield _("不计入：{said}的事件。", said=said)
    yield _tie_said(preset)
    yield _("定榜后 {days} 天内可以申诉；原榜不改，申诉后的得分和名次列在旁边。", days=preset.appeal_days)


def _bonus_said(one: Bonus, preset: Preset) -> str:
    said = query_said(preset.complaints or {})
    if one.kind == "zero_complaint":
        return _("零投诉：期内没有居民诉求（{said}），加 {points} 分。", said=said, points=f"{one.points:g}")
    return _(
        "环比下降：居民诉求比上一期少 {share}% 以上，加 {points} 分。",
        share=f"{one.least_share * PERCENT:g}",
        points=f"{one.points:g}",
    )


def _tie_said(preset: Preset) -> str:
    parting = next((one.label for one in preset.indicators if one.key == preset.ties), "")
    if parting:
        return _(
            "得分取 {digits} 位小数；相同的，{parting}高者在前，再相同则并列，后面的名次顺延。",
            digits=preset.digits,
            parting=parting,
        )
    return _("得分取 {digits} 位小数；相同的并列，后面的名次顺延。", digits=preset.digits)


def measure_said(one: Measure) -> str:
    """Say which values earn no marks and all of them."""
    said = _(
        "{window}的事件；{zero} 得 0 分，{full} 得 100 分，其间按比例",
        window=_(NAMES["measure_window"][one.window]),
        zero=value_said(one, one.zero),
        full=value_said(one, one.full),
    )
    return (
        said + _("；不足 {least} 件不计", least=one.least) if one.kind == "rate" and one.least > 1 else said
    )


def query_said(query: Query) -> str:
    """Say filters by names."""
    return _("，").join(_field_said(*one) for one in query.items()) or _("全部")


def _field_said(name: str, codes: str) -> str:
    several = codes.split(",")
    if name in _CODES:
        return _("、").join(_CODES[name](one) for one in several)
    names = NAMES.get(name, {})
    return f"{field_name(name)} {_('、').join(_(names.get(one, one)) for one in several)}"


def value_said(one: Measure, value: float | None) -> str:
    """Say a value with its unit; "—" for none."""
    if value is None:
        return "—"
    if one.kind == "rate":
        return f"{value * PERCENT:.1f}".removesuffix(".0") + "%"
    number = f"{value:.1f}".removesuffix(".0")
    return (
        _("{number} 件/千户", number=number)
        if one.kind == "per_thousand"
        else _("{number} 件", number=number)
    )


def parts_said(one: Measure, numerator: float, denominator: int) -> str:
    """Say what a value was divided from; empty for a count."""
    if one.kind == "count":
        return ""
    return f"{numerator:g} / {denominator}" + (_(" 户") if one.kind == "per_thousand" else "")


def period_said(preset: Preset, since: datetime, until: datetime, zone: tzinfo) -> str:
    """Say a period: a month by its name, other days from and to, hours where it begins at none."""
    begin, end = since.astimezone(zone), until.astimezone(zone)
    if preset.period == "month":
        return _("{year} 年 {month} 月", year=begin.year, month=begin.month)
    if begin.time() != time():
        return _("{since} 至 {until}", since=f"{begin:%Y-%m-%d %H:%M}", until=f"{end:%Y-%m-%d %H:%M}")
    last = end.date() - timedelta(days=1)
    if last == begin.date():
        return f"{begin:%Y-%m-%d}"
    return _("{since} 至 {until}", since=f"{begin:%Y-%m-%d}", until=f"{last}")


def place_said(line: Line, preset: Preset) -> str:
    """Explain a place that is shared, parted from its equals, or not given; empty where nothing needs it."""
    if line.rank is None or line.score is None:
        return _no_place_said(line, preset)
    score = f"{line.score:.{preset.digits}f}"
    if line.ties > 1:
        names = _("、").join(line.tied)
        if (
            len(line.tied) < line.ties - 1 or line.ties - 1 > NAMED
        ):  # some are not the reader's to see, or too many
            return _("与另外 {n} 个单位同为 {score} 分，并列第 {rank}；下一名是第 {next}。", n=line.ties - 1, score=score,
                     rank=line.rank, next=line.next)  # fmt: skip
        return _("与{names}同为 {score} 分，并列第 {rank}；下一名是第 {next}。", names=names, score=score, rank=line.rank,
                 next=line.next)  # fmt: skip
    if line.parted:
        parting = next((one.label for one in preset.indicators if one.key == preset.ties), "")
        return _("有单位同为 {score} 分，按{parting}分先后。", score=score, parting=parting)
    return ""


def _no_place_said(line: Line, preset: Preset) -> str:
    judged = line.judged
    if judged.reason == "required":
        lacking = next(one.label for one in preset.indicators if one.key == judged.lacking)
        return _("不排名：{lacking}的件数不够。", lacking=lacking)
    if judged.reason == "little":
        return _("不排名：指标不足（{known}% 的权重，需 {least}%）。",
                 known=f"{judged.known * PERCENT:.0f}", least=f"{preset.least_weight * PERCENT:g}")  # fmt: skip
    return _("不排名：期内没有可计的事件。")
