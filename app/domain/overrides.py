"""Overrides: a vehicle called out of its turn by two officers, for a reason, counted in public.

One officer proposes, another confirms, on the same legal day. An edition has a budget of them a
week and queue; past it a member of the board must approve too. An override changes whose turn it
is, never who may be called. Weeks begin on Monday, in legal days. Source: design section 5; the
reasons are dated rows, the budget is the edition's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final, Self
from uuid import UUID

from app.domain.rows import evidence, text
from app.domain.validity import Validity
from app.domain.vocabulary import Evidence, Text

WEEK: Final = timedelta(days=7)


class OverrideState(StrEnum):
    """How far one is; `confirmed` waits for the board, `lapsed` was proposed on a day before."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    MADE = "made"
    LAPSED = "lapsed"


class OverrideRefusal(StrEnum):
    """Why a vehicle is not called out of its turn, apart from what keeps any vehicle back."""

    NOT_WAITING = "not-waiting"
    HELD = "held"
    DUE_ANYWAY = "due-anyway"


@dataclass(frozen=True, slots=True)
class OverrideReason:
    """For what, on some legal days, a vehicle may be called out of its turn."""

    code: str
    label: Text
    valid: Validity
    evidence: Evidence


def parse_override_reasons(rows: Iterable[Mapping[str, Any]]) -> tuple[OverrideReason, ...]:
    """Return the reasons of a published document.

    Raises:
        KeyError, ValueError: a row lacks a field or has a value that we do not know.
    """
    return tuple(
        OverrideReason(row["code"], text(row["label"]), Validity.parse(row), evidence(row))
        for row in rows
    )


def is_reason(code: str, on: date, reasons: Iterable[OverrideReason]) -> bool:
    """Tell whether a reason is on the list of a legal day."""
    return any(one.code == code and one.valid.covers(on) for one in reasons)


def week_of(on: date) -> date:
    """Return the Monday of the week of a legal day."""
    return on - timedelta(days=on.weekday())


def needs_board(number: int, budget: int) -> bool:
    """Tell whether the `number`-th override of a week, from 1, is past the edition's budget."""
    return number > budget


@dataclass(frozen=True, slots=True)
class Overridden:
    """An override as it is told right before its call: all that makes it complete.

    `due` is whom the rule would have called; `number` counts from 1 in the week that begins on the
    legal day `week`; who proposed, confirmed and approved stand as the log names them.
    """

    entry: UUID
    override: UUID
    due: UUID | None
    reason: str
    week: str
    number: int
    budget: int
    proposed_by: str
    confirmed_by: str | None
    approved_by: str | None

    def document(self) -> dict[str, Any]:
        """Return it as events tell it, without the entry, of which the event is."""
        return {
            "override": str(self.override),
            "due": str(self.due) if self.due else None,
            "reason": self.reason,
            "week": self.week,
            "number": self.number,
            "budget": self.budget,
            "proposed_by": self.proposed_by,
            "confirmed_by": self.confirmed_by,
            "approved_by": self.approved_by,
        }

    @classmethod
    def parse(cls, entry: UUID, told: Mapping[str, Any]) -> Self:
        """Return what an event, or its leaf in the log, tells of an entry's override."""
        words = (told["proposed_by"], told.get("confirmed_by"), told.get("approved_by"))
        due = UUID(told["due"]) if told["due"] else None
        facts = (told["reason"], told["week"], told["number"], told["budget"])
        return cls(entry, UUID(told["override"]), due, *facts, *words)

    def is_complete(self, made: int, budget: int | None) -> bool:
        """Tell whether two officers, a reason, and past the budget the board, stand behind it.

        `made` is how many were made before in the same week; `budget` the edition's as the queue
        was told of it, None where it was told before editions had one in the log.
        """
        words = [self.proposed_by, self.confirmed_by]
        most = self.budget if budget is None else budget
        if needs_board(self.number, most):
            words.append(self.approved_by)
        different = len(set(words)) == len(words) and all(words)
        return different and bool(self.reason) and self.number == made + 1
