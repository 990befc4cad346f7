"""Issues from a file: in batches, each with its progress in one transaction; resumable, never doubled.

What happens to a row depends on the file and the store alone, so a run that was killed and is started
again comes to the same end: a row's key says whether it is in, the record says where to go on, and the
rejects file is cut to what the record knows.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import select

from server.db import Store, Tx
from server.errors import InputError, ServerError
from server.models import Issue
from server.services.drafts import Draft, checked
from server.services.imports.agreement import Agreement
from server.services.imports.columns import unused
from server.services.imports.mapping import IssueOptions, Reader, places_in
from server.services.imports.rejects import Reject, RejectsFile, header, refuse_foreign
from server.services.imports.runs import Run, begin, unbroken
from server.services.imports.suspicion import count_datums
from server.services.imports.tables import Row, Table, open_table, text_of
from server.services.imports.tally import Tally
from server.services.intake import Receipt, report_many
from server.services.locating import open_locator
from server.services.people import Actor
from server.words import sentence

__all__ = ["BATCH_MOST", "IssueReport", "Progress", "import_issues"]

BATCH_MOST = 500
_Taken = tuple[Row, Draft, dict[str, Any]]  # with what :func:`server.services.drafts.checked` said


@dataclass(frozen=True)
class Progress:
    """How far an import is.

    Attributes
    ----------
    rows, about : int
        Rows dealt with in all runs; rows of the file, estimated.
    rejected : int
        Of them refused.
    """

    rows: int
    about: int
    rejected: int


@dataclass(frozen=True)
class IssueReport:
    """What became of a file of issues, all its runs together.

    Attributes
    ----------
    file, form : str
        File name; what it was read as.
    columns : Mapping[str, str]
        Field -> column that was used.
    unused : tuple of str
        The other columns of the file.
    counts : Mapping[str, Any]
        ``rows in there rejected``; ``how``: in by how they met a cell; ``held``: in by whether they have a
        holder, are history, or why they wait; ``check`` and ``datum``: see :mod:`.agreement`, :mod:`.suspicion`.
    rejects : Path or None
        File of the refused rows, if there are any.
    rows, seconds :
        Of this run alone.
    is_resumed : bool
        Whether this run continued another.
    """

    file: str
    form: str
    columns: Mapping[str, str]
    unused: tuple[str, ...]
    counts: Mapping[str, Any]
    rejects: Path | None
    rows: int
    seconds: float
    is_resumed: bool


@dataclass
class _Work:
    """One run over one file."""

    store: Store
    actor: Actor
    table: Table
    reader: Reader
    run: Run
    rejects: RejectsFile
    seen: dict[str, int] = field(default_factory=dict)  # external number -> first line that has it


def import_issues(
    store: Store,
    actor: Actor,
    path: Path,
    options: IssueOptions,
    *,
    rejects: Path,
    batch: int = BATCH_MOST,
    encoding: str | None = None,
    on_progress: Callable[[Progress], None] = lambda _progress: None,
) -> IssueReport:
    """Take the rows of a file in as issues.

    Parameters
    ----------
    store : Store
        Upgraded.
    actor : Actor
        Who reports them; the system for the command line.
    path : Path
        CSV or XLSX, see :func:`server.services.imports.tables.open_table`.
    options : IssueOptions
        Which column is what.
    rejects : Path
        Where the refused rows go: row, column, value, reason.
    batch : int
        Rows a transaction, at most 500.
    encoding : str, optional
        Of a CSV file; found out when omitted.
    on_progress : Callable, optional
        Called after each batch.

    Returns
    -------
    IssueReport
        Refused rows are no error here; they are counted.

    Raises
    ------
    InputError
        The file or the options cannot be used; nothing was written.
    Busy
        Another import is running.
    StoreError
        The disk is full; the batches before are in, and running again goes on.
    """
    started = time.monotonic()
    options.check()
    table = open_table(path, encoding)
    places = places_in(table, options)
    if rejects.resolve() == path.resolve():
        raise InputError("import.rejects_is_file", file=str(rejects))
    refuse_foreign(rejects)
    run = begin(store, "issues", table.name, table.digest, options.given, actor.person_id)
    if not RejectsFile.can_continue(rejects, run.counts.get("rejects_bytes", 0)):
        run.next_row, run.counts = 0, {}
    begun_at = run.next_row
    reader = Reader(options, places, table.digest, store.config.zone, run.id)
    work = _Work(
        store, actor, table, reader, run, RejectsFile(rejects, header(), run.counts.get("rejects_bytes", 0))
    )
    _carry_out(work, max(1, min(batch, BATCH_MOST)), on_progress)
    columns = {name: table.columns[place] for name, place in places.items()}
    return IssueReport(
        table.name, table.form, columns, unused(table, places), run.counts,
        rejects if run.counts.get("rejected") else None, run.next_row - begun_at, time.monotonic() - started,
        run.is_resumed,
    )  # fmt: skip


def _carry_out(work: _Work, size: int, on_progress: Callable[[Progress], None]) -> None:
    run = work.run
    try:
        rows = work.table.rows()
        for row in islice(rows, run.next_row):
            _note_number(work, row)
        for several in _batches(rows, size):
            with unbroken():
                _take(work, several)
            about = max(work.table.about, run.next_row)
            on_progress(Progress(run.next_row, about, run.counts["rejected"]))
        with unbroken(), work.store.write() as tx:
            run.finish(tx, "done")
    except BaseException:  # whatever stopped it, the record says that it can be resumed
        with suppress(ServerError), unbroken(), work.store.write() as tx:
            run.finish(tx, "failed")
        raise


def _batches(rows: Iterator[Row], size: int) -> Iterator[list[Row]]:
    while several := list(islice(rows, size)):
        yield several


def _note_number(work: _Work, row: Row) -> int:
    """Remember a row's external number; give the first line that has it."""
    try:
        number = work.reader.number(row)
    except InputError:
        return row.number
    return work.seen.setdefault(number, row.number) if number else row.number


