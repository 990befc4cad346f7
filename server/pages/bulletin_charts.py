"""Charts of the bulletin as places on a sheet: what the template draws as SVG, at the server, without a script."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.services.bulletin import Kind, Step

__all__ = ["Bar", "Bars", "Line", "Lines", "Tick", "bars", "lines"]

WIDTH = 640
ROW, END = 26, 64  # height of a bar's row, width of its number
LABELS = (80.0, 200.0)  # least and most width of the names
WIDE, NARROW = 12.7, 6.8  # widths of a Chinese letter and of another
HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 200, 44, 12, 12, 26
BARS_MOST, TICKS_MOST = 10, 8
STEPS = (1, 2, 5)
GAP = 8
CHINESE = 0x2E80  # first letter that is as wide as high


@dataclass(frozen=True)
class Bar:
    """One bar.

    Attributes
    ----------
    label : str
        Name.
    value : int
        Its number.
    y, width : float
        Where its row begins, and how long it is.
    """

    label: str
    value: int
    y: float
    width: float


@dataclass(frozen=True)
class Bars:
    """Bars under each other.

    Attributes
    ----------
    bars : tuple of Bar
        The longest first.
    width, height, left : float
        Of the sheet; where bars begin.
    """

    bars: tuple[Bar, ...]
    width: float
    height: float
    left: float


@dataclass(frozen=True)
class Tick:
    """A mark of an axis: where it is, and what it says."""

    at: float
    label: str


@dataclass(frozen=True)
class Line:
    """One line.

    Attributes
    ----------
    key : str
        ``new`` or ``closed``.
    points : str
        As a polyline takes them.
    dots : tuple of (float, float)
        Where the steps are, if they are few.
    """

    key: str
    points: str
    dots: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Lines:
    """Lines over time.

    Attributes
    ----------
    lines : tuple of Line
        Reported, and closed.
    across, along : tuple of Tick
        Marks of the numbers and of the time.
    width, height, left, right, bottom : float
        Of the sheet, and where the axes are.
    """

    lines: tuple[Line, ...]
    across: tuple[Tick, ...]
    along: tuple[Tick, ...]
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    bottom: float = HEIGHT - BOTTOM


def bars(kinds: Sequence[Kind]) -> Bars:
    """Draw the categories with the most reports; without any there are no bars."""
    shown = [one for one in kinds if one.new][:BARS_MOST]
    most = max((one.new for one in shown), default=1)
    names = [_cut(one.name) for one in shown]
    left = max((_wide(name) for name in names), default=0.0) + 2 * GAP
    left = round(min(max(left, LABELS[0]), LABELS[1]), 1)
    room = WIDTH - left - END
    drawn = tuple(
        Bar(name, one.new, place * ROW, max(round(room * one.new / most, 1), 1.0))
        for place, (name, one) in enumerate(zip(names, shown, strict=True))
    )
    return Bars(drawn, WIDTH, max(len(shown), 1) * ROW, left)


def _wide(name: str) -> float:
    """Estimate the width of a name."""
    return sum(WIDE if ord(letter) > CHINESE else NARROW for letter in name)


def _cut(name: str) -> str:
    """Cut a name that has no room."""
    kept = name
    while _wide(kept) > LABELS[1] - 2 * GAP:
        kept = kept[:-1]
    return name if kept == name else kept[:-1] + "…"


def lines(steps: Sequence[Step], labels: Sequence[str]) -> Lines:
    """Draw what was reported and closed over time.

    Parameters
    ----------
    steps : Sequence of Step
        In order.
    labels : Sequence of str
        What each step is called.
    """
    most = max((one or 0 for step in steps for one in (step.new, step.closed)), default=0)
    top = _ceiling(most)
    room, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(place: int) -> float:
        return round(LEFT + (room * place / (len(steps) - 1) if len(steps) > 1 else room / 2), 1)

    def y(value: float) -> float:
        return round(TOP + tall * (1 - value / top), 1)

    drawn = []
    for key in ("new", "closed"):
        known = [(place, getattr(step, key)) for place, step in enumerate(steps)]
        dots = tuple((x(place), y(value)) for place, value in known if value is not None)
        drawn.append(Line(key, " ".join(f"{one},{other}" for one, other in dots), dots))
    every = max(1, -(-len(steps) // TICKS_MOST))
    across = tuple(Tick(y(value), str(value)) for value in range(0, top + 1, max(top // 4, 1)))
    along = tuple(Tick(x(place), labels[place]) for place in range(0, len(steps), every))
    return Lines(tuple(drawn), across, along)


def _ceiling(most: int) -> int:
    """Find a round number that is a multiple of four and not below."""
    size = 4
    while True:
        for step in STEPS:
            if size * step >= most:
                return size * step
        size *= 10
