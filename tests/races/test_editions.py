"""The board at once: one edition a day, one emergency, while calls go on by the rule."""

import asyncio
from typing import Any
from uuid import uuid4

from app.models import Event, PolicyEdition, PolicyProposal
from app.services.queues.replaying import differences
from tests.api.test_policy_proposals import PROPOSALS, emergency, wanted
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
