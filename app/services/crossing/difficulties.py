"""Difficulties: reported, assigned, answered with a reason, published without names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.domain.authorisation import Action
from app.domain.difficulties import (
    Case,
    Subject,
    ensure_answerable,
    ensure_open,
    ensure_publishable,
    leaks,
    may_read,
)
from app.domain.errors import (
    DifficultyNotFoundError,
    FieldError,
    WordingNamesError,
)
from app.domain.questions import DifficultyFilter
from app.models import Difficulty, Entry
from app.repositories.difficulties import Reported
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act, Tools
from app.services.authorising import reached
from app.services.crossing.assigning import assignee
from app.services.declarations.assessment import driver_of

# The edges show these rows and never ask for them: they import them from here.
__all__ = ["Difficulties", "Difficulty", "Reported", "Told", "published", "reported_by_link"]

MOST_BY_LINK = 50


@dataclass(frozen=True, slots=True)
class Told:
    """A difficulty with its words and its answer in clear, for those who may read them."""

    reported: Reported
    words: str
    answer: str | None


class Difficulties:
    """Keeps what companies and drivers report, and sees that it is answered."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def report(self, subject: Subject, words: str, *, may_publish: bool) -> Reported:
        """Keep a difficulty that a company has with an entry of its own, a gate or a rule.

        Raises:
            EntryNotFoundError: none of that id, or not the principal's to see.
            UnknownCodeError: there is no such gate.
        """
        entry = None
        if subject.entry_id is not None:
            entry = await reached(self._uow, self._act, subject.entry_id, Action.REPORT)
        difficulty = self._new(subject, entry, words, may_publish=may_publish)
        difficulty.reported_by = self._act.principal.id
        difficulty.organisation_id = self._act.principal.organisation_id
        return await self._keep(difficulty)

    async def report_by_link(
        self, entry: Entry, rule: str | None, words: str, *, may_publish: bool
    ) -> Difficulty:
        """Keep a difficulty that a driver has with the entry of a tracking link.

        The same words again, before they were answered, are the same: a form may be sent twice.
        """
        await self._uow.entries.locked(entry.id)
        if (same := await self._newest(entry, rule, words)) is not None:
            return same
        subject = Subject(entry_id=entry.id, rule=rule)
        difficulty = self._new(subject, entry, words, may_publish=may_publish)
        return (await self._keep(difficulty)).difficulty

    async def _newest(self, entry: Entry, rule: str | None, words: str) -> Difficulty | None:
        """Return what was reported last by the link of an entry, if it said this and is open."""
        for one in await self._uow.difficulties.by_link(entry.id, 1):
            is_same = self._act.tools.cipher.decrypt(one.words) == words and one.rule == rule
            return one if is_same and one.answered_at is None else None
        return None

    async def page(
        self, where: DifficultyFilter, after: Sequence[Any] | None, limit: int
    ) -> Sequence[Reported]:
        """Return up to `limit` difficulties after a cursor that the principal may read."""
        return await self._uow.difficulties.page(self._act.principal, where, after, limit)

    async def get(self, difficulty_id: UUID) -> Told:
        """Return a difficulty, words and answer in clear.

        Raises:
            DifficultyNotFoundError: none of that id, or not the principal's to read.
        """
        found = await self._uow.difficulties.get(difficulty_id)
        if found is None or not may_read(self._act.principal, _case(found.difficulty)):
            raise DifficultyNotFoundError
        one = found.difficulty
        return Told(
            found, self._act.tools.cipher.decrypt(one.words), _opened(self._act.tools, one.answer)
        )

    async def assign(self, difficulty_id: UUID, name: str | None) -> Reported:
        """Give an open difficulty to somebody by name, or to who asks.

        Raises:
            DifficultyNotFoundError, DifficultyAnsweredError, UnknownCodeError.
        """
        one = await self._locked(difficulty_id)
        ensure_open(_case(one))
        one.assigned_to = await assignee(self._uow, self._act, name)
        one.assigned_at = self._act.now
        return await self._tell("difficulty.assigned", one)

    async def answer(self, difficulty_id: UUID, reason: str) -> Reported:
        """Answer a difficulty with a reason, once.

        Raises:
            DifficultyNotFoundError, DifficultyAnsweredError, DifficultyNotYoursError.
        """
        one = await self._locked(difficulty_id)
        ensure_answerable(self._act.principal, _case(one))
        one.answered_at, one.answered_by = self._act.now, self._act.principal.id
        one.answer = self._act.tools.cipher.encrypt(reason)
        return await self._tell("difficulty.answered", one)

    async def publish(self, difficulty_id: UUID, question: str, answer: str) -> Reported:
        """Let everybody read an answered difficulty, in words of the board; again replaces them.

        Raises:
            DifficultyNotFoundError, DifficultyNotForPublicationError, DifficultyUnansweredError.
            WordingNamesError: somebody can be recognised in the words.
        """
        one = await self._locked(difficulty_id)
        ensure_publishable(_case(one))
        names = await self._names(one)
        wording = {"/question": question, "/answer": answer}
        errors = tuple(
            FieldError(pointer, leak.value)
            for pointer, said in wording.items()
            for leak in leaks(said, names)
        )
        if errors:
            raise WordingNamesError(errors=errors)
        one.published_at, one.published_by = self._act.now, self._act.principal.id
        one.public_question, one.public_answer = question, answer
        return await self._tell("difficulty.published", one)

    def _new(
        self, subject: Subject, entry: Entry | None, words: str, *, may_publish: bool
    ) -> Difficulty:
        gate = entry.gate_code if entry else subject.gate
        if gate is not None:
            self._act.reference.gate(gate)
        return Difficulty(
            id=self._act.tools.new_id(),
            entry_id=subject.entry_id,
            gate_code=gate,
            rule=subject.rule,
            words=self._act.tools.cipher.encrypt(words),
            may_publish=may_publish,
            reported_at=self._act.now,
        )

    async def _keep(self, difficulty: Difficulty) -> Reported:
        self._uow.add(difficulty)
        return await self._tell("difficulty.reported", difficulty)

    async def _locked(self, difficulty_id: UUID) -> Difficulty:
        one = await self._uow.difficulties.locked(difficulty_id)
        if one is None or not may_read(self._act.principal, _case(one)):
            raise DifficultyNotFoundError
        return one

    async def _names(self, one: Difficulty) -> Sequence[str]:
        """Return everything by which those whom a difficulty involves are known."""
        names = [*await self._uow.difficulties.names_around(one)]
        entry = await self._uow.entries.by_id(one.entry_id) if one.entry_id else None
        if entry is None:
            return names
        driver = driver_of(self._act, entry)
        known = (entry.reference, entry.tractor_plate, entry.client_reference, entry.call_number)
        numbers = (*entry.container_numbers, *entry.declaration_numbers)
        return [*names, *filter(None, (*known, *numbers, driver.name, driver.document_number))]

    async def _tell(self, kind: str, one: Difficulty) -> Reported:
        """Tell that something was done, and nothing of what was said."""
        await self._uow.flush()
        facts: Mapping[str, str | None] = {
            "difficulty": str(one.id),
            "gate": one.gate_code,
            "rule": one.rule,
        }
        event = self._act.event(kind, None, one.entry_id, None, **facts)
        await self._uow.records.insert_events([event])
        found = await self._uow.difficulties.get(one.id)
        assert found is not None
        return found


async def reported_by_link(
    uow: UnitOfWork, tools: Tools, entry: Entry
) -> Sequence[tuple[Difficulty, str | None]]:
    """Return what was reported by an entry's tracking link, newest first, with the answers."""
    found = await uow.difficulties.by_link(entry.id, MOST_BY_LINK)
    return [(one, _opened(tools, one.answer)) for one in found]


async def published(
    uow: UnitOfWork, after: Sequence[Any] | None, limit: int
) -> Sequence[Difficulty]:
    """Return up to `limit` difficulties that everybody may read, after a cursor, newest first."""
    return await uow.difficulties.published(after, limit)


def _opened(tools: Tools, sealed: bytes | None) -> str | None:
    return tools.cipher.decrypt(sealed) if sealed else None


def _case(one: Difficulty) -> Case:
    return Case(one.organisation_id, one.assigned_to, one.may_publish, one.answered_at)
