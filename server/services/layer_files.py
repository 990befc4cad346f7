"""Files that may hold a layer: known by their first bytes, unpacked with limits, texts decoded.

Only what a file is known to be is handed to GDAL, which would otherwise open anything that it recognises,
including files that name other files or hosts.
"""

import codecs
import errno
import hashlib
import lzma
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from server.errors import InputError
from server.services.dbase import dbase_texts, reads_as
from server.services.geopackage import refuse_views

__all__ = ["LARGEST", "SUFFIXES", "LayerFile", "opened"]

LARGEST = 1 << 30
"""Bytes a layer may have, unpacked; a city's cells are some megabytes."""
CHUNK = 1 << 20
MAGIC: dict[str, re.Pattern[bytes]] = {
    ".geojson": re.compile(rb"\s*[\[{]"),
    ".json": re.compile(rb"\s*[\[{]"),
    ".gpkg": re.compile(rb"SQLite format 3\x00"),
    ".fgb": re.compile(rb"fgb\x03fgb"),
    ".kml": re.compile(rb"\s*<(?s:.){0,4000}<([\w]+:)?kml\b"),
    ".shp": re.compile(rb"\x00\x00\x27\x0a"),
}
PACKED = (".zip", ".kmz")
SUFFIXES = (*MAGIC, *PACKED)
SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
POINTER = re.compile(rb"<(?:OGR|GDAL|VRT)\w+|gdal_streamed_alg", re.IGNORECASE)
"""By these GDAL knows, anywhere in a text, files that name other files, hosts or commands."""
LONGEST_MARK = 40  # bytes, more than any of these words needs
CRS_WORD = re.compile(r'"crs"\s*:\s*\{')
DAMAGED = (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, zlib.error, lzma.LZMAError)
BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class LayerFile:
    """A file that can be handed to GDAL.

    Attributes
    ----------
    name : str
        Name of the file that the user gave, for messages.
    path : Path
        What to read; in a temporary folder when it was packed, or not in UTF-8.
    suffix : str
        Lower case, of the unpacked file.
    digest : str
        SHA-256 of the file that the user gave, hexadecimal.
    encoding : str or None
        Encoding of a shapefile's texts; None: as the format has it.
    has_crs_word : bool
        Whether the file can be trusted to name its coordinate system; a GeoJSON without the word cannot.
    """

    name: str
    path: Path
    suffix: str
    digest: str
    encoding: str | None
    has_crs_word: bool


@contextmanager
def opened(
    path: Path, *, layer: str | None = None, encoding: str | None = None, largest: int | None = LARGEST
) -> Iterator[LayerFile]:
    """Make a file ready for reading.

    Parameters
    ----------
    path : Path
        GeoJSON, GeoPackage, FlatGeobuf, KML, Shapefile, or a zip that holds one of these.
    layer : str, optional
        Which of several files in a zip: its name without suffix.
    encoding : str, optional
        Of texts; found out when omitted.
    largest : int or None
        Bytes that a plain file may have; None: any number, for a reader that streams.

    Yields
    ------
    LayerFile
        Its temporary folder is gone when the block ends.

    Raises
    ------
    InputError
        ``file.missing import.unknown_format import.empty layer.too_large layer.damaged layer.unsafe
        layer.pointer layer.view layer.unreadable
        layer.several layer.not_found layer.part_missing import.encoding import.encoding_unknown``.
    """
    if not path.is_file():
        raise InputError("file.missing", file=str(path))
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError("import.unknown_format", file=path.name, known=" ".join(SUFFIXES))
    _check_encoding(encoding)
    size = path.stat().st_size
    if size == 0:
        raise InputError("import.empty", file=path.name)
    if largest is not None and size > largest:
        raise InputError("layer.too_large", file=path.name, limit=f"{LARGEST >> 20} MB")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    with tempfile.TemporaryDirectory(prefix="wangge-") as folder:
        found = _unpacked(path, Path(folder), layer) if suffix in PACKED else path
        yield _ready(path.name, found, Path(folder), digest, encoding)


def _check_encoding(encoding: str | None) -> None:
    if encoding is None:
        return
    try:
        "a".encode(encoding)  # refuses codecs that are not of text, such as base64
    except (LookupError, UnicodeError) as error:
        raise InputError("import.encoding_unknown", value=encoding) from error


def _ready(name: str, path: Path, folder: Path, digest: str, encoding: str | None) -> LayerFile:
    suffix = path.suffix.lower()
    with path.open("rb") as file:
        start = file.read(5000)
    plain = start
    for bom in BOMS:
        plain = plain.removeprefix(bom)
    if suffix in (".geojson", ".json") and plain != start:
        plain = b"{" if start.startswith(BOMS[1:]) else plain
    if not MAGIC[suffix].match(plain):
        raise InputError("layer.damaged", file=name, form=suffix)
    found, has_word = None, True
    if suffix in (".geojson", ".json"):
        path, has_word = _json(name, path, folder, encoding)
        _refuse(name, path, POINTER, "layer.pointer")
    elif suffix == ".kml":
        _refuse(name, path, ENTITY, "layer.unsafe")
        _refuse(name, path, POINTER, "layer.pointer")
    elif suffix == ".gpkg":
        refuse_views(name, path)
    elif suffix == ".shp":
        if not _sibling(path, ".shx"):
            raise InputError("layer.part_missing", file=name, part=".shx")
        found = encoding or _dbf_encoding(name, path)
    return LayerFile(name, path, suffix, digest, found, has_word)


