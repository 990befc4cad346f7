"""The counts of the long runs against the oracle, kept in ``docs/exactness.json`` and told in its table."""

import fcntl
import json
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"
COUNTS, TABLE = DOCS / "exactness.json", DOCS / "exactness.md"

HEAD = """# Exactness of the locator

Written by `make exhaustive`. Each point was asked of the locator (`locate` and `place`; and of a second one built
from the cells in another order, saved and opened again) and of an oracle that uses none of its code: shapely's prepared
`covers` and `contains` for every cell whose box holds the point, the smallest code by string order. A difference
is another cell or another `how` (inside, edge, overlap, outside). Close to longitude or latitude zero, where doubles
are finest, GEOS itself rounds; there, and on samples elsewhere, `make test` holds the locator to rational numbers.

"""


def keep(name, cells, edges, points, differences, layers):
    """Put one layer's counts into the file, whoever else writes, and forget layers that are no more."""
    with COUNTS.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        told = json.loads(file.read() or "{}")
        told[name] = {"cells": cells, "edges": edges, "points": points, "differences": differences}
        told = {one: told[one] for one in layers if one in told}
        file.seek(0)
        file.truncate()
        file.write(json.dumps(told, indent=2) + "\n")
        file.flush()
        TABLE.write_text(table(told), encoding="utf-8")


def table(told):
    """Tell the counts as Markdown: by layer, then by kind of point."""
    rows = [
        "| layer | cells | edges | random points | hard points | differences |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    kinds = {}
    for name, one in told.items():
        asked = one["points"]
        hard = sum(asked.values()) - asked["random"]
        figures = (one["cells"], one["edges"], asked["random"], hard, one["differences"])
        rows.append(f"| {name.replace('_', ' ')} | " + " | ".join(f"{figure:,}" for figure in figures) + " |")
        for kind, count in asked.items():
            kinds[kind] = kinds.get(kind, 0) + count
    everything = sum(kinds.values())
    wrong = sum(one["differences"] for one in told.values())
    rows += ["", f"Together {everything:,} points, {wrong:,} differences.", "", "| kind of point | points |"]
    rows += ["|---|--:|", *(f"| {kind} | {count:,} |" for kind, count in kinds.items())]
    return HEAD + "\n".join(rows) + "\n"
