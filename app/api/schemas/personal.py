"""Personal data on the wire: in full for a purpose, looked for by a number, and who read them."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from app.api.paging import Page
from app.api.schemas.types import PERSONAL, Choice, In, Instant, Label, Open, Out
from app.domain.personal import Personal, Purpose, ReadWay
from app.services.declarations.declaring import key_of
from app.services.privacy.reading import FullDriver, Reading

_ONE_NUMBER = ("one_number", "a document number or a phone is needed, and only one of them")
_NAMES_NOBODY = ("names_nobody", "the number has no digit or letter to find anybody by")


class PersonIn(In):
    """A person, by one number; it is compared as written on input, without its marks."""

    document_number: Annotated[Label | None, PERSONAL, Field(examples=["024098001234"])] = None
    phone: Annotated[Label | None, PERSONAL, Field(examples=["0912 345 678"])] = None

    @model_validator(mode="after")
    def _by_one_number(self) -> "PersonIn":
        if (self.document_number is None) == (self.phone is None):
            raise PydanticCustomError(*_ONE_NUMBER)
        if not key_of(*self.number):
            raise PydanticCustomError(*_NAMES_NOBODY)
        return self

    @property
    def number(self) -> tuple[Personal, str]:
        """What the person is found by: which number, and as it was typed."""
        if self.document_number is not None:
            return Personal.DOCUMENT_NUMBER, self.document_number
        return Personal.PHONE, self.phone or ""


class EntrySearchIn(PersonIn):
    """Whose entries are looked for, and what for."""

    purpose: Choice[Purpose]


class FullDriverOut(Out):
    """A driver's data in full, as far as the purpose needs them."""

    entry: UUID
    reference: Annotated[str, Field(examples=["E4K7-9QXPM2"])]
    purpose: Annotated[Purpose, Open]
    fields: list[Annotated[Personal, Open]]
    """What the purpose needs; the others are null, whether they are kept or not."""
    name: Annotated[str | None, PERSONAL, Field(examples=["Nguyễn Văn An"])]
    document_number: Annotated[str | None, PERSONAL, Field(examples=["024098001234"])]
    phone: Annotated[str | None, PERSONAL, Field(examples=["0912 345 678"])]


class PersonalReadOut(Out):
    """Who read a driver's data, when and for what; never what was read."""

    id: UUID
    entry: UUID | None
    """Null: somebody was looked for, and nobody was found."""
    reference: str | None
    way: Annotated[ReadWay, Open]
    """`entry`: of one entry in full. `search`: found by a number. `export`: all of a person.

    `message`: the service opened the phone to send its driver a message.
    """
    purpose: Annotated[Purpose, Open]
    fields: list[Annotated[Personal, Open]]
    read_at: Instant
    reader: Annotated[str, Field(examples=["border_guard"])]
    organisation: Annotated[str, Field(examples=["Agency border_guard"])]


class PersonalReadsOut(Page[PersonalReadOut]):
    """One page of readings, newest first."""


def full_driver_out(read: FullDriver, purpose: Purpose) -> FullDriverOut:
    """Return what was read."""
    return FullDriverOut(
        entry=read.entry.id,
        reference=read.entry.reference,
        purpose=purpose,
        fields=list(read.fields),
        name=read.values[Personal.NAME],
        document_number=read.values[Personal.DOCUMENT_NUMBER],
        phone=read.values[Personal.PHONE],
    )


def personal_read_out(reading: Reading) -> PersonalReadOut:
    """Return a reading as the record shows it."""
    one = reading.read
    return PersonalReadOut(
        id=one.id,
        entry=one.entry_id,
        reference=reading.reference,
        way=ReadWay(one.way),
        purpose=Purpose(one.purpose),
        fields=personal_fields(one.fields),
        read_at=one.read_at,
        reader=reading.reader,
        organisation=reading.organisation,
    )


def personal_fields(names: Sequence[str]) -> list[Personal]:
    """Return fields by their stored names."""
    return [Personal(name) for name in names]
