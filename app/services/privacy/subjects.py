"""What a person may ask: all that is kept of them, and that it be forgotten.

The board asks for them, having seen who they are; there is no sign-in for drivers.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from app.domain.errors import SubjectAmbiguousError
from app.domain.personal import EVERYTHING, Personal, Purpose, ReadWay
from app.domain.retention import Decision, Outcome, RetentionRow, decide
from app.models import Difficulty, Entry
from app.repositories.personal import Reading
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.declarations.declaring import key_of
from app.services.privacy.forgetting import ASKED, Forgetting, erase, present
from app.services.privacy.reading import PersonalReading, values_of

# The edges show these rows and never ask for them: they import them from here.
__all__ = ["Asked", "Kept", "Reading", "Reported", "Subjects"]

MOST: Final = 1000
"""How many entries one request looks at; nobody drives so often while entries are kept."""
MOST_PAPERS: Final = 20


@dataclass(frozen=True, slots=True)
class Reported:
    """A difficulty that was reported by an entry's tracking link, in clear."""

    difficulty: Difficulty
    words: str
    answer: str | None


@dataclass(frozen=True, slots=True)
class Kept:
    """Everything that is kept of a person with one entry, with purposes and who read it.

    `until` names the first legal day without it, per field and row; None while the entry is open.
    """

    entry: Entry
    company: str | None
    values: Mapping[Personal, str | None]
    keepers: Mapping[Personal, Sequence[tuple[RetentionRow, date | None]]]
    reported: Sequence[Reported]
    reads: Sequence[Reading]


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of one entry when its driver asked to be forgotten."""

    entry: Entry
    decisions: Sequence[Decision]
    words_erased: int
    words_kept: int


class Subjects:
    """Answers for a person what is kept of them, and forgets them."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def export(
        self, field: Personal, number: str, after: Sequence[Any] | None, limit: int
    ) -> Sequence[Kept]:
        """Return what is kept of a person with up to `limit` entries after a cursor, on record.

        The last of so many only tells that there are more: it is not shown, and not recorded.

        Raises:
            SubjectAmbiguousError: a phone that several persons gave.
            NoValueError: no row says how long it is kept.
        """
        found = await self._found(field, number, after, limit)
        ids = [entry.id for entry in found]
        companies = await self._uow.personal.companies_of(ids)
        reads, reported = defaultdict(list), defaultdict(list)
        for one in await self._uow.personal.reads_of(ids):
            reads[one.read.entry_id].append(one)
        for difficulty in await self._uow.retention.difficulties_by_link(ids):
            reported[difficulty.entry_id].append(self._opened(difficulty))
        reading = PersonalReading(self._uow, self._act)
        shown: Sequence[Entry | None] = found[: limit - 1] or [None]
        await reading.record(shown, EVERYTHING, Purpose.SUBJECT_REQUEST, ReadWay.EXPORT)
        return [
            Kept(
                entry=entry,
                company=companies.get(entry.id),
                values=values_of(self._act, entry),
                keepers=self._keepers(entry),
                reported=reported[entry.id],
                reads=reads[entry.id],
            )
            for entry in found
        ]

    async def forget(self, field: Personal, number: str) -> Sequence[Asked]:
        """Erase what nothing keeps of a person; tell what is kept, and why.

        Of what is kept the request stays: it is erased as soon as nothing but the request's own
        purpose would keep it.

        Raises:
            SubjectAmbiguousError: a phone that several persons gave.
            NoValueError.
        """
        found = await self._found(field, number, None, MOST)
        ids = [entry.id for entry in found]
        entries = await self._uow.retention.locked(ids) if ids else ()
        said = defaultdict(list)
        for difficulty in await self._uow.retention.difficulties_by_link(ids):
            said[difficulty.entry_id].append(difficulty)
        await self._uow.retention.asked(ids, self._act.principal.id, self._act.now)
        answers = [await self._forget(entry, said[entry.id]) for entry in entries]
        await self._uow.flush()
        empty = [entry.id for entry in entries if not present(entry)]
        await self._uow.retention.done(empty, self._act.now)
        return answers

    async def _forget(self, entry: Entry, said: Sequence[Difficulty]) -> Asked:
        ended_on = self._act.reference.day(entry.ended_at) if entry.ended_at else None
        retention = self._act.reference.retention
        decisions = list(decide(retention, present(entry), ended_on, self._act.day))
        erased = [one.field for one in decisions if one.outcome is Outcome.ERASED]
        erase(entry, erased)
        forgetting = Forgetting(self._uow, self._act)
        over = [one for one in said if one.answered_at and not one.erased_at]
        kept = sum(one.answered_at is None for one in said)
        events = [*forgetting.silence(over, ASKED), self._told(entry, decisions)]
        if erased:
            events.append(forgetting.of_driver(entry, erased, ASKED))
        await self._uow.records.insert_events(events)
        return Asked(entry, decisions, len(over), kept)

    def _told(self, entry: Entry, decisions: Sequence[Decision]) -> Mapping[str, Any]:
        """Return the event that somebody asked, with the names of fields and nothing in them."""
        kept = [one.field.value for one in decisions if one.outcome is Outcome.KEPT]
        return self._act.event("entry.erasure_asked", None, entry.id, kept=kept)

    async def _found(
        self, field: Personal, number: str, after: Sequence[Any] | None, limit: int
    ) -> Sequence[Entry]:
        hashes = self._act.tools.cipher.hashes_to_find(key_of(field, number))
        if field is Personal.PHONE:
            await self._ensure_one(hashes)
        principal = self._act.principal
        return await self._uow.personal.entries_of(principal, field, hashes, after, limit)

    async def _ensure_one(self, hashes: Sequence[bytes]) -> None:
        """Refuse a phone that several papers stand with: a company's office, a family's.

        Raises:
            SubjectAmbiguousError.
        """
        papers = await self._uow.personal.papers_with(hashes, MOST_PAPERS)
        opened = {self._act.tools.cipher.decrypt(one) for one in papers}
        if len({key_of(Personal.DOCUMENT_NUMBER, one) for one in opened}) > 1:
            raise SubjectAmbiguousError

    def _opened(self, one: Difficulty) -> Reported:
        cipher = self._act.tools.cipher
        answer = cipher.decrypt(one.answer) if one.answer else None
        return Reported(one, cipher.decrypt(one.words), answer)

    def _keepers(
        self, entry: Entry
    ) -> Mapping[Personal, Sequence[tuple[RetentionRow, date | None]]]:
        reference = self._act.reference
        ended_on = reference.day(entry.ended_at) if entry.ended_at else None
        return {
            field: [
                (row, row.over_on(ended_on) if ended_on else None)
                for row in reference.retention.keepers(field, self._act.day, asked=False)
                if ended_on is None or row.over_on(ended_on) > self._act.day
            ]
            for field in present(entry)
        }
