"""A large Parquet job cut into parts, each placed and kept on its own, so that a broken-off job goes on.

Parts are consecutive row groups of one file. Each is written as ``part-00000.parquet`` beside what there is
to tell about it, ``part-00000.json``, which is written last and so says that the part is done. A manifest
names the content of the input, the cells and what was asked: another job never goes on with these parts.

Knows nothing of clusters: see :mod:`.cluster`.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Self

import numpy as np
import shapely

from geo import Cells, Locator
from geo.suspicion import Fits
from server.errors import InputError, ServerError
from server.services.points.asked import Asked
from server.services.points.finding import Check, Tally
from server.services.points.formats import Located, Source, Writer
from server.services.points.parquet import files_of, open_parquet, read_row_groups, shape_of, write_parquet
from server.services.points.placing import Plan, plan_of, write_located
from server.services.points.positions import read_positions

__all__ = ["Job", "PackedCells", "Part", "Workshop", "do_part", "parts_of"]

PART_ROWS = 1 << 20
VERSION = 1
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Part:
    """Consecutive row groups of one file.

    Attributes
    ----------
    name : str
        ``part-00000``; by name is the order of the rows.
    file : str
        Absolute path.
    groups : tuple of int
        Row groups.
    rows : int
        Rows in them.
    """

    name: str
    file: str
    groups: tuple[int, ...]
    rows: int


@dataclass(frozen=True)
class PackedCells:
    """Cells as they travel: codes, WKB in WGS 84, and what identifies both."""

    codes: tuple[str, ...]
    wkb: tuple[bytes, ...]
    digest: str

    @classmethod
    def of(cls, cells: Cells) -> Self:
        """Pack cells."""
        codes, wkb = tuple(cells.codes.tolist()), tuple(shapely.to_wkb(cells.geometry).tolist())
        told = hashlib.sha256(json.dumps(codes).encode())
        for shape in wkb:
            told.update(shape)
        return cls(codes, wkb, told.hexdigest())


@dataclass(frozen=True)
class Job:
    """What is the same for all parts: the folder they are kept in, and what was asked."""

    folder: str
    asked: Asked


def parts_of(path: Path) -> list[Part]:
    """Cut a Parquet file, or a folder of them, into parts of about a million rows.

    Raises
    ------
    InputError
        As :func:`server.services.points.parquet.read_parquet`.
    """
    parts: list[Part] = []

    def close(file: Path, groups: list[int], rows: int) -> None:
        if rows:
            parts.append(Part(f"part-{len(parts):05d}", str(file.resolve()), tuple(groups), rows))

    for file in files_of(path):
        with open_parquet(file) as head:
            sizes = [head.metadata.row_group(number).num_rows for number in range(head.num_row_groups)]
        groups: list[int] = []
        for number, size in enumerate(sizes):
            if groups and sum(sizes[one] for one in groups) + size > PART_ROWS:
                close(file, groups, sum(sizes[one] for one in groups))
                groups = []
            groups.append(number)
        close(file, groups, sum(sizes[one] for one in groups))
    return parts


_built: dict[str, tuple[Locator, tuple[float, ...]]] = {}
_building = Lock()


def _locator(cells: PackedCells) -> tuple[Locator, tuple[float, ...]]:
    """Build a locator once a process, however many parts it places."""
    with _building:
        if cells.digest not in _built:
            shapes = shapely.from_wkb(np.array(cells.wkb, dtype=object))
            whole = Cells.from_arrays(cells.codes, [""] * len(cells.codes), shapes)
            _built.clear()
            _built[cells.digest] = (Locator(whole), whole.total_bounds)
        return _built[cells.digest]


def do_part(job: Job, part: Part, cells: PackedCells) -> dict[str, Any]:
    """Place one part and keep it; what runs on a worker.

    Returns
    -------
    dict
        Empty; or ``code`` and ``values`` of why the input is refused.
    """
    try:
        _do_part(job, part, cells)
    except ServerError as error:
        return {"code": error.code, "values": error.values}
    return {}


def _do_part(job: Job, part: Part, cells: PackedCells) -> None:
    locator, bounds = _locator(cells)
    folder, file = Path(job.folder), Path(part.file)
    with open_parquet(file) as head:
        schema = head.schema_arrow
    groups = [(file, part.groups)]
    source = Source(
        file.name, schema, shape_of(file.name, schema), part.rows, lambda: read_row_groups(groups)
    )
    draft = folder / f".{part.name}.{os.getpid()}"
    try:
        out = (write_parquet, draft, part.name)
        tally, check = write_located(
            source, plan_of(source, job.asked), locator, bounds, out, lambda _done, _all: None
        )
        draft.replace(folder / f"{part.name}.parquet")
        draft.write_text(json.dumps({"tally": asdict(tally), "check": asdict(check)}), "utf-8")
        draft.replace(folder / f"{part.name}.json")
    finally:
        draft.unlink(missing_ok=True)


class Workshop:
    """The folder in which the parts of one job are kept until all are done.

    Parameters
    ----------
    folder : Path
        Made if absent; gone on with if it belongs to the same job.
    points : Path
        The input.
    parts : sequence of Part
        Of the input.
    cells : PackedCells
        The cells.
    asked : Asked
        What was asked.

    Raises
    ------
    InputError
        ``points.other_job``: the folder holds something else.
    """

    def __init__(
        self, folder: Path, points: Path, parts: Sequence[Part], cells: PackedCells, asked: Asked
    ) -> None:
        self.folder, self.parts = folder.resolve(), tuple(parts)
        self.job = Job(str(self.folder), asked)
        facts = {"version": VERSION, "input": _digest(files_of(points)), "cells": cells.digest}
        told = json.dumps(facts | {"asked": asdict(asked), "parts": len(parts)}, indent=2)
        manifest = self.folder / MANIFEST
        if self.folder.exists() and (not manifest.is_file() or manifest.read_bytes() != told.encode()):
            raise InputError("points.other_job", folder=str(folder))
        self.folder.mkdir(exist_ok=True)
        for draft in self.folder.glob(".part-*"):
            draft.unlink()
        if not manifest.exists():
            draft = self.folder / f".{MANIFEST}"
            draft.write_text(told, "utf-8")
            draft.replace(manifest)

    def missing(self) -> list[Part]:
        """List the parts that are not done yet."""
        return [part for part in self.parts if not self._is_done(part)]

    def _is_done(self, part: Part) -> bool:
        return all((self.folder / f"{part.name}.{kind}").is_file() for kind in ("json", "parquet"))

    def progress(self) -> tuple[int, int]:
        """Count the rows that are done, and all."""
        rows = sum(part.rows for part in self.parts)
        return rows - sum(part.rows for part in self.missing()), rows

    def counted(self) -> tuple[Tally, Check]:
        """Add up what there is to tell about all parts.

        Raises
        ------
        InputError
            ``import.damaged``: a part's facts cannot be read; the part is done anew the next time.
        """
        tally, check = Tally(), Check()
        for part in self.parts:
            path = self.folder / f"{part.name}.json"
            try:
                told = json.loads(path.read_bytes())
                fits = Fits(**told["check"].pop("fits"))
                tally.merge(Tally(**told["tally"]))
                check.merge(Check(**told["check"], fits=fits))
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                path.unlink()
                raise InputError("import.damaged", file=path.name) from error
        return tally, check

    def write(self, writer: Writer, path: Path, layer: str, plan: Plan) -> None:
        """Write one file of all parts, in order."""
        files = [self.folder / f"{part.name}.parquet" for part in self.parts]
        writer(path, layer, plan.schema, plan.shape, _located(files, plan))

    def become(self, out: Path) -> None:
        """Let the folder of parts be the output: take away what is only ours, then rename it."""
        for part in self.parts:
            (self.folder / f"{part.name}.json").unlink()
        (self.folder / MANIFEST).unlink()
        self.folder.replace(out)

    def remove(self) -> None:
        """Remove the folder when its parts are in the output."""
        shutil.rmtree(self.folder)


def _located(files: Sequence[Path], plan: Plan) -> Iterator[Located]:
    for file in files:
        with open_parquet(file) as head:
            groups = range(head.num_row_groups)
        for batch in read_row_groups([(file, groups)]):
            positions = read_positions(*plan.position(batch), plan.crs)
            yield Located(batch, positions.lon, positions.lat)


def _digest(files: Sequence[Path]) -> list[str]:
    """SHA-256 of each file."""
    digests = []
    for path in files:
        with path.open("rb") as file:
            digests.append(hashlib.file_digest(file, "sha256").hexdigest())
    return digests
