"""All that is sealed of the field: visits, care, raw points. Read by the doctor, sealed anew with a new key.

One row a column; whoever adds a sealed column of the field adds it here, and a test finds the one forgotten.
"""

from collections.abc import Iterator
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import Select, select

from server.db import Tx
from server.models import Care, Patrol, TrackPiece, Visit
from server.services.derived import AT_ONCE, Complaint
from server.services.private import open_box
from server.services.tracks import bound

__all__ = ["BOXES", "boxes", "examined"]

BOXES: tuple[tuple[Any, str, str], ...] = (
    (Visit, "box", "visit"),
    (Care, "box", "care"),
    (TrackPiece, "box", "track"),
    (Patrol, "newest", "patrol"),
)
"""Table, column, and what it is sealed to beside the row's uid, see :func:`server.services.tracks.bound`."""


def boxes(table: Any, column: str) -> Select[Any]:  # noqa: ANN401 - a model
    """Ask for the rows that hold something sealed, in order."""
    return select(table).where(getattr(table, column).is_not(None)).order_by(table.id)


def examined(tx: Tx) -> Iterator[Complaint]:
    """Find what cannot be opened, and entries of care that ended and still have words."""
    for table, column, kind in BOXES:
        for row in tx.session.scalars(boxes(table, column).execution_options(yield_per=AT_ONCE)):
            try:
                open_box(tx, getattr(row, column), bound(kind, row.uid))
            except (InvalidTag, KeyError, ValueError):
                yield Complaint("doctor.box", {"kind": kind, "uid": str(row.uid)})
    for uid in tx.session.scalars(select(Care.uid).where(Care.ended_at.is_not(None), Care.box.is_not(None))):
        yield Complaint("doctor.care", {"uid": str(uid)})
