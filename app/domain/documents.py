"""Documents that expire: what runs out before the vehicle is likely to be called.

A document holds to the end of the legal day it names. Nothing of this is stored: whoever looks is
told as of that instant. A warning only: the agency that asks for a document decides by its check.
Source: our decision, ADR 32.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from app.domain.findings import Finding, warning

EXPIRED: Final = "document-expired"
EXPIRES_SOON: Final = "document-expires-soon"
UNKNOWN_WAIT: Final = timedelta(hours=24)
"""How far ahead is looked where nobody can say how long the wait will be."""

DATED: Final = (
    "phytosanitary_certificate", "transport_licence", "vehicle_inspection", "insurance",
    "two_way_registration",
)  # fmt: skip
"""The declared documents that may name a last day."""


def findings_of_documents(
    declared: Mapping[str, Any],
    now: datetime,
    called_by: datetime | None,
    begin_of: Callable[[date], datetime],
) -> Iterator[Finding]:
    """Yield which declared documents have expired, and which will before the vehicle is called.

    `called_by` is when it is called at the latest, as far as can be told.
    """
    needed_at = now + UNKNOWN_WAIT if called_by is None else called_by
    documents = declared.get("documents") or {}
    for name in DATED:
        last_day = (documents.get(name) or {}).get("valid_until")
        if last_day is None:
            continue
        expires_at = begin_of(date.fromisoformat(last_day) + timedelta(days=1))
        pointer = f"/documents/{name}/valid_until"
        if expires_at <= now:
            yield warning(EXPIRED, pointer, last_day)
        elif expires_at <= needed_at:
            yield warning(EXPIRES_SOON, pointer, last_day)
