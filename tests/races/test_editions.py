"""The board at once: one edition a day, one emergency, while calls go on by the rule."""

import asyncio
from typing import Any
from uuid import uuid4

from app.domain.charges import Frozen, Tariffs
from app.domain.charges import differences_of as price_differences
from app.models import (
    Charge,
    Event,
    PolicyEdition,
    PolicyProposal,
    ReductionProposal,
    TariffProposal,
)
from app.services.queues.replaying import differences
from app.services.upkeep.reference_data import read_reference
from tests.api.test_policy_proposals import PROPOSALS, emergency, wanted
from tests.api.test_reductions import PROPOSALS as REDUCTIONS
from tests.api.test_reductions import wanted as reduction
from tests.api.test_tariff_proposals import PROPOSALS as TARIFFS
from tests.api.test_tariff_proposals import wanted as tariff
from tests.races.house import CALLS, QUEUE, House, fruit, truck
from tests.races.strangers import broken_in


async def propose(house: House, body: dict[str, Any], who: str = "board-1") -> str:
    answer = await house.post(PROPOSALS, who, body)
    assert 201 == answer.status_code, answer.text
    return f"{PROPOSALS}/{answer.json()['id']}/approval"


async def test_of_editions_approved_at_once_one_has_the_day(house: House) -> None:
    bodies = [wanted(code=f"edition-{n}", starts_on="2026-07-01") for n in range(3)]
    paths = [await propose(house, body) for body in bodies]
    answers = await asyncio.gather(*(house.post(path, "board-2") for path in paths * 2))
    assert {200, 409} == {answer.status_code for answer in answers}
    announced = await house.rows(PolicyProposal, PolicyProposal.approved_at.is_not(None))
    assert 1 == len(announced) == len(await house.rows(Event, Event.kind == "edition.announced"))
    assert announced[0].code in {one.code for one in await house.rows(PolicyEdition)}


async def test_an_emergency_begins_and_ends_among_calls_and_the_queue_replays(
    house: House,
) -> None:
    for number in range(12):
        view = await house.register(fruit(number) if number % 3 else truck(number))
        await house.move_in(view.entry.reference)
    house.clock.run(300)
    paths = [await propose(house, {**emergency(), "code": f"at-once-{n}"}) for n in range(2)]
    calls = [house.post(CALLS, "officer-1", {"count": 1}, retry=uuid4().hex) for _ in range(8)]
    approvals = [house.post(path, "board-2") for path in paths]
    answers = await asyncio.gather(*calls[:4], *approvals, *calls[4:])
    assert [200, 409] == sorted(answer.status_code for answer in answers[4:6])
    assert {201} == {answer.status_code for answer in (*answers[:4], *answers[6:])}
    ended = [path for path, answer in zip(paths, answers[4:6], strict=True) if answer.is_success]
    withdrawal = ended[0].replace("approval", "withdrawal")
    await asyncio.gather(
        house.post(withdrawal, "board-1", {"reason": "over"}),
        *(house.post(CALLS, "officer-1", {"count": 1}, retry=uuid4().hex) for _ in range(3)),
    )
    async with house.acting("officer-1") as (uow, _):
        assert [] == await differences(uow, QUEUE)
    assert [] == await broken_in(house)


async def test_of_tariffs_approved_at_once_one_has_the_day_and_prices_are_derived_again(
    house: House,
) -> None:
    """While trucks register, editions are announced and withdrawn; every charge stays right."""
    bodies = [tariff(code=f"tariff-{n}", starts_on="2026-07-01") for n in range(3)]
    drafts = [await house.post(TARIFFS, "board-1", body) for body in bodies]
    paths = [f"{TARIFFS}/{draft.json()['id']}" for draft in drafts]
    approvals = [house.post(f"{path}/approval", "board-2") for path in paths * 2]
    later = {"planned_arrival_at": "2026-07-02T10:00:00+07:00"}
    trucks = [house.register(fruit(number, **later)) for number in range(6)]
    answers, _ = await asyncio.gather(asyncio.gather(*approvals), asyncio.gather(*trucks))
    assert {200, 409} == {answer.status_code for answer in answers}
    announced = await house.rows(TariffProposal, TariffProposal.known_from.is_not(None))
    assert 1 == len(announced)
    withdrawal = f"{TARIFFS}/{announced[0].id}/withdrawal"
    await asyncio.gather(
        house.post(withdrawal, "board-1", {"reason": "over"}),
        *(house.register(fruit(number, **later)) for number in range(6, 12)),
    )
    async with house.acting("officer-1") as (uow, _):
        reference = await read_reference(uow, unofficial_needs_confirmation=False)
    assert await derived_again(house, reference.tariffs) == 12


async def derived_again(house: House, tariffs: Tariffs) -> int:
    """Derive every charge again, and return how many there are: each says what the law said."""
    charges = await house.rows(Charge)
    assert {()} == {
        price_differences(
            tariffs,
            Frozen(
                one.tariff_code, one.priced_on, one.known_at, one.facts, one.quote, one.total_vnd
            ),
        )
        for one in charges
    }
    return len(charges)


async def test_a_reduction_that_two_approve_at_once_is_announced_once_and_prices_are_derived(
    house: House,
) -> None:
    """While trucks register and an edition is announced, each at an instant of its own."""
    body = reduction(starts_on="2026-07-01", ends_on=None, scope={})
    draft = await house.post(REDUCTIONS, "board-1", body)
    assert 201 == draft.status_code, draft.text
    path = f"{REDUCTIONS}/{draft.json()['id']}"
    edition = await house.post(TARIFFS, "board-1", tariff(code="dearer", starts_on="2026-07-01"))
    approvals = [
        house.post(f"{path}/approval", "board-2"),
        house.post(f"{path}/approval", "board-2"),
        house.post(f"{path}/approval", "board-1"),
        house.post(f"{TARIFFS}/{edition.json()['id']}/approval", "board-2"),
    ]
    later = {"planned_arrival_at": "2026-07-02T10:00:00+07:00"}
    trucks = [house.register(fruit(number, **later)) for number in range(6)]
    answers, _ = await asyncio.gather(asyncio.gather(*approvals), asyncio.gather(*trucks))
    assert [200, 200, 403, 200] == [answer.status_code for answer in answers]
    assert answers[0].json() == answers[1].json()
    told = await house.rows(Event, Event.kind == "reduction.announced")
    assert ["half"] == [one.data["reduction"] for one in told]
    withdrawal = house.post(f"{path}/withdrawal", "board-1", {"reason": "over"})
    await asyncio.gather(
        withdrawal, *(house.register(fruit(number, **later)) for number in range(6, 12))
    )
    async with house.acting("officer-1") as (uow, _):
        reference = await read_reference(uow, unofficial_needs_confirmation=False)
    (proposal,) = await house.rows(ReductionProposal)
    (announced,) = await house.rows(TariffProposal)
    instants = {proposal.known_from, proposal.known_to, announced.known_from}
    assert (3, max(filter(None, instants))) == (len(instants), reference.tariffs.known_at)
    assert await derived_again(house, reference.tariffs) == 12
