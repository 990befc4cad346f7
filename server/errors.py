"""Errors of the server, and the one table that gives each its HTTP status.

Every error carries a stable English ``code`` and ``values``; :mod:`server.words` makes the sentence.
The core raises, the edge translates. The tree::

    ServerError
    ├── InputError       (ValueError)   what was given cannot be used: says field, value, what instead
    │   ├── InvalidCells                a layer with errors; carries every finding
    │   ├── InvalidRows                 a table with errors; carries every fault
    │   └── InvalidPoints               many positions of which some cannot be used; carries every fault
    ├── NotFound         (LookupError)  absent, or outside the asker's area (which must look the same)
    ├── NotPermitted     (PermissionError)
    ├── NotSignedIn      (PermissionError)
    ├── Conflict                        the state changed meanwhile; says what is possible now
    ├── SetupError                      settings or store are unusable; the program cannot start
    ├── StoreError                      the store refused: full, gone
    └── Busy                            try again later
    WorkflowError (server.workflow): IllegalAction, NotPermittedAction, MissingField
"""

from collections.abc import Sequence
from typing import Any

__all__ = [
    "Busy",
    "Conflict",
    "InputError",
    "InvalidCells",
    "InvalidPoints",
    "InvalidRows",
    "NotFound",
    "NotPermitted",
    "NotSignedIn",
    "ServerError",
    "SetupError",
    "StoreError",
]


class ServerError(Exception):
    """Base of the server's errors.

    Parameters
    ----------
    code : str
        Stable English name of what is wrong, e.g. ``"category.unknown"``.
    **values : Any
        What it is about; shown in the sentence.
    """

    def __init__(self, code: str, /, **values: Any) -> None:  # noqa: ANN401 - values are shown, not used
        super().__init__(code, values)
        self.code = code
        self.values = values

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value!r}" for name, value in self.values.items())
        return f"{self.code} ({facts})" if facts else self.code


class InputError(ServerError, ValueError):
    """What was given cannot be used; ``values`` name file, row, column, field and value."""


class InvalidCells(InputError):
    """A layer of cells has errors; nothing of it was written.

    Attributes
    ----------
    findings : Sequence
        All findings of :mod:`geo.validation`, errors and warnings.
    """

    def __init__(self, findings: Sequence[Any]) -> None:
        super().__init__("cells.invalid", count=sum(1 for one in findings if one.severity == "error"))
        self.findings = findings


class InvalidRows(InputError):
    """Rows of a table cannot be used; nothing of it was written.

    Attributes
    ----------
    faults : Sequence
        All faults: row, column, value and sentence of each.
    """

    def __init__(self, file: str, faults: Sequence[Any]) -> None:
        super().__init__("import.rows", file=file, count=len(faults))
        self.faults = faults


class InvalidPoints(InputError):
    """Some of many positions cannot be used; none was answered.

    Attributes
    ----------
    faults : Sequence
        All faults: code, field, rows and first value of each.
    """

    def __init__(self, faults: Sequence[Any], count: int) -> None:
        bad = len({row for one in faults for row in one.rows})
        super().__init__("points.refused", bad=bad, count=count)
        self.faults = faults


class NotFound(ServerError, LookupError):
    """Absent, or outside the asker's area: both look the same from outside."""


class NotPermitted(ServerError, PermissionError):
    """Inside the asker's area, but not theirs to do."""


class NotSignedIn(ServerError, PermissionError):
    """Nobody is signed in, or the token is unknown, expired or revoked."""


class Conflict(ServerError):
    """Somebody changed it meanwhile; ``values`` say what is possible now."""


class SetupError(ServerError):
    """The settings or the store are unusable; the message names what to set."""


class StoreError(ServerError):
    """The store could not write: the disk is full, or the connection is gone. Nothing was written."""


class Busy(ServerError):
    """Another piece of work holds the place; try again later."""
