"""By what is judged, as data: units, period, indicators with weights and marks, exclusions, ties, bonuses.

``data/evaluations.toml`` ships with the program; a file of that name in the store's folder goes before it. What a
preset said when an evaluation was made is kept with it and read by the same function, so that it stays as it was.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from server.errors import InputError, SetupError
from server.models import LEVELS
from server.services.evaluation.shapes import WINDOWS, Bonus, Measure, Preset
from server.services.filters import FIELDS, Filters
from server.services.statistics.indicators import NOW, Indicator, indicators
from server.services.statistics.periods import PRESETS
from server.services.statistics.rates import rates_of
from server.services.statistics.shapes import Query
from server.shipped import shipped
from server.words import sentence

__all__ = ["BONUSES", "FILE", "KINDS", "UNITS", "preset_from", "presets_of"]

FILE = "evaluations.toml"
UNITS = ("cell", "community", "worker", "department")
KINDS = ("rate", "count", "per_thousand")
BONUSES = ("zero_complaint", "fall")
TIMES = frozenset(name for name in FIELDS if name.endswith(("since", "until")))
BARRED = TIMES | {"area", "holder", "department", "bbox", "q", "todo", "clock", "overdue"}
"""Filters that rules may not use: times and units are the evaluation's own, the rest changes by the hour."""
MOST = {
    "weight": 1000.0,
    "points": 100.0,
    "least_share": 1.0,
    "least_weight": 1.0,
    "zero": 1e6,
    "full": 1e6,
    "share": 1.0,
}


def presets_of(folder: Path) -> dict[str, Preset]:
    """Give the presets of a store: of its own file where it has one, else as shipped.

    Parameters
    ----------
    folder : Path
        Of the store.

    Raises
    ------
    SetupError
        The file cannot be used; names preset and field.
    """
    own = folder / FILE
    path, changed = (own, own.stat().st_mtime_ns) if own.is_file() else (shipped("data") / FILE, 0)
    known = {one.key: one for one in indicators(rates_of(folder))}
    return {key: preset_from(key, row, known) for key, row in _read(str(path), changed).items()}


@lru_cache(maxsize=8)
def _read(path: str, _changed: int) -> dict[str, Any]:
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError("file.missing", file=path) from error
    except tomllib.TOMLDecodeError as error:
        raise SetupError("evaluation.file", file=path, why=str(error)) from error


def preset_from(key: str, row: Any, known: Mapping[str, Indicator] | None = None) -> Preset:  # noqa: ANN401 - read from a file
    """Read a preset, from the file or from what an evaluation kept.

    Parameters
    ----------
    key : str
        Its key.
    row : Mapping
        As in the file.
    known : Mapping[str, Indicator], optional
        The statistics' own indicators, which need no more than their key.

    Raises
    ------
    SetupError
        ``evaluation.preset``: names preset, field and value.
    """
    said = _Said(key, row)
    measures = tuple(_measure(one, known or {}) for one in said.rows("indicators"))
    preset = Preset(
        key=key,
        name=said.text("name"),
        name_en=said.text("name_en"),
        unit=said.one_of("unit", UNITS),
        over=said.one_of("over", LEVELS),
        period=said.one_of("period", PRESETS),
        wait_days=said.whole("wait_days", 0, 60),
        appeal_days=said.whole("appeal_days", 0, 366),
        digits=said.whole("digits", 0, 6),
        ties=said.one_of("ties", ("", *(one.key for one in measures))),
        exclude=tuple(said.query("exclude", one) for one in said.given.get("exclude") or ()),
        complaints=said.query("complaints", said.given["complaints"])
        if said.given.get("complaints")
        else None,
        indicators=measures,
        bonuses=tuple(_bonus(one) for one in said.rows("bonuses")),
        least_weight=said.number("least_weight", usual=0.0),
    )
    if not measures or not preset.weight:
        raise said.fault("indicators", "")
    if preset.bonuses and preset.complaints is None:
        raise said.fault("complaints", "")
    return preset


