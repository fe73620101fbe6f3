"""Real receivers that hang, flap, fail, redirect, are slow or gone: order and at-least-once hold.

Retries go by the machine's clock, which a test moves on instead of sleeping.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from standardwebhooks import Webhook as Signature

from app.api.schemas.events import event_bytes
from app.api.state import Process
from app.clients.webhooks import WebhookClient
from app.core.config import Settings
from app.domain.webhooks import OPENS_AT, Answer, Message
from app.models import Delivery, DeliveryAttempt, Principal, Webhook
from app.services.publishing.deliveries import LEASE
from app.workers.delivering import TURN_SECONDS, Deliverer
from app.workers.feeding import number_events
from app.workers.today import machine_now
from tests.races.house import House
from tests.receivers import (
    Behave,
    Got,
    Receiver,
    fails,
    flaps,
    hangs,
    is_gone,
    is_slow,
    receiving,
    redirects,
    takes,
)
from tests.repositories.rows import Actor, add_entry, add_event

WEBHOOKS = "/v1/webhooks"
ATTEMPT_SECONDS = 1.0


@pytest.fixture(scope="session")
def settings() -> Settings:
    """As other races, and open to receivers on this machine."""
    return Settings(pool_timeout_seconds=60, lock_timeout_ms=30_000, egress_open=True)


@dataclass
class Sending:
    """A house with a deliverer whose clock a test moves on."""

    house: House
    client: WebhookClient
    ahead: timedelta = timedelta()
    entries: list[UUID] = field(default_factory=list)

    def now(self) -> datetime:
        return machine_now() + self.ahead

    def worker(self) -> Deliverer:
        process: Process = self.house.app.state.process
        return Deliverer(self.client, process.tools.cipher, event_bytes, self.now)

    async def add(self, receiver: Receiver, **more: Any) -> dict[str, Any]:
        """Have company-1 told at a receiver."""
        body = {"url": f"{receiver.url}/hook", **more}
        answer = await self.house.post(WEBHOOKS, "company-1", body)
        assert 201 == answer.status_code, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def ask(self, method: str, path: str, **more: Any) -> Any:
        answer = await self.house.ask(method, f"{WEBHOOKS}/{path}", "company-1", **more)
        assert answer.is_success, answer.text
        return answer.json()

    async def happen(self, entries: int, times: int) -> None:
        """Let something happen so many times to each of so many entries of company-1."""
        async with self.house.sessions.begin() as session:
            name = select(Principal.id, Principal.organisation_id)
            row = (await session.execute(name.where(Principal.name == "company-1"))).one()
            actor = Actor(row.id, row.organisation_id, b"")
            if not self.entries:
                self.entries = [await add_entry(session, actor) for _ in range(entries)]
            for _ in range(times):
                for entry in self.entries:
                    await add_event(session, actor, entry, kind="call.made")
        await number_events(self.house.sessions)

    async def deliver(self, worker: Deliverer) -> None:
        """Send until nothing is due any more that need not wait for something else."""
        sent = 1
        while sent or not worker.is_idle:
            sent = await worker.deliver(self.house.sessions)

    async def rows(self, webhook: dict[str, Any]) -> Sequence[Delivery]:
        return await self.house.rows(Delivery, Delivery.webhook_id == UUID(webhook["id"]))

    async def states(self, webhook: dict[str, Any]) -> set[str]:
        return {one.state for one in await self.rows(webhook)}


@pytest.fixture
async def sending(house: House) -> AsyncIterator[Sending]:
    client = WebhookClient(is_open=True, seconds=ATTEMPT_SECONDS)
    sending = Sending(house, client)
    house.app.state.process.machine_now = sending.now
    yield sending
    await client.aclose()


def ensure_in_order(got: Sequence[Got], count: int) -> None:
    """Make sure that every event came, and those of each entry in order when first taken."""
    places: dict[str, list[int]] = {}
    for one in got:
        seen = places.setdefault(one.event["entry"], [])
        if one.event["position"] not in seen:
            seen.append(one.event["position"])
    assert all(sorted(seen) == seen for seen in places.values())
    assert count == sum(map(len, places.values()))


@asynccontextmanager
async def working(worker: Deliverer) -> AsyncIterator[Deliverer]:
    async with worker.working():
        yield worker


async def until(done: Callable[[], bool], turn: Callable[[], Any], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not done():
            await turn()


async def test_each_receiver_gets_everything_in_order_and_none_slows_another(
    sending: Sending,
) -> None:
    behaviours: dict[str, Behave] = {
        "healthy": takes, "flaps": flaps(3), "fails": fails, "slow": is_slow,
        "hangs": hangs, "redirects": redirects, "gone": is_gone,
    }  # fmt: skip
    async with AsyncExitStack() as stack:
        receivers = {
            name: await stack.enter_async_context(receiving(behave))
            for name, behave in behaviours.items()
        }
        healthy, slow, flapping = (receivers[name] for name in ("healthy", "slow", "flaps"))
        hooks = {name: await sending.add(one) for name, one in receivers.items()}
        await sending.happen(4, 2)
        worker = await stack.enter_async_context(working(sending.worker()))

        async def turn() -> None:
            await worker.deliver(sending.house.sessions)

        await until(lambda: len(healthy.taken) >= 8, turn)
        assert len(receivers["hangs"].got) <= 4, "it waited for one that hangs"
        await until(lambda: len(slow.taken) >= 8, turn)

        async def later() -> None:
            sending.ahead += timedelta(minutes=6)
            await turn()

        await until(lambda: len({one.event["id"] for one in flapping.taken}) >= 8, later)
        failed = dict.fromkeys(("fails", "hangs", "redirects"), 0)
        async with asyncio.timeout(20):  # one that hangs fails when its attempts end
            while min(failed.values()) < 4:
                await turn()
                for name in failed:
                    failed[name] = (await sending.ask("GET", hooks[name]["id"]))["failures"]
    assert 8 == len(healthy.got)
    for one in (healthy, slow, flapping):
        ensure_in_order(one.taken, 8)
    assert ["/hook"] == sorted({got.path for got in receivers["redirects"].got})
    assert len(receivers["gone"].got) <= 4
    gone = await sending.ask("GET", hooks["gone"]["id"])
    assert ("disabled", "gone") == (gone["state"], gone["disabled_reason"])
    assert {"given_up"} == await sending.states(hooks["gone"])
    for name in failed:
        assert {"pending"} == await sending.states(hooks[name])


async def test_a_dead_receiver_gets_one_probe_an_interval_and_all_at_once_when_it_is_back(
    sending: Sending,
) -> None:
    is_back = False

    async def behave(_got: Got) -> int:
        return 200 if is_back else 503

    async with receiving(behave) as receiver:
        hook = await sending.add(receiver)
        await sending.happen(8, 2)
        worker = sending.worker()
        await sending.deliver(worker)
        tried = len(receiver.got)
        assert tried >= OPENS_AT
        for _ in range(3):
            sending.ahead += timedelta(minutes=5)
            await sending.deliver(worker)
            await sending.deliver(worker)
            tried += 1
            assert tried == len(receiver.got)
        is_back = True
        sending.ahead += timedelta(minutes=5)
        await sending.deliver(worker)
        ensure_in_order(receiver.taken, 16)
    assert {"delivered"} == await sending.states(hook)
    shown = await sending.ask("GET", hook["id"])
    assert (0, None, None) == (shown["failures"], shown["failing_since"], shown["next_probe_at"])


async def test_what_a_killed_sender_held_is_sent_again(sending: Sending) -> None:
    """The receiver has it, but nobody noted that: it comes at least once."""
    async with receiving(is_slow) as receiver:
        hook = await sending.add(receiver)
        await sending.happen(3, 2)
        killed = sending.worker()
        async with killed.working():
            turn = asyncio.create_task(killed.deliver(sending.house.sessions))
            await receiver.has(3)  # and is killed before any of them is answered
            turn.cancel()
            await asyncio.gather(turn, return_exceptions=True)
        await sending.deliver(sending.worker())
        assert 3 == len(receiver.got)  # the lease runs still
        sending.ahead += LEASE
        await sending.deliver(sending.worker())
        ensure_in_order(receiver.taken, 6)
    assert {"delivered"} == await sending.states(hook)


async def test_several_workers_send_each_event_once_and_in_order(sending: Sending) -> None:
    async with receiving(takes) as receiver:
        await sending.add(receiver)
        await sending.happen(5, 6)
        workers = [sending.worker() for _ in range(4)]
        async with asyncio.timeout(30):
            while len(receiver.got) < 30:
                every = (sending.deliver(one) for one in workers)
                await asyncio.gather(*every)
        assert 30 == len(receiver.got)
        ensure_in_order(receiver.taken, 30)
        assert receiver.most <= 8 * len(workers)


async def test_after_seventy_two_hours_of_failures_it_is_disabled(sending: Sending) -> None:
    async with receiving(fails) as receiver:
        hook = await sending.add(receiver)
        await sending.happen(1, 2)
        worker = sending.worker()
        for hours in (0, 30, 41):
            sending.ahead += timedelta(hours=hours)
            await sending.deliver(worker)
        assert "active" == (await sending.ask("GET", hook["id"]))["state"]
        sending.ahead += timedelta(hours=2)
        await sending.deliver(worker)
        shown = await sending.ask("GET", hook["id"])
        assert ("disabled", "failing") == (shown["state"], shown["disabled_reason"])
        assert {"given_up"} == await sending.states(hook)
        await sending.happen(1, 1)
        assert 2 == len(await sending.rows(hook))  # nothing is kept for who is disabled


async def test_a_replay_sends_everything_again_in_order_under_the_same_ids(
    sending: Sending,
) -> None:
    async with receiving(takes) as receiver:
        hook = await sending.add(receiver)
        await sending.happen(2, 2)
        worker = sending.worker()
        await sending.deliver(worker)
        first = [one.headers["webhook-id"] for one in receiver.got]
        after = min(one.event["position"] for one in receiver.got)
        made = await sending.ask("POST", f"{hook['id']}/replays", json={"after": after})
        assert {"deliveries": 3} == made
        await sending.deliver(worker)
        again = receiver.got[4:]
        ensure_in_order(again, 3)
        assert {one.headers["webhook-id"] for one in again} < set(first)


async def test_what_is_on_its_way_when_a_replay_begins_is_sent_again_too(
    sending: Sending,
) -> None:
    async with receiving(is_slow) as receiver, working(sending.worker()) as worker:
        hook = await sending.add(receiver)
        await sending.happen(2, 1)
        await worker.deliver(sending.house.sessions)
        await receiver.has(2)
        await sending.ask("POST", f"{hook['id']}/replays", json={"after": 0})
        await sending.deliver(worker)
        assert 4 == len(receiver.got)
        ensure_in_order(receiver.taken, 2)
    assert {"delivered"} == await sending.states(hook)


async def test_a_new_secret_signs_beside_the_old_one_for_a_while(sending: Sending) -> None:
    async with receiving(takes) as receiver:
        hook = await sending.add(receiver)
        turned = await sending.ask("POST", f"{hook['id']}/secret", json={"overlap_hours": 2})
        worker = sending.worker()
        for hours, secrets in ((0, (hook, turned)), (3, (turned,))):
            sending.ahead += timedelta(hours=hours)
            await sending.ask("POST", f"{hook['id']}/tests")
            await sending.deliver(worker)
            got = receiver.got[-1]
            assert "webhook.test" == got.event["kind"]
            # Signed anew: a library takes nothing from ahead of its clock, which no test moves.
            at = datetime.fromtimestamp(int(got.headers["webhook-timestamp"]), UTC)
            words = got.headers["webhook-id"], at, got.body.decode()
            signed = [Signature(one["secret"]).sign(*words) for one in reversed(secrets)]
            assert signed == got.headers["webhook-signature"].split(" ")


async def test_the_log_tells_each_attempt_and_nothing_of_the_answer(sending: Sending) -> None:
    async with receiving(flaps(3)) as receiver:
        hook = await sending.add(receiver, kinds=["call.made"], gate="tan-thanh")
        await sending.happen(1, 1)
        worker = sending.worker()
        for _ in range(3):
            await sending.deliver(worker)
            sending.ahead += timedelta(minutes=1)
        path = f"{hook['id']}/deliveries"
        (one,) = (await sending.ask("GET", path, params={"state": "delivered"}))["items"]
        assert [(500, "status"), (None, "protocol"), (200, None)] == [
            (each["status"], each["error"]) for each in one["attempts"]
        ]
        assert receiver.got[0].headers["webhook-id"] == one["event"]
        assert [] == (await sending.ask("GET", path, params={"state": "pending"}))["items"]
        entry = str(sending.entries[0])
        assert [one] == (await sending.ask("GET", path, params={"entry": entry}))["items"]


async def test_what_is_deleted_on_its_way_ends_there(sending: Sending) -> None:
    async with receiving(is_slow) as receiver:
        hook = await sending.add(receiver)
        await sending.happen(2, 1)
        worker = sending.worker()
        async with worker.working():
            await worker.deliver(sending.house.sessions)
            await receiver.has(2)
            answer = await sending.house.ask("DELETE", f"{WEBHOOKS}/{hook['id']}", "company-1")
            assert 204 == answer.status_code
            await sending.deliver(worker)
        await sending.happen(2, 1)
        assert 2 == len(receiver.got)
    for model in (Webhook, Delivery, DeliveryAttempt):
        assert [] == await sending.house.rows(model)


async def test_one_that_is_paused_is_sent_nothing_and_nothing_of_others_is_sent(
    sending: Sending,
) -> None:
    async with receiving(takes) as receiver, receiving(takes) as other:
        hook = await sending.add(receiver)
        body = {"url": f"{other.url}/hook"}
        assert 201 == (await sending.house.post(WEBHOOKS, "company-2", body)).status_code
        await sending.ask("PATCH", hook["id"], json={"state": "paused"})
        await sending.happen(1, 2)
        worker = sending.worker()
        await sending.deliver(worker)
        assert [] == receiver.got + other.got
        await sending.ask("PATCH", hook["id"], json={"state": "active"})
        await sending.happen(1, 1)
        await sending.deliver(worker)
        assert (1, 0) == (len(receiver.got), len(other.got))


async def test_what_happens_is_sent_while_another_receiver_hangs(sending: Sending) -> None:
    """With every worker in its own rhythm; how soon that is, `make bench` measures."""
    async with receiving(takes) as receiver, receiving(hangs) as dead:
        for one in (receiver, dead):
            await sending.add(one)
        worker = sending.worker()

        async def work() -> None:
            while True:
                await number_events(sending.house.sessions)
                await worker.deliver(sending.house.sessions)

        async with worker.working():
            doing = asyncio.create_task(work())
            for count in range(1, 6):
                await sending.happen(1, 1)
                async with asyncio.timeout(20):
                    await receiver.has(count)
            doing.cancel()
            await asyncio.gather(doing, return_exceptions=True)
    assert 1 == len({got.event["id"] for got in dead.got})  # of one entry, and it has no answer


async def test_what_a_webhook_hears_is_decided_by_whose_it_is_each_time(sending: Sending) -> None:
    """As in the feed, and by the same table: nothing that was stored with it lets it hear more."""
    async with receiving(takes) as receiver:
        body = {"url": f"{receiver.url}/hook"}
        hooks = {}
        for who in ("company-1", "company-2", "officer-1"):
            hooks[who] = (await sending.house.post(WEBHOOKS, who, body)).json()
        async with sending.house.sessions.begin() as session:
            await session.execute(update(Webhook).values(sees_all=~Webhook.sees_all))
        await sending.happen(1, 2)
        rows = {who: len(await sending.rows(hook)) for who, hook in hooks.items()}
        assert {"company-1": 2, "company-2": 0, "officer-1": 2} == rows
        for who, expected in rows.items():
            path = f"{WEBHOOKS}/{hooks[who]['id']}/replays"
            made = await sending.house.ask("POST", path, who, json={"after": 0})
            assert {"deliveries": expected} == made.json()


class Hanging:
    """Takes every message and never answers."""

    async def send(self, _message: Message) -> Answer:
        never: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        return await never


async def test_one_that_hangs_is_waited_for_in_the_turn_that_began_with_it_alone(
    sending: Sending,
) -> None:
    """Else each turn would last its whole time, and everybody would be sent to later."""
    async with receiving(takes) as receiver:
        await sending.add(receiver)
    await sending.happen(1, 1)
    cipher = sending.house.app.state.process.tools.cipher
    worker = Deliverer(Hanging(), cipher, event_bytes, sending.now)
    async with worker.working():
        await worker.deliver(sending.house.sessions)
        async with asyncio.timeout(30 * TURN_SECONDS):
            for _ in range(60):
                assert 0 == await worker.deliver(sending.house.sessions)
        assert not worker.is_idle


async def test_the_secret_is_nowhere_in_the_tables(sending: Sending) -> None:
    async with receiving(takes) as receiver:
        hook = await sending.add(receiver)
    (row,) = await sending.house.rows(Webhook)
    assert hook["secret"].startswith("whsec_")
    assert hook["secret"].encode() not in row.secret
