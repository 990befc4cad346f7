"""Numbers of the board and the rows they stand in, already words."""

from dataclasses import dataclass

from server.pages.issue_rows import Row

__all__ = [
    "Change",
    "CourseRow",
    "FairPart",
    "LatePart",
    "LateRow",
    "LoadRow",
    "Number",
    "RateRow",
    "SplitRow",
    "SplitTable",
]


@dataclass(frozen=True)
class Change:
    """Against another period.

    Attributes
    ----------
    label, words : str
        Which period; by how much.
    icon, tone : str
        Arrow; ``good``, ``bad`` or empty: a rise is not good by itself.
    """

    label: str
    words: str
    icon: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Number:
    """A number, and the list of exactly the issues behind it.

    Attributes
    ----------
    text : str
        As it is read; "—" where there is nothing to count it from.
    url : str
        Its list; empty for none.
    counted : int or None
        How long that list is.
    title : str
        What it is made of; empty for a count.
    tone : str
        ``bad`` for what is overdue; empty otherwise.
    """

    text: str
    url: str = ""
    counted: int | None = None
    title: str = ""
    tone: str = ""


@dataclass(frozen=True)
class RateRow:
    """A figure with what it is made of and what it was.

    Attributes
    ----------
    key, name, unit : str
        Which.
    value : Number
        The number.
    top, bottom : Number or None
        Above and below the line of a rate.
    changes : tuple of Change
        Against the period before and last year's.
    formula : str
        How it is counted, in words; empty for what is plain.
    """

    key: str
    name: str
    unit: str
    value: Number
    top: Number | None = None
    bottom: Number | None = None
    changes: tuple[Change, ...] = ()
    formula: str = ""


@dataclass(frozen=True)
class CourseRow:
    """One step.

    Attributes
    ----------
    label : str
        Which.
    new, closed : Number
        Its numbers.
    """

    label: str
    new: Number
    closed: Number


@dataclass(frozen=True)
class SplitRow:
    """One unit.

    Attributes
    ----------
    name : str
        Its name.
    cells : tuple of Number
        Its numbers, as the heads say.
    spark : str
        Points of its line; empty for none.
    spark_said : str
        The line in words.
    """

    name: str
    cells: tuple[Number, ...]
    spark: str = ""
    spark_said: str = ""


@dataclass(frozen=True)
class SplitTable:
    """Units side by side.

    Attributes
    ----------
    key, title, heading : str
        By what: code, name, and as it stands above.
    heads : tuple of str
        Names of the columns.
    rows : tuple of SplitRow
        The first ones, or all.
    pooled, means : tuple of Number
        All issues together; mean of the units.
    total : int
        How many units there are.
    more_url : str
        Where all of them stand; empty where they stand here.
    """

    key: str
    title: str
    heading: str
    heads: tuple[str, ...]
    rows: tuple[SplitRow, ...]
    pooled: tuple[Number, ...]
    means: tuple[Number, ...]
    total: int
    more_url: str


@dataclass(frozen=True)
class LateRow:
    """One that is overdue.

    Attributes
    ----------
    issue : Row
        As a list shows it.
    supervised : str
        How often, in words; empty for never.
    """

    issue: Row
    supervised: str


@dataclass(frozen=True)
class LatePart:
    """Who is late.

    Attributes
    ----------
    rows : tuple of LateRow
        The latest ones.
    url : str
        All of them.
    tabs : tuple of (str, Number)
        Tabs of the supervision desk; empty for those who have none.
    """

    rows: tuple[LateRow, ...]
    url: str
    tabs: tuple[tuple[str, Number], ...]


@dataclass(frozen=True)
class LoadRow:
    """One worker's share.

    Attributes
    ----------
    name, households, dense, times : str
        In words; "—" where not known.
    new, open : Number
        Their issues.
    is_far : bool
        Whether it is far above the others'.
    """

    name: str
    households: str
    dense: str
    times: str
    new: Number
    open: Number
    is_far: bool


@dataclass(frozen=True)
class FairPart:
    """How work is shared.

    Attributes
    ----------
    rows : tuple of LoadRow
        The heaviest first.
    said : str
        The middle and the spread, in words.
    rule : str
        What counts as far above.
    far : int
        How many are far above.
    total : int
        How many workers there are.
    more_url : str
        Where all of them stand; empty where they stand here.
    """

    rows: tuple[LoadRow, ...]
    said: str
    rule: str
    far: int
    total: int
    more_url: str
