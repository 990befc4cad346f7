"""The columns of a layer: which one is what, and its values as text or whole numbers.

Codes are text, whatever the file made of them: 110114104000 in a number column is "110114104000", never
"1.1e11", never with ".0"; where digits are already lost, the file is refused.
"""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from server.errors import InputError
from server.services.imports.columns import OFF

__all__ = ["chosen", "numbers", "texts"]

EXACT = 2**53
"""Whole numbers up to this are kept exactly by a double."""
CODE = (
    "code", "adcode", "areacode", "gridcode", "cellcode", "gridid", "cellid", "编码", "代码", "编号",
    "网格编码", "网格代码", "网格编号", "区划代码", "行政区划代码", "统计用区划代码", "gid", "id",
)  # fmt: skip
NAME = ("name", "名称", "网格名称", "区域名称", "gridname", "cellname", "areaname", "mc", "全称")
PARENT = (
    "parent", "parentcode", "pcode", "parentid", "pid", "上级编码", "上级代码", "父级编码", "所属编码",
)  # fmt: skip
OTHERS = {
    "kind": ("kind", "类型", "网格类型", "gridtype", "celltype"),
    "households": ("households", "户数", "户籍数", "居民户数"),
    "population": ("population", "人口", "人口数", "常住人口"),
}
LEVELS = {
    "district": ("district", "区县", "区", "县"),
    "subdistrict": ("subdistrict", "街道", "乡镇", "镇街"),
    "community": ("community", "社区", "村居"),
    "cell": ("cell", "网格"),
}
CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
TRAILING_ZERO = re.compile(r"(\d+)\.0+")


def chosen(
    file: str, known: Sequence[str], level: str | None, code: str | None, name: str | None, parent: str | None
) -> dict[str, str]:
    """Find the column of each fact.

    Parameters
    ----------
    file : str
        For messages.
    known : sequence of str
        Columns of the file.
    level : str or None
        Level of the areas: 网格编码 is the code of a cell, 社区编码 its parent.
    code, name, parent : str or None
        Columns as the user named them; None: guessed; ``-``: do not use one.

    Returns
    -------
    dict of str to str
        Fact -> column; facts without one are absent.

    Raises
    ------
    InputError
        ``import.column``: no column of the name given; ``layer.no_code``: none to be guessed.
    """
    own, above = _of_level(level)
    guesses = {
        "code": (*_joined(own, ("code", "id", "编码", "代码", "编号")), *CODE),
        "name": (*_joined(own, ("name", "名称")), *NAME),
        "parent": (*PARENT, *_joined(above, ("code", "id", "编码", "代码", "编号"))),
        **OTHERS,
    }
    given = {"code": code, "name": name, "parent": parent}
    found: dict[str, str] = {}
    for fact, names in guesses.items():
        if given.get(fact) == OFF:
            continue
        column = _named(file, known, given[fact]) if given.get(fact) else _guessed(known, names, found)
        if column is not None:
            found[fact] = column
    if "code" not in found:
        raise InputError("layer.no_code", file=file, known="、".join(known))
    return found


def _of_level(level: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    order = tuple(LEVELS)
    if level not in LEVELS:
        return (), ()
    position = order.index(level)
    above = LEVELS[order[position - 1]] if position else ()
    return LEVELS[level], above


def _joined(starts: Sequence[str], ends: Sequence[str]) -> tuple[str, ...]:
    return tuple(start + end for start in starts for end in ends)


def _named(file: str, known: Sequence[str], wanted: str | None) -> str:
    name = (wanted or "").strip()
    for column in known:
        if column == name:
            return column
    for column in known:
        if column.casefold() == name.casefold():
            return column
    raise InputError("import.column", file=file, column=name, known="、".join(known))


def _guessed(known: Sequence[str], names: Sequence[str], taken: dict[str, str]) -> str | None:
    plain = {re.sub(r"[\s_\-]", "", column.casefold()): column for column in reversed(known)}
    return next((plain[name] for name in names if name in plain and plain[name] not in taken.values()), None)


def texts(file: str, column: str, values: pd.Series, *, is_code: bool) -> list[str]:
    """Read a column as text.

    Parameters
    ----------
    file, column : str
        For messages.
    values : pandas.Series, length n
        As pyogrio read it.
    is_code : bool
        Whether every digit matters.

    Returns
    -------
    list of str, length n
        Stripped; empty for what is missing.

    Raises
    ------
    InputError
        ``layer.code_inexact``: a number that is not whole, or so large that digits were lost.
    """
    return [_text(file, column, row, value, is_code) for row, value in enumerate(values.tolist(), 1)]


def _text(file: str, column: str, row: int, value: Any, is_code: bool) -> str:  # noqa: ANN401
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float):
        if value.is_integer() and abs(value) < EXACT:
            return str(int(value))
        if is_code:
            raise InputError("layer.code_inexact", file=file, column=column, row=row, value=value)
    text = (str(value) if is_code else CONTROL.sub(" ", str(value))).strip()
    match = TRAILING_ZERO.fullmatch(text) if is_code else None
    return match[1] if match else text


def numbers(file: str, column: str, values: pd.Series) -> list[int | None]:
    """Read a column as whole numbers.

    Parameters
    ----------
    file, column : str
        For messages.
    values : pandas.Series, length n
        Numbers, or their text.

    Returns
    -------
    list of int or None, length n
        None for what is missing.

    Raises
    ------
    InputError
        ``layer.number``: text that is no number, a negative or a broken one.
    """
    found: list[int | None] = []
    for row, value in enumerate(values.tolist(), 1):
        text = _text(file, column, row, value, is_code=False)
        match = TRAILING_ZERO.fullmatch(text)
        text = match[1] if match else text
        if text and not (text.isascii() and text.isdigit() and len(text) <= 9):
            raise InputError("layer.number", file=file, column=column, row=row, value=text[:40])
        found.append(int(text) if text else None)
    return found
