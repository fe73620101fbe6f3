"""A difficulty that somebody reports: who reads it, who answers it, what everybody may read.

Its words may name people, so they stay between the reporter and those who answer. What everybody
may read is a wording of the board's own, and one in which a name, a number or a plate can be
recognised is refused. Source: our decision, ADR 21.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from app.domain.authorisation import Action, Tie, decide
from app.domain.errors import (
    DifficultyAnsweredError,
    DifficultyNotForPublicationError,
    DifficultyNotYoursError,
    DifficultyUnansweredError,
)
from app.domain.principal import Principal
from app.domain.review import SETTLE_ANY
from app.domain.vocabulary import Role

REPORTERS: Final = frozenset({Role.COMPANY, Role.APP})

# Seven digits and more, however they are grouped: phones, identity cards, declarations.
_NUMBER: Final = re.compile(r"[0-9](?:[ .\-]?[0-9]){6,}")
_PLATE: Final = re.compile(
    r"(?<![0-9A-Z])[0-9]{2}[ .\-]?[A-ZĐ]{1,2}[0-9]?[ .\-]?[0-9]{3}[ .\-]?[0-9]{1,2}(?![0-9])"
    r"|[\u4e00-\u9fff][A-Z][ ·.\-]?[0-9A-Z]{5,6}(?![0-9A-Z])"
)
_ADDRESS: Final = re.compile(r"\S@\S")
# A shorter name is part of many words, and by itself nobody is known by it.
_SHORTEST_NAME: Final = 4


@dataclass(frozen=True, slots=True)
class Subject:
    """What a difficulty is about: at least one of an entry, a gate and a rule."""

    entry_id: UUID | None = None
    gate: str | None = None
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """What deciding about a difficulty asks; a driver reports for no organisation."""

    organisation_id: UUID | None
    assigned_to: UUID | None
    may_publish: bool
    answered_at: datetime | None


class Leak(StrEnum):
    """What a public wording must not have in it."""

    NUMBER = "long-number"
    PLATE = "plate"
    ADDRESS = "address"
    NAME = "name"


def may_read(principal: Principal, case: Case) -> bool:
    """Tell whether a principal may read a difficulty, its words included.

    Officers, the board and the auditor any; a company what it reported; who it is assigned to.
    """
    return decide(principal, Action.DIFFICULTY, _ties(principal, case))


def _ties(principal: Principal, case: Case) -> Iterator[Tie]:
    if principal.id == case.assigned_to:
        yield Tie.ASSIGNEE
    if principal.role in REPORTERS and principal.organisation_id == case.organisation_id:
        yield Tie.REPORTER


def ensure_answerable(principal: Principal, case: Case) -> None:
    """Refuse an answer by others than officers, the board and who it is assigned to, or a second.

    Raises:
        DifficultyNotYoursError, DifficultyAnsweredError.
    """
    if principal.role not in SETTLE_ANY and principal.id != case.assigned_to:
        raise DifficultyNotYoursError
    ensure_open(case)


def ensure_open(case: Case) -> None:
    """Refuse to go on with a difficulty that has its answer.

    Raises:
        DifficultyAnsweredError.
    """
    if case.answered_at is not None:
        raise DifficultyAnsweredError


def ensure_publishable(case: Case) -> None:
    """Refuse to publish what is not answered yet, or what its reporter does not want published.

    Raises:
        DifficultyNotForPublicationError, DifficultyUnansweredError.
    """
    if not case.may_publish:
        raise DifficultyNotForPublicationError
    if case.answered_at is None:
        raise DifficultyUnansweredError


def leaks(wording: str, names: Iterable[str]) -> Iterator[Leak]:
    """Yield what a public wording gives away: long numbers, plates, addresses, any of `names`."""
    upper = wording.upper()
    if _NUMBER.search(wording):
        yield Leak.NUMBER
    if _PLATE.search(upper):
        yield Leak.PLATE
    if _ADDRESS.search(wording):
        yield Leak.ADDRESS
    said = _bare(wording)
    if any(len(bare) >= _SHORTEST_NAME and bare in said for bare in map(_bare, names)):
        yield Leak.NAME


def _bare(text: str) -> str:
    """Return a text without marks, spaces and case, as plates and names are compared."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())
