"""A driver's personal data: which of them are read in full, by whom and for what.

No text gives a list of purposes. They are our decision (ADR 39): what somebody at a gate needs a
driver's data for, and of the data no more than that needs. Law 91/2025/QH15 and Decree
356/2025/ND-CP ask for access rules; every reading is recorded.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from app.domain.errors import FieldError, PurposeForbiddenError
from app.domain.principal import Principal
from app.domain.validity import Validity
from app.domain.vocabulary import Agency, Role


class Personal(StrEnum):
    """What is kept of a driver."""

    NAME = "name"
    DOCUMENT_NUMBER = "document_number"
    PHONE = "phone"


EVERYTHING: Final = tuple(Personal)
FINDABLE: Final = (Personal.DOCUMENT_NUMBER, Personal.PHONE)
"""What a driver may be found by, as written on input and compared without its marks."""


class Purpose(StrEnum):
    """What personal data are read for."""

    BORDER_CONTROL = "border-control"
    CONTACT_DRIVER = "contact-driver"
    CORRECTION = "correction"
    SUBJECT_REQUEST = "subject-request"


class ReadWay(StrEnum):
    """How personal data were read: of one entry, by looking for somebody, or all of a person.

    `message` is no reading: the service opened the phone to send its driver a message.
    """

    ENTRY = "entry"
    SEARCH = "search"
    EXPORT = "export"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class PurposeRow:
    """On some legal days, who reads what for a purpose, and why just that."""

    purpose: Purpose
    readers: frozenset[Role | Agency]
    fields: frozenset[Personal]
    because: str
    valid: Validity


# From the first day of mandatory registration, so that a day of the past can be played.
_ALWAYS: Final = Validity(date(2022, 2, 21))
_BY_PHONE: Final = frozenset({Personal.NAME, Personal.PHONE})

PURPOSES: Final = (
    PurposeRow(
        Purpose.BORDER_CONTROL,
        frozenset({Agency.BORDER_GUARD, Agency.CUSTOMS}),
        frozenset({Personal.NAME, Personal.DOCUMENT_NUMBER}),
        "Who drives over the border is compared with the paper that is shown.",
        _ALWAYS,
    ),
    PurposeRow(
        Purpose.CONTACT_DRIVER,
        frozenset({Role.OFFICER, Role.COMPANY, Role.APP, Agency.BORDER_GUARD, Agency.CUSTOMS}),
        _BY_PHONE,
        "A vehicle stands in the way, is called, or is looked for.",
        _ALWAYS,
    ),
    PurposeRow(
        Purpose.CORRECTION,
        frozenset({Role.OFFICER, Role.COMPANY, Role.APP}),
        frozenset(EVERYTHING),
        "What was declared of the driver is compared with what is right, before it is amended.",
        _ALWAYS,
    ),
    PurposeRow(
        Purpose.SUBJECT_REQUEST,
        frozenset({Role.BOARD}),
        frozenset(EVERYTHING),
        "Somebody asks what is kept of them; the Management Board runs the platform and answers.",
        _ALWAYS,
    ),
)


def fields_for(
    principal: Principal, purpose: Purpose, on: date, rows: Iterable[PurposeRow] = PURPOSES
) -> tuple[Personal, ...]:
    """Return what a principal reads for a purpose on a legal day, in the order of `Personal`.

    Raises:
        PurposeForbiddenError: nothing; the purpose is another's.
    """
    who = {principal.role, principal.agency}
    for row in rows:
        if row.purpose is purpose and row.valid.covers(on) and row.readers & who:
            return tuple(one for one in EVERYTHING if one in row.fields)
    raise PurposeForbiddenError(purpose=purpose.value, role=principal.authority)


def ensure_sought(principal: Principal, purpose: Purpose, field: Personal, on: date) -> None:
    """Refuse to find a driver by what the principal may not read for that purpose.

    Raises:
        PurposeForbiddenError.
    """
    if field not in fields_for(principal, purpose, on):
        error = FieldError(f"/{field}", PurposeForbiddenError.code)
        raise PurposeForbiddenError(
            errors=(error,), purpose=purpose.value, role=principal.authority
        )


def shown(
    fields: Iterable[Personal], values: Mapping[Personal, str | None]
) -> Mapping[Personal, str | None]:
    """Return the values of some fields, and None for all that is not asked for."""
    wanted = set(fields)
    return {one: values[one] if one in wanted else None for one in EVERYTHING}
