"""Word templates for tests: the shipped one changed at one place, or in one of its parts."""

import io
import zipfile

from server.shipped import shipped

__all__ = ["DOCUMENT", "SHIPPED", "SLIGHT", "saying", "with_parts"]

SHIPPED = shipped("data") / "bulletin" / "bulletin.docx"
MARK = "{{ 标题 }}"
DOCUMENT = "word/document.xml"


def with_parts(changed, base=None):
    """Give the template with parts added or changed: name -> bytes, or what makes them of the old ones."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(base or SHIPPED.read_bytes())) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    for name, content in changed.items():
        parts[name] = content(parts.get(name, b"")) if callable(content) else content
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, content)
    return kept.getvalue()


def saying(words):
    """Give the template with these words in the place of its title; XML that means something is escaped."""
    escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return with_parts({DOCUMENT: lambda old: old.replace(MARK.encode(), escaped.encode())})


SLIGHT_PARTS = ("[Content_Types].xml", "_rels/.rels", DOCUMENT, "word/_rels/document.xml.rels")


def _slight():
    """Give the parts of the template that what it may hold is judged by, without its many styles."""
    kept = io.BytesIO()
    with zipfile.ZipFile(SHIPPED) as old, zipfile.ZipFile(kept, "w") as new:
        for name in SLIGHT_PARTS:
            new.writestr(name, old.read(name))
    return kept.getvalue()


SLIGHT = _slight()
