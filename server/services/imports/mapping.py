"""Rows of a file of issues -> drafts: which column means what, which value stands for which."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from geo.errors import CrsError
from geo.systems import name_of
from server.errors import InputError
from server.services.categories import category_of, source_of
from server.services.drafts import Draft
from server.services.imports.columns import OFF, Columns, Field, choose
from server.services.imports.tables import Row
from server.services.imports.values import instant, number, text

__all__ = ["ISSUE_FIELDS", "IssueOptions", "Reader", "places_in"]

ANY = "*"
ISSUE_FIELDS = (
    Field("lon", ("lon", "lng", "longitude", "经度", "x坐标", "x"), is_needed=True),
    Field("lat", ("lat", "latitude", "纬度", "y坐标", "y"), is_needed=True),
    Field("category", ("category", "categorycode", "类别", "事件类别", "问题类别", "类型", "事件类型")),
    Field("description", ("description", "描述", "事件描述", "问题描述", "诉求内容", "内容", "content", "summary", "标题",
                          "事件标题", "title")),
    Field("place_text", ("place", "placetext", "address", "地址", "事件地址", "发生地点", "地点", "位置")),
    Field("source", ("source", "来源", "事件来源", "诉求来源")),
    Field("happened_at", ("reportedat", "created", "createdat", "createddate", "creationdate", "上报时间", "受理时间",
                          "来电时间", "发生时间", "登记时间", "时间", "日期")),
    Field("external_key", ("number", "id", "externalnumber", "servicerequestnumber", "编号", "工单编号", "案卷编号",
                           "事件编号", "单号")),
    Field("external_number", ("externalnumber", "工单编号", "工单号", "热线编号", "12345编号", "12345工单号")),
    Field("accuracy_m", ("accuracy", "accuracym", "精度", "定位精度")),
    Field("reporter_name", ("reportername", "reporter", "反映人", "来电人", "联系人", "姓名")),
    Field("reporter_phone", ("reporterphone", "phone", "电话", "联系电话", "来电号码", "手机", "手机号")),
    Field("state"),
    Field("closed_at"),
    Field("check"),
)  # fmt: skip
STATES = {"closed": True, "open": False}
USUAL_STATES = {
    **dict.fromkeys(("closed", "completed", "complete", "done", "resolved", "已结案", "结案", "已办结", "办结",
                     "已完成", "完成", "已关闭"), "closed"),
    **dict.fromkeys(("open", "new", "in progress", "pending", "待派遣", "待签收", "待办理", "办理中", "处理中",
                     "未办结", "未完成"), "open"),
}  # fmt: skip


@dataclass(frozen=True)
class IssueOptions:
    """How a file of issues is to be understood; can be kept as a profile.

    Attributes
    ----------
    columns : Mapping[str, str]
        Field name (see ``ISSUE_FIELDS``) -> column name, ``-`` for none; the others are guessed.
    crs : str
        Datum or coordinate system of the coordinates, see :func:`geo.systems.name_of`.
    default_category, default_source : str
        For rows without one; no category means that such rows are refused.
    source_system : str
        System that gave the external numbers; without it a number identifies a row in this file only.
    state_map, category_map : Mapping[str, str]
        Value in lower case -> ``closed`` or ``open``; -> category. ``*`` stands for every other value.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    crs: str = "wgs84"
    default_category: str = ""
    default_source: str = "hotline"
    source_system: str = ""
    state_map: Mapping[str, str] = field(default_factory=dict)
    category_map: Mapping[str, str] = field(default_factory=dict)

    @property
    def given(self) -> dict[str, Any]:
        """All of it as JSON can hold it."""
        return asdict(self)

    @property
    def chosen(self) -> dict[str, str]:
        """Columns as given; a number's column is guessed only where the system that gave it is named.

        Without the system a number proves nothing beyond this file, and the lines of the file identify its
        rows better: two rows with one number may both be meant.
        """
        return dict(self.columns) if self.source_system else {"external_key": OFF, **self.columns}

    def check(self) -> None:
        """Refuse what can be refused before the file is opened.

        Raises
        ------
        InputError
            Unknown datum, category, source or state.
        """
        try:
            name_of(self.crs)
        except CrsError as error:
            raise InputError(error.code, **{**error.values, "field": "crs"}) from error
        source_of(self.default_source)
        for category in filter(None, (self.default_category, *self.category_map.values())):
            category_of(category)
        for state in self.state_map.values():
            if state not in STATES:
                raise InputError("filter.state", value=state, known="、".join(STATES))


