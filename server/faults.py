"""Faults as they stand in a log: where they happened, and nothing of what was given.

The message of a fault may repeat a password, a token or a resident's words; only messages that speak of parts of
the program are kept.
"""

import copy
import logging
import traceback
from types import TracebackType

__all__ = ["Discreet", "told"]

OF_CODE = (TypeError, AttributeError, NameError, ImportError)
OF_TEMPLATES = "jinja2."
Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def told(error: BaseException) -> str:
    """Write where a fault happened; what led to it is told before it.

    Parameters
    ----------
    error : BaseException
        The fault.
    """
    chain: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in chain:
        chain.append(one)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    pieces = [(*traceback.format_tb(one.__traceback__), _named(one)) for one in reversed(chain)]
    return "".join(line for piece in pieces for line in piece).rstrip()


class Discreet(logging.Formatter):
    """A form of log lines in which faults are told as :func:`told` tells them."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record; what another form made of its fault is not taken over, nor left for others."""
        own = copy.copy(record)
        own.exc_text = None
        return super().format(own)

    def formatException(self, ei: Raised) -> str:  # noqa: N802 - its name in the library
        """Write the fault of a record."""
        return told(ei[1]) if ei[1] is not None else ""


def _named(error: BaseException) -> str:
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    is_of_code = isinstance(error, OF_CODE) or name.startswith(OF_TEMPLATES)
    return f"{name}: {error}\n" if is_of_code else f"{name}\n"
