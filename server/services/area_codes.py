"""Codes of areas that are added by hand: by the scheme in force, and never one that was used before."""

import re

from sqlalchemy import select

from server.db import Tx
from server.errors import InputError
from server.models import Area
from server.services.grids import code_scheme
from server.words import level_name

__all__ = ["new_code"]

CODE_FORM = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def new_code(tx: Tx, code: str, level: str, parent: Area) -> str:
    """Check a new code; both spellings of one code, bare and filled with zeros, are the same.

    Parameters
    ----------
    tx : Tx
        Any transaction.
    code, level : str
        The code, and of which level the area is.
    parent : Area
        What it lies in.

    Raises
    ------
    InputError
        Not by the scheme in force, or taken by an area that is there or was.
    """
    scheme, spellings = code_scheme(tx.config.code_scheme), {code}
    if not CODE_FORM.fullmatch(code):
        raise InputError("area.code_plain", field="code", value=code[:64])
    if scheme is not None and level in scheme.levels:
        stem, length = scheme.stem(parent.code), sum(scheme.groups[: scheme.levels.index(level) + 1])
        if not scheme.fits(code, level) or not scheme.is_below(code, parent.code):
            told = {
                "scheme": scheme.name,
                "parent": parent.name,
                "level": level_name(level),
                "length": length,
            }
            raise InputError("area.code_form", field="code", value=code[:64], stem=stem, **told)
        spellings |= {scheme.stem(code), scheme.stem(code).ljust(sum(scheme.groups), "0")}
    same = tx.session.scalar(select(Area).where(Area.code.in_(spellings)).limit(1))
    if same is not None:
        error = "area.code_taken" if same.retired_grid_id is None else "area.code_retired"
        raise InputError(error, field="code", value=code, name=same.name)
    return code
