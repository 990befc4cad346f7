"""The file of refused rows: it holds exactly the rejects of the batches that were committed."""

import csv
import io
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from server.errors import InputError
from server.formats import safe_text
from server.words import LANGUAGES, _, speaking

__all__ = ["Reject", "RejectsFile", "harmless", "header", "refuse_foreign"]

BOM = "\ufeff"
VALUE_MOST = 200


@dataclass(frozen=True)
class Reject:
    """A row that was not taken in.

    Attributes
    ----------
    row : int
        Line of the file; the header is 1.
    column : str
        Name of the column at fault; empty when the whole row is.
    value : str
        What stands there.
    code : str
        Why, as a code.
    sentence : str
        Why, for people.
    """

    row: int
    column: str
    value: str
    code: str
    sentence: str


class RejectsFile:
    """A CSV file of rejects (UTF-8 with BOM) that grows batch by batch.

    A batch's rejects are on the disk before the batch is committed, and the committed record holds the
    file's length: what a killed run wrote too much is cut off when it is resumed.

    Parameters
    ----------
    path : Path
        Made with the first reject; a stale one is removed at the start.
    header : tuple of str
        Names of the four columns.
    length : int
        Bytes that were committed; 0 at the start.
    """

    def __init__(self, path: Path, header: tuple[str, str, str, str], length: int = 0) -> None:
        self.path, self.header, self.length = path, header, length
        if path.exists():
            if length:
                os.truncate(path, length)
            else:
                path.unlink()

    @staticmethod
    def can_continue(path: Path, length: int) -> bool:
        """Whether a file still holds at least the bytes that were committed."""
        return not length or (path.is_file() and path.stat().st_size >= length)

    def add(self, rejects: Iterable[Reject]) -> int:
        """Append rejects and see them safe on the disk.

        Returns
        -------
        int
            Length of the file in bytes, for the record.
        """
        rows = [(one.row, harmless(one.column), harmless(one.value), one.sentence) for one in rejects]
        if not rows:
            return self.length
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        if not self.length:
            buffer.write(BOM)
            writer.writerow(self.header)
        writer.writerows(rows)
        with self.path.open("r+b" if self.length else "wb") as file:
            file.seek(self.length)
            file.write(buffer.getvalue().encode())
            file.truncate()
            file.flush()
            os.fsync(file.fileno())
            self.length = file.tell()
        return self.length


def header() -> tuple[str, str, str, str]:
    """Name the four columns in the language spoken now."""
    return _("行"), _("列"), _("值"), _("原因")


def refuse_foreign(path: Path) -> None:
    """Let no file be overwritten that is not a file of rejects.

    Raises
    ------
    InputError
        ``import.rejects_foreign``.
    """
    if not path.exists():
        return
    known = []
    for language in LANGUAGES:
        with speaking(language):
            known.append(f"{BOM}{','.join(header())}".encode())
    with path.open("rb") as file:
        start = file.read(max(map(len, known)))
    if start and not start.startswith(tuple(known)):
        raise InputError("import.rejects_foreign", file=str(path))


def harmless(value: str) -> str:
    """Keep a spreadsheet from running a value as a formula; numbers stay numbers.

    Parameters
    ----------
    value : str
        Cut to 200 characters.
    """
    value = value[:VALUE_MOST]
    try:
        float(value)
    except ValueError:
        return safe_text(value)
    return value
