"""The acts of a stateful test, each through the service that does it, one transaction an act."""

from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.amendment import Certificate
from app.domain.errors import CallNotFoundError
from app.domain.hold_scope import Scope, ScopeKind
from app.domain.notices import Wanted
from app.domain.required_checks import CheckKind
from app.domain.vocabulary import Direction, Queue
from app.services.crossing.checks import CheckReport, Checks
from app.services.crossing.holds import Holds
from app.services.crossing.passage import Passage, Report
from app.services.crossing.positions import Positions, Seen
from app.services.crossing.scoped_holds import ScopedHolds
from app.services.crossing.sightings import Sighting
from app.services.declarations.amendment import Amendment
from app.services.declarations.substitution import Substitution, Substitutions
from app.services.declarations.views import needed_checks
from app.services.money.paying import Paying
from app.services.queues.calling import Calling
from app.services.queues.deferral import Deferring
from app.services.queues.diversion import Diverting
from app.services.queues.noticing import Noticing
from app.services.queues.withdrawal import Withdrawal
from tests.races.house import House

ANY_VERSION = range(1, 10_000)


def export(gate: str) -> Queue:
    """Return the queue of a gate towards China, which calls its vehicles."""
    return Queue(gate, Direction.EXPORT)


class Acts:
    """Whatever anybody may do at a gate."""

    def __init__(self, house: House) -> None:
        self.house = house

    # --- companies -------------------------------------------------------------------------------

    async def amend(self, entry: UUID, company: str, patch: dict[str, Any]) -> None:
        async with self.house.acting(company) as (uow, act):
            await Amendment(uow, act).amend(entry, ANY_VERSION, patch, {})

    async def defer(self, entry: UUID, company: str) -> None:
        async with self.house.acting(company) as (uow, act):
            await Deferring(uow, act).defer(entry, 240)

    async def cancel(self, entry: UUID, company: str) -> None:
        async with self.house.acting(company) as (uow, act):
            await Passage(uow, act).cancel(entry, None)

    async def propose(self, entry: UUID, company: str, plate: str) -> Substitution:
        async with self.house.acting(company) as (uow, act):
            change = {"vehicle": {"tractor_plate": f"{plate[:3]}-{plate[3:]}"}}
            return await Substitutions(uow, act).propose(entry, change, "it broke down")

    async def divert(self, entry: UUID, who: str, gate: str) -> None:
        async with self.house.acting(who) as (uow, act):
            await Diverting(uow, act).divert(entry, gate, "a shorter queue")

    # --- yards and guards ------------------------------------------------------------------------

    async def move(self, sighting: Sighting, yard: str, way: str) -> Seen:
        async with self.house.acting("yard") as (uow, act):
            return await Positions(uow, act).record_movement(yard, sighting, way=way)

    async def arrive(self, reference: str, gate: str) -> Seen:
        async with self.house.acting("border_guard") as (uow, act):
            return await Positions(uow, act).record_arrival(gate, Sighting(reference=reference))

    async def observe(self, entry: UUID, kind: str) -> None:
        async with self.house.acting("border_guard") as (uow, act):
            await Passage(uow, act).observe(entry, kind, Report())

    # --- agencies --------------------------------------------------------------------------------

    async def hold(self, entry: UUID, authority: str) -> UUID:
        async with self.house.acting(authority) as (uow, act):
            return (await Holds(uow, act).place(entry, "papers", None)).id

    async def lift(self, entry: UUID, authority: str, hold: UUID) -> None:
        async with self.house.acting(authority) as (uow, act):
            await Holds(uow, act).lift(entry, hold, "seen")

    async def hold_plate(self, plate: str, authority: str) -> UUID:
        async with self.house.acting(authority) as (uow, act):
            scope = Scope.read(ScopeKind.PLATE, plate)
            return (await ScopedHolds(uow, act).place(scope, "wanted", None))[0].id

    async def lift_plate(self, authority: str, hold: UUID) -> None:
        async with self.house.acting(authority) as (uow, act):
            await ScopedHolds(uow, act).lift(hold, "seen")

    async def certify(self, entry: UUID, status: str) -> None:
        word = Certificate(status, None, "plant_quarantine")
        report = CheckReport(kind=CheckKind.PLANT_QUARANTINE, passed=True, certificate=word)
        async with self.house.acting("plant_quarantine") as (uow, act):
            await Checks(uow, act).record(entry, report)

    async def clear(self, entry: UUID) -> None:
        """Pass every check that is needed, and pay."""
        async with self.house.acting("officer-1") as (uow, act):
            row = await uow.entries.locked(entry)
            stages = needed_checks(act.reference, row, act.day, ()).values()
            rows = act.reference.required_checks.rows
            recorders = {row.kind: row.recorders[0].value for row in rows}
            orders = await uow.money.orders(entry)
        for kind in {kind for stage in stages for kind in stage}:
            async with self.house.acting(recorders[kind]) as (uow, act):
                await Checks(uow, act).record(entry, CheckReport(kind=kind, passed=True))
        for order in orders:
            if order.state == "due":
                async with self.house.acting("bank") as (uow, act):
                    await Paying(uow, act).pay(order.id, order.amount_vnd, str(order.id))

    # --- officers --------------------------------------------------------------------------------

    async def call(self, gate: str, count: int) -> list[UUID]:
        async with self.house.acting("officer-1") as (uow, act):
            called = await Calling(uow, act, export(gate)).call_next(count)
        return [call.entry_id for call in called.calls]

    async def withdraw(self, entry: UUID) -> None:
        async with self.house.acting("officer-1") as (uow, act):
            call = await uow.queues.open_call(entry)
            if call is None:
                raise CallNotFoundError
            await Withdrawal(uow, act).withdraw(call.id, "a mistake")

    async def decide(self, entry: UUID, proposal: UUID, how: str, company: str) -> None:
        """Confirm or refuse a substitution as an officer, or take it back as its company."""
        async with self.house.acting(company if how == "take_back" else "officer-1") as (uow, act):
            substitutions = Substitutions(uow, act)
            if how == "confirm":
                await substitutions.confirm(entry, proposal)
            elif how == "refuse":
                await substitutions.refuse(entry, proposal, "another one")
            else:
                await substitutions.withdraw(entry, proposal)

    async def release(self, entry: UUID) -> None:
        async with self.house.acting("officer-1") as (uow, act):
            await Passage(uow, act).release(entry)

    async def post(self, wanted: Wanted) -> UUID:
        async with self.house.acting("officer-1") as (uow, act):
            return (await Noticing(uow, act).post(wanted)).id

    async def lift_notice(self, notice: UUID) -> datetime:
        async with self.house.acting("board-1") as (uow, act):
            await Noticing(uow, act).lift(notice, "over")
            return act.now
