"""dBase tables, which carry a shapefile's texts: what is written in them, before anybody knows how."""

import codecs
import struct

__all__ = ["dbase_texts", "reads_as"]


def dbase_texts(raw: bytes) -> list[bytes]:
    """Take the field names and the contents of text fields out of a dBase table.

    Layout: header of 32 bytes (records at 4, header and record length at 8), 32 bytes per field (name,
    type at 11, length at 16), then records of fixed length, each behind a deletion mark.
    """
    if len(raw) < 32:
        return []
    records, header, length = struct.unpack_from("<IHH", raw, 4)
    texts, spans, at = [], [], 1
    for start in range(32, min(header, len(raw)) - 31, 32):
        if raw[start] == 0x0D:
            break
        texts.append(raw[start : start + 11].split(b"\x00")[0])
        if raw[start + 11 : start + 12] == b"C":
            spans.append((at, at + raw[start + 16]))
        at += raw[start + 16]
    whole = (len(raw) - header) // length if length else 0
    for number in range(min(records, whole + 1)):  # a header may claim four thousand million
        record = raw[header + number * length : header + (number + 1) * length]
        texts += [record[start:end].rstrip(b" \x00") for start, end in spans]
    return texts


def reads_as(texts: list[bytes], encoding: str) -> bool:
    """Tell whether all texts can be decoded; one that fills its field may end within a character."""
    for text in texts:
        if not text.isascii():
            try:
                codecs.getincrementaldecoder(encoding)().decode(text, final=False)
            except UnicodeError:
                return False
    return True
