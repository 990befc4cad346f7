"""The figures as tables and as a plot, for people: ``docs/locator.md`` and ``docs/pictures/locator.svg``."""

import re
from pathlib import Path
from typing import Any

from benchmarks.locator.plot import drawn

DOCS = Path(__file__).resolve().parents[2] / "docs"
FIGURES, PAGE, PLOT = DOCS / "benchmarks.json", DOCS / "locator.md", DOCS / "pictures" / "locator.svg"
OURS = "wangge"
PART = re.compile(r"(<!-- measured -->\n).*(<!-- end of measured -->)", re.DOTALL)

Told = dict[str, Any]


def write(told: Told) -> None:
    """Put tables and plot where the documents are."""
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(PART.sub(lambda found: found[1] + table(told) + found[2], page), encoding="utf-8")
    PLOT.write_text(plot(told), encoding="utf-8")


def plot(told: Told) -> str:
    """Draw seconds a million points over the number of cells, a line for each way."""
    lines = {OURS: [one["locate_s"] for one in told["layers"].values()]}
    for name in told["shapes"]:
        found = [one["peers"].get(name, {}).get("seconds") for one in told["layers"].values()]
        if all(found):
            lines[name] = found
    return drawn([one["cells"] for one in told["layers"].values()], lines)


def table(told: Told) -> str:
    """Tell all figures as Markdown."""
    return "\n".join([*_race(told), "", *_agreement(told), "", *_costs(told), "", *_single(told), ""])


def _race(told: Told) -> list[str]:
    layers = told["layers"].values()
    rows = [
        f"| seconds for {told['points']:,} points | "
        + " | ".join(f"{one['cells']:,} cells" for one in layers)
        + " |",
        "|---|" + "--:|" * len(layers),
        f"| **{OURS}**, index built | " + " | ".join(f"**{one['locate_s']:.3f}**" for one in layers) + " |",
        f"| {OURS}, building included | "
        + " | ".join(f"{one['locate_s'] + one['build_s']:.3f}" for one in layers)
        + " |",
    ]
    peers = [
        f"| {name} | " + " | ".join(_seconds(one["peers"][name]) for one in layers) + " |"
        for name in told["shapes"]
    ]
    return [*rows, *peers]


def _seconds(peer: Told) -> str:
    if "absent" in peer:
        return "not available here"
    scaled = "" if peer["points"] >= 1_000_000 else f" ({peer['points']:,} points, scaled)"
    return f"{peer['seconds']:.2f} ({peer['ratio']:.0f}×){scaled}"


def _agreement(told: Told) -> list[str]:
    peers = [peer for one in told["layers"].values() for peer in one["peers"].values() if "points" in peer]
    asked, wrong = sum(peer["points"] for peer in peers), sum(peer["differences"] for peer in peers)
    return [
        f"In brackets: how many times as long as {OURS} with its index built. The answers of all peers, the smallest "
        f"code of several taken, were compared with ours: {asked:,} answers, {wrong:,} differences."
    ]


def _costs(told: Told) -> list[str]:
    head = ("cells", "edges", "build", "save", "file", "open", "unshared growth", "one locate", "one explain")
    rows = ["| " + " | ".join(head) + " |", "|" + "--:|" * len(head)]
    for one in told["layers"].values():
        serving, single = one["serving"], one["single"]
        figures = (
            f"{one['cells']:,}", f"{one['edges']:,}", f"{one['build_s']:.2f} s", f"{one['save_s']:.2f} s",
            f"{serving['file_mb']:.1f} MB", f"{serving['open_s'] * 1000:.1f} ms", f"{serving['unshared_mb']:.1f} MB",
            f"{single['locate_us']:.1f} µs", f"{single['explain_us']:.0f} µs",
        )  # fmt: skip
        rows.append("| " + " | ".join(figures) + " |")
    return rows


def _single(told: Told) -> list[str]:
    others = [
        f"{name} {us:.1f} µs" if isinstance(us, float) else f"{name} {us}"
        for name, us in told["single_us"].items()
    ]
    versions = ", ".join(f"{name} {number}" for name, number in told["versions"].items())
    return [
        f"One point on their own data, time zones, for they cannot load ours: {', '.join(others)}.",
        "",
        f"Versions: {versions}.",
        "",
        *(f"- {name}: {shape}." for name, shape in told["shapes"].items()),
    ]
