"""Partners' messages at once: each done once, and a waiting one resolved once."""

import asyncio
from collections import Counter
from typing import Any

import httpx

from app.models import Check, Event, Message, Observation
from app.workers.exchange import ExchangeWorker
from app.workers.today import Todays
from tests.races.house import NINE, House, fruit

TIMES = 8
CAMERA = "/v1/exchange/camera-bao-nguyen/messages"
CUSTOMS = "/v1/exchange/customs-tan-thanh/messages"


def read(reference: str = "M-1", **more: Any) -> dict[str, Any]:
    return {
        "adapter": "plate-camera",
        "source_reference": reference,
        "occurred_at": NINE.isoformat(),
        "plate": "12C-00001",
        "confidence": 97,
        "direction": "export",
        **more,
    }


def cleared(number: int, reference: str) -> dict[str, Any]:
    return {
        "adapter": "customs",
        "source_reference": reference,
        "occurred_at": NINE.isoformat(),
        "kind": "customs_registration",
        "result": "passed",
        "declaration_number": f"30{number:010d}",
    }


def outcomes(answers: list[httpx.Response]) -> Counter[str]:
    assert {200} == {answer.status_code for answer in answers}, [one.text for one in answers]
    return Counter(one["outcome"] for answer in answers for one in answer.json()["messages"])


async def test_one_message_on_many_connections_is_applied_exactly_once(house: House) -> None:
    await house.register(fruit(1))
    body = {"messages": [read()]}

    answers = await asyncio.gather(*(house.post(CAMERA, "yard", body) for _ in range(TIMES)))

    assert {"applied": 1, "already-known": TIMES - 1} == outcomes(answers)
    assert (1, 1) == (len(await house.rows(Observation)), len(await house.rows(Message)))
    told = [one["messages"][0]["message"]["applied_to"] for one in (a.json() for a in answers)]
    assert all(one == told[0] for one in told)


async def test_many_readings_of_one_passage_at_once_are_one_observation(house: House) -> None:
    await house.register(fruit(1))

    answers = await asyncio.gather(
        *(
            house.post(CAMERA, "yard", {"messages": [read(f"M-{number}")]})
            for number in range(TIMES)
        )
    )

    assert {"applied": 1, "repeated": TIMES - 1} == outcomes(answers)
    assert 1 == len(await house.rows(Observation))


async def test_the_same_messages_in_other_orders_wait_for_each_other_and_never_in_a_circle(
    house: House,
) -> None:
    for number in range(6):
        await house.register(fruit(number))
    messages = [cleared(number, f"M-{number}") for number in range(6)]

    answers = await asyncio.gather(
        *(
            house.post(CUSTOMS, "customs", {"messages": messages[turn:] + messages[:turn]})
            for turn in range(6)
        ),
        *(
            house.post(CAMERA, "yard", {"messages": [
                read(f"C-{turn}-{number}", plate=f"12C-{(number + turn) % 6:05d}")
                for number in range(6)
            ]})
            for turn in range(3)
        ),
    )  # fmt: skip

    counted = outcomes(answers)
    assert {"applied": 12, "already-known": 30, "repeated": 12} == counted
    assert (6, 6) == (len(await house.rows(Check)), len(await house.rows(Observation)))


async def test_a_waiting_message_that_many_resolve_at_once_is_resolved_once(house: House) -> None:
    entry = (await house.register(fruit(1))).entry
    body = {"messages": [read(confidence=10)]}
    sent = (await house.post(CAMERA, "yard", body)).json()["messages"][0]
    path = f"/v1/exchange/quarantine/{sent['message']['id']}/resolution"
    named = {"entry": str(entry.id), "reason": "Seen in the picture"}
    away = {"discard": True, "reason": "A staff car"}
    worker = ExchangeWorker(
        house.app.state.process.tools, Todays(is_production=False, machine_now=lambda: NINE)
    )

    trying = asyncio.create_task(worker.try_again(house.sessions))
    answers = await asyncio.gather(
        *(house.post(path, "officer-1", named) for _ in range(TIMES // 2)),
        *(house.post(path, "yard", away) for _ in range(TIMES // 2)),
    )
    await trying

    assert {200: 1, 409: TIMES - 1} == Counter(answer.status_code for answer in answers)
    (message,) = await house.rows(Message)
    seen = await house.rows(Observation)
    assert (message.state == "applied") == (len(seen) == 1)
    settled = await house.rows(Event, Event.kind == "message.settled")
    assert [message.state] == [one.data["state"] for one in settled]


async def test_a_message_that_waits_for_a_registration_is_applied_once_by_many_workers(
    house: House,
) -> None:
    answer = await house.post(CUSTOMS, "customs", {"messages": [cleared(1, "M-1")]})
    assert {"quarantined": 1} == outcomes([answer])
    await house.register(fruit(1))
    tools = house.app.state.process.tools
    workers = [
        ExchangeWorker(tools, Todays(is_production=False, machine_now=lambda: NINE))
        for _ in range(4)
    ]

    done = await asyncio.gather(*(one.try_again(house.sessions) for one in workers))

    assert 1 == sum(done)
    assert 1 == len(await house.rows(Check))
