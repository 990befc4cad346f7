"""Asking once more before an administrator does what others feel at once; the same form comes again with a yes."""

from dataclasses import dataclass

from flask import request

from server.db import Tx
from server.pages.admin_parts import Around, around
from server.pages.frame import render

__all__ = ["ask", "is_sure"]


@dataclass(frozen=True)
class SurePage:
    """``admin/sure.html``.

    Attributes
    ----------
    around : Around
        Tabs and notes.
    heading : str
        What would be done.
    lines : tuple of str
        What that means.
    button : str
        The yes.
    address, back : str
        Where the form goes; where a no leads.
    fields : tuple of (name, value)
        What was sent.
    """

    around: Around
    heading: str
    lines: tuple[str, ...]
    button: str
    address: str
    back: str
    fields: tuple[tuple[str, str], ...]


def is_sure() -> bool:
    """Tell whether the question was answered with yes."""
    return request.form.get("sure") == "1"


def ask(tx: Tx, here: str, heading: str, lines: tuple[str, ...], button: str, back: str) -> str:
    """Show what would be done, with a button that does it.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    here : str
        Key of the tab.
    heading, lines, button, back :
        See :class:`SurePage`.
    """
    kept = (
        (name, value) for name, value in request.form.items(multi=True) if name not in ("csrf_token", "sure")
    )
    page = SurePage(around(tx, here), heading, lines, button, request.path, back, tuple(kept))
    return render("admin/sure.html", page)
