"""The types that every schema is made of: safe text, money, days, instants, open enumerations.

Requests are strict: a number is a number and not its text, an unknown field is an error. Answers
may grow, so their enumerations are open: `Annotated[Lane, Open]` is documented as text with its
values so far.
"""

import re
import unicodedata
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, TypeVar
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError

from app.domain.gates import HANOI
from app.domain.identifiers import SHORTEST_PART, plate_key

LARGEST = 2**63 - 1
MOST_VND = 10**15
"""No one amount that is named is more, so that thousands of them are summed in 64 bits."""
FIRST_DAY = date(1990, 1, 1)
LAST_DAY = date(2199, 12, 31)

# No control characters, and no marks that turn the direction of the text around them. ECMA, Rust
# and Python read these patterns alike.
SAFE: Final = r"^[^\u0000-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]*$"
SAFE_RAW: Final = r"^[^\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]*$"
SAFE_PATTERNS = frozenset({SAFE, SAFE_RAW})

# What a schema can say of the years; ECMA and Python read it alike.
YEARS: Final = "^(199|20[0-9]|21[0-9])[0-9]-"
_INSTANT = re.compile(
    r"(?:199|20\d|21\d)\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)",
    re.ASCII | re.IGNORECASE,
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NOT_A_DAY: Final = ("not_a_day", "a day such as 2026-02-21 is needed")
_NOT_AN_INSTANT: Final = ("not_an_instant", "an instant with offset is needed")
_PLATE_PART: Final = ("plate_part", "at least {min_length} letters or digits of a plate")
_NOTHING_TO_CHANGE: Final = ("nothing_to_change", "name at least one field")
_PERSONAL_NAMES: set[str] = set()

E = TypeVar("E", bound=StrEnum)


class _Personal:
    """Marks a field whose value is never repeated in an answer, a log or an error."""

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(core_schema), "x-personal": True}


PERSONAL = _Personal()
"""`phone: Annotated[Label, PERSONAL]`: the value is personal, whatever the field says else."""


def is_personal(name: object) -> bool:
    """Tell whether some schema marks a field of that name as personal."""
    return name in _PERSONAL_NAMES


def _composed(value: object) -> object:
    """Compose letters and their marks, so that one name has one spelling."""
    if isinstance(value, str) and not value.isascii():
        return unicodedata.normalize("NFC", value)
    return value


def _text(longest: int, shortest: int = 0) -> StringConstraints:
    return StringConstraints(
        strip_whitespace=True, min_length=shortest, max_length=longest, pattern=SAFE
    )


Label = Annotated[str, _text(200, 1), BeforeValidator(_composed)]
"""A name or a reason on one line: trimmed, composed, 1 to 200 characters."""

Remark = Annotated[str, _text(1000), BeforeValidator(_composed)]
"""Free text on one line: trimmed, composed, up to 1,000 characters."""

Words = Annotated[str, _text(2000, 1), BeforeValidator(_composed)]
"""What somebody has to say, on one line: trimmed, composed, 1 to 2,000 characters."""

Reference = Annotated[
    str, _text(64, 1), BeforeValidator(_composed), Field(examples=["DN-2026-00417"])
]
"""A client's own reference: 1 to 64 characters, compared exactly."""

Sought = Annotated[str, StringConstraints(max_length=64, pattern=SAFE)]
"""A text to find something by: what no row can hold is refused, not sought."""


def _part(text: str) -> str:
    part = plate_key(text)
    if text and len(part) < SHORTEST_PART:
        raise PydanticCustomError(*_PLATE_PART, {"min_length": SHORTEST_PART})
    return part


PlatePart = Annotated[Sought, AfterValidator(_part)]
"""A part of a plate to find vehicles by, read as plates are; nothing stays nothing."""

RawIdentifier = Annotated[str, StringConstraints(max_length=64, pattern=SAFE_RAW)]
"""An identifier as it was typed, white space and all; the rules read it, the text is kept."""

Code = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$"),
    Field(examples=["tan-thanh"]),
]
"""A code of the reference data: letters, digits, dot, hyphen, low line."""


def _day(value: object) -> object:
    """Return the day of a text; pydantic would read numbers and instants as days, too."""
    if type(value) is date:
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise PydanticCustomError(*_NOT_A_DAY)


Day = Annotated[
    date,
    Field(
        ge=FIRST_DAY,
        le=LAST_DAY,
        examples=["2026-02-21"],
        json_schema_extra={"pattern": YEARS},
    ),
    BeforeValidator(_day),
]
"""A legal day in the gate's zone, 1990 to 2199, written 2026-02-21."""


