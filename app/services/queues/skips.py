"""Who would have been called but for something: told with each call, and where calls stop."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.log.retelling import HELD
from app.domain.policy import PolicyEdition
from app.domain.queue_order import Bound, Choice, Waiting, bounds, choose, points
from app.domain.sub_queues import Barrier
from app.domain.vocabulary import Lane
from app.models import Entry, Hold
from app.repositories.unit_of_work import UnitOfWork
from app.services.queues.closing import Exclusion
from app.services.queues.waiting import WaitingLine, waiting

# More held entries than this before a chosen one are counted, not listed.
SKIPS_LISTED = 50
# So many a call shows; its event has all of them.
SKIPS_SHOWN = 100

Skip = dict[str, Any]
KeptBack = list[tuple[Entry, Exclusion | Barrier]]
"""Entries that may not be called, each with why not."""


async def skips_of(
    uow: UnitOfWork,
    line: WaitingLine,
    choice: Choice,
    edition: PolicyEdition,
    excluded: Sequence[tuple[Entry, Exclusion | Barrier]],
) -> list[Skip]:
    """Return who the rule would have called first but for a hold, a closure or a notice.

    The excluded are all listed: a replay cannot know them otherwise.
    """
    clock = line.clock
    before = bounds(choice.first, edition.rates, clock, strict=edition.strict)
    held = await uow.lines.held_before(line.queue, before, SKIPS_LISTED)
    holds = await _holds(uow, held)
    skips = [{**_who(entry, edition, clock), **_why_held(holds.get(entry.id))} for entry in held]
    skips += [
        skip_of(entry, exclusion, edition, clock)
        for entry, exclusion in excluded
        if not entry.held and _is_before(waiting(entry), before)
    ]
    return skips


def first_of(kept_back: KeptBack, edition: PolicyEdition, clock: int) -> Skip | None:
    """Return who would be called if nothing kept anybody back; None where nobody could be."""
    found = {entry.id: (entry, why) for entry, why in kept_back if not entry.held}
    everybody = [waiting(entry) for entry, _ in found.values()]
    choice = choose(everybody, edition.rates, clock, strict=edition.strict)
    return None if choice is None else skip_of(*found[choice.first.id], edition, clock)


def skip_of(entry: Entry, why: Exclusion | Barrier, edition: PolicyEdition, clock: int) -> Skip:
    """Return who is not called, and why not."""
    return {**_who(entry, edition, clock), **why.document()}


async def _holds(uow: UnitOfWork, held: Sequence[Entry]) -> Mapping[Any, Hold]:
    if not held:
        return {}
    holds = await uow.records.holds([entry.id for entry in held])
    return {hold.entry_id: hold for hold in holds if hold.lifted_at is None}


def _is_before(one: Waiting, before: Mapping[Lane, Bound]) -> bool:
    return one.lane in before and before[one.lane].covers(one)


def _who(entry: Entry, edition: PolicyEdition, clock: int) -> Skip:
    """Return who would have been called."""
    return {
        "entry": str(entry.id),
        "call_number": entry.call_number,
        "lane": entry.lane,
        "points": points(waiting(entry), edition.rates, clock),
    }


def _why_held(hold: Hold | None) -> Skip:
    """Return why not, and who said so; the words of a hold are for its parties only."""
    posted_by = hold.authority if hold else None
    return {"reason": HELD, "posted_by": posted_by, "cause": None}
