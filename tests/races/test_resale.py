"""Nobody gains by registering: resellers with many accounts, rivals on the plates of a fleet.

`docs/queue.md` has the same with a gate's whole traffic and no database. `GATE_TEST_EXAMPLES` is
how many accounts the reseller has, and how many plates the fleet.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from app.domain.errors import DomainError, EntryNotFoundError, NotAmendableError
from app.domain.principal import Principal
from app.domain.vocabulary import Role
from app.models import Claim, Entry, ExceptionCase, Organisation, SeasonDay
from app.models import Principal as PrincipalRow
from app.services.crossing.sightings import Sighting
from app.services.declarations.views import EntryView
from app.workers.deadlines import DeadlineWorker
from app.workers.today import Todays
from tests.conftest import EXAMPLES_WANTED
from tests.races.house import NINE, QUEUE, YARD, House, fruit, truck
from tests.services.acting import Acts

ACCOUNTS = PLATES = EXAMPLES_WANTED or 10
PLATES_EACH = 5
BUYERS = min(ACCOUNTS, 60)  # with as many who bought nothing, fewer than the season's allotment
FLEET = min(PLATES, 300)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVERY = timedelta(seconds=30)  # 600 have come before the gate closes
NEVER = 10_000  # and on: plates of trucks that never come
HONEST = 50_000


async def open_accounts(house: House, count: int) -> list[str]:
    """Make companies that the board has confirmed, and let them act."""
    names = [f"reseller-{number}" for number in range(count)]
    async with house.acting("admin") as (uow, act):
        for name in names:
            company, client = act.tools.new_id(), act.tools.new_id()
            uow.add(Organisation(id=company, name=name, kind="company", verified=True))
            await uow.flush()
            uow.add(PrincipalRow(id=client, organisation_id=company, name=name, role="company"))
            house.let_act(Principal(client, company, name, Role.COMPANY))
    return names


async def come(house: House, views: Sequence[EntryView]) -> None:
    """Let trucks come into a yard, one after the other."""
    for view in views:
        house.clock.at += EVERY
        await house.move_in(view.entry.reference)


async def rows_of(house: House, views: Sequence[EntryView]) -> list[Entry]:
    """Return the entries as they are stored now, in this order."""
    rows = {row.id: row for row in await house.rows(Entry)}
    return [rows[view.entry.id] for view in views]


async def test_a_reseller_with_many_accounts_has_registered_early_and_sells_nothing(
    house: House,
) -> None:
    """Buyers are called in the order in which they came, like those who bought nothing."""
    accounts = await open_accounts(house, ACCOUNTS)
    bought = [await house.register(fruit(number), accounts[number]) for number in range(BUYERS)]
    never = [
        await house.register(fruit(NEVER + PLATES_EACH * number + plate), account)
        for number, account in enumerate(accounts)
        for plate in range(PLATES_EACH)
    ]
    house.clock.at += HOUR
    honest = [await house.register(fruit(HONEST + number)) for number in range(BUYERS)]
    coming = [view for pair in zip(honest, bought, strict=True) for view in pair]

    await come(house, coming)
    called = await Acts(house).call(QUEUE.gate, 2 * BUYERS)

    assert [view.entry.id for view in coming] == called
    waits = [row.waits_from for row in await rows_of(house, coming)]
    assert [NINE + HOUR + (1 + place) * EVERY for place in range(2 * BUYERS)] == waits
    assert {("green-season", "called")} == {
        (row.lane, row.state) for row in await rows_of(house, coming)
    }
    await _assert_holds_nothing(house, never)
    assert [2 * BUYERS] == [day.taken for day in await house.rows(SeasonDay)]
    assert 2 * BUYERS == len(await house.rows(Claim))


async def test_what_was_registered_to_be_sold_expires(house: House) -> None:
    accounts = await open_accounts(house, 2)
    never = [await house.register(fruit(NEVER + number), accounts[number]) for number in (0, 1)]
    house.clock.at += 8 * DAY
    tools = house.app.state.process.tools
    todays = Todays(is_production=False, machine_now=house.clock)
    await DeadlineWorker(tools, todays).do_due(house.sessions)
    assert {"expired"} == {row.state for row in await rows_of(house, never)}


async def test_a_place_that_is_held_by_standing_there_cannot_be_handed_over(house: House) -> None:
    """A reseller waits with a truck of its own; the buyer's truck begins at the end anyway."""
    (seller,) = await open_accounts(house, 1)
    held = await house.register(fruit(1), seller)
    await come(house, [held])
    before = (await rows_of(house, [held]))[0]
    acts = Acts(house)

    await _assert_refused(EntryNotFoundError, acts, held.entry.id, "company-2")
    with pytest.raises(NotAmendableError):
        await acts.amend(held.entry.id, seller, {"vehicle": {"tractor_plate": "12C-000.02"}})
    with pytest.raises(NotAmendableError):
        await acts.amend(held.entry.id, seller, {"consignments": fruit(2)["consignments"]})
    proposal = await acts.propose(held.entry.id, seller, "12C00002")
    await acts.decide(held.entry.id, proposal.id, "confirm", seller)

    # The tractor may break down once; company, goods and declaration are what they were.
    after = (await rows_of(house, [held]))[0]
    assert "12C00002" == after.tractor_plate
    assert (before.organisation_id, before.queue_key) == (after.organisation_id, after.queue_key)
    assert before.declared["consignments"] == after.declared["consignments"]
    with pytest.raises(DomainError):
        await acts.propose(held.entry.id, seller, "12C00003")
    bought = await house.register(fruit(3), "company-2")
    house.clock.at += HOUR
    await come(house, [bought])
    assert house.clock.at == (await rows_of(house, [bought]))[0].waits_from
    assert [held.entry.id, bought.entry.id] == await acts.call(QUEUE.gate, 2)


