"""A bank's statement, as banks write amounts and instants in files for people."""

import re
from datetime import UTC, datetime
from typing import Final

from app.domain.gates import HANOI

"""The zone of what a statement says without one: banks write their own day and hour."""

_AMOUNT: Final = re.compile(r"[0-9]{1,19}|[0-9]{1,3}(?:(?:,[0-9]{3}){1,6}|(?:\.[0-9]{3}){1,6})")
_FORMS: Final = (
    "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d",
    "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y",
)  # fmt: skip


def amount_of(text: str) -> int | None:
    """Return whole dong, written plain or in groups of three; None where it is no such amount.

    A part of a dong, a sign or a currency is no amount: nothing is guessed.
    """
    text = text.strip()
    if _AMOUNT.fullmatch(text) is None:
        return None
    return int(text.replace(",", "").replace(".", ""))


def instant_of(text: str) -> datetime | None:
    """Return the instant of a booking, RFC 3339 or as people write it in Hanoi; else None."""
    text = text.strip()
    found = next(filter(None, (_read(text, form) for form in _FORMS)), None)
    if found is None:
        return None
    try:
        return (found if found.tzinfo else found.replace(tzinfo=HANOI)).astimezone(UTC)
    except OverflowError:
        return None


def _read(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - one without is of Hanoi
    except ValueError:
        return None