def _instant(value: object) -> object:
    """Return an instant in UTC; without offset nobody knows when it is."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value
    at = _utc(value) if isinstance(value, str) and _INSTANT.fullmatch(value) else None
    # Its legal day must be one that `Day` can tell, and an offset moves it by hours.
    if at is None or not FIRST_DAY <= at.astimezone(HANOI).date() <= LAST_DAY:
        raise PydanticCustomError(*_NOT_AN_INSTANT)
    return at


def _utc(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except ValueError:
        return None


def with_offset(value: datetime) -> str:
    """Return an instant as answers write it: in the gate's zone."""
    return value.astimezone(HANOI).isoformat()


Instant = Annotated[
    datetime,
    BeforeValidator(_instant),
    PlainSerializer(with_offset, return_type=str),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "pattern": YEARS,
            "examples": ["2026-02-21T08:00:00+07:00"],
        }
    ),
]
"""An instant: RFC 3339 with offset on the way in, UTC inside, the gate's offset on the way out."""

Kilograms = Annotated[int, Field(ge=0, le=1_000_000, examples=[18500])]
"""A weight in whole kilograms; 0 is let through, a warning says so."""

Feet = Annotated[int, Field(ge=1, le=60, examples=[40])]
"""The length of a container in feet."""

Vnd = Annotated[int, Field(ge=0, le=LARGEST, json_schema_extra={"format": "int64"})]
"""Whole Vietnamese dong, 0 or more."""

Int64 = Annotated[int, Field(ge=-LARGEST - 1, le=LARGEST, json_schema_extra={"format": "int64"})]
"""A whole number that any database and client holds."""

Id = Annotated[UUID, Field(strict=False, examples=["019c7d2e-4f60-7c1a-9b1e-6d2a8f0c3b55"])]
"""An id given by this service."""

Choice = Annotated[E, Field(strict=False)]
"""`Choice[Direction]`: one of a closed list, for requests; an unknown value is refused."""


class _Open:
    """Documents an enumeration of answers as text that may have more values tomorrow."""

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        closed = handler.resolve_ref_schema(handler(core_schema))
        if "enum" not in closed and "const" not in closed:
            message = "Open goes on the enumeration itself: Annotated[Lane, Open] | None"
            raise TypeError(message)
        values = closed.get("enum") or [closed["const"]]
        listed = ", ".join(f"`{value}`" for value in values)
        return {
            "type": "string",
            "description": f"Known values: {listed}. More may come; treat others as unknown.",
            "x-extensible-enum": values,
            "examples": values[:1],
        }


Open = _Open()
"""`Annotated[Lane, Open]`: an enumeration in an answer, which clients must let grow."""


def _remember_personal(schema: type[BaseModel]) -> None:
    for name, one in schema.model_fields.items():
        if PERSONAL in one.metadata:
            _PERSONAL_NAMES.update({name, one.alias or name})


class In(BaseModel):
    """What a client sends: no unknown fields, no text for numbers, not changed afterwards.

    Strictness holds for plain types; `Choice`, `Id`, `Day` and `Instant` read the JSON texts that
    stand for them.
    """

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True
    )

    @classmethod
    def __pydantic_init_subclass__(cls, **_: object) -> None:
        """Remember the names of personal fields, for the errors of any request."""
        _remember_personal(cls)


class Patch(In):
    """A change: every field may be left out; null takes a value away."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    @model_validator(mode="after")
    def _ensure_change(self) -> "Patch":
        if not self.model_fields_set:
            raise PydanticCustomError(*_NOTHING_TO_CHANGE)
        return self

    def changes(self) -> dict[str, Any]:
        """Return the fields that were sent, null included, as validated values."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class Out(BaseModel):
    """What the service answers: every field is always there, so no field has a default."""

    # Most are parts of others, and are built with these; each by itself were a tenth of a start.
    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True, defer_build=True)

    @classmethod
    def __pydantic_init_subclass__(cls, **_: object) -> None:
        """Refuse defaults, which would make a field optional in the document.

        Raises:
            TypeError: a field has a default.
        """
        optional = [name for name, one in cls.model_fields.items() if not one.is_required()]
        if optional:
            message = f"{cls.__name__} answers always with {', '.join(optional)}: no defaults"
            raise TypeError(message)
        _remember_personal(cls)


class AmountIn(In):
    """Money that a client names: whole minor units of a currency."""

    amount: Annotated[int, Field(ge=0, le=MOST_VND, json_schema_extra={"format": "int64"})]
    currency: Literal["VND"]


class PaidIn(In):
    """Money that came in: whole minor units of a currency, at least one."""

    amount: Annotated[int, Field(ge=1, le=MOST_VND, json_schema_extra={"format": "int64"})]
    currency: Literal["VND"]


class Amount(Out):
    """Money: whole minor units and the ISO 4217 code of their currency."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"amount": 390000, "currency": "VND"}]}
    )

    amount: Int64
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]

    @classmethod
    def vnd(cls, amount: int) -> "Amount":
        """Return so many Vietnamese dong."""
        return cls(amount=amount, currency="VND")
