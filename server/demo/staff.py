"""Who works in the town: workers of cells, leaders, dispatchers, supervisors, departments and handlers.

Every name is put together at random and every telephone number is of a range nobody was given. Six people have
logins that the README and the tests use; the others are numbered.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from server.demo.names import GIVEN_FIRST, GIVEN_SECOND, SURNAMES
from server.demo.plan import DISTRICT_CODE
from server.demo.town import SEED, Town

__all__ = ["PERSONAS", "DepartmentPlan", "DutyPlan", "PersonPlan", "Staff", "build_staff", "personal_names"]

DEPARTMENTS = (
    ("property", "安居物业服务公司"),
    ("water", "自来水公司"),
    ("power", "供电公司"),
    ("gas", "燃气公司"),
    ("heating", "暖心供热公司"),
    ("sanitation", "环境卫生管理中心"),
    ("enforcement", "城市管理执法大队"),
    ("police", "公安分局"),
    ("fire", "消防救援大队"),
    ("market", "市场监督管理局"),
    ("housing", "住房和城乡建设局"),
)
PERSONAS = {
    "worker_lin": "林小满",
    "leader_zhao": "赵文静",
    "dispatcher_qian": "钱知远",
    "handler_sun": "孙广厚",
    "supervisor_li": "李守正",
    "admin_wu": "吴一鸣",
}
_LIN_CELL = "990101001001008"  # 文峰社区第八网格
_ZHAO_COMMUNITY = "990101001001"  # 文峰社区
_HOME_SUBDISTRICT = "990101001"  # 西苑街道
_SEVERAL_SHARE = 0.1  # of the workers answer for more than one cell
_SECOND_SHARE = 0.12  # of the cells have a B worker
_HANDLERS = 2  # of each department


@dataclass(frozen=True, slots=True)
class DepartmentPlan:
    """A department: ``code`` and ``kind`` are equal, ``area`` is the code of the area it serves."""

    code: str
    name: str
    kind: str
    area: str


@dataclass(frozen=True, slots=True)
class PersonPlan:
    """A person before it is in a database.

    Attributes
    ----------
    login, name, phone : str
        Unique login; full name; office phone.
    roles : tuple of (str, str)
        Role and code of the area.
    department : str or None
        Code of the department, of handlers.
    """

    login: str
    name: str
    phone: str
    roles: tuple[tuple[str, str], ...]
    department: str | None = None


@dataclass(frozen=True, slots=True)
class DutyPlan:
    """Who answers for an area: code of the area, login, kind ``A``, ``B`` or ``leader``."""

    area: str
    login: str
    kind: str


@dataclass(frozen=True, slots=True)
class Staff:
    """Everybody, with departments and duties; the personas come first."""

    departments: tuple[DepartmentPlan, ...]
    people: tuple[PersonPlan, ...]
    duties: tuple[DutyPlan, ...]


def personal_names(rng: np.random.Generator) -> Iterator[str]:
    """Yield full names without end, none of them twice and none of a persona.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.

    Yields
    ------
    str
        Three characters.
    """
    used = set(PERSONAS.values())
    while True:
        parts = (SURNAMES, GIVEN_FIRST, GIVEN_SECOND)
        name = "".join(pool[int(rng.integers(len(pool)))] for pool in parts)
        if name not in used:
            used.add(name)
            yield name


def build_staff(town: Town, seed: int = SEED) -> Staff:
    """Staff the town.

    Parameters
    ----------
    town : Town
        Its areas.
    seed : int
        Equal seeds give equal staff.

    Returns
    -------
    Staff
        Every cell has an A worker, every community a leader, every subdistrict leader, dispatcher, supervisor.
    """
    rng = np.random.default_rng([seed, 2])
    people, duties = _office(town)
    workers, shifts = _workers(list(town.cells["code"]), rng)
    handlers = _handlers()
    departments = tuple(DepartmentPlan(code, name, code, DISTRICT_CODE) for code, name in DEPARTMENTS)
    everybody = [("admin_wu", (("admin", DISTRICT_CODE),), None), *people, *workers, *handlers]
    everybody.sort(key=lambda one: (one[0] not in PERSONAS, one[0]))
    names = personal_names(rng)
    persons = tuple(
        PersonPlan(login, PERSONAS.get(login) or next(names), f"1380000{place:04d}", roles, department)
        for place, (login, roles, department) in enumerate(everybody, start=1)
    )
    return Staff(departments, persons, (*duties, *shifts))


_Row = tuple[str, tuple[tuple[str, str], ...], str | None]


def _office(town: Town) -> tuple[list[_Row], list[DutyPlan]]:
    """Leaders of communities; leader, dispatcher and supervisor of each subdistrict; the district's desk."""
    people: list[_Row] = []
    duties: list[DutyPlan] = []
    for place, code in enumerate(town.level("community")["code"], start=1):
        login = "leader_zhao" if code == _ZHAO_COMMUNITY else f"leader_{place:02d}"
        people.append((login, (("leader", code),), None))
        duties.append(DutyPlan(code, login, "leader"))
    district = str(town.level("district")["code"].iloc[0])
    people.append(("dispatcher_qian", (("dispatcher", district),), None))  # the desk for what is in no cell
    for place, code in enumerate(town.level("subdistrict")["code"], start=1):
        home = code == _HOME_SUBDISTRICT
        people.append((f"chief_{place}", (("leader", code),), None))
        duties.append(DutyPlan(code, f"chief_{place}", "leader"))
        people.append((f"dispatcher_{place}", (("dispatcher", code),), None))
        people.append(("supervisor_li" if home else f"supervisor_{place}", (("supervisor", code),), None))
    return people, duties


def _workers(cells: list[str], rng: np.random.Generator) -> tuple[list[_Row], list[DutyPlan]]:
    """Find a worker for each cell; some take the next cell of their community too, some stand in for one."""
    answers: dict[str, list[str]] = {}
    owner: dict[str, str] = {}
    for cell in cells:
        previous = next(reversed(answers), "")
        mine = answers.get(previous, [])
        joins = mine and mine[0][:12] == cell[:12] and len(mine) < 3 and rng.random() < _SEVERAL_SHARE
        if joins and cell != _LIN_CELL:
            login = previous
        else:
            login = "worker_lin" if cell == _LIN_CELL else f"worker_{len(answers) + 1:03d}"
        answers.setdefault(login, []).append(cell)
        owner[cell] = login
    duties = [DutyPlan(cell, owner[cell], "A") for cell in cells]
    for before, cell in pairwise(cells):
        neighbours = before[:12] == cell[:12] and owner[before] != owner[cell]
        if neighbours and (cell == _LIN_CELL or rng.random() < _SECOND_SHARE):
            duties.append(DutyPlan(cell, owner[before], "B"))
    people: list[_Row] = []
    for login, own in answers.items():
        stands_in = [duty.area for duty in duties if duty.login == login and duty.kind == "B"]
        people.append((login, tuple(("worker", cell) for cell in (*own, *stands_in)), None))
    return people, duties


def _handlers() -> list[_Row]:
    people: list[_Row] = []
    for code, _ in DEPARTMENTS:
        for place in range(1, _HANDLERS + 1):
            login = "handler_sun" if (code, place) == ("heating", 1) else f"handler_{code}_{place}"
            people.append((login, (("handler", DISTRICT_CODE),), code))
    return people
