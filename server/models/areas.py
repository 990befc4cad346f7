"""Where: the area tree, the boundaries of its areas through the grid versions."""

from typing import Any

from sqlalchemy import BigInteger, Float, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from server.models.base import Base, BigKey, Code, Line, Moment, TreePath
from server.models.types import Geom

__all__ = ["LEVELS", "Area", "Boundary", "Grid", "Place"]

LEVELS = ("district", "subdistrict", "community", "cell")


class Grid(Base):
    """One version of the whole grid, written by an import that changed boundaries."""

    __tablename__ = "grid"

    id: Mapped[BigKey]
    digest: Mapped[str] = mapped_column(String(64))  # sha256 over sorted (level, code, WKB)
    at: Mapped[Moment]
    by_id: Mapped[int | None] = mapped_column(BigInteger)  # person; none for the command line


class Area(Base):
    """A district, subdistrict, community or cell: what stays when its boundary changes."""

    __tablename__ = "area"

    id: Mapped[BigKey]
    code: Mapped[Code] = mapped_column(unique=True)  # retired codes are never reused
    level: Mapped[str] = mapped_column(String(16), index=True)
    name: Mapped[Line]
    pinyin: Mapped[str] = mapped_column(String(400), default="")  # "wenfengshequ wfsq", for search
    kind: Mapped[str | None] = mapped_column(String(64))
    households: Mapped[int | None] = mapped_column(Integer)
    population: Mapped[int | None] = mapped_column(Integer)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)
    path: Mapped[TreePath] = mapped_column(unique=True)  # "/district/subdistrict/…/own code/"
    retired_grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"))


class Boundary(Base):
    """One polygon of an area, immutable, valid from ``first_grid`` to ``last_grid``."""

    __tablename__ = "boundary"

    id: Mapped[BigKey]
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    code: Mapped[Code]
    level: Mapped[str] = mapped_column(String(16))
    geom: Mapped[Any] = mapped_column(Geom)
    west: Mapped[float] = mapped_column(Float(53))
    south: Mapped[float] = mapped_column(Float(53))
    east: Mapped[float] = mapped_column(Float(53))
    north: Mapped[float] = mapped_column(Float(53))
    area_m2: Mapped[float] = mapped_column(Float(53))
    first_grid_id: Mapped[int] = mapped_column(ForeignKey("grid.id"))
    last_grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"))  # none: valid now

    __table_args__ = (
        Index(
            "uq_boundary_current",
            "area_id",
            unique=True,
            sqlite_where=text("last_grid_id IS NULL"),
            postgresql_where=text("last_grid_id IS NULL"),
        ),
    )


class Place(Base):
    """A compound, building, road or landmark by name, so that the desk finds where somebody speaks of."""

    __tablename__ = "place"

    id: Mapped[BigKey]
    name: Mapped[Line] = mapped_column(index=True)
    pinyin: Mapped[str] = mapped_column(String(400), default="")
    kind: Mapped[str] = mapped_column(String(16))  # compound | building | road | landmark
    address: Mapped[Line]
    lon: Mapped[float] = mapped_column(Float(53))  # WGS 84 degrees
    lat: Mapped[float] = mapped_column(Float(53))
    external_key: Mapped[str] = mapped_column(String(200), unique=True)
