"""A call as it is kept and told: with all that explains it, its window, and what becomes due."""

from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.deadlines import DeadlineKind, reminder_at
from app.domain.gates import Location
from app.domain.policy import PolicyEdition
from app.domain.queue_order import Choice, Waiting, points
from app.domain.vocabulary import Lane
from app.models import Call, Deadline, Entry
from app.services.act import Act
from app.services.queues.due import due
from app.services.queues.skips import SKIPS_SHOWN, Skip
from app.services.queues.waiting import WaitingLine


class Summons:
    """Writes the calls of one queue down; whom to call has been decided."""

    def __init__(self, act: Act, line: WaitingLine, edition: PolicyEdition) -> None:
        """Write for one act that holds the queue's lock, under the edition by which it chose."""
        self._act = act
        self._line = line
        self._edition = edition

    def call(
        self, entry: Entry, choice: Choice, skips: list[Skip], override: UUID | None = None
    ) -> Call:
        """Return the call of the chosen entry, and tell of it in its line."""
        act, line, begins = self._act, self._line, self._window_begins()
        call_id = act.tools.new_id()
        heads = [self._head(head) for head in _first_of_each_lane(choice)]
        line.events.append(
            act.event(
                "call.made", line.queue, entry.id, call=str(call_id),
                clock=line.clock, points=choice.points, policy=self._edition.code, heads=heads,
                skips=skips, call_number=entry.call_number,
                override=str(override) if override else None,
            )
        )  # fmt: skip
        return Call(
            id=call_id,
            entry_id=entry.id,
            gate_code=line.queue.gate,
            direction=line.queue.direction.value,
            called_at=act.now,
            window_starts_at=begins,
            window_ends_at=begins + self._edition.window(_location(entry)),
            call_number=entry.call_number,
            clock=line.clock,
            route_code=entry.route_code,
            lane=entry.lane,
            points=choice.points,
            open_wait=self._open_wait(choice.first.waits_from),
            policy_code=self._edition.code,
            heads=heads,
            skips=skips[:SKIPS_SHOWN],
            called_by=act.principal.id,
            override_id=override,
        )

    def deadlines(self, call: Call, entry: Entry) -> list[Deadline]:
        """Return what becomes due of a call by itself: a reminder, and the end of its window."""
        starts_at, ends_at = call.window_starts_at or call.called_at, call.window_ends_at
        reminded_at = reminder_at(starts_at, ends_at, self._edition.reminder_minutes)
        instants = {DeadlineKind.REMINDER: reminded_at, DeadlineKind.WINDOW_END: ends_at}
        return [due(self._act, entry, kind, at, call) for kind, at in instants.items() if at]

    def _head(self, head: Waiting) -> dict[str, Any]:
        """Return one of those who were compared, with all that the rule saw of it."""
        rates = self._edition.rates
        return {
            "entry": str(head.id),
            "lane": head.lane.value,
            "rate": rates[head.lane],
            "points": points(head, rates, self._line.clock),
            "waits_from": head.waits_from.isoformat(),
            "open_wait": self._open_wait(head.waits_from),
        }

    def _window_begins(self) -> datetime:
        """Return from when a vehicle that is called now may come: not before the gate opens."""
        now = self._act.now
        clock = self._act.reference.clock(self._line.queue)
        opens_at = None if self._line.is_open else clock.next_change(now)
        return opens_at or now

    def _open_wait(self, waits_from: datetime) -> int:
        clock = self._act.reference.clock(self._line.queue)
        return clock.seconds_between(waits_from, self._act.now)


def _location(entry: Entry) -> str:
    """Return where the vehicle is summoned from: inside its gate, or from anywhere else."""
    return (Location.INSIDE_GATE if entry.inside else Location.OUTSIDE_GATE).value


def _first_of_each_lane(choice: Choice) -> list[Waiting]:
    """Return the heads that were compared: of many candidates, the first of each lane."""
    seen: dict[Lane, Waiting] = {}
    for head in choice.ranked:
        seen.setdefault(head.lane, head)
    return list(seen.values())
