"""Which static files the shell needs, found by following what its HTML, scripts and style sheets name."""

import posixpath
import re
from collections.abc import Iterator
from functools import lru_cache

from server.statics import FOLDER, digest_of, static_url

__all__ = ["DIGITS", "MODULES", "static_files"]

MODULES = "js/modules"
"""Where ``data-module`` is looked for."""
DIGITS = 16
"""Of a digest: enough to know a file from whatever else an answer may be."""
_NAMED = re.compile(r'(?:href|src)="/static/v/[0-9a-f]+/([^"#?]+)')
_MODULE = re.compile(r'data-module="([^"]+)"')
_SCRIPT = tuple(
    re.compile(one, re.MULTILINE)
    for one in (
        r"""^(?:import|export)\b[^"';]*?\bfrom\s*["'](\.[^"']+)["']""",
        r"""\bimport\s*\(?\s*["'](\.[^"']+)["']""",
        r"""new URL\(\s*["'](\.[^"']+)["']\s*,\s*import\.meta\.url""",
    )
)
_STYLE = re.compile(r"""url\(\s*["']?(?!data:|#)([^"')#?]+)|@import\s+["']([^"']+)""")


def static_files(html: str) -> dict[str, str]:
    """List the static files that a page loads, and those that they load in turn.

    Parameters
    ----------
    html : str
        The page, with addresses as :func:`server.statics.static_url` writes them.

    Returns
    -------
    dict of str to str
        Address to the first digits of its SHA-256, sorted. A file that is named and not there is listed too, without
        a digest: whoever fetches it will see.
    """
    waiting = [*_NAMED.findall(html), *(f"{MODULES}/{name}.js" for name in _MODULE.findall(html))]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(_named_by(name))
    return {static_url(name): digest_of(name)[:DIGITS] for name in sorted(found)}


@lru_cache(maxsize=512)
def _named_by(name: str) -> tuple[str, ...]:
    return tuple(_followed(name))


def _followed(name: str) -> Iterator[str]:
    kind, path = posixpath.splitext(name)[1], FOLDER / name
    if kind not in (".js", ".css") or not path.is_file():
        return
    text = path.read_text(encoding="utf-8")
    if kind == ".css":
        said = [one or other for one, other in _STYLE.findall(text)]
    else:
        said = [one for pattern in _SCRIPT for one in pattern.findall(text)]
    for one in said:
        yield posixpath.normpath(posixpath.join(posixpath.dirname(name), one))
