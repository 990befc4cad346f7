"""What became of the rows of a file of issues, counted batch by batch."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from server.services.intake import Receipt

__all__ = ["Tally"]


class Tally:
    """Counts what became of rows, from where the import's record stands.

    Parameters
    ----------
    counts : Mapping[str, Any]
        Of the record: ``rows in there rejected how held``; empty at the start.
    """

    def __init__(self, counts: Mapping[str, Any]) -> None:
        self.plain = Counter({name: counts.get(name, 0) for name in ("rows", "in", "there", "rejected")})
        self.how = Counter(counts.get("how", {}))
        self.held = Counter(counts.get("held", {}))

    def take(self, receipt: Receipt, *, is_history: bool) -> None:
        """Count a row that was taken in."""
        self.plain["in"] += 1
        self.how[receipt.placed.columns["how"]] += 1
        waits = "duty.nobody" if receipt.placed.in_cell else "duty.no_cell"
        self.held["history" if is_history else "assigned" if receipt.holder else waits] += 1

    def meet(self, there: Any, *, is_mine: bool) -> None:  # noqa: ANN401 - a row of the store
        """Count a row that is in already: by this import itself, or by an earlier one."""
        if not is_mine:
            self.plain["there"] += 1
            return
        self.plain["in"] += 1
        self.how[there.how] += 1
        reason = there.assigned["code"]
        self.held[
            "history" if reason == "duty.history" else "assigned" if there.holder_person_id else reason
        ] += 1

    def after(self, rows: int, rejected: int) -> dict[str, Any]:
        """Give the counts after a batch of so many rows, so many of them refused."""
        self.plain.update(rows=rows, rejected=rejected)
        return {**self.plain, "how": dict(self.how), "held": dict(self.held)}
