"""Which column of a file holds what: guesses by name, and given names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from server.errors import InputError

__all__ = ["OFF", "Columns", "Field", "choose", "unused"]

OFF = "-"  # given in place of a column's name: do not use one, not even a guessed one


@dataclass(frozen=True)
class Field:
    """Something that a column of a file may hold.

    Attributes
    ----------
    name : str
        What it is to the program.
    guesses : tuple of str
        Column names that mean it, in lower case without blanks and underscores, the surest first.
    is_needed : bool
        Whether an import without it makes no sense.
    """

    name: str
    guesses: tuple[str, ...] = ()
    is_needed: bool = False


class Columns(Protocol):
    """What has a name and columns: a table, or a file of another kind."""

    @property
    def name(self) -> str:
        """File name, for messages."""
        ...

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of its columns."""
        ...


def choose(table: Columns, fields: Iterable[Field], given: Mapping[str, str | None]) -> dict[str, int]:
    """Find the column of each field.

    Parameters
    ----------
    table : Columns
        The file.
    fields : Iterable of Field
        What may be found.
    given : Mapping[str, str or None]
        Field name -> column name as the user gave it; ``-`` for none; None or absent to guess.

    Returns
    -------
    dict[str, int]
        Field name -> position of its column; fields without a column are absent.

    Raises
    ------
    InputError
        A column that was named is not there, or one that is needed is not found.
    """
    known = tuple(fields)
    places: dict[str, int] = {}
    plain_names = [_plain(column) for column in table.columns]
    for field in known:
        name = given.get(field.name)
        if name == OFF:
            continue
        if name is not None:
            places[field.name] = _named(table, name)
            continue
        guess = next((one for one in field.guesses if one in plain_names), None)
        if guess is not None:
            places[field.name] = plain_names.index(guess)
    lacking = [field for field in known if field.is_needed and field.name not in places]
    if lacking:
        columns = "、".join(f"{field.name} ({'/'.join(field.guesses[:4])})" for field in lacking)
        raise InputError(
            "import.columns", file=table.name, columns=columns, known="、".join(filter(None, table.columns))
        )
    return places


def unused(table: Columns, places: Mapping[str, int]) -> tuple[str, ...]:
    """Name the columns that no field was found in, in order."""
    taken = set(places.values())
    return tuple(name for place, name in enumerate(table.columns) if name and place not in taken)


def _named(table: Columns, name: str) -> int:
    if name.strip() in table.columns:
        return table.columns.index(name.strip())
    folded = [column.casefold() for column in table.columns]
    if name.strip().casefold() in folded:
        return folded.index(name.strip().casefold())
    known = "、".join(filter(None, table.columns))
    raise InputError("import.column", file=table.name, column=name, known=known)


def _plain(column: str) -> str:
    return column.casefold().replace(" ", "").replace("_", "").replace("-", "")
