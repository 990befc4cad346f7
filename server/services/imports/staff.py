"""Rows of a file of people -> what each person shall be; every fault is collected, none stops the reading."""

import re
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from server.db import Tx
from server.errors import InputError
from server.services.imports.columns import Field
from server.services.imports.register import Register
from server.services.imports.rejects import Reject
from server.services.imports.tables import Row, Table, text_of
from server.services.imports.values import instant, text
from server.services.passwords import check_password
from server.services.people import role_of
from server.words import NAMES, sentence
from server.workflow import Role

__all__ = ["PEOPLE_FIELDS", "Wish", "read_wishes"]

PEOPLE_FIELDS = (
    Field("name", ("name", "姓名", "网格员姓名", "人员姓名"), is_needed=True),
    Field("role", ("role", "岗位", "角色", "职务"), is_needed=True),
    Field("login", ("login", "登录名", "账号", "用户名")),
    Field("phone", ("phone", "电话", "联系电话", "手机", "手机号")),
    Field("community", ("community", "area", "社区", "所属社区", "区域", "辖区")),
    Field("cells", ("cells", "cell", "网格", "负责网格", "负责的网格", "网格编码", "所辖网格")),
    Field("kind", ("kind", "ab岗", "a/b岗", "a/b 岗", "A/B岗", "A/B 岗", "岗别", "ab", "类别")),
    Field("starts_at", ("from", "start", "开始日期", "起始日期", "上岗日期", "自")),
    Field("ends_at", ("to", "end", "until", "结束日期", "截止日期", "至")),
    Field("department", ("department", "承办单位", "单位", "部门")),
    Field("password", ("password", "口令", "密码")),
)  # fmt: skip
OTHER_ROLE_NAMES = {"负责人": "leader", "社区负责人": "leader", "社区书记": "leader", "督查员": "supervisor"}
OVER_ALL = frozenset({Role.ADMIN, Role.HANDLER})  # without an area these are over the whole grid
_SEVERAL = re.compile(r"[、;；,，\s]+")
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
LIMITS = {"name": 200, "phone": 32}


@dataclass
class Wish:
    """What a person shall be, gathered from all rows with the same login, or the same name and phone.

    Attributes
    ----------
    name, login, phone :
        The person; an empty login is made from the name.
    grants : dict
        (role, area id), in order.
    duties : list of (area id, kind, starts_at, ends_at)
        What they answer for.
    has_cells : bool
        Whether cells were named, so that others are given up.
    department_id : int or None
        Department.
    password : str or None
        To be set.
    """

    name: str
    login: str
    phone: str
    grants: dict[tuple[str, int], None] = field(default_factory=dict)
    duties: list[tuple[int, str, datetime | None, datetime | None]] = field(default_factory=list)
    has_cells: bool = False
    department_id: int | None = None
    password: str | None = None


def read_wishes(
    tx: Tx, table: Table, places: dict[str, int], *, makes_departments: bool = False
) -> tuple[list[Wish], list[Reject]]:
    """Read a file of people.

    Parameters
    ----------
    tx : Tx
        Tells areas, departments and the zone.
    table : Table
        The file.
    places : dict[str, int]
        Field -> position of its column.
    makes_departments : bool
        Whether departments that are not there are made.

    Returns
    -------
    list of Wish
        One a person.
    list of Reject
        All faults, in the file's order.
    """
    register, zone = Register(tx, makes_departments=makes_departments), tx.config.zone
    wishes: dict[tuple[str, str], Wish] = {}
    faults: list[Reject] = []
    for row in table.rows():
        reading = _Reading(row, places, register, zone)
        wish = reading.wish()
        faults += [_fault(table, places, row, error) for error in reading.faults]
        if wish is not None:
            key = (wish.login, "") if wish.login else (wish.name, wish.phone)
            _merge(wishes.setdefault(key, wish), wish)
    return list(wishes.values()), faults


def _merge(kept: Wish, more: Wish) -> None:
    if kept is more:
        return
    kept.grants |= more.grants
    kept.duties += more.duties
    kept.has_cells |= more.has_cells
    kept.phone = kept.phone or more.phone
    kept.department_id = kept.department_id or more.department_id
    kept.password = kept.password or more.password


def _fault(table: Table, places: dict[str, int], row: Row, error: InputError) -> Reject:
    name = str(error.values.get("field", ""))
    column = table.columns[places[name]] if name in places else name
    value = text_of(row.cells[places[name]]) if name in places and name != "password" else ""
    return Reject(
        row.number, column, value, error.code, sentence(error.code, {**error.values, "field": column})
    )


