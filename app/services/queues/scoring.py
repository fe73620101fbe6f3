"""Expected waits are stored as they are told, and scored by the calls that come.

Safe to run twice and to stop at any instant: an estimate is known by its entry and its instant, a
score is written once, a day is folded once.
"""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from app.domain.expected_wait import METHOD
from app.domain.vocabulary import Queue, QueueMode
from app.domain.wait_scores import DAY, WEEK, days_from, due_since, estimates_due, hour_due
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Today
from app.services.queues.expected import Forecast, forecasts_of

UNSCORED_KEPT = timedelta(days=30)
"""So long does an entry at most wait for its call; what is older ended without one."""

ROWS_AT_ONCE = 100
"""How many are made before others of the process have their say."""

Row = Mapping[str, Any]


class Scoring:
    """Keeps estimates of those who wait, and their scores, as of today."""

    def __init__(self, uow: UnitOfWork, today: Today) -> None:
        """Work within one transaction."""
        self._uow = uow
        self._today = today

    async def keep(self) -> int:
        """Store the estimates that are due now in all queues that call; return how many."""
        known = await self._uow.scores.due_from(due_since(self._today.now))
        forecasts = await forecasts_of(self._uow, self._today, self._queues())
        rows = []
        for queue, forecast in forecasts.items():
            for number, row in enumerate(self._due(queue, forecast)):
                if (row["entry_id"], row["due_at"]) not in known:
                    rows.append(row)
                if number % ROWS_AT_ONCE == 0:
                    await asyncio.sleep(0)  # at a full hour everybody's is due
        await self._uow.scores.keep(rows)
        return len(rows)

    async def score(self) -> int:
        """Score the estimates of those who were called; return how many."""
        return sum([await self._uow.scores.score(queue) for queue in self._queues()])

    async def fold(self) -> int:
        """Sum up yesterday and the week up to it, unless that is done; return the rows made."""
        yesterday, zone = self._today.day - DAY, self._today.reference.zone
        if await self._uow.scores.has_folded(yesterday):
            return 0
        day, end = days_from(yesterday, DAY, zone)
        week, _ = days_from(yesterday, WEEK, zone)
        return await self._uow.scores.fold(yesterday, day, week, end)

    async def forget(self, limit: int) -> int:
        """Delete up to `limit` estimates that no week can need any more; return how many."""
        week, end = days_from(self._today.day - DAY, WEEK, self._today.reference.zone)
        return await self._uow.scores.forget(week, end - UNSCORED_KEPT, limit)

    def _queues(self) -> list[Queue]:
        edition = self._today.reference.policy_at(self._today.now)
        modes = edition.modes if edition else {}
        return sorted(queue for queue, mode in modes.items() if mode is QueueMode.CALLED)

    def _due(self, queue: Queue, forecast: Forecast) -> Iterator[Row]:
        now, clock = self._today.now, forecast.opening.reading(self._today.now)
        hour = hour_due(now, forecast.opening)
        for one in forecast.callable:
            due = estimates_due(one.waits_from, now, hour)
            seconds = forecast.seconds_of(one, now) if due else None
            if seconds is None:
                continue
            for due_at in due:
                yield {
                    "entry_id": one.id,
                    "due_at": due_at,
                    "gate_code": queue.gate,
                    "direction": queue.direction.value,
                    "lane": one.lane.value,
                    "made_at": now,
                    "clock": clock,
                    "low": seconds.low,
                    "likely": seconds.likely,
                    "high": seconds.high,
                    "method": METHOD,
                    "sample": forecast.sample,
                }
