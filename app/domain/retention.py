"""How long personal data are kept: dated rows, a purpose each, and what they say of one person.

No text that we found names days, so all of them are provisional. The rows in force today decide of
everything kept, however old: where a rule grows shorter, it does so for what is there already. Days
are legal days after the one on which an entry ended, a difficulty was answered, and so on.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from app.domain.errors import NoValueError
from app.domain.personal import EVERYTHING, Personal
from app.domain.rows import evidence
from app.domain.validity import Validity
from app.domain.vocabulary import Evidence

DAY = timedelta(days=1)


class Record(StrEnum):
    """What has personal data, and from when its days count."""

    DRIVER = "driver"
    """Of an entry, from its end."""
    DIFFICULTY = "difficulty"
    """Words and answer, from the answer."""
    STRIKE = "strike"
    """Appeal and decision in words, from the decision."""
    MEMBER = "member"
    """Name and address of a person who acts for an organisation, from when it was disabled."""
    PERSONAL_READ = "personal-read"
    """From the reading."""
    DRIVER_MESSAGE = "driver-message"
    """That a driver was told something, from when it was sent or given up; it has no number."""
    REFUND_PAYEE = "refund-payee"
    """Name and account of who was paid a refund, from its payment or cancellation."""
    PAYMENT_PURPOSE = "payment-purpose"
    """What a payer wrote, from when the money came in, or its review was settled."""
    STORED_ANSWER = "stored-answer"
    """For retries, from the answer; by the machine clock."""


class Outcome(StrEnum):
    """What became of one field when somebody asked that it be erased."""

    ERASED = "erased"
    KEPT = "kept"
    ABSENT = "absent"


class KeptBy(StrEnum):
    """What keeps a field: an entry on its way, or a row that withstands a person's request."""

    ENTRY_OPEN = "entry-open"
    RETENTION = "retention"


@dataclass(frozen=True, slots=True)
class RetentionRow:
    """On some legal days, for how many days after its end a purpose keeps what.

    `withstands` is whether it does so although the person asks to be erased.
    """

    record: Record
    purpose: str
    fields: frozenset[Personal]
    days: int
    withstands: bool
    valid: Validity
    evidence: Evidence

    def over_on(self, ended_on: date) -> date:
        """Return the first legal day on which this row keeps nothing of what ended on a day."""
        return ended_on + (self.days + 1) * DAY


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a field, and why: what keeps it, for which purpose, until which day."""

    field: Personal
    outcome: Outcome
    by: KeptBy | None = None
    purpose: str | None = None
    until: date | None = None


def parse_retention(rows: Iterable[Mapping[str, Any]]) -> tuple[RetentionRow, ...]:
    """Return the rows of a published document.

    Raises:
        KeyError, ValueError: a row lacks a field or has a value that we do not know.
    """
    return tuple(
        RetentionRow(
            Record(row["record"]),
            row["purpose"],
            frozenset(map(Personal, row.get("fields", ()))),
            row["days"],
            row["withstands"],
            Validity.parse(row),
            evidence(row),
        )
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class Retention:
    """All rows, asked on one legal day."""

    rows: tuple[RetentionRow, ...]

    def of(self, record: Record, on: date) -> tuple[RetentionRow, ...]:
        """Return what keeps a record on a legal day.

        Raises:
            NoValueError: no row is in force; then nothing is erased, and nothing kept for ever.
        """
        found = tuple(row for row in self.rows if row.record is record and row.valid.covers(on))
        if not found:
            raise NoValueError(day=on.isoformat())
        return found

    def keepers(self, field: Personal, on: date, *, asked: bool) -> tuple[RetentionRow, ...]:
        """Return what keeps a driver's field, the longest last; fewer where its person has asked.

        Raises:
            NoValueError.
        """
        rows = (row for row in self.of(Record.DRIVER, on) if field in row.fields)
        keeping = (row for row in rows if row.withstands or not asked)
        return tuple(sorted(keeping, key=lambda row: row.days))

    def kept_since(self, record: Record, on: date) -> date:
        """Return the first day of which a record is still kept on a legal day.

        Raises:
            NoValueError.
        """
        return on - max(row.days for row in self.of(record, on)) * DAY

    def field_kept_since(self, field: Personal, on: date, *, asked: bool) -> date:
        """Return the first day on which an entry may have ended that keeps a field on a legal day.

        The day after, where nothing keeps the field of an entry that has ended.

        Raises:
            NoValueError.
        """
        keepers = self.keepers(field, on, asked=asked)
        return on - keepers[-1].days * DAY if keepers else on + DAY


WITHOUT_ROWS = Retention(())
"""Before reference data are there, nothing is erased."""


def decide(
    retention: Retention, present: Iterable[Personal], ended_on: date | None, today: date
) -> Iterator[Decision]:
    """Yield what becomes of each field of an entry when its driver asks to be erased.

    Raises:
        NoValueError.
    """
    kept = set(present)
    for field in EVERYTHING:
        yield (
            _decided(retention, field, ended_on, today)
            if field in kept
            else Decision(field, Outcome.ABSENT)
        )


def _decided(retention: Retention, field: Personal, ended_on: date | None, today: date) -> Decision:
    if ended_on is None:
        return Decision(field, Outcome.KEPT, KeptBy.ENTRY_OPEN)
    keepers = retention.keepers(field, today, asked=True)
    if not keepers or keepers[-1].over_on(ended_on) <= today:
        return Decision(field, Outcome.ERASED)
    longest = keepers[-1]
    until = longest.over_on(ended_on)
    return Decision(field, Outcome.KEPT, KeptBy.RETENTION, longest.purpose, until)