class _Reading:
    """Reads one row, noting every fault of it."""

    def __init__(self, row: Row, places: dict[str, int], register: Register, zone: Any) -> None:  # noqa: ANN401
        self.row, self.places, self.register, self.zone = row, places, register, zone
        self.faults: list[InputError] = []

    def wish(self) -> Wish | None:
        """Give what the row says; None when it has faults."""
        if self.row.fault:
            self.faults.append(self.row.fault)
            return None
        wish = Wish(self._name(), self._login(), self._limited("phone"))
        roles = self._roles()
        area, cells = self._community(), self._cells()
        starts_at, ends_at = self._span()
        self._department(wish, roles)
        self._password(wish)
        kind = self._kind()
        for cell in cells:
            wish.duties.append((cell, kind, starts_at, ends_at))
            wish.has_cells = True
        for role in roles:
            for one in self._areas_of(role, area, cells):
                wish.grants[role, one] = None
                if role == Role.LEADER:
                    wish.duties.append((one, "leader", starts_at, ends_at))
        return None if self.faults else wish

    def _words(self, name: str) -> str:
        if name not in self.places:
            return ""
        try:
            return text(self.row.cells[self.places[name]], name)
        except InputError as error:
            self.faults.append(error)
            return ""

    def _limited(self, name: str) -> str:
        words = self._words(name)
        if len(words) > LIMITS[name]:
            self._refuse("field.too_long", name, length=len(words), limit=LIMITS[name])
        return words

    def _refuse(self, code: str, name: str, **values: Any) -> None:  # noqa: ANN401 - values are shown
        self.faults.append(InputError(code, field=name, **values))

    def _name(self) -> str:
        name = self._limited("name")
        if not name:
            self._refuse("field.missing", "name")
        return name

    def _login(self) -> str:
        login = self._words("login").lower()
        if login and not _LOGIN.fullmatch(login):
            self._refuse("person.login", "login", value=login[:80])
        return login

    def _roles(self) -> list[Role]:
        given = [one for one in _SEVERAL.split(self._words("role")) if one]
        if not given:
            self._refuse("field.missing", "role")
        names = {name: code for code, name in NAMES["role"].items()} | OTHER_ROLE_NAMES
        found = []
        for one in given:
            try:
                found.append(role_of(names.get(one, one.lower())))
            except InputError as error:
                self.faults.append(error)
        return found

    def _community(self) -> int | None:
        words = self._words("community")
        return self._area(words, "community", ("community", "subdistrict", "district")) if words else None

    def _cells(self) -> list[int]:
        several = [one for one in _SEVERAL.split(self._words("cells")) if one]
        found = [self._area(one, "cells", ("cell",)) for one in dict.fromkeys(several)]
        return [one for one in found if one is not None]

    def _area(self, words: str, name: str, levels: tuple[str, ...]) -> int | None:
        try:
            return self.register.area(words, name, levels)
        except InputError as error:
            self.faults.append(error)
            return None

    def _areas_of(self, role: Role, area: int | None, cells: list[int]) -> list[int]:
        if role == Role.WORKER and cells:
            return cells
        if area is None and role in OVER_ALL:
            area = self.register.root
        if area is None and not self.faults:
            self._refuse("field.missing", "cells" if role == Role.WORKER else "community")
        return [] if area is None else [area]

    def _kind(self) -> str:
        kind = self._words("kind").upper().removesuffix("岗").strip() or "A"
        if kind not in ("A", "B"):
            self._refuse("field.invalid", "kind", value=kind[:40], why="A / B")
        return kind

    def _span(self) -> tuple[datetime | None, datetime | None]:
        starts_at, ends_at = self._instant("starts_at"), self._instant("ends_at")
        if ends_at is not None and ends_at.astimezone(self.zone).time() == time():
            ends_at += timedelta(days=1)  # a mere date: the last day on duty
        if starts_at and ends_at and ends_at <= starts_at:
            self._refuse("duty.ends_before", "ends_at")
        return starts_at, ends_at

    def _instant(self, name: str) -> datetime | None:
        if name not in self.places:
            return None
        try:
            return instant(self.row.cells[self.places[name]], name, self.zone)
        except InputError as error:
            self.faults.append(error)
            return None

    def _department(self, wish: Wish, roles: list[Role]) -> None:
        words = self._words("department")
        if not words and Role.HANDLER in roles:
            self._refuse("field.missing", "department")
        if words:
            try:
                wish.department_id = self.register.department(words)
            except InputError as error:
                self.faults.append(error)

    def _password(self, wish: Wish) -> None:
        words = self._words("password")
        if words:
            try:
                check_password(words, wish.login)
            except InputError as error:
                self.faults.append(error)
        wish.password = words or None
