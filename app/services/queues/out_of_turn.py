"""A vehicle in place of the one that the rule calls: what an override does, under the lock.

It changes whose turn it is and nothing else: a hold, a closure, a full yard stop it as they stop
every call.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.domain.errors import OverrideRefusedError
from app.domain.overrides import Overridden, OverrideRefusal
from app.domain.policy import PolicyEdition
from app.domain.queue_order import Choice, points
from app.domain.sub_queues import Barrier
from app.domain.vocabulary import State
from app.models import Entry, Override
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.queues.barriers import Barriers
from app.services.queues.closing import Exclusion
from app.services.queues.waiting import WaitingLine, queue_of, sub_queue_of, waiting


@dataclass(frozen=True, slots=True)
class OutOfTurn:
    """An override that is complete, and the entry it is about, kept from other writers."""

    override: Override
    entry: Entry

    async def ensure_callable(
        self,
        uow: UnitOfWork,
        act: Act,
        line: WaitingLine,
        excluded: Sequence[tuple[Entry, Exclusion | Barrier]],
    ) -> None:
        """Refuse an entry that may not be called now, whoever's turn it is.

        Raises:
            OverrideRefusedError: it does not wait here, or something keeps it back.
        """
        entry = self.entry
        if State(entry.state) is not State.QUEUED or queue_of(entry) != line.queue:
            raise OverrideRefusedError.because(OverrideRefusal.NOT_WAITING)
        if entry.held:
            raise OverrideRefusedError.because(OverrideRefusal.HELD)
        for one, why in excluded:
            if one.id == entry.id:
                raise OverrideRefusedError.because(str(why.document()["reason"]))
        barrier = await Barriers(uow, act, line.queue).before(sub_queue_of(entry))
        if barrier is not None:
            raise OverrideRefusedError.because(barrier.reason.value)

    def instead_of(
        self, act: Act, choice: Choice, line: WaitingLine, edition: PolicyEdition
    ) -> Choice:
        """Return the choice of this entry, compared with those whom the rule compared; tell of it.

        Raises:
            OverrideRefusedError: the rule calls it next.
        """
        if choice.first.id == self.entry.id:
            raise OverrideRefusedError.because(OverrideRefusal.DUE_ANYWAY)
        line.events.append(self._event(act, choice, line, edition.override_budget))
        one = waiting(self.entry)
        earned = {**choice.earned, one.lane: points(one, edition.rates, line.clock)}
        return replace(choice, first=one, earned=earned)

    def _event(self, act: Act, choice: Choice, line: WaitingLine, budget: int) -> Mapping[str, Any]:
        """Return what is told right before the call: all that makes the override complete."""
        one = self.override
        assert one.week_on is not None
        assert one.number is not None
        told = Overridden(
            entry=one.entry_id,
            override=one.id,
            due=choice.first.id,
            reason=one.reason,
            week=one.week_on.isoformat(),
            number=one.number,
            budget=budget,
            proposed_by=str(one.proposed_by),
            confirmed_by=str(one.confirmed_by),
            approved_by=str(one.approved_by) if one.approved_by else None,
        )
        return act.event(
            "override.made", line.queue, one.entry_id, None, clock=line.clock, **told.document()
        )
