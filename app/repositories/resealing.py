"""Encrypted columns: by which keys they are sealed, and one after the other sealed anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    Uuid,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.domain.personal import Personal
from app.models import (
    BankSecret,
    Base,
    BatchRow,
    Difficulty,
    Entry,
    Member,
    Payment,
    Refund,
    ResealProgress,
    Strike,
    Webhook,
)

PEPPER = "GATE_PEPPER"
"""The name under which hashes are counted that name no key."""
HASH_BYTES = 32
"""How long such a hash is; one that names its key is longer."""

Bytes = InstrumentedAttribute[Any]


@dataclass(frozen=True, slots=True)
class Part:
    """An encrypted column, with the hash of the same text where it is found by one.

    A `field` is hashed as its numbers are compared, all else as it is kept.
    """

    table: type[Base]
    sealed: Bytes
    hashed: Bytes | None = None
    field: Personal | None = None

    @property
    def name(self) -> str:
        """The name of the column, as the progress keeps it."""
        return f"{self.table.__tablename__}.{self.sealed.key}"


PARTS: Sequence[Part] = (
    Part(Entry, Entry.driver_name),
    Part(Entry, Entry.driver_document, Entry.driver_document_hash, Personal.DOCUMENT_NUMBER),
    Part(Entry, Entry.driver_phone, Entry.driver_phone_hash, Personal.PHONE),
    Part(Difficulty, Difficulty.words),
    Part(Difficulty, Difficulty.answer),
    Part(Strike, Strike.appeal),
    Part(Strike, Strike.decision_reason),
    Part(Member, Member.display_name),
    Part(Member, Member.email, Member.email_hash),
    Part(Member, Member.identity, Member.identity_hash),
    Part(BatchRow, BatchRow.sealed),
    Part(Refund, Refund.payee_name),
    Part(Refund, Refund.payee_account),
    Part(Payment, Payment.purpose),
    Part(BankSecret, BankSecret.secret),
    Part(BankSecret, BankSecret.old_secret),
    Part(Webhook, Webhook.secret),
    Part(Webhook, Webhook.old_secret),
)
"""All that is encrypted; a new column belongs here, or its old key can never go."""


class Sealed(NamedTuple):
    """One value as it is stored."""

    id: UUID
    sealed: bytes


class Resealed(NamedTuple):
    """A value to be stored in the place of another, if that is still there."""

    id: UUID
    before: bytes
    sealed: bytes
    hashed: bytes | None


class ResealingRepository:
    """Questions about encrypted values, none of which is read here."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within `session`."""
        self._session = session

    async def counted(self) -> Mapping[str, tuple[int, bytes]]:
        """Return how many values each key has sealed, by its name, and one of them.

        It reads every row: an operator may wait for that, a request may not.
        """
        every = union_all(
            *(select(part.sealed.label("value")).where(part.sealed.is_not(None)) for part in PARTS)
        )
        value = every.subquery().c.value
        name = _name(value)
        statement = select(name, func.count(), func.min(value)).group_by(name)
        rows = (await self._session.execute(statement)).all()
        return {key: (count, sample) for key, count, sample in rows}

    async def hashes_counted(self) -> Mapping[str, int]:
        """Return how many hashes to find by are keyed by each key, as `counted`."""
        columns = [part.hashed for part in PARTS if part.hashed is not None]
        every = union_all(*(select(one.label("value")).where(one.is_not(None)) for one in columns))
        value = every.subquery().c.value
        name = case((func.octet_length(value) == HASH_BYTES, PEPPER), else_=_name(value))
        statement = select(name, func.count()).group_by(name)
        rows = await self._session.execute(statement)
        return {row[0]: row[1] for row in rows}

    async def progress(self) -> Mapping[str, ResealProgress]:
        """Return how far each part is, by its name."""
        rows = await self._session.scalars(select(ResealProgress))
        return {row.part: row for row in rows}

    async def note(
        self, part: Part, key: str, after: UUID | None, passed_at: datetime | None
    ) -> None:
        """Keep how far a part is."""
        values = {"key_name": key, "after_id": after, "passed_at": passed_at}
        row = insert(ResealProgress).values(part=part.name, **values)
        await self._session.execute(
            row.on_conflict_do_update(constraint="pk_reseal_progress", set_=values)
        )

    async def end_of(self, part: Part, after: UUID | None, size: int) -> UUID | None:
        """Return the id with which the next `size` rows end; None where fewer are left."""
        identity = _id(part)
        statement = select(identity).order_by(identity).offset(size - 1).limit(1)
        if after is not None:
            statement = statement.where(identity > after)
        return await self._session.scalar(statement)

    async def sealed_otherwise(
        self, part: Part, mark: bytes, after: UUID | None, end: UUID | None
    ) -> Sequence[Sealed]:
        """Return the values after one id and up to another that are not made by a key's `mark`."""
        identity = _id(part)
        made = [one for one in (part.sealed, part.hashed) if one is not None]
        otherwise = (func.substring(one, 1, len(mark)) != _bytes(mark) for one in made)
        statement = (
            select(identity, part.sealed)
            .where(part.sealed.is_not(None), or_(*otherwise))
            .order_by(identity)
        )
        if after is not None:
            statement = statement.where(identity > after)
        if end is not None:
            statement = statement.where(identity <= end)
        return [Sealed(*row) for row in await self._session.execute(statement)]

    async def replace(self, part: Part, values: Sequence[Resealed]) -> None:
        """Store each value where the one before it still is; what was amended meanwhile stays.

        In the order of their ids, in which everybody takes rows who takes several.
        """
        table = part.table.__table__
        changes = {part.sealed.key: bindparam("to", type_=LargeBinary)}
        if part.hashed is not None:
            changes[part.hashed.key] = bindparam("hashed", type_=LargeBinary)
        statement = (
            update(table)  # type: ignore[arg-type]  # a mapped class's own table
            .where(
                table.c.id == bindparam("of", type_=Uuid),
                table.c[part.sealed.key] == bindparam("was", type_=LargeBinary),
            )
            .values(changes)
        )
        given = [{"of": one.id, "was": one.before, "to": one.sealed} for one in values]
        if part.hashed is not None:
            for row, one in zip(given, values, strict=True):
                row["hashed"] = one.hashed
        connection = await self._session.connection()
        await connection.execute(statement, given)


def _id(part: Part) -> InstrumentedAttribute[UUID]:
    identity: InstrumentedAttribute[UUID] = part.table.id  # type: ignore[attr-defined] # all have
    return identity


def _bytes(value: bytes) -> ColumnElement[bytes]:
    return literal(value, LargeBinary)


def _name(value: ColumnElement[bytes]) -> ColumnElement[str]:
    """Return the key's name, which stands before the first NUL."""
    end = func.position(_bytes(b"\0").op("IN")(value))
    return func.convert_from(func.substring(value, 1, end - 1), "UTF8")