def _json(name: str, path: Path, folder: Path, encoding: str | None) -> tuple[Path, bool]:
    """Give the file in UTF-8, and whether it has a word on its coordinate system."""
    with path.open("rb") as file:
        start = file.read(4)
    tried = (
        (encoding,) if encoding else ("utf-16",) if start.startswith(BOMS[1:]) else ("utf-8-sig", "gb18030")
    )
    for one in tried:
        copy = None if one == "utf-8-sig" else folder / f"{path.stem}.utf-8{path.suffix}"
        try:
            return copy or path, _reads_with_crs(path, one, copy)
        except UnicodeError:
            continue
    raise InputError("import.encoding", file=name)


def _reads_with_crs(path: Path, encoding: str, copy: Path | None) -> bool:
    """Read a text to its end, bit by bit, copying it in UTF-8 if wanted; tell whether it has a word on CRS."""
    has_word, tail = False, ""
    with ExitStack() as both:
        file = both.enter_context(path.open(encoding=encoding, newline=""))
        out = both.enter_context(copy.open("w", encoding="utf-8", newline="")) if copy else None
        while text := file.read(CHUNK):
            has_word = has_word or CRS_WORD.search(tail + text) is not None
            tail = text[-LONGEST_MARK:]
            if out:
                out.write(text)
    return has_word


def _refuse(name: str, path: Path, sign: re.Pattern[bytes], code: str) -> None:
    """Refuse a text that could grow without end, or name other files, before GDAL sees it."""
    tail = b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if sign.search(tail + chunk):
                raise InputError(code, file=name)
            tail = chunk[-LONGEST_MARK:]


def _sibling(path: Path, suffix: str) -> Path | None:
    """Find a shapefile's other part, whatever the case of its suffix."""
    for one in (suffix, suffix.upper()):
        if path.with_suffix(one).is_file():
            return path.with_suffix(one)
    return None


def _dbf_encoding(name: str, path: Path) -> str | None:
    """Find out the encoding of a shapefile's table: as declared if that reads, else UTF-8, else GB18030.

    Chinese offices write GBK, often without saying so, and GDAL would then read Latin letters.
    """
    table = _sibling(path, ".dbf")
    if table is None:
        return None
    texts = dbase_texts(table.read_bytes())
    declared = _sibling(path, ".cpg")
    said = declared.read_text("ascii", "replace").strip() if declared else ""
    for one in (said, "utf-8", "gb18030"):
        try:
            if one and reads_as(texts, f"cp{one}" if one.isdigit() else one):
                return None if one == said and one.lower() in ("utf-8", "utf8") else one
        except LookupError:
            continue
    raise InputError("import.encoding", file=name)


def _unpacked(path: Path, folder: Path, layer: str | None) -> Path:
    """Unpack the parts of layers, and choose one."""
    try:
        with zipfile.ZipFile(path) as packed:
            _unpack(path.name, packed, folder)
    except DAMAGED as error:
        raise InputError("layer.damaged", file=path.name, form=path.suffix.lower()) from error
    except OSError as error:
        if error.errno not in (None, errno.ENAMETOOLONG):  # bz2 gives no number
            raise
        raise InputError("layer.damaged", file=path.name, form=path.suffix.lower()) from error
    found = {one.stem: one for one in sorted(folder.iterdir()) if one.suffix in MAGIC}
    if not found:
        raise InputError("layer.none", file=path.name, known=" ".join(MAGIC))
    if len(found) == 1:
        return next(iter(found.values()))
    if layer is None:
        raise InputError("layer.several", file=path.name, known="、".join(found))
    if layer not in found:
        raise InputError("layer.not_found", file=path.name, layer=layer, known="、".join(found))
    return found[layer]


def _unpack(name: str, packed: zipfile.ZipFile, folder: Path) -> None:
    """Unpack known parts flat into a folder; the sizes that a zip claims are not believed."""
    left = LARGEST
    for entry in packed.infolist():
        inner = Path(_entry_name(entry).replace("\\", "/"))
        suffix = inner.suffix.lower()
        hidden = inner.name.startswith(".") or "__MACOSX" in inner.parts
        if entry.is_dir() or hidden or suffix not in (*MAGIC, *SHAPEFILE_PARTS):
            continue
        target = folder / f"{inner.stem}{suffix}"
        with packed.open(entry) as source, target.open("wb") as out:
            while chunk := source.read(CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise InputError("layer.too_large", file=name, limit=f"{LARGEST >> 20} MB")
                out.write(chunk)


def _entry_name(entry: zipfile.ZipInfo) -> str:
    """Read a name: UTF-8 when marked so, else what Chinese systems write, GBK."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gbk")
    except UnicodeError:
        return entry.filename
