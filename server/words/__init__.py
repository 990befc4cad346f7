"""Codes and values -> sentences for people, Chinese first, English second.

Nothing below this module speaks: errors, findings, reasons and entries carry codes and values. The
Chinese sentence is the msgid; ``server/locale/en*.po`` hold the English one (a test keeps it complete).
Tables live beside this file, one per subject; knows nothing of Flask or the database.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

from server.words import (
    admin,
    admin2,
    backup,
    bulletin,
    commands,
    desk,
    duty,
    evaluate,
    exports,
    heat,
    hotspots,
    ident,
    keep,
    layers,
    live,
    messages,
    names,
    photos,
    places,
    regrid,
    shell,
    stats,
    supervision,
    unmask,
    visits,
    work,
)

__all__ = [
    "LANGUAGES",
    "NAMES",
    "SENTENCES",
    "action_name",
    "cell_said",
    "clock_name",
    "field_name",
    "gettext",
    "how_name",
    "language",
    "level_name",
    "moved_said",
    "ngettext",
    "place_kind_name",
    "role_name",
    "sentence",
    "sign_in_name",
    "source_name",
    "speak",
    "speaking",
    "state_name",
]

LANGUAGES = ("zh", "en")
_TABLES: tuple[Any, ...] = (
    admin,
    admin2,
    backup,
    bulletin,
    commands,
    desk,
    duty,
    evaluate,
    exports,
    heat,
    hotspots,
    ident,
    keep,
    layers,
    live,
    messages,
    names,
    photos,
    places,
    regrid,
    shell,
    stats,
    supervision,
    unmask,
    visits,
    work,
)
"""One module per subject: its sentences, and the names of its codes, where it has any."""
SENTENCES: dict[str, str] = {
    code: said for one in _TABLES for code, said in getattr(one, "SENTENCES", {}).items()
}
_NAMED: tuple[dict[str, dict[str, str]], ...] = tuple(getattr(one, "NAMES", {}) for one in _TABLES)
NAMES: dict[str, dict[str, str]] = {
    kind: {code: name for table in _NAMED for code, name in table.get(kind, {}).items()}
    for kind in dict.fromkeys(kind for table in _NAMED for kind in table)
}

_language: ContextVar[str] = ContextVar("language", default="zh")


@cache
def _catalogue() -> dict[str, str]:
    said: dict[str, str] = {}
    for path in sorted((Path(__file__).parents[1] / "locale").glob("en*.po")):
        with path.open("rb") as file:
            entries = read_po(file, locale="en")
        said.update({str(entry.id): str(entry.string) for entry in entries if entry.id and entry.string})
    return said


def language() -> str:
    """Tell the language spoken now: ``zh`` or ``en``."""
    return _language.get()


def speak(code: str) -> None:
    """Speak a language from now on in this thread or task; anything but ``en`` is Chinese."""
    _language.set(code if code in LANGUAGES else "zh")


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak another language inside the block.

    Parameters
    ----------
    code : str
        ``zh`` or ``en``; anything else speaks Chinese.
    """
    token = _language.set(code if code in LANGUAGES else "zh")
    try:
        yield
    finally:
        _language.reset(token)


def _(message: str, /, **values: Any) -> str:  # noqa: ANN401 - values are shown
    """Say a Chinese message in the language spoken now.

    Parameters
    ----------
    message : str
        Chinese msgid, with ``{name}`` places.
    **values : Any
        What goes into the places; a missing one is shown as "?".
    """
    said = _catalogue().get(message, message) if _language.get() == "en" else message
    return said.format_map(defaultdict(lambda: "?", values)) if "{" in said else said


def gettext(message: str) -> str:
    """Say a Chinese message in the language spoken now; for templates, which fill its places."""
    return _catalogue().get(message, message) if _language.get() == "en" else message


def ngettext(singular: str, plural: str, count: int) -> str:
    """Say a counted message; Chinese has one form, English two msgids."""
    return gettext(singular if count == 1 else plural)


def sentence(code: str, values: Mapping[str, Any] | None = None) -> str:
    """Say what a code and its values mean.

    Parameters
    ----------
    code : str
        A key of :data:`SENTENCES`.
    values : Mapping[str, Any], optional
        What the sentence speaks about.

    Returns
    -------
    str
        One sentence; an unknown code is shown with its values, never hidden.
    """
    known = SENTENCES.get(code)
    if known is None:
        facts = " ".join(f"{name}={value}" for name, value in (values or {}).items())
        return f"{code} {facts}".strip()
    return _(known, **(values or {}))


def _name(kind: str, code: str | None) -> str:
    return _(NAMES[kind].get(code, code)) if code else ""


def state_name(code: str) -> str:
    """Name a state of an issue."""
    return _name("state", code)


def source_name(code: str) -> str:
    """Name a source of issues."""
    return _name("source", code)


def action_name(code: str) -> str:
    """Name an action of the loop."""
    return _name("action", code)


def role_name(code: str) -> str:
    """Name a role."""
    return _name("role", code)


def level_name(code: str) -> str:
    """Name a level of the area tree."""
    return _name("level", code)


def how_name(code: str) -> str:
    """Name how a point met its cell."""
    return _name("how", code)


def cell_said(name: str) -> str:
    """Say a cell by its name; an empty one stands for no cell."""
    return name or sentence("regrid.nowhere")


def moved_said(source: str, target: str) -> str:
    """Say from which cell to which an issue was moved when the grid was changed."""
    return sentence("regrid.log", {"source": cell_said(source), "target": cell_said(target)})


def place_kind_name(code: str) -> str:
    """Name a kind of place."""
    return _name("place_kind", code)


def field_name(code: str) -> str:
    """Name a field of a form."""
    return _name("field", code)


def sign_in_name(code: str) -> str:
    """Name how somebody signed in."""
    return _name("sign_in", code)


def clock_name(code: str) -> str:
    """Name a clock's colour in words."""
    return _name("clock", code)
