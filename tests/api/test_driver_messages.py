"""Drivers are told through a real gateway that fails, hangs and refuses; once knowingly."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.driver_messages import text_of
from app.api.state import Process
from app.clients.gateway import GatewayClient, e164
from app.domain.driver_messages import MessageKind, Said, segments
from app.domain.vocabulary import Language
from app.models import PersonalRead
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.notifying.sending import LEASE, Wording
from app.services.privacy.forgetting import Forgetting
from app.workers.feeding import number_events
from app.workers.notifying import Notifier
from app.workers.today import Todays
from tests.api.conftest import Gate, consignment, lorry
from tests.receivers import Behave, Got, Receiver, fails, hangs, receiving, takes

PHONE = "0912 345 678"
DRIVER = {"name": "Nguyễn Văn An", "phone": PHONE}
URL = "http://gate.test"
CHINESE = {"tractor_plate": "桂F12345", "country": "CN", "payload_kg": 8000}


def notifier(here: Gate, gateway: GatewayClient | None, *, tells: bool = True) -> Notifier:
    process: Process = here.app.state.process
    todays = Todays(is_production=False, machine_now=lambda: here.now)

    def render(said: Said) -> str:
        return text_of(said, URL)

    wording = Wording(render, e164, is_only_recorded=gateway is None) if tells else None
    return Notifier(process.tools, todays, wording, gateway)


async def notify(here: Gate, by: Notifier) -> int:
    sessions = here.app.state.process.sessions
    await number_events(sessions)
    return await by.notify(sessions)


@asynccontextmanager
async def sending(here: Gate, behave: Behave) -> AsyncIterator[tuple[Receiver, Notifier]]:
    async with receiving(behave) as receiver:
        client = GatewayClient(f"{receiver.url}/sms", "token", is_open=True, seconds=0.5)
        yield receiver, notifier(here, client)
        await client.aclose()


async def called(here: Gate, **changes: Any) -> dict[str, Any]:
    """Return an entry that was called."""
    entry = await here.register(driver=DRIVER, **changes)
    await here.move(entry)
    await here.call()
    return entry


async def told(here: Gate, entry: dict[str, Any], who: str = "company-1") -> list[dict[str, Any]]:
    answer = await here.get(f"/v1/entries/{entry['id']}/messages", who)
    assert 200 == answer.status_code, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def texts(here: Gate, entry: dict[str, Any], who: str = "company-1") -> Any:
    return await here.get(f"/v1/sandbox/messages?entry={entry['id']}", who)


def outcome(one: dict[str, Any]) -> tuple[str, str, str | None]:
    return one["kind"], one["state"], one["reason"]


async def test_a_call_goes_to_the_gateway_once_with_number_gate_window_and_link(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await called(gate)
    async with sending(gate, takes) as (receiver, worker):
        assert 1 == await notify(gate, worker)
        assert 0 == await notify(gate, worker)
    (got,) = receiver.got
    (one,) = await told(gate, entry)
    assert {"id": one["id"], "to": "+84912345678", "kind": "call"} == {
        name: value for name, value in got.event.items() if name != "text"
    }
    assert (one["id"], "Bearer token") == (
        got.headers["idempotency-key"], got.headers["authorization"]
    )  # fmt: skip
    place = await gate.place(entry)
    assert place["call_number"] in got.event["text"]
    assert entry["tracking"]["url"].rpartition("/")[2] in got.event["text"]
    assert got.event["text"].isascii()
    assert DRIVER["name"] not in got.event["text"]
    assert ("call", "sent", None) == outcome(one)
    assert one["phone"] is not None
    assert "12345" not in one["phone"]
    statement = select(PersonalRead.purpose, PersonalRead.way, PersonalRead.fields)
    read = (await session.execute(statement)).all()
    assert [("contact-driver", "message", ["phone"])] == [tuple(row) for row in read]


async def test_a_gateway_that_is_down_is_tried_again_under_the_same_id(gate: Gate) -> None:
    answers = iter([500, 503, 200])

    async def recovers(_got: Got) -> int:
        return next(answers)

    entry = await called(gate)
    async with sending(gate, recovers) as (receiver, worker):
        for _ in range(3):
            await notify(gate, worker)
            gate.wait(seconds=13)
    assert 1 == len({got.event["id"] for got in receiver.got})
    (one,) = await told(gate, entry)
    assert ("sent", 3, 200, None) == (one["state"], one["attempts"], one["status"], one["error"])


async def test_what_the_gateway_refuses_is_given_up(gate: Gate) -> None:
    async def refuses(_got: Got) -> int:
        return 400

    entry = await called(gate)
    async with sending(gate, refuses) as (receiver, worker):
        await notify(gate, worker)
        gate.wait(minutes=2)
        await notify(gate, worker)
    assert 1 == len(receiver.got)
    assert [("call", "given_up", "refused-by-gateway")] == [
        outcome(one) for one in await told(gate, entry)
    ]


@pytest.mark.parametrize("behave", [pytest.param(fails, id="500"), pytest.param(hangs, id="hangs")])
async def test_a_call_is_not_told_after_its_window(gate: Gate, behave: Behave) -> None:
    entry = await called(gate)
    async with sending(gate, behave) as (_, worker):
        await notify(gate, worker)
    gate.wait(hours=30)
    async with sending(gate, takes) as (receiver, worker):
        await notify(gate, worker)
    assert [] == receiver.got
    (one,) = await told(gate, entry)
    assert ("call", "dropped", "too-late") == outcome(one)
    assert 1 == one["attempts"]


async def test_a_call_that_is_withdrawn_before_it_was_told_is_not_told(gate: Gate) -> None:
    entry = await gate.register(driver=DRIVER)
    await gate.move(entry)
    (call,) = await gate.call()
    async with sending(gate, fails) as (_, worker):
        await notify(gate, worker)
    path = f"/v1/calls/{call['id']}/withdrawal"
    answer = await gate.post(path, "officer-1", {"reason": "the yard is closed"})
    assert answer.is_success, answer.text
    gate.wait(minutes=1)
    async with sending(gate, takes) as (receiver, worker):
        await notify(gate, worker)
        await notify(gate, worker)
    assert ["withdrawn"] == [got.event["kind"] for got in receiver.got]
    assert [("call", "dropped", "call-over"), ("withdrawn", "sent", None)] == [
        outcome(one) for one in await told(gate, entry)
    ]


async def test_a_worker_that_was_killed_leaves_its_message_to_another(gate: Gate) -> None:
    """It is taken again when the lease is over, under the same id; no sooner."""
    entry = await called(gate)
    async with receiving(hangs) as receiver:
        client = GatewayClient(receiver.url, "", is_open=True, seconds=30)
        killed = asyncio.create_task(notify(gate, notifier(gate, client)))
        await asyncio.wait_for(receiver.has(1), 20)
        killed.cancel()
        await asyncio.gather(killed, return_exceptions=True)
        await client.aclose()
    first = receiver.got[0].event["id"]
    async with sending(gate, takes) as (again, worker):
        await notify(gate, worker)
        assert [] == again.got
        gate.now += LEASE
        await notify(gate, worker)
    assert [first] == [got.event["id"] for got in again.got]
    assert [("call", "sent", None)] == [outcome(one) for one in await told(gate, entry)]


async def test_a_sandbox_without_gateway_shows_what_would_be_sent(gate: Gate) -> None:
    entry = await called(gate, vehicle=CHINESE)
    await notify(gate, notifier(gate, None))
    (one,) = (await texts(gate, entry)).json()["items"]
    assert ("call", "would_be_sent", None) == outcome(one)
    assert "号已被叫号：新清口岸" in one["text"]
    assert entry["tracking"]["token"] in one["text"]
    assert 404 == (await texts(gate, entry, "company-2")).status_code
    assert 200 == (await texts(gate, entry, "officer-1")).status_code
    answer = await gate.get(f"/v1/entries/{entry['id']}/messages", "company-2")
    assert 404 == answer.status_code


@pytest.mark.parametrize(
    ("lacking", "right"),
    [
        pytest.param(
            {"consignments": [consignment(declaration_number=None)]},
            {"consignments": [consignment()]},
            id="a declaration has no number",
        ),
        pytest.param(
            {"documents": {"insurance": {"valid_until": "2026-03-10"}}},
            {"documents": {"insurance": {"valid_until": "2026-03-11"}}},
            id="a paper runs out the day before",
        ),
    ],
)
async def test_that_papers_are_missing_is_told_half_a_day_ahead_once(
    gate: Gate, lacking: dict[str, Any], right: dict[str, Any]
) -> None:
    gate.go_to("2026-03-10T09:00:00+07:00")
    entry = await gate.register(driver=DRIVER, **lacking)
    other = await gate.register(driver=DRIVER, **lorry(2, **lacking))
    await gate.amend(entry, vehicle={"payload_kg": 9000})
    worker = notifier(gate, None)
    await notify(gate, worker)
    assert [["pending"], ["pending"]] == [
        [one["state"] for one in await told(gate, each)] for each in (entry, other)
    ]
    answer = await gate.amend(other, **right)
    assert 200 == answer.status_code, answer.text
    gate.go_to("2026-03-10T22:00:00+07:00")
    await notify(gate, worker)
    assert [("papers", "would_be_sent", None)] == [outcome(one) for one in await told(gate, entry)]
    assert [("papers", "dropped", "in-order-meanwhile")] == [
        outcome(one) for one in await told(gate, other)
    ]


@pytest.mark.parametrize(
    ("driver", "reason"),
    [({"name": "An"}, "no-phone"), ({"phone": "see the other paper"}, "phone-unusable")],
)
async def test_a_message_that_reaches_nobody_says_why(
    gate: Gate, driver: dict[str, str], reason: str
) -> None:
    entry = await gate.register(driver=driver)
    await gate.move(entry)
    await gate.call()
    await notify(gate, notifier(gate, None))
    assert [("call", "dropped", reason)] == [outcome(one) for one in await told(gate, entry)]


async def test_without_gateway_production_makes_nothing_and_nothing_later(gate: Gate) -> None:
    entry = await called(gate)
    await notify(gate, notifier(gate, None, tells=False))
    await notify(gate, notifier(gate, None))
    assert [] == await told(gate, entry)


async def test_messages_are_forgotten_when_their_time_is_over(gate: Gate) -> None:
    entry = await called(gate)
    await notify(gate, notifier(gate, None))
    process: Process = gate.app.state.process
    gate.wait(days=32)
    async with process.sessions.begin() as session:
        uow = UnitOfWork(session)
        today = await process.today()
        act = Act(today.now, today.reference, await uow.access.service(), process.tools)
        assert 1 == await Forgetting(uow, act).messages()
    assert [] == await told(gate, entry)


async def test_texts_fit_into_as_few_sms_as_they_can(gate: Gate) -> None:
    """One in Vietnamese and English, two in Chinese, at every gate, with a link of sixty signs."""
    reference = (await gate.app.state.process.today()).reference
    most = {Language.VI: 1, Language.EN: 1, Language.ZH: 2}
    base_url = "https://gate.langson.vn"
    for one in reference.gates.values():
        for kind in MessageKind:
            for language, expected in most.items():
                said = Said(kind, language, one.names, "TT-1234", gate.now, gate.now, "A" * 24)
                text = text_of(said, base_url)
                assert segments(text) <= expected, (len(text), text)
                assert "…" not in text


@pytest.mark.parametrize(
    ("phone", "country", "expected"),
    [
        ("0912 345 678", "VN", "+84912345678"),
        ("+84 912.345.678", "CN", "+84912345678"),
        ("138 0013 8000", "CN", "+8613800138000"),
        ("0912 345 678", "CN", "+84912345678"),
        ("113", "VN", None),
        ("", "VN", None),
        ("call me", "VN", None),
        ("9" * 41, "VN", None),
    ],
)
def test_a_phone_is_dialled_as_in_its_country(
    phone: str, country: str, expected: str | None
) -> None:
    assert expected == e164(phone, country)
