"""Strikes of companies: read, appealed with a reason, decided by another than who acted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.domain.errors import StrikeNotFoundError
from app.domain.policy import CompanyLimit
from app.domain.questions import StrikeFilter
from app.domain.strikes import (
    Appealed,
    Decision,
    Limited,
    counting_on,
    ensure_appealable,
    ensure_decidable,
    limit_on,
    may_decide,
)
from app.domain.vocabulary import Role
from app.models import Strike
from app.repositories.strikes import Shown
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act, Today
from app.services.queues.company_limits import strikes_of
from app.services.queues.joining import join_lines

# The edges show these rows and never ask for them: they import them from here.
__all__ = ["Pleaded", "Shown", "Strike", "Strikes", "Tally"]


@dataclass(frozen=True, slots=True)
class Pleaded:
    """A strike with the words of both sides in clear, for those who may see it."""

    shown: Shown
    appeal: str | None
    reason: str | None
    may_decide: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """How many strikes of a company count today, and the limit that they make, if they do."""

    counting: int
    limit: Limited | None


class Strikes:
    """Shows strikes, and lets companies and officers act on them."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def page(
        self, where: StrikeFilter, after: Sequence[Any] | None, limit: int
    ) -> Sequence[Shown]:
        """Return up to `limit` strikes after a cursor that the principal may see, newest first."""
        return await self._uow.strikes.page(self._act.principal, where, after, limit)

    async def tally(self) -> Tally | None:
        """Return how the principal's own company stands today; None for whoever is none."""
        principal, today = self._act.principal, self._act.day
        if principal.role is not Role.COMPANY:
            return None
        strikes = await strikes_of(self._uow, self._act, principal.organisation_id)
        return Tally(counting_on(strikes, today), limit_on(strikes, today))

    async def get(self, strike_id: UUID) -> Pleaded:
        """Return a strike, both sides' words in clear.

        Raises:
            StrikeNotFoundError: none of that id, or not the principal's to see.
        """
        shown = await self._uow.strikes.get(strike_id, self._act.principal)
        if shown is None:
            raise StrikeNotFoundError
        one = shown.strike
        return Pleaded(
            shown,
            self._opened(one.appeal),
            self._opened(one.decision_reason),
            may_decide(case_of(self._act, shown), self._act.principal),
        )

    async def appeal(self, strike_id: UUID, reason: str) -> Shown:
        """Appeal a strike of one's own company with a reason, once and in time.

        Raises:
            StrikeNotFoundError, StrikeAppealedError, AppealTooLateError.
        """
        strike, case = await self._locked(strike_id)
        ensure_appealable(case, self._act.day)
        strike.appealed_at, strike.appealed_by = self._act.now, self._act.principal.id
        strike.appeal = self._act.tools.cipher.encrypt(reason)
        return await self._tell("strike.appealed", strike)

    async def decide(self, strike_id: UUID, decision: Decision, reason: str) -> Shown:
        """Decide on an appeal with a reason, once; a lifted strike ends its limit at once.

        Raises:
            StrikeNotFoundError, StrikeNotAppealedError, StrikeDecidedError.
            OtherDeciderNeededError: it was this one who made the call.
        """
        strike, case = await self._locked(strike_id)
        ensure_decidable(case, self._act.principal)
        strike.decision, strike.decision_reason = (
            decision.value, self._act.tools.cipher.encrypt(reason),
        )  # fmt: skip
        strike.decided_at, strike.decided_by = self._act.now, self._act.principal.id
        await self._uow.flush()
        if decision is Decision.LIFTED:
            await self._let_in(strike.organisation_id)
        return await self._tell(f"strike.{decision}", strike)

    async def _let_in(self, organisation_id: UUID) -> None:
        """Let begin to wait whom the limit of a company kept out, as far as it still has one."""
        found = await self._uow.strikes.kept_out_of(organisation_id)
        act, joined = await join_lines(self._uow, self._act, found)
        for entry, line in (joined[one.id] for one in found):
            await line.begin(entry)
            entry.changed_at = max(entry.changed_at, act.now)
            await self._uow.flush()
        lines = {line.queue: line for _, line in joined.values()}
        events = [event for line in lines.values() for event in line.events]
        await self._uow.records.insert_events(events)

    async def _locked(self, strike_id: UUID) -> tuple[Strike, Appealed]:
        strike = await self._uow.strikes.locked(strike_id)
        shown = await self._uow.strikes.get(strike_id, self._act.principal)
        if strike is None or shown is None:
            raise StrikeNotFoundError
        return strike, case_of(self._act, shown)

    async def _tell(self, kind: str, strike: Strike) -> Shown:
        """Tell that something was done, and nothing of what was said."""
        await self._uow.flush()
        event = self._act.event(kind, None, strike.entry_id, None, strike=str(strike.id))
        await self._uow.records.insert_events([event])
        shown = await self._uow.strikes.get(strike.id, self._act.principal)
        assert shown is not None
        return shown

    def _opened(self, sealed: bytes | None) -> str | None:
        return self._act.tools.cipher.decrypt(sealed) if sealed else None


def case_of(today: Today, shown: Shown) -> Appealed:
    """Return what is asked of a strike before anybody appeals it or decides on it."""
    strike, limit = shown.strike, limit_of_day(today, shown)
    return Appealed(
        struck_on=strike.struck_on,
        appeal_days=limit.appeal_days,
        acted=shown.call.called_by,
        is_appealed=strike.appealed_at is not None,
        decision=Decision(strike.decision) if strike.decision else None,
    )


def limit_of_day(today: Today, shown: Shown) -> CompanyLimit:
    """Return the limit of the edition that was in force when a strike was given."""
    limit = today.reference.policy_codes[shown.strike.policy_code].company_limit
    assert limit is not None
    return limit
