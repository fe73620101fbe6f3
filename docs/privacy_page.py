"""What the service does with personal data: said in two parts, its tables read from the code."""

from pathlib import Path

from app.domain.personal import EVERYTHING, PURPOSES, PurposeRow
from app.domain.retention import RetentionRow, parse_retention
from app.repositories.resealing import PARTS
from app.services.upkeep.seeding import published_documents
from docs.tables import tabled

HERE = Path(__file__).parent
NAMES = {one: one.value.replace("_", " ") for one in EVERYTHING}
SINCE = {
    "driver": "the entry has ended",
    "difficulty": "it was answered",
    "strike": "its appeal was decided on",
    "member": "it was disabled",
    "personal-read": "it was read",
    "driver-message": "it was sent or given up",
    "refund-payee": "it was paid, or cancelled",
    "payment-purpose": "the money came in, or its review was settled",
    "stored-answer": "it was answered",
}
HOW_LONG = """## How long

What no purpose keeps any more is erased by the workers, at the midnight of the gate; an event names
the fields. The rows in force today decide of everything that is there.

"""


def privacy_page() -> str:
    """Return the page."""
    parts = (
        (HERE / "privacy_head.md").read_text("utf-8"),
        _purposes(),
        _retention(),
        _sealed(),
        (HERE / "privacy_tail.md").read_text("utf-8"),
    )
    return "\n".join(parts)


def _purposes() -> str:
    head = ("purpose", "who", "reads", "because")
    return tabled(head, map(_purpose, PURPOSES))


def _purpose(row: PurposeRow) -> tuple[str, ...]:
    who = ", ".join(sorted(row.readers))
    fields = ", ".join(NAMES[one] for one in EVERYTHING if one in row.fields)
    return f"`{row.purpose}`", who, fields, row.because


def _retention() -> str:
    rows = parse_retention(published_documents()["retention"]["rows"])
    head = ("record", "purpose", "what", "legal days after", "although asked to erase", "rests on")
    return HOW_LONG + tabled(head, map(_kept, rows))


def _kept(row: RetentionRow) -> tuple[str, ...]:
    fields = ", ".join(NAMES[one] for one in EVERYTHING if one in row.fields) or "all of it"
    return (
        row.record.value,
        row.purpose,
        fields,
        f"{row.days}, since {SINCE[row.record]}",
        "kept" if row.withstands else "erased",
        f"{row.evidence.basis.value}: {row.evidence.source}",
    )


def _sealed() -> str:
    listed = ", ".join(f"`{part.name}`" for part in PARTS)
    return f"Encrypted are: {listed}.\n"
