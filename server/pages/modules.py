"""Which JavaScript modules a page will ask for, so that all are fetched at once and not one after the other."""

import re
from functools import lru_cache

from server.statics import FOLDER

__all__ = ["map_modules"]

FRAME = ("nav", "menu", "search", "theme")
"""Modules of the frame around every page."""
_IMPORTED = re.compile(r'^(?:import|export)[^"]* from "(\.{1,2}/[^"]+)"', re.MULTILINE)


@lru_cache(maxsize=1)
def map_modules() -> tuple[str, ...]:
    """List the modules of ``/map``, those they import too; paths below ``static/``."""
    modules = FOLDER / "js" / "modules"
    todo = [FOLDER / "js" / "main.js", *(modules / f"{name}.js" for name in FRAME), *modules.glob("map*.js")]
    found: dict[str, None] = {}
    while todo:
        path = todo.pop().resolve()
        name = path.relative_to(FOLDER).as_posix()
        if name not in found:
            found[name] = None
            todo += [path.parent / other for other in _IMPORTED.findall(path.read_text("utf-8"))]
    return tuple(sorted(found))
