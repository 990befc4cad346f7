"""Places from a file: in one transaction, all faults at once; the same file again changes nothing."""

from dataclasses import dataclass
from pathlib import Path

from server.db import Store, Tx
from server.errors import InputError, InvalidRows
from server.services import gazetteer
from server.services.drafts import Draft, check_position
from server.services.gazetteer import KINDS, NewPlace
from server.services.imports.columns import Field, choose
from server.services.imports.rejects import Reject
from server.services.imports.runs import note
from server.services.imports.tables import Row, Table, open_table, text_of
from server.services.imports.values import number, text
from server.services.locating import open_locator
from server.services.people import Actor
from server.services.place_names import kind_of, plain
from server.services.placing import to_wgs84
from server.words import NAMES, sentence

__all__ = ["PLACE_FIELDS", "PlacesReport", "import_places"]

PLACE_FIELDS = (
    Field("name", ("name", "名称", "地名", "小区名称", "楼栋名称", "标准名称"), is_needed=True),
    Field("lon", ("lon", "lng", "longitude", "经度", "x坐标", "x"), is_needed=True),
    Field("lat", ("lat", "latitude", "纬度", "y坐标", "y"), is_needed=True),
    Field("kind", ("kind", "type", "类型", "类别", "种类")),
    Field("address", ("address", "地址", "标准地址", "位置")),
    Field("crs", ("crs", "坐标系")),
    Field("key", ("key", "id", "code", "编号", "编码", "地址编码")),
)
LIMITS = {"name": 200, "address": 200, "key": 180, "crs": 64}
OTHER_KINDS = {"楼栋": "building", "楼": "building", "建筑": "building", "道路": "road", "路": "road", "街": "road",
               "巷": "road", "住宅小区": "compound", "其他": "landmark", "兴趣点": "landmark"}  # fmt: skip


@dataclass(frozen=True)
class PlacesReport:
    """What became of a file of places.

    Attributes
    ----------
    file : str
        File name.
    new, changed, same : int
        Places added, changed, and found to be just so.
    outside : tuple of (row, name)
        Lines of those that lie in no cell: taken in, but worth a look.
    """

    file: str
    new: int
    changed: int
    same: int
    outside: tuple[tuple[int, str], ...]


def import_places(
    store: Store,
    actor: Actor,
    path: Path,
    columns: dict[str, str] | None = None,
    crs: str = "wgs84",
    encoding: str | None = None,
) -> PlacesReport:
    """Take places in: new ones are added, known ones changed; none is ever removed.

    Parameters
    ----------
    store : Store
        Upgraded.
    actor : Actor
        Who does it.
    path : Path
        CSV or XLSX.
    columns : dict[str, str], optional
        Field (see ``PLACE_FIELDS``) -> column, where it is not to be guessed.
    crs : str
        Of rows that name none; see :func:`geo.systems.name_of`.
    encoding : str, optional
        Of a CSV file.

    Raises
    ------
    InvalidRows
        Every fault of the file; nothing was written.
    InputError
        The file cannot be read, or lacks a column.
    """
    table = open_table(path, encoding)
    places = choose(table, PLACE_FIELDS, columns or {})
    read, faults = _read(table, places, crs)
    if faults:
        raise InvalidRows(table.name, faults)
    with store.write() as tx:
        kept = gazetteer.keep(tx, [place for _, place in read])
        note(tx, "places", table.name, table.digest, dict(vars(kept)), actor.person_id)
        outside = _outside(tx, read)
    return PlacesReport(table.name, kept.new, kept.changed, kept.same, outside)


def _read(table: Table, places: dict[str, int], crs: str) -> tuple[list[tuple[int, NewPlace]], list[Reject]]:
    read: list[tuple[int, NewPlace]] = []
    faults: list[Reject] = []
    seen: dict[str, int] = {}
    for row in table.rows():
        try:
            place = _place(row, places, crs)
            _refuse_twice(place, seen)
        except InputError as error:
            faults.append(_fault(table, places, row, error))
            continue
        seen[place.external_key] = row.number
        read.append((row.number, place))
    return read, faults


def _refuse_twice(place: NewPlace, seen: dict[str, int]) -> None:
    first = seen.get(place.external_key)
    if first is not None:
        raise InputError("gazetteer.twice", field="name", value=place.name, first=first)


def _place(row: Row, places: dict[str, int], crs: str) -> NewPlace:
    if row.fault:
        raise row.fault
    said = {name: _words(row, places, name) for name in LIMITS}
    if not plain(said["name"]):
        raise InputError("field.missing", field="name")
    lon, lat = (number(row.cells[places[name]], name) for name in ("lon", "lat"))
    draft = Draft("", "", lon=lon, lat=lat, crs=said["crs"] or crs)
    check_position(draft)
    x, y = to_wgs84([draft])
    kind = _kind(_words(row, places, "kind"), said["name"])
    key = f"key:{said['key']}" if said["key"] else f"{kind}:{plain(said['address'] or said['name'])}"[:200]
    return NewPlace(key, said["name"], kind, said["address"], float(x[0]), float(y[0]))


def _words(row: Row, places: dict[str, int], name: str) -> str:
    said = text(row.cells[places[name]], name) if name in places else ""
    if len(said) > LIMITS.get(name, len(said)):
        raise InputError("field.too_long", field=name, length=len(said), limit=LIMITS[name])
    return said


def _kind(said: str, name: str) -> str:
    """Read a kind by code or name; without one it is guessed from the place's name."""
    if not said:
        return kind_of(name)
    names = {chinese: code for code, chinese in NAMES["place_kind"].items() if code in KINDS}
    kind = said if said in KINDS else names.get(said) or OTHER_KINDS.get(said)
    if kind is None:
        raise InputError("gazetteer.kind", field="kind", value=said[:80], known="、".join(names))
    return kind


def _fault(table: Table, places: dict[str, int], row: Row, error: InputError) -> Reject:
    name = str(error.values.get("field", ""))
    column = table.columns[places[name]] if name in places else name
    value = text_of(row.cells[places[name]]) if name in places else ""
    said = sentence(error.code, {**error.values, "field": column})
    return Reject(row.number, column, value, error.code, said)


def _outside(tx: Tx, read: list[tuple[int, NewPlace]]) -> tuple[tuple[int, str], ...]:
    grid = open_locator(tx)
    if grid is None:
        return ()
    rows = grid.locator.place(
        [place.lon for _, place in read], [place.lat for _, place in read], nearest_m=0
    ).row
    return tuple(
        (line, place.name) for (line, place), row in zip(read, rows.tolist(), strict=True) if row < 0
    )
