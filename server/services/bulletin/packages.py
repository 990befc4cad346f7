"""What a Word template may be: a .docx of text and pictures, of bounded size, that reads nothing from outside.

A .docx is a zip of XML. Refused are macros, controls and embedded files, relationships that lead out of the
document (a picture or template elsewhere tells its host who opened the bulletin), fields that read from outside,
document types and entities, and what unpacks to more than it should.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from server.errors import InputError
from server.services.bulletin.fields import check_fields, may_hold_fields

__all__ = ["BYTES_MOST", "check_made", "check_package"]

BYTES_MOST = 5 * 1024 * 1024
"""Longest file that is taken."""
ENTRIES_MOST = 200
UNPACKED_MOST = 20 * 1024 * 1024
XML_MOST = 512 * 1024  # of one part: a bulletin's text has some 50 KB
XML_ALL = 3 * 1024 * 1024  # of all parts together
TAGS_MOST = (
    80_000  # of all parts together, ends counted too: the shipped template has 26,000, most of them styles
)
BRACES_MOST = 4_000
DOCUMENT = "word/document.xml"
TYPES = "[Content_Types].xml"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
KNOWN = re.compile(r".*\.(xml|rels|png|jpe?g|gif|bmp|emf|wmf|tiff?|odttf)", re.IGNORECASE)
BARRED = re.compile(r"(^|/)(embeddings|activex|vbaproject|vbadata|externallinks|afchunk)", re.IGNORECASE)
BARRED_TYPES = re.compile(r"macro|vba|activex|oleobject|\.package|afchunk|altchunk", re.IGNORECASE)
PICTURES = ("image/", "application/vnd.openxmlformats-officedocument.obfuscatedfont")
"""What a part that is no XML may be, by its content type."""
PICTURED = ("/image", "/font", "/thumbnail")
"""Relationships that may lead to such a part; whatever else one leads to is read as XML."""
WRITTEN = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"'](?!utf-8|us-ascii)", re.IGNORECASE)
LINK = "/hyperlink"
OPEN_TO = ("http://", "https://", "mailto:")


@lru_cache(maxsize=2)
def check_package(content: bytes, file: str) -> None:
    """Refuse a file that cannot be a template; one that was found good lately is not read again.

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
    written = {name: text for name, text in parts.items() if text is not None}
    for name, text in written.items():
        _check_part(name, text, file)
    _check_kinds(fromstring(written[TYPES]), [name for name, text in parts.items() if text is None])


def check_made(content: bytes) -> None:
    """Refuse what a template became, if there is now a field in it that reads from outside.

    Parameters
    ----------
    content : bytes
        The file made.

    Raises
    ------
    InputError
        Names the field.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if not name.startswith("word/") or not name.endswith(".xml"):
                continue
            text = archive.read(name)
            if may_hold_fields(text):
                check_fields(_root(name, text), name)


def _parts(archive: zipfile.ZipFile, file: str) -> Iterator[tuple[str, bytes | None]]:
    """Give the parts of an archive: the XML of each, None for pictures, which are only measured."""
    length, tags, braces = 0, 0, 0
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
        with archive.open(one) as opened:  # never reads more than the directory says
            content = opened.read()
        if not is_xml:
            yield one.filename, None
            continue
        length, tags = length + len(content), tags + content.count(b"<")
        braces += sum(content.count(mark) for mark in (b"{{", b"{%", b"{#"))
        if length > XML_ALL or tags > TAGS_MOST or braces > BRACES_MOST:
            raise InputError("bulletin.inflated", field="file", file=file)
        yield one.filename, content


def _check_part(name: str, text: bytes, file: str) -> None:
    root = _root(name, text)
    if name == TYPES:
        _check_types(root, file)
    elif name.lower().endswith(".rels"):
        _check_relations(root)
    else:
        check_fields(root, name)


def _root(name: str, text: bytes) -> Element:
    """Read a part's XML, which is in UTF-8: in another encoding two readers might read two things."""
    if WRITTEN.match(text.lstrip(b"\xef\xbb\xbf")):
        raise InputError("bulletin.part", field="file", part=name[-60:])
    try:
        text.decode()
        return fromstring(text, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise InputError("bulletin.part", field="file", part=name[-60:]) from error


def _check_kinds(types: Element, pictures: Sequence[str]) -> None:
    """Refuse a part that is called a picture and told to be anything else."""
    ends = {one.get("Extension", "").lower(): one.get("ContentType", "").lower() for one in types}
    told = {one.get("PartName", "").lower(): one.get("ContentType", "").lower() for one in types}
    for name in pictures:
        low = f"/{name.lower()}"
        if not told.get(low, ends.get(low.rpartition(".")[2], "")).startswith(PICTURES):
            raise InputError("bulletin.part", field="file", part=name[-60:])


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
        if not is_link and not target.lower().endswith(".xml") and not kind.endswith(PICTURED):
            raise InputError("bulletin.part", field="file", part=target[-60:])


def _leaves(target: str, *, is_link: bool) -> bool:
    """Whether a target that should lie in the document names a host, a drive or what is above it."""
    return not is_link and (":" in target or "\\" in target or target.startswith("//") or "../.." in target)