def _measure(said: "_Said", known: Mapping[str, Indicator]) -> Measure:
    key = said.text("key")
    own = known.get(key)
    if own is not None and "top" not in said.given:
        if own.unit not in ("rate", "issues") or own.window == NOW or own.measure:
            raise said.fault("key", key)
        windows = {spelled: name for name, spelled in WINDOWS.items()}
        kind = "rate" if own.bottom is not None else "count"
        top, bottom, window, names = own.top, own.bottom, windows[own.window], ("", "")
    else:
        kind, window = said.one_of("kind", KINDS), said.one_of("window", WINDOWS)
        top = tuple(_share(one) for one in said.rows("top"))
        bottom = said.query("bottom", said.given.get("bottom") or "") if kind == "rate" else None
        names = (said.text("name", least=0), said.text("name_en", least=0))
    zero, full = said.number("zero"), said.number("full")
    if zero == full or not top:
        raise said.fault("full" if top else "top", full)
    return Measure(
        key, *names, kind, window, top, bottom, said.number("weight"), zero, full,
        said.whole("least", 0, 1_000_000, usual=1), said.flag("required"),
    )  # fmt: skip


def _share(said: "_Said") -> tuple[float, Query]:
    return said.number("share"), said.query("query", said.given.get("query", ""))


def _bonus(said: "_Said") -> Bonus:
    return Bonus(said.one_of("kind", BONUSES), said.number("points"), said.number("least_share", usual=0.0))


class _Said:
    """What a table of the file says, checked field by field."""

    def __init__(self, preset: str, given: Any) -> None:  # noqa: ANN401 - read from a file
        self.preset = preset
        self.given: Mapping[str, Any] = given if isinstance(given, dict) else {}
        if not isinstance(given, dict):
            raise self.fault("", given)

    def fault(self, field: str, value: object, why: str = "") -> SetupError:
        """Make the error that names a field."""
        return SetupError(
            "evaluation.preset", preset=self.preset, field=field, value=str(value)[:60], why=why
        )

    def rows(self, field: str) -> Iterator["_Said"]:
        """Read tables below this one; a pair of share and query counts as one."""
        found = self.given.get(field) or []
        if not isinstance(found, list | tuple):
            raise self.fault(field, found)
        for one in found:
            pair = isinstance(one, list | tuple) and len(one) == len(("share", "query"))
            yield _Said(self.preset, {"share": one[0], "query": one[1]} if pair else one)

    def text(self, field: str, least: int = 1) -> str:
        """Read words."""
        found = self.given.get(field, "")
        if not isinstance(found, str) or not least <= len(found) <= 64:
            raise self.fault(field, found)
        return found

    def one_of(self, field: str, known: Iterable[str]) -> str:
        """Read a code."""
        found = self.given.get(field, "")
        if found not in tuple(known):
            raise self.fault(field, found, " ".join(known))
        return str(found)

    def whole(self, field: str, least: int, most: int, usual: int | None = None) -> int:
        """Read a whole number."""
        found = self.given.get(field, usual)
        if not isinstance(found, int) or isinstance(found, bool) or not least <= found <= most:
            raise self.fault(field, found, f"{least}-{most}")
        return found

    def number(self, field: str, usual: float | None = None) -> float:
        """Read a number from 0 on."""
        found = self.given.get(field, usual)
        if not isinstance(found, int | float) or isinstance(found, bool) or not 0 <= found <= MOST[field]:
            raise self.fault(field, found, f"0-{MOST[field]:g}")
        return float(found)

    def flag(self, field: str) -> bool:
        """Read yes or no."""
        found = self.given.get(field, False)
        if not isinstance(found, bool):
            raise self.fault(field, found, "true false")
        return found

    def query(self, field: str, said: object) -> Query:
        """Read filters, spelled as in an address or as they were kept."""
        try:
            found = (
                dict(parse_qsl(said, strict_parsing=True)) if isinstance(said, str) and said else said or {}
            )
        except ValueError as error:
            raise self.fault(field, said) from error
        if not isinstance(found, dict) or not set(found) <= set(FIELDS) - BARRED:
            raise self.fault(field, said)
        try:
            Filters.parse(found, UTC)
        except InputError as error:
            raise self.fault(field, said, sentence(error.code, error.values)) from error
        return found
