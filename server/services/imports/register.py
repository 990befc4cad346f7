"""Areas and departments as files name them: by code, else by name."""

from collections.abc import Iterable

from sqlalchemy import select

from server.db import Tx
from server.errors import InputError
from server.models import Area, Department

__all__ = ["Register"]


class Register:
    """Areas and departments by code and by name.

    Parameters
    ----------
    tx : Tx
        Any transaction; a writing one where departments are made.
    makes_departments : bool
        Whether a department that is not there is made, under the name given.
    """

    def __init__(self, tx: Tx, *, makes_departments: bool = False) -> None:
        self._tx, self._makes_departments = tx, makes_departments
        rows = tx.session.execute(
            select(Area.id, Area.code, Area.name, Area.level, Area.parent_id)
            .where(Area.retired_grid_id.is_(None))
            .order_by(Area.path)
        ).all()
        self._by_code = {row.code: (row.id, row.level) for row in rows}
        self._by_name: dict[str, list[tuple[int, str]]] = {}
        for row in rows:
            self._by_name.setdefault(row.name, []).append((row.id, row.level))
        self.root = next((row.id for row in rows if row.parent_id is None), None)
        departments = tx.session.execute(select(Department.id, Department.code, Department.name)).all()
        self._departments = {name: row.id for row in departments for name in (row.name, row.code)}

    def area(self, words: str, field_name: str, levels: Iterable[str]) -> int:
        """Find an area by code, else by a name that only one area of these levels has.

        Raises
        ------
        InputError
            None, or several.
        """
        wanted = set(levels)
        by_code = self._by_code.get(words)
        found = [by_code] if by_code else self._by_name.get(words, [])
        found = [one for one in found if one[1] in wanted]
        if len(found) > 1:
            raise InputError("area.ambiguous", field=field_name, value=words, count=len(found))
        if not found:
            raise InputError("area.not_found", field=field_name, value=words)
        return found[0][0]

    def department(self, words: str) -> int:
        """Find a department by code or name.

        Raises
        ------
        InputError
            There is none, and none is to be made.
        """
        if words not in self._departments and self._makes_departments:
            made = Department(code=words[:64], name=words[:200], kind="", area_id=self.root)
            self._tx.session.add(made)
            self._tx.session.flush()
            self._departments[words] = made.id
        if words not in self._departments:
            raise InputError("department.unknown", field="department", code=words)
        return self._departments[words]