async def test_a_rival_on_every_plate_of_a_fleet_delays_none(house: House) -> None:
    """Each is called in its turn, among trucks whose plates nobody else has registered."""
    rivals = [await house.register(truck(number), "company-2") for number in range(FLEET)]
    house.clock.at += HOUR
    fleet = [await house.register(truck(number)) for number in range(FLEET)]
    others = [await house.register(truck(HONEST + number)) for number in range(FLEET)]
    assert {True} == {row.contested for row in await rows_of(house, [*fleet, *rivals])}
    coming = [view for pair in zip(fleet, others, strict=True) for view in pair]

    acts = Acts(house)
    for number, view in enumerate(fleet):
        # The camera cannot tell whose it is, and that stops nobody whose pass is read.
        seen = await acts.move(Sighting(plate=f"12C-{number:05d}"), YARD, "in")
        assert (None, ["plate-contested"]) == (seen.entry, [one.rule for one in seen.exceptions])
        await come(house, [view, others[number]])
    late = [await house.move_in(view.entry.reference) for view in rivals]
    called = await acts.call(QUEUE.gate, 2 * FLEET)

    assert [view.entry.id for view in coming] == called
    waits = [row.waits_from for row in await rows_of(house, coming)]
    assert [NINE + HOUR + (1 + place) * EVERY for place in range(2 * FLEET)] == waits
    assert {("plate-already-in-position",)} == {
        tuple(one.rule for one in seen.exceptions) for seen in late
    }
    await _assert_holds_nothing(house, rivals)
    assert {"plate-contested": FLEET, "plate-already-in-position": FLEET} == Counter(
        one.rule for one in await house.rows(ExceptionCase)
    )


async def _assert_refused(kind: type[DomainError], acts: Acts, entry: UUID, who: str) -> None:
    """Another company cannot even see the entry whose place it would like to have."""
    with pytest.raises(kind):
        await acts.propose(entry, who, "12C00002")
    with pytest.raises(kind):
        await acts.amend(entry, who, {"client_reference": "mine"})


async def _assert_holds_nothing(house: House, views: Sequence[EntryView]) -> None:
    """What has not come has no key, no number, no position and no part of an allotment."""
    found = {
        (row.state, row.in_position, row.queue_key, row.waits_from, row.call_number, row.season_on)
        for row in await rows_of(house, views)
    }
    assert {("registered", False, None, None, None, None)} == found
