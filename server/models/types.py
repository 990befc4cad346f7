"""Column types that read the same on SQLite and PostGIS.

``Instant`` is UTC to the microsecond; ``Geom`` is a shapely geometry in WGS 84 lon/lat. No spatial DDL
is needed for either: indexes are the business of :func:`server.guards.install_spatial`.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, LargeBinary, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

__all__ = ["BigId", "Geom", "Instant", "Json", "PathText", "from_micros", "to_micros"]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SRID = 4326

Json = JSON().with_variant(JSONB(), "postgresql")
BigId = BigInteger().with_variant(Integer(), "sqlite")  # only INTEGER PRIMARY KEY counts by itself there
PathText = String().with_variant(String(collation="C"), "postgresql")  # compared byte by byte on both


def to_micros(at: datetime) -> int:
    """Count microseconds since 1970-01-01 UTC; ``at`` must be aware."""
    since = at - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def from_micros(micros: int) -> datetime:
    """Undo :func:`to_micros`."""
    return EPOCH + timedelta(microseconds=micros)


class Instant(TypeDecorator[datetime]):
    """An aware instant in UTC: integer microseconds on SQLite, ``timestamptz`` on PostgreSQL."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the stored type."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:  # noqa: ANN401
        """Turn an aware datetime into what is stored."""
        if value is None or dialect.name == "postgresql":
            return value
        return to_micros(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ANN401
        """Turn what is stored into an aware datetime in UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if dialect.name == "postgresql" else from_micros(value)


class PostgisGeometry(UserDefinedType[bytes]):
    """``geometry(Geometry,4326)`` as PostGIS spells it."""

    cache_ok = True

    def __init__(self, *_reflected: object) -> None:
        super().__init__()

    def get_col_spec(self, **_: Any) -> str:  # noqa: ANN401 - SQLAlchemy's signature
        """Spell the column type."""
        return f"geometry(Geometry,{SRID})"


ischema_names["geometry"] = PostgisGeometry  # so that reflection knows the column again


class FromWkb(FunctionElement[Any]):
    """WKB on its way into the store."""

    inherit_cache = True


class AsWkb(FunctionElement[Any]):
    """A stored geometry on its way out as WKB."""

    inherit_cache = True


@compiles(FromWkb)
@compiles(AsWkb)
def _plain(element: FunctionElement[Any], compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401
    return compiler.process(element.clauses, **kw)


@compiles(FromWkb, "postgresql")
def _from_wkb(element: FunctionElement[Any], compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401
    return f"ST_GeomFromWKB({compiler.process(element.clauses, **kw)}, {SRID})"


@compiles(AsWkb, "postgresql")
def _as_wkb(element: FunctionElement[Any], compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401
    return f"ST_AsBinary({compiler.process(element.clauses, **kw)})"


class Geom(TypeDecorator[BaseGeometry]):
    """A 2-D geometry, lon/lat in WGS 84: little-endian WKB on SQLite, a geometry on PostGIS."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the stored type."""
        return dialect.type_descriptor(PostgisGeometry() if dialect.name == "postgresql" else LargeBinary())

    def bind_expression(self, bindvalue: Any) -> ColumnElement[Any]:  # noqa: ANN401
        """Read WKB on the way in (PostGIS only; SQLite has no such function)."""
        return FromWkb(bindvalue)

    def column_expression(self, column: Any) -> ColumnElement[Any]:  # noqa: ANN401
        """Write WKB on the way out (PostGIS only)."""
        read = AsWkb(column)
        read.type = self
        return read

    def process_bind_param(self, value: BaseGeometry | None, dialect: Dialect) -> bytes | None:
        """Turn a shapely geometry into WKB."""
        del dialect
        return None if value is None else shapely.to_wkb(shapely.force_2d(value), byte_order=1)

    def process_result_value(self, value: Any, dialect: Dialect) -> BaseGeometry | None:  # noqa: ANN401
        """Turn WKB into a shapely geometry."""
        del dialect
        return None if value is None else shapely.from_wkb(bytes(value))
