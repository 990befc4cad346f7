"""The declarative base and the columns that every table spells the same way."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import MetaData, String, Uuid
from sqlalchemy.orm import DeclarativeBase, mapped_column

from server.models.types import BigId, Instant, Json, PathText

__all__ = ["Base", "BigKey", "Code", "JsonValue", "Line", "Moment", "TreePath", "Uid"]

BigKey = Annotated[int, mapped_column(BigId, primary_key=True)]
Uid = Annotated[UUID, mapped_column(Uuid, unique=True)]
Moment = Annotated[datetime, mapped_column(Instant)]
Code = Annotated[str, mapped_column(String(64))]
Line = Annotated[str, mapped_column(String(200))]
TreePath = Annotated[str, mapped_column(PathText, index=True)]
JsonValue = Annotated[Any, mapped_column(Json)]


class Base(DeclarativeBase):
    """Base of all tables; constraints get names that both databases and Alembic agree on."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
