"""Receipts at a provider: a real server that numbers, fails, hangs, talks nonsense, contradicts."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import count

import pytest
from pydantic import ValidationError
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.receipts import ReceiptProviderClient, SandboxProvider
from app.core.config import Mode, Settings
from app.main import receipt_provider_of
from app.models import ReceiptDispatch
from app.services.ports import ReceiptProvider
from app.workers.numbering import ReceiptSender
from app.workers.today import Todays
from tests.api.conftest import Gate
from tests.api.test_receipts import look_up, paid, receipts
from tests.api.test_refunds import approved, refunds, weighed_less
from tests.receivers import Behave, Got, Receiver, fails, hangs, receiving, redirects, takes

PATIENT, HASTY = 60.0, 0.1
"""Seconds of an attempt: more than any machine needs, and what no answer is waited for."""
NUMBER = {"series": "K26TLS", "number": "0000417", "authority_code": "M1-26-ABCDE-00000000417"}


def sender(gate: Gate, provider: ReceiptProvider) -> ReceiptSender:
    todays = Todays(is_production=False, machine_now=lambda: gate.now)
    return ReceiptSender(gate.app.state.process.tools, todays, provider)


async def send(gate: Gate, provider: ReceiptProvider) -> int:
    return await sender(gate, provider).send(gate.app.state.process.sessions)


@asynccontextmanager
async def provided(
    behave: Behave,
    says: Callable[[Got], bytes] = lambda _got: json.dumps(NUMBER).encode(),
    seconds: float = PATIENT,
) -> AsyncIterator[tuple[Receiver, ReceiptProviderClient]]:
    async with receiving(behave) as receiver:
        receiver.says = says
        client = ReceiptProviderClient(
            f"{receiver.url}/v1/", "secret", is_open=True, seconds=seconds
        )
        yield receiver, client
        await client.aclose()


async def test_a_confirmation_becomes_a_receipt_when_a_provider_has_numbered_it(gate: Gate) -> None:
    entry = await paid(gate, payer={"name": "Công ty Ví Dụ", "tax_code": "9900123459"})
    async with provided(takes) as (receiver, client):
        assert 1 == await send(gate, client)
        assert 0 == await send(gate, client)
    (got,) = receiver.got
    (one,) = await receipts(gate)
    assert ("/v1/receipts", f"{one['id']}-issued", "Bearer secret") == (
        got.path, got.headers["idempotency-key"], got.headers["authorization"],
    )  # fmt: skip
    told = json.loads(got.body)
    assert {
        "id": one["id"], "series": "TT-2026", "number": 1, "replaces": None,
        "amount_vnd": 300_000, "amount_in_words": "ba trăm nghìn đồng", "budget_item": "2250",
        "payer": {"name": "Công ty Ví Dụ", "tax_code": "9900123459"},
        "order_code": entry["orders"][0]["code"],
    }.items() <= told.items()  # fmt: skip
    assert "15C-00001" == told["lines"][0]["vehicle"]
    assert ("receipt", "Electronic receipt", NUMBER | {"numbered_at": one["issued_at"]}) == (
        one["kind"], one["title"], one["provider"],
    )  # fmt: skip
    public = (await look_up(gate, one["lookup"], "vi")).json()
    assert "Biên lai điện tử" == public["title"]
    pdf = await gate.get(f"/v1/receipts/{one['lookup']}?format=pdf")
    assert pdf.content.startswith(b"%PDF-")


def nonsense() -> Iterator[bytes]:
    yield b"ok"
    yield b""
    yield b"[1, 2]"
    yield b'{"series": "K26TLS"}'
    yield json.dumps({**NUMBER, "number": 417}).encode()
    yield json.dumps({**NUMBER, "authority_code": ""}).encode()
    yield json.dumps({**NUMBER, "series": "x" * 65}).encode()
    yield b'{"series": "\xff"}'
    yield b" " * 10_000 + json.dumps(NUMBER).encode()


@pytest.mark.parametrize("said", [*nonsense()])
async def test_nonsense_numbers_nothing_and_is_asked_for_again(gate: Gate, said: bytes) -> None:
    await paid(gate)
    async with provided(takes, lambda _got: said) as (receiver, client):
        assert 0 == await send(gate, client)
        assert "payment-confirmation" == (await receipts(gate))[0]["kind"]
        assert 1 == len(receiver.got)
        receiver.says = lambda _got: json.dumps(NUMBER).encode()
        gate.wait(seconds=10)
        assert 1 == await send(gate, client)
    assert "receipt" == (await receipts(gate))[0]["kind"]


@pytest.mark.parametrize(
    ("behave", "seconds"),
    [
        pytest.param(fails, PATIENT, id="fails"),
        pytest.param(hangs, HASTY, id="hangs"),
        pytest.param(redirects, PATIENT, id="redirects"),
    ],
)
async def test_a_provider_that_fails_is_told_again_a_little_later_each_time(
    gate: Gate, behave: Behave, seconds: float
) -> None:
    """An attempt counts though the time for it was over before it came."""
    await paid(gate)
    async with provided(behave, seconds=seconds) as (failing, client):
        for pause, attempts in ((0, 1), (1, 1), (6, 2), (6, 2), (8, 3)):
            gate.wait(seconds=pause)
            await send(gate, client)
            (one,) = await receipts(gate)
            assert attempts == one["numbering"]["attempts"], pause
    gate.wait(hours=2)
    async with provided(takes) as (taking, client):
        assert 1 == await send(gate, client)
    got = (*failing.got, *taking.got)
    assert 1 == len({one.headers["idempotency-key"] for one in got})


async def test_what_a_provider_refuses_waits_for_somebody_who_looks(gate: Gate) -> None:
    await paid(gate)
    async with provided(refuses) as (receiver, client):
        await send(gate, client)
        gate.wait(hours=24)
        await send(gate, client)
        assert 1 == len(receiver.got)
        (one,) = await receipts(gate)
        assert {"state": "refused", "attempts": 1, "status": 422, "error": "status"} == (
            one["numbering"]
        )
        receiver.behave = takes
        answer = await gate.post(f"/v1/receipts/{one['id']}/numbering", "collector-1")
        assert 202 == answer.status_code, answer.text
        assert 1 == await send(gate, client)
    again = await gate.post(f"/v1/receipts/{one['id']}/numbering", "collector-1")
    assert (404, "receipt-not-found") == (again.status_code, again.json()["code"])


async def refuses(_got: Got) -> int:
    return 422


async def test_a_provider_that_gives_two_numbers_is_not_believed_the_second_time(
    gate: Gate, session: AsyncSession
) -> None:
    """Its first answer came too late to be read, say; what was written down stays."""
    await paid(gate)
    numbers = count(1)

    def says(_got: Got) -> bytes:
        return json.dumps({**NUMBER, "number": str(next(numbers))}).encode()

    async with provided(takes, says) as (receiver, client):
        await send(gate, client)
        await session.execute(update(ReceiptDispatch).values(state="pending"))
        await session.commit()
        await send(gate, client)
    (one,) = await receipts(gate)
    assert (2, "1", "contradiction") == (
        len(receiver.got), one["provider"]["number"], one["numbering"]["error"],
    )  # fmt: skip


async def test_a_voided_receipt_is_voided_there_before_the_one_that_replaces_it_is_told(
    gate: Gate,
) -> None:
    await weighed_less(gate)
    async with provided(fails) as (receiver, client):
        await send(gate, client)
        await approved(gate, (await refunds(gate))[0])
        await send(gate, client)
        assert {"/v1/receipts"} == {got.path for got in receiver.got}
        receiver.behave = takes
        gate.wait(hours=2)
        await send(gate, client)
    rest, first = await receipts(gate)
    told = [(got.path, json.loads(got.body)["id"]) for got in receiver.taken]
    assert [
        ("/v1/receipts", first["id"]),
        (f"/v1/receipts/{first['id']}/void", first["id"]),
        ("/v1/receipts", rest["id"]),
    ] == told
    void, new = (json.loads(got.body) for got in receiver.taken[1:])
    assert ("Weighed again", first["id"], 300_000) == (
        void["reason"], new["replaces"], new["amount_vnd"],
    )  # fmt: skip


async def test_a_sandbox_pretends_a_provider_and_production_never_does(gate: Gate) -> None:
    await paid(gate)
    provider = receipt_provider_of(Settings())
    assert isinstance(provider, SandboxProvider)
    assert 1 == await send(gate, provider)
    (one,) = await receipts(gate)
    assert ("SANDBOX", "TT-2026-1") == (one["provider"]["series"], one["provider"]["number"])
    assert one["provider"]["authority_code"].startswith("SANDBOX-")
    await provider.aclose()
    assert receipt_provider_of(Settings.model_construct(mode=Mode.PRODUCTION)) is None
    with pytest.raises(ValidationError, match="GATE_RECEIPTS_URL"):
        Settings(receipts_url="ftp://receipts.example")
