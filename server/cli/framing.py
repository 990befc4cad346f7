"""What click itself says around our commands (usage, options, what is wrong with a call), in the language spoken now.

Click looks its sentences up by their English words with ``gettext``, under the name ``_``; that name is ours here.
"""

import gettext
from types import ModuleType

from click import core, decorators, exceptions, formatting, parser, types

from server.words import SENTENCES, language

__all__ = ["speak_for_click"]

SPOKEN: tuple[ModuleType, ...] = (core, decorators, exceptions, formatting, parser, types)
CODES = {
    "Usage:": "click.usage",
    "Options": "click.options",
    "Show this message and exit.": "click.help",
    "Missing argument": "click.argument",
    "Missing option": "click.option",
    "Missing command.": "click.command",
    "No such option {name!r}.": "click.no_option",
    "No such command {name!r}.": "click.no_command",
    "Did you mean {possibility}?": "click.meant",
    "(Did you mean one of: {possibilities}?)": "click.meant_one",
    "Invalid value: {message}": "click.value",
    "Invalid value for {param_hint}: {message}": "click.value_of",
    "{value!r} is not a valid {number_type}.": "click.number",
    "{value} is not in the range {range}.": "click.range",
    "{value!r} is not one of {choices}.": "click.choice",
    "{name} {filename!r} does not exist.": "click.file",
    "{name} {filename!r} is a file.": "click.is_file",
    "{name} {filename!r} is a directory.": "click.is_folder",
    "{name} {filename!r} is not readable.": "click.unreadable",
    "Option {name!r} requires an argument.": "click.needs",
    "Option {name!r} does not take a value.": "click.takes_none",
    "Got unexpected extra argument ({args})": "click.extra",
    "Got unexpected extra arguments ({args})": "click.extra",
    "default: {default}": "click.default",
    "required": "click.required",
    "file": "click.a_file",
    "directory": "click.a_folder",
    "path": "click.a_path",
}
"""Click's own words -> codes of :mod:`server.words`; what is not here stays English."""


def _said(message: str) -> str:
    code = CODES.get(message) if language() == "zh" else None
    return SENTENCES[code] if code else gettext.gettext(message)


def _counted(singular: str, plural: str, count: int) -> str:
    return _said(singular if count == 1 else plural)


def speak_for_click() -> None:
    """Have click say its sentences in our words."""
    for module in SPOKEN:
        for name, mine in (("_", _said), ("ngettext", _counted)):
            if hasattr(module, name):
                setattr(module, name, mine)
