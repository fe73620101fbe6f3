"""Messages on their way: taken for a while, sent outside any transaction, and written down.

The phone is opened when a message is taken, on record before it leaves, and is kept nowhere.
Whoever is killed between leaves a message that is taken again when its lease is over, under the
same id.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.domain.driver_messages import (
    MessageKind,
    MessageState,
    Reason,
    Said,
    TextMessage,
    after,
    unfit,
)
from app.domain.personal import Personal, Purpose, ReadWay
from app.domain.webhooks import Answer
from app.models import Call, DriverMessage, Entry
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.notifying.facts import call_facts, country_of, entry_facts, planned_of, said
from app.services.privacy.reading import PersonalReading

AT_ONCE: Final = 8
LEASE: Final = timedelta(seconds=60)
"""Longer than any attempt lasts."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What the edge makes of a message: its text, and the number as the gateway dials it.

    `is_only_recorded`: nothing is sent, for this is a sandbox without a gateway.
    """

    render: Callable[[Said], str]
    dial: Callable[[str, str], str | None]
    is_only_recorded: bool


class Sending:
    """Takes messages that are due, and writes down what became of them."""

    def __init__(self, uow: UnitOfWork, act: Act, machine: datetime) -> None:
        """Work within one transaction, for one act, at an instant of the machine's clock."""
        self._uow = uow
        self._act = act
        self._machine = machine

    async def take(self, wording: Wording) -> tuple[int, Sequence[TextMessage]]:
        """Return how many were due, and those to be sent; nobody else takes them for a while."""
        messages, now = self._uow.driver_messages, self._act.now
        if not await messages.are_due(now, self._machine):
            return 0, ()
        await messages.drop_late(now, self._machine)
        taken = await messages.take(now, self._machine, LEASE, AT_ONCE)
        if not taken:
            return 0, ()
        ids = {one.entry_id for one in taken}
        entries = await messages.entries(ids)
        calls = {call.id: call for call in await messages.calls(ids)}
        outgoing, opened = list[TextMessage](), list[Entry]()
        for one in taken:
            entry, call = entries[one.entry_id], calls.get(one.call_id) if one.call_id else None
            if self._is_dropped(one, entry, call):
                continue
            opened.append(entry)
            outgoing += self._addressed(one, entry, call, wording)
        fields = [Personal.PHONE]
        reading = PersonalReading(self._uow, self._act)
        await reading.record(opened, fields, Purpose.CONTACT_DRIVER, ReadWay.MESSAGE)
        return len(taken), outgoing

    async def finish(self, answers: Mapping[UUID, Answer], chance: Callable[[], int]) -> None:
        """Write down what the gateway answered to messages that were taken."""
        for one in await self._uow.driver_messages.held(answers):
            answer = answers[one.id]
            one.attempts += 1
            one.status, one.error = answer.status, answer.error.value if answer.error else None
            state, due_at = after(answer, one.attempts, chance(), self._machine)
            if due_at is not None:
                one.due_at, one.leased_until = due_at, None
            else:
                refused = Reason.REFUSED if state is MessageState.GIVEN_UP else None
                self._end(one, state, refused)
        await self._uow.flush()

    def _is_dropped(self, one: DriverMessage, entry: Entry, call: Call | None) -> bool:
        facts = call_facts(call) if call else None
        known = entry_facts(self._act, entry)
        reason = unfit(planned_of(one), known, facts, self._act.now)
        if reason is not None:
            self._end(one, MessageState.DROPPED, reason)
        return reason is not None

    def _addressed(
        self, one: DriverMessage, entry: Entry, call: Call | None, wording: Wording
    ) -> Sequence[TextMessage]:
        """Return a message with its number; none where that is no phone, or nothing is sent."""
        sealed = entry.driver_phone
        phone = self._act.tools.cipher.decrypt(sealed) if sealed else ""
        to = wording.dial(phone, country_of(entry))
        if to is None:
            self._end(one, MessageState.DROPPED, Reason.PHONE_UNUSABLE)
            return ()
        if wording.is_only_recorded:
            self._end(one, MessageState.WOULD_BE_SENT, None)
            return ()
        text = wording.render(said(self._act, one, entry, call))
        return (TextMessage(one.id, MessageKind(one.kind), to, text),)

    def _end(self, one: DriverMessage, state: MessageState, reason: Reason | None) -> None:
        one.state, one.reason = state.value, reason.value if reason else None
        one.ended_at, one.leased_until = self._act.now, None
