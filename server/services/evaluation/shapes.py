"""What a preset is made of, and how a judged unit is told."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from server.services.statistics.indicators import DUE, ENDED, REPORTED, Indicator
from server.services.statistics.periods import Period
from server.services.statistics.shapes import Query
from server.words import NAMES, _, language

__all__ = ["WINDOWS", "Bonus", "Measure", "Preset"]

WINDOWS = {"reported": REPORTED, "ended": ENDED, "due": DUE}


@dataclass(frozen=True)
class Measure:
    """One indicator of an evaluation.

    Attributes
    ----------
    key, name, name_en : str
        Its key; its names, empty where it is one of the statistics' own.
    kind : str
        ``rate``; ``count`` of issues; ``per_thousand`` households.
    window : str
        Which moment of an issue lies in the period: ``reported ended due``.
    top : tuple of (float, Query)
        Shares, and what narrows the window to the issues counted by them.
    bottom : Query or None
        What narrows it to those below the line of a rate.
    weight : float
        Against the others'.
    zero, full : float
        Values that earn 0 and 100 marks, linear between; the smaller is better where ``full`` is the smaller.
    least : int
        Fewest issues below the line (of a count: none needed); with fewer it is not counted.
    required : bool
        Without it there is no score; else its weight goes to the others.
    """

    key: str
    name: str
    name_en: str
    kind: str
    window: str
    top: tuple[tuple[float, Query], ...]
    bottom: Query | None
    weight: float
    zero: float
    full: float
    least: int = 1
    required: bool = False

    @property
    def label(self) -> str:
        """Its name in the language spoken."""
        own = self.name if language() == "zh" else self.name_en
        return own or _(NAMES["indicator"].get(self.key, self.key))


@dataclass(frozen=True)
class Bonus:
    """Points beside the indicators.

    Attributes
    ----------
    kind : str
        ``zero_complaint``: no complaint in the period; ``fall``: fewer than in the period before.
    points : float
        Added to the score.
    least_share : float
        Of a fall: by which share at least, 0 to 1.
    """

    kind: str
    points: float
    least_share: float = 0.0


@dataclass(frozen=True)
class Preset:
    """One way to judge.

    Attributes
    ----------
    key, name, name_en : str
        Which, and its names.
    unit : str
        What is judged: ``cell community worker department``.
    over : str
        Level of the area whose units are compared.
    period : str
        Key of :data:`server.services.statistics.PRESETS`.
    wait_days, appeal_days : int
        Days from the end of the period until it is made, and from then on until nobody may appeal any more.
    digits : int
        Decimals of a score; what is equal after rounding is a tie.
    ties : str
        Key of the indicator that parts a tie; empty: the same rank for all of it.
    exclude : tuple of Query
        Issues that are left out, whatever counts them.
    complaints : Query or None
        What a complaint is, among the issues reported in the period; None: there are none.
    indicators : tuple of Measure
        In order.
    bonuses : tuple of Bonus
        In order.
    least_weight : float
        Share of all weight that has to be countable, 0 to 1; a unit with less gets no score.
    """

    key: str
    name: str
    name_en: str
    unit: str
    over: str
    period: str
    wait_days: int
    appeal_days: int
    digits: int
    ties: str
    exclude: tuple[Query, ...]
    complaints: Query | None
    indicators: tuple[Measure, ...]
    bonuses: tuple[Bonus, ...]
    least_weight: float = 0.0

    @property
    def label(self) -> str:
        """Its name in the language spoken."""
        return self.name if language() == "zh" else self.name_en

    @property
    def weight(self) -> float:
        """What the weights of its indicators sum up to."""
        return sum(one.weight for one in self.indicators)

    def within(self, name: str, period: Period, now: datetime) -> Query:
        """Spell a window over a period, as filters.

        Parameters
        ----------
        name : str
            Key of :data:`WINDOWS`.
        period : Period
            When.
        now : datetime
            What falls due later has not been judged yet.
        """
        return Indicator("", "rate", WINDOWS[name]).within(period, now)

    def rules(self) -> dict[str, Any]:
        """Tell it as JSON can hold it; :func:`preset_from` reads it again."""
        return {name: value for name, value in asdict(self).items() if name != "key"}
