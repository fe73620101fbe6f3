"""Receipts at a provider: what it is told, what comes back, and when it is told again.

A receipt is sent until the provider has numbered it, and its voiding until the provider knows. What
the provider refuses waits for somebody who looks. Times are the machine's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from app.domain.webhooks import AttemptError, retry_pause

REFUSED: Final = range(400, 500)
WORTH_ANOTHER_TRY: Final = frozenset({401, 403, 404, 407, 408, 409, 421, 425, 429})
"""It was too early or too much, or the operator is to mend something: no receipt is at fault."""
LONGEST: Final = 64


class Told(StrEnum):
    """What a provider is told of a receipt."""

    ISSUED = "issued"
    VOIDED = "voided"


class DispatchState(StrEnum):
    """How far that is."""

    PENDING = "pending"
    DONE = "done"
    REFUSED = "refused"


class ProviderFault(StrEnum):
    """What is wrong with an answer that came, beside what may be wrong with any."""

    NONSENSE = "nonsense"
    CONTRADICTION = "contradiction"


@dataclass(frozen=True, slots=True)
class ReceiptMessage:
    """What a provider is sent; the same receipt and word are the same request however often."""

    dispatch: int
    receipt: UUID
    told: Told
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Numbered:
    """What makes a receipt one: the provider's series and number, the authority's code."""

    series: str
    number: str
    authority_code: str


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """What a provider answered: its status and number, or why that does not count."""

    status: int | None
    error: AttemptError | ProviderFault | None
    numbered: Numbered | None = None


def read_number(body: object) -> Numbered | None:
    """Return the number in an answer, None where it makes no sense."""
    if not isinstance(body, Mapping):
        return None
    values = [body.get(name) for name in ("series", "number", "authority_code")]
    texts = [one.strip() for one in values if isinstance(one, str)]
    is_whole = len(texts) == len(values) and all(
        0 < len(one) <= LONGEST and one.isprintable() for one in texts
    )
    return Numbered(*texts) if is_whole else None


def after(
    answer: ProviderAnswer, attempts: int, chance: int, now: datetime
) -> tuple[DispatchState, datetime | None]:
    """Return what a dispatch is after so many attempts, and when it is due again.

    It is never given up: pauses double up to an hour. Only a refusal waits for somebody.
    """
    if answer.error is None:
        return DispatchState.DONE, None
    is_refused = answer.status in REFUSED and answer.status not in WORTH_ANOTHER_TRY
    if is_refused or answer.error is ProviderFault.CONTRADICTION:
        return DispatchState.REFUSED, None
    return DispatchState.PENDING, now + retry_pause(attempts, chance)
