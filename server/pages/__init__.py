"""Desk pages: each parses the request, asks a service and renders; no rule and no query lives here."""

from flask import Blueprint

__all__ = ["BLUEPRINTS", "problem_page"]

BLUEPRINTS: tuple[Blueprint, ...] = ()


def problem_page(status: int, sentence: str) -> str:
    """Render an error as a page.

    Parameters
    ----------
    status : int
        HTTP status.
    sentence : str
        What happened, in the asker's language.
    """
    return f"{status} {sentence}"
