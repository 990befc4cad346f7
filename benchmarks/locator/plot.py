"""One picture without a library: lines over two logarithmic axes, each named at its right end."""

import math
from collections.abc import Sequence
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 860, 440
LEFT, RIGHT, TOP, BOTTOM = 70, 640, 40, 390
OURS, OTHERS = "#0b7285", ("#495057", "#868e96", "#a0522d", "#c2255c", "#5f3dc4", "#e67700", "#2b8a3e")
FONT = 'font-family="system-ui, \'Noto Sans CJK SC\', sans-serif" font-size="13" fill="#212529"'


def drawn(cells: Sequence[int], lines: dict[str, list[float]]) -> str:
    """Draw seconds (log) over cells (log) as SVG; the first line is ours."""
    every = [seconds for one in lines.values() for seconds in one]
    low, high = math.floor(math.log10(min(every))), math.ceil(math.log10(max(every)))
    first, last = math.log10(cells[0]), math.log10(cells[-1])

    def across(count: float) -> float:
        return LEFT + (math.log10(count) - first) / ((last - first) or 1) * (RIGHT - LEFT)

    def down(seconds: float) -> float:
        return BOTTOM - (math.log10(seconds) - low) / (high - low) * (BOTTOM - TOP)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {FONT}>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="22">Seconds to locate 1,000,000 points (less is better), by number of cells; one core</text>',
    ]
    for power in range(low, high + 1):
        y = down(10.0**power)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{RIGHT}" stroke="#dee2e6"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g} s</text>')
    parts += [
        f'<text x="{across(count):.1f}" y="{BOTTOM + 20}" text-anchor="middle">{count:,}</text>'
        for count in cells
    ]
    places = _apart({name: down(one[-1]) for name, one in lines.items()})
    for colour, (name, one) in zip((OURS, *OTHERS), lines.items(), strict=False):
        spots = " ".join(f"{across(count):.1f},{down(s):.1f}" for count, s in zip(cells, one, strict=True))
        thick = 3.5 if colour == OURS else 1.8
        parts.append(f'<polyline points="{spots}" fill="none" stroke="{colour}" stroke-width="{thick}"/>')
        parts.append(
            f'<text x="{RIGHT + 10}" y="{places[name] + 4:.1f}" fill="{colour}">{escape(name)}</text>'
        )
    return "\n".join([*parts, "</svg>", ""])


def _apart(wanted: dict[str, float], least: float = 16.0) -> dict[str, float]:
    """Move names down until none covers another."""
    places: dict[str, float] = {}
    lowest = -math.inf
    for name, y in sorted(wanted.items(), key=lambda pair: pair[1]):
        lowest = places[name] = max(y, lowest + least)
    return places
