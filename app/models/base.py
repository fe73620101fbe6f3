"""The declarative base, the naming of constraints, and the few column types that tables share."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, MetaData, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.domain.vocabulary import Direction

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

type_map = {
    str: Text(),
    int: BigInteger(),
    datetime: DateTime(timezone=True),
    dict[str, Any]: JSONB(none_as_null=True),
    list[Any]: JSONB(),
}


class Base(DeclarativeBase):
    """Tables hold columns and constraints; behaviour lives in the domain."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = type_map


class Identified:
    """A row with an id of its own: `uuidv7()`, made by the edge or by the database."""

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())


def one_of(column: str, values: type[StrEnum] | tuple[str, ...]) -> CheckConstraint:
    """Return the check that keeps a text column to its listed values."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def one_direction() -> CheckConstraint:
    """Return the check of a `direction` column."""
    return one_of("direction", Direction)
