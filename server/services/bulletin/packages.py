"""What a Word template may be: a .docx of text and pictures, of bounded size, that reads nothing from outside.

A .docx is a zip of XML. Refused are macros, controls and embedded files, relationships that lead out of the
document (a picture or template elsewhere tells its host who opened the bulletin), fields that read from outside,
document types and entities, and what unpacks to more than it should.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from server.errors import InputError

__all__ = ["BYTES_MOST", "check_package"]

BYTES_MOST = 5 * 1024 * 1024
"""Longest file that is taken."""
ENTRIES_MOST = 200
UNPACKED_MOST = 20 * 1024 * 1024
XML_MOST = 512 * 1024  # of one part: a bulletin's text has some 50 KB
DOCUMENT = "word/document.xml"
TYPES = "[Content_Types].xml"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
KNOWN = re.compile(r".*\.(xml|rels|png|jpe?g|gif|bmp|emf|wmf|tiff?|odttf|txt)", re.IGNORECASE)
BARRED = re.compile(r"(^|/)(embeddings|activex|vbaproject|vbadata|externallinks|afchunk)", re.IGNORECASE)
BARRED_TYPES = re.compile(r"macro|vba|activex|oleobject|\.package|afchunk|altchunk", re.IGNORECASE)
LINK = "/hyperlink"
OPEN_TO = ("http://", "https://", "mailto:")
OUTSIDE = re.compile(
    r"DDE|INCLUDE|IMPORT|(?<!HYPER)LINK\b|DATABASE|MACROBUTTON|QUOTE|\bRD\b|\bPRINT\b|\bASK\b|\bFILLIN\b|\bSET\b",
    re.IGNORECASE,
)
"""Fields that read what is elsewhere, run something, ask, or build such a field out of parts."""


def check_package(content: bytes, file: str) -> None:
    """Refuse a file that cannot be a template.

    Parameters
    ----------
    content : bytes
        The whole file.
    file : str
        Its name, for errors.

    Raises
    ------
    InputError
        Says what is wrong, and with which part of it.
    """
    if len(content) > BYTES_MOST:
        raise InputError("bulletin.big", field="file", most=BYTES_MOST // 2**20)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = dict(_parts(archive, file))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError("bulletin.not_docx", field="file", file=file) from error
    if DOCUMENT not in parts or TYPES not in parts:
        raise InputError("bulletin.not_docx", field="file", file=file)
    for name, text in parts.items():
        _check_part(name, text, file)


def _parts(archive: zipfile.ZipFile, file: str) -> Iterator[tuple[str, bytes]]:
    """Give the XML of an archive, unpacked as far as it may be; pictures are only measured."""
    entries = [one for one in archive.infolist() if not one.is_dir()]
    names = [one.filename.lower() for one in entries]
    sizes = [one.file_size for one in entries]
    if len(entries) > ENTRIES_MOST or sum(sizes) > UNPACKED_MOST or len(set(names)) < len(names):
        raise InputError("bulletin.inflated", field="file", file=file)
    for one in entries:
        if not KNOWN.fullmatch(one.filename) or BARRED.search(one.filename):
            raise InputError("bulletin.part", field="file", part=one.filename[-60:])
        is_xml = one.filename.lower().endswith((".xml", ".rels"))
        if is_xml and one.file_size > XML_MOST:
            raise InputError("bulletin.inflated", field="file", file=file)
        with archive.open(
            one
        ) as opened:  # never reads more than the directory says; another length is refused
            content = opened.read()
        if is_xml:
            yield one.filename, content


def _check_part(name: str, text: bytes, file: str) -> None:
    try:
        root = fromstring(text, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise InputError("bulletin.part", field="file", part=name[-60:]) from error
    if name == TYPES:
        _check_types(root, file)
    elif name.endswith(".rels"):
        _check_relations(root)
    else:
        _check_fields(root, name)


def _check_types(root: Element, file: str) -> None:
    kinds = [one.get("ContentType", "") for one in root]
    barred = next((kind for kind in kinds if BARRED_TYPES.search(kind)), None)
    if barred is not None:
        raise InputError("bulletin.part", field="file", part=barred[-60:])
    if MAIN not in kinds:
        raise InputError("bulletin.not_docx", field="file", file=file)


def _check_relations(root: Element) -> None:
    for one in root:
        target, kind = one.get("Target", ""), one.get("Type", "")
        if BARRED_TYPES.search(kind) or kind.endswith("/attachedTemplate"):
            raise InputError("bulletin.outside", field="file", target=target[:80])
        is_link = kind.endswith(LINK) and target.lower().startswith(OPEN_TO)
        if (one.get("TargetMode", "").lower() == "external" and not is_link) or _leaves(
            target, is_link=is_link
        ):
            raise InputError("bulletin.outside", field="file", target=target[:80])


def _leaves(target: str, *, is_link: bool) -> bool:
    """Whether a target that should lie in the document names a host, a drive or what is above it."""
    return not is_link and (":" in target or "\\" in target or target.startswith("//") or "../.." in target)


def _check_fields(root: Element, name: str) -> None:
    """Refuse fields that read from outside; one may be spread over several runs."""
    told = []
    for one in root.iter():
        kind = str(one.tag).rpartition("}")[2]
        if kind in ("altChunk", "object", "control", "OLEObject"):
            raise InputError("bulletin.part", field="file", part=f"{name[-40:]}: {kind}")
        if kind in ("instrText", "delInstrText"):
            told.append(one.text or "")
        elif kind == "fldSimple":
            told += [value for key, value in one.attrib.items() if key.endswith("instr")]
    found = OUTSIDE.search("".join(told))
    if found:
        raise InputError("bulletin.field", field="file", value=found[0])
