"""Narrow columns out of the database: many rows at once, past the ORM, as arrays."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from server.db import Tx
from server.services.columns.narrow import CODED, NARROW, NEVER, Array, Kind

__all__ = ["read", "read_these"]

BATCH = 20_000
ROWS = 1_000  # of SQLite at once: few enough to stay close to the processor (measured)
AT_ONCE = 5_000  # keys named in one statement
MILLENNIUM_US = 946_684_800_000_000  # PostgreSQL counts from 2000
UNKNOWN = -2
HEADER = 19  # bytes before the rows of a binary COPY
_WIDE = {"f8": ("float8", ">f8"), "i8": ("int8", ">i8"), "i4": ("int4", ">i4"), "i2": ("int2", ">i2"),
         "i1": ("int2", ">i2"), "?": ("bool", "u1")}  # fmt: skip

Codes = Mapping[str, list[str]]


def read(tx: Tx, codes: Codes, where: str = "") -> tuple[dict[str, Array], Codes]:
    """Read rows of all issues' narrow columns.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    codes : Mapping[str, list of str]
        Codes that numbers stand for; those met for the first time are added to a copy.
    where : str
        Condition in SQL, made of numbers by the program itself.

    Returns
    -------
    tuple
        Columns by name, ordered by id; codes.
    """
    known = {name: list(codes[name]) for name in CODED}
    tx.session.flush()
    rows = _from_sqlite(tx, known, where) if tx.on_sqlite else _from_postgresql(tx, known, where)
    columns = {name: np.concatenate(parts) for name, parts in _by_column(rows)}
    if any((columns[name] == UNKNOWN).any() for name in CODED):
        return read(tx, _unknown(tx, known, where), where)
    order = np.argsort(columns["id"], kind="stable")
    if len(order) and not np.array_equal(order, np.arange(len(order))):
        columns = {name: values.take(order) for name, values in columns.items()}
    return columns, known


def read_these(tx: Tx, codes: Codes, ids: Array) -> tuple[dict[str, Array], Codes]:
    """Read the rows of some issues; see :func:`read`."""
    found = []
    for begin in range(0, max(1, len(ids)), AT_ONCE):
        some = ",".join(str(key) for key in ids[begin : begin + AT_ONCE].tolist())
        columns, codes = read(tx, codes, f"WHERE id IN ({some or '-1'})")
        found.append(columns)
    return {name: np.concatenate([one[name] for one in found]) for name in NARROW}, codes


def _by_column(batches: Iterable[Sequence[Array]]) -> Iterator[tuple[str, list[Array]]]:
    parts: dict[str, list[Array]] = {name: [np.empty(0, kind.dtype)] for name, kind in NARROW.items()}
    for batch in batches:
        for (name, kind), values in zip(NARROW.items(), batch, strict=True):
            parts[name].append(np.asarray(values).astype(kind.dtype, copy=False))
    for name in NARROW:
        yield name, parts.pop(name)


def _driver(tx: Tx) -> Any:  # noqa: ANN401 - sqlite3 or psycopg
    return tx.session.connection().connection.driver_connection


class _Numbered(dict[str | None, int]):
    """Codes -> numbers; a code met for the first time gets the next."""

    def __init__(self, codes: list[str]) -> None:
        super().__init__({code: number for number, code in enumerate(codes)})
        self[None] = -1
        self.codes = codes

    def __missing__(self, code: str) -> int:
        self.codes.append(code)
        self[code] = len(self.codes) - 1
        return self[code]


def _from_sqlite(tx: Tx, known: dict[str, list[str]], where: str) -> Iterator[list[Array]]:
    numbered = {name: _Numbered(codes) for name, codes in known.items()}
    cursor = _driver(tx).cursor()
    try:
        chosen = ", ".join(map(_plain, NARROW.values()))
        cursor.execute(f"SELECT {chosen} FROM issue {where} ORDER BY id")  # noqa: S608 - ours
        while rows := cursor.fetchmany(ROWS):
            columns = zip(*rows, strict=True)
            yield [
                np.fromiter(map(numbered[name].__getitem__, values), kind.dtype, len(rows))
                if kind.is_code
                else np.array(values, kind.dtype)
                if kind.dtype == "f8"
                else np.fromiter(values, kind.dtype, len(rows))
                for (name, kind), values in zip(NARROW.items(), columns, strict=True)
            ]
    finally:
        cursor.close()


def _plain(kind: Kind) -> str:
    return kind.column if kind.is_code or kind.dtype == "f8" else f"coalesce({kind.column}, {int(kind.none)})"


def _from_postgresql(tx: Tx, known: dict[str, list[str]], where: str) -> Iterator[list[Array]]:
    """Read by binary COPY: no column is null and each is of one width, so that the rows are one array."""
    fields: list[tuple[str, str]] = [("count", ">i2")]
    for name, kind in NARROW.items():
        fields += [(f"{name} size", ">i4"), (name, _WIDE[kind.dtype][1])]
    layout = np.dtype(fields)
    chosen = ", ".join(_sized(kind) for kind in NARROW.values())
    statement = f"COPY (SELECT {chosen} FROM issue {where}) TO STDOUT (FORMAT binary)"  # noqa: S608 - ours
    with _driver(tx).cursor() as cursor, cursor.copy(statement, [known[name] for name in CODED]) as copy:
        for block in _blocks(copy, layout.itemsize):
            rows = np.frombuffer(block, layout)
            yield [
                _since_1970(rows[name]) if kind.is_instant else rows[name] for name, kind in NARROW.items()
            ]


def _sized(kind: Kind) -> str:
    """Spell a column so that it is never null and as wide as every other row's."""
    if kind.is_instant:
        return f"coalesce({kind.column}, 'infinity')"
    if kind.is_code:
        place = f"array_position(%s::text[], {kind.column}::text) - 1"
        return f"coalesce({place}, CASE WHEN {kind.column} IS NULL THEN -1 ELSE {UNKNOWN} END)::int2"
    width = _WIDE[kind.dtype][0]
    none = "'NaN'" if kind.dtype == "f8" else "false" if kind.dtype == "?" else str(int(kind.none))
    return f"coalesce({kind.column}, {none})::{width}"


def _since_1970(values: Array) -> Array:
    counted = values.astype("i8")
    return np.where(counted == NEVER, counted, counted + MILLENNIUM_US)


def _blocks(copy: Iterable[bytes], width: int) -> Iterator[bytes]:
    """Give whole rows of so many bytes, many at once, without what stands before and after them all."""
    waiting, length, begun = [], 0, False
    for piece in copy:
        waiting.append(piece)
        length += len(piece)
        if length >= BATCH * width:
            whole, begin = b"".join(waiting), 0 if begun else HEADER
            end = begin + (length - begin) // width * width
            yield whole[begin:end]
            waiting, length, begun = [whole[end:]], len(whole) - end, True
    whole, begin = b"".join(waiting), 0 if begun else HEADER
    yield whole[begin : begin + (len(whole) - begin) // width * width]


def _unknown(tx: Tx, known: Codes, where: str) -> Codes:
    """Add the codes of rows that hold one which is not known yet."""
    learnt = {name: list(codes) for name, codes in known.items()}
    for name in CODED:
        column = NARROW[name].column
        met = f"SELECT DISTINCT {column} FROM issue {where or 'WHERE true'} AND {column} <> ALL(%s)"  # noqa: S608
        with _driver(tx).cursor() as cursor:
            learnt[name] += sorted(code for (code,) in cursor.execute(met, [learnt[name]]))
    return learnt