def places_in(table: Columns, options: IssueOptions) -> dict[str, int]:
    """Find the column of each field of an issue, before anything is written.

    Raises
    ------
    InputError
        A column was named that is not there, a position has none, or none describes what happened though nobody
        said that there is none: words that were not taken in could not be added by importing the file again.
    """
    places = choose(table, ISSUE_FIELDS, options.chosen)
    if "description" not in places and options.columns.get("description") != OFF:
        known = "、".join(filter(None, table.columns))
        raise InputError("import.no_description", file=table.name, known=known)
    return places


@dataclass(frozen=True)
class Reader:
    """Makes drafts of rows.

    Attributes
    ----------
    options : IssueOptions
        How to understand them.
    places : Mapping[str, int]
        Field name -> position of its column.
    identity : str
        What stands before a row's external number or line to identify it everywhere.
    digest : str
        Of the file; identifies rows without a number.
    zone : ZoneInfo
        Zone of times that name none.
    import_id : int
        Record of the import.
    """

    options: IssueOptions
    places: Mapping[str, int]
    digest: str
    zone: ZoneInfo
    import_id: int

    def words(self, row: Row, name: str) -> str:
        """Give a field of a row as text; "" where there is no such column."""
        return text(row.cells[self.places[name]], name) if name in self.places else ""

    def number(self, row: Row) -> str:
        """Give a row's external number; "" when it has none.

        Raises
        ------
        InputError
            A formula without its value stands there.
        """
        return "" if row.fault else self.words(row, "external_key")

    def key(self, row: Row) -> str:
        """Give what identifies a row for good: system and number, else file and number, else file and line."""
        number_given = self.number(row)
        if number_given and self.options.source_system:
            return f"{self.options.source_system}:{number_given}"
        file = f"file:{self.digest[:32]}"
        return f"{file}:{number_given}" if number_given else f"{file}#{row.number}"

    def draft(self, row: Row) -> Draft:
        """Make a draft of a row.

        Raises
        ------
        InputError
            A cell cannot be read; ``values["field"]`` names the field.
        """
        if row.fault:
            raise row.fault
        happened_at = self._instant(row, "happened_at")
        return Draft(
            category=self._category(row),
            source=self.words(row, "source") or self.options.default_source,
            description=self.words(row, "description"),
            lon=self._number(row, "lon"),
            lat=self._number(row, "lat"),
            crs=self.options.crs,
            accuracy_m=self._number(row, "accuracy_m"),
            place_text=self.words(row, "place_text"),
            reporter_name=self.words(row, "reporter_name"),
            reporter_phone=self.words(row, "reporter_phone"),
            happened_at=happened_at,
            external_key=self.key(row),
            external_number=self.words(row, "external_number"),
            import_id=self.import_id,
            closed_at=self._closed_at(row, happened_at),
            row=row.number,
        )

    def _number(self, row: Row, name: str) -> float | None:
        return number(row.cells[self.places[name]], name) if name in self.places else None

    def _instant(self, row: Row, name: str) -> Any:  # noqa: ANN401 - datetime or None
        return instant(row.cells[self.places[name]], name, self.zone) if name in self.places else None

    def _category(self, row: Row) -> str:
        given = self.words(row, "category")
        chosen = self.options.category_map
        mapped = (
            chosen.get(given.casefold(), chosen.get(ANY, given)) if given else self.options.default_category
        )
        if not mapped:
            raise InputError("category.missing", field="category", row=row.number)
        return mapped

    def _closed_at(self, row: Row, happened_at: Any) -> Any:  # noqa: ANN401 - datetime or None
        given = self.words(row, "state")
        if "state" not in self.places:
            return None
        chosen = self.options.state_map or USUAL_STATES
        state = chosen.get(given.casefold(), chosen.get(ANY))
        if state is None:
            raise InputError("filter.state", field="state", value=given[:80], known="、".join(chosen))
        if not STATES[state]:
            return None
        ended = self._instant(row, "closed_at") or happened_at
        if ended is None:
            raise InputError("time.closed_missing", field="closed_at")
        return max(ended, happened_at) if happened_at else ended