def _take(work: _Work, rows: list[Row]) -> None:
    """Deal with one batch in one transaction, its progress included."""
    run = work.run
    tally = Tally(run.counts)
    with work.store.write() as tx:
        agreement = Agreement(grid := open_locator(tx), run.counts.get("check"))
        known = _known(tx, work, rows)
        drafts, rejects = _sort(tx, work, rows, known, tally)
        receipts = _report(tx, work, drafts)
        for (row, draft, _facts), receipt in zip(drafts, receipts, strict=True):
            tally.take(receipt, is_history=draft.closed_at is not None)
            place = receipt.placed.columns
            agreement.compare(_check(work, row), receipt.placed.area_id, place["lon"], place["lat"])
        for row, there in known.rows:
            agreement.compare(_check(work, row), there.area_id, there.lon, there.lat)
        counts = tally.after(len(rows), len(rejects)) | {"check": agreement.counts}
        stated = [_check(work, row) for row, _, _ in drafts] if "check" in work.reader.places else None
        counts["datum"] = count_datums(run.counts.get("datum", {}), grid, [one[1] for one in drafts], stated)
        counts["rejects_bytes"] = work.rejects.add(rejects)
        run.advance(tx, run.next_row + len(rows), counts)
    run.moved(tx, run.next_row + len(rows), counts)


def _report(tx: Tx, work: _Work, drafts: list[_Taken]) -> list[Receipt]:
    if not drafts:
        return []
    given, facts = [draft for _row, draft, _facts in drafts], [facts for _row, _draft, facts in drafts]
    return report_many(tx, work.actor, given, facts)


@dataclass
class _Known:
    """Rows of a batch that are in the store already."""

    by_key: dict[str, Any]
    rows: list[tuple[Row, Any]] = field(default_factory=list)


def _known(tx: Tx, work: _Work, rows: list[Row]) -> _Known:
    keys = []
    for row in rows:
        with suppress(InputError):
            keys.append(work.reader.key(row))
    columns = (Issue.external_key, Issue.import_id, Issue.how, Issue.state, Issue.holder_person_id,
               Issue.assigned, Issue.area_id, Issue.lon, Issue.lat)  # fmt: skip
    found = tx.session.execute(select(*columns).where(Issue.external_key.in_(keys)))
    return _Known({one.external_key: one for one in found})


def _sort(
    tx: Tx, work: _Work, rows: list[Row], known: _Known, tally: Tally
) -> tuple[list[_Taken], list[Reject]]:
    """Part a batch into drafts to take in, rows already in, and rejects."""
    drafts: list[_Taken] = []
    rejects: list[Reject] = []
    accepted: set[str] = set()
    for row in rows:
        first = _note_number(work, row)
        try:
            draft = work.reader.draft(row)
            facts = checked(tx, draft)
            key = str(draft.external_key)
            if first != row.number and (key in accepted or key in known.by_key):
                _refuse_twice(work, row, first)
        except InputError as error:
            rejects.append(_reject(work, row, error))
            continue
        if key in known.by_key:
            there = known.by_key[key]
            known.rows.append((row, there))
            tally.meet(there, is_mine=there.import_id == work.run.id)
        else:
            accepted.add(key)
            drafts.append((row, draft, facts))
    return drafts, rejects


def _refuse_twice(work: _Work, row: Row, first: int) -> None:
    number = work.reader.number(row)
    raise InputError("import.duplicate", field="external_key", value=number, row=row.number, first=first)


def _reject(work: _Work, row: Row, error: InputError) -> Reject:
    name = str(error.values.get("field", ""))
    place = work.reader.places.get(name)
    column = work.table.columns[place] if place is not None else name
    value = text_of(row.cells[place]) if place is not None else str(error.values.get("value", ""))
    values = {**error.values, "field": column}
    return Reject(row.number, column, value, error.code, sentence(error.code, values))


def _check(work: _Work, row: Row) -> str:
    return text_of(row.cells[work.reader.places["check"]]) if "check" in work.reader.places else ""
