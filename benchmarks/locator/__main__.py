"""Measure the locator alone, and put the figures, the table and the plot where the documents are."""

import argparse
import json

from benchmarks.locator import telling
from benchmarks.locator.layers import SIZES
from benchmarks.locator.measure import run

WORDS = argparse.ArgumentParser(prog="python -m benchmarks.locator")
WORDS.add_argument("--cells", default=",".join(map(str, SIZES)), help="how many, with commas (%(default)s)")
WORDS.add_argument("--no-docs", action="store_true", help="print only; leave the documents as they are")


def main() -> None:
    """Measure what the command line asks for."""
    asked = WORDS.parse_args()
    told = run([int(size) for size in asked.cells.split(",")])
    print(telling.table(told))
    if not asked.no_docs:
        whole = json.loads(telling.FIGURES.read_text(encoding="utf-8"))
        kept = whole.get("locator", {}).get("layers", {})
        told["layers"] = dict(sorted((kept | told["layers"]).items(), key=lambda pair: int(pair[0])))
        whole["locator"] = told
        telling.FIGURES.write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        telling.write(told)


if __name__ == "__main__":
    main()
