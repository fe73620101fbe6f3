"""Webhooks as their owners keep them: whose they are, what may be said, what is shown once."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.webhooks import MOST_WEBHOOKS
from app.models import Delivery, Webhook
from app.workers.feeding import number_events
from app.workers.housekeeping import forget_old_deliveries
from tests.api.conftest import Gate, lorry
from tests.api.declared import declared

WEBHOOKS = "/v1/webhooks"
URL = "https://hooks.example.com/border-gate"


async def add(here: Gate, who: str = "company-1", **body: Any) -> dict[str, Any]:
    answer = await here.post(WEBHOOKS, who, {"url": URL, **body})
    assert 201 == answer.status_code, answer.text
    made: dict[str, Any] = answer.json()
    assert f"{WEBHOOKS}/{made['id']}" == answer.headers["Location"]
    return made


async def kinds_to(here: Gate, session: AsyncSession, hook: dict[str, Any]) -> list[str]:
    """Return the kinds of what is to be sent to a webhook, in order."""
    await number_events(here.app.state.process.sessions)
    statement = select(Delivery.kind).where(Delivery.webhook_id == hook["id"])
    return list(await session.scalars(statement.order_by(Delivery.position)))


async def test_a_secret_is_shown_once(gate: Gate) -> None:
    made = await add(gate, kinds=["call.made"], gate="tan-thanh", description="our yard")
    assert made.pop("secret").startswith("whsec_")
    assert made == (await gate.get(f"{WEBHOOKS}/{made['id']}", "company-1")).json()
    assert [made] == (await gate.get(WEBHOOKS, "company-1")).json()["items"]


@pytest.mark.parametrize(
    ("body", "pointer", "rule"),
    [
        pytest.param({"url": "http://hooks.example.com/"}, "/url", "url-not-https", id="http"),
        pytest.param({"url": "https://10.0.0.7/"}, "/url", "url-address-forbidden", id="inside"),
        pytest.param({"url": "https://a:b@hooks.example.com/"}, "/url", "url-with-credentials",
                     id="credentials"),
        pytest.param({"gate": "nowhere"}, "/gate", "unknown-code", id="no such gate"),
        pytest.param({"kinds": ["truck.sang"]}, "/kinds/0", "not-known", id="no such kind"),
        pytest.param({"secret": "mine"}, "/secret", "unknown-field", id="a secret of ones own"),
    ],
)  # fmt: skip
async def test_what_cannot_be_is_refused_by_name(
    gate: Gate, body: dict[str, Any], pointer: str, rule: str
) -> None:
    hook = await add(gate)
    for ask, path in (("POST", WEBHOOKS), ("PATCH", f"{WEBHOOKS}/{hook['id']}")):
        whole = {"url": URL, **body} if ask == "POST" else body
        answer = await gate.ask(ask, path, "company-1", json=whole)
        fault = answer.json()["errors"][0]
        assert (422, pointer, rule) == (answer.status_code, fault["pointer"], fault["rule"])
    assert 1 == len((await gate.get(WEBHOOKS, "company-1")).json()["items"])


async def test_nobody_touches_the_webhooks_of_another_organisation(gate: Gate) -> None:
    path = f"{WEBHOOKS}/{(await add(gate))['id']}"
    for method, end, body in (
        ("GET", "", None), ("PATCH", "", {"state": "paused"}), ("DELETE", "", None),
        ("POST", "/secret", {}), ("POST", "/tests", {}), ("POST", "/replays", {"after": 0}),
        ("GET", "/deliveries", None),
    ):  # fmt: skip
        more = {} if body is None else {"json": body}
        answer = await gate.ask(method, f"{path}{end}", "company-2", **more)
        assert (404, "webhook-not-found") == (answer.status_code, answer.json()["code"])
    assert [] == (await gate.get(WEBHOOKS, "company-2")).json()["items"]


async def test_an_organisation_has_a_few_webhooks(gate: Gate) -> None:
    for _ in range(MOST_WEBHOOKS):
        await add(gate)
    answer = await gate.post(WEBHOOKS, "company-1", {"url": URL})
    assert (409, "webhooks-used-up") == (answer.status_code, answer.json()["code"])


async def test_each_hears_what_it_may_and_what_it_is_narrowed_to(
    gate: Gate, session: AsyncSession
) -> None:
    ours, narrow = await add(gate), await add(gate, kinds=["waiting.started"])
    theirs, elsewhere = await add(gate, "company-2"), await add(gate, gate="huu-nghi")
    officers = await add(gate, "officer-1")
    await gate.move(await gate.register())
    await gate.register("company-2", **lorry(7))
    found = [
        [kind for kind in await kinds_to(gate, session, one) if kind != "rates.changed"]
        for one in (ours, narrow, theirs, elsewhere, officers)
    ]
    waited = ["entry.registered", "movement.recorded", "waiting.started"]
    assert [waited, ["waiting.started"], ["entry.registered"], []] == found[:4]
    assert [*waited, "entry.registered"] == found[4]


async def test_a_test_is_not_sent_by_one_that_is_paused(gate: Gate) -> None:
    path = f"{WEBHOOKS}/{(await add(gate))['id']}"
    made = (await gate.post(f"{path}/tests", "company-1")).json()
    assert ("webhook.test", "pending", None, made["id"]) == (
        made["kind"], made["state"], made["position"], made["event"],
    )  # fmt: skip
    assert [made] == (await gate.get(f"{path}/deliveries", "company-1")).json()["items"]
    await gate.ask("PATCH", path, "company-1", json={"state": "paused"})
    for end, body in (("tests", {}), ("replays", {"after": 0})):
        answer = await gate.post(f"{path}/{end}", "company-1", body)
        assert (409, "webhook-not-active", "paused") == (
            answer.status_code, answer.json()["code"], answer.json()["state"],
        )  # fmt: skip


async def test_one_that_was_disabled_begins_anew(gate: Gate, session: AsyncSession) -> None:
    made = await add(gate)
    row = await session.get_one(Webhook, made["id"])
    row.state, row.disabled_reason, row.failures = "disabled", "failing", 9
    row.failing_since = row.created_at
    await session.commit()
    path = f"{WEBHOOKS}/{made['id']}"
    moved = await gate.ask("PATCH", path, "company-1", json={"url": f"{URL}/new"})
    assert ("disabled", "failing", 0) == tuple(
        moved.json()[name] for name in ("state", "disabled_reason", "failures")
    )
    begun = await gate.ask("PATCH", path, "company-1", json={"state": "active"})
    assert ("active", None, None) == tuple(
        begun.json()[name] for name in ("state", "disabled_reason", "failing_since")
    )


async def test_a_replay_begins_where_the_feed_can(gate: Gate) -> None:
    path = f"{WEBHOOKS}/{(await add(gate))['id']}/replays"
    answer = await gate.post(path, "company-1", {"after": 10**9})
    assert (422, "feed-position-unknown") == (answer.status_code, answer.json()["code"])
    await gate.register()
    await number_events(gate.app.state.process.sessions)
    first = await gate.post(path, "company-1", {"after": 0}, retry="replay-1")
    again = await gate.post(path, "company-1", {"after": 0}, retry="replay-1")
    assert (201, first.json()) == (again.status_code, again.json())
    assert 1 <= first.json()["deliveries"]


async def test_the_log_is_kept_for_thirty_days(gate: Gate, session: AsyncSession) -> None:
    made = await add(gate)
    await gate.post(f"{WEBHOOKS}/{made['id']}/tests", "company-1")
    (row,) = await session.scalars(select(Delivery))
    row.state, row.ended_at = "delivered", row.since
    await session.commit()
    assert 1 == await forget_old_deliveries(gate.app.state.process.sessions)


async def test_what_waits_too_long_for_one_that_is_paused_is_given_up(
    gate: Gate, session: AsyncSession
) -> None:
    paused, active = [await add(gate) for _ in range(2)]
    for one in (paused, active):  # by the gate's clock, which is months behind
        await gate.post(f"{WEBHOOKS}/{one['id']}/tests", "company-1")
    await gate.ask("PATCH", f"{WEBHOOKS}/{paused['id']}", "company-1", json={"state": "paused"})
    assert 0 == await forget_old_deliveries(gate.app.state.process.sessions)
    states = await session.execute(select(Delivery.webhook_id, Delivery.state))
    assert {paused["id"]: "given_up", active["id"]: "pending"} == {
        str(webhook): state for webhook, state in states
    }


def test_a_key_without_its_scope_keeps_no_webhooks() -> None:
    asked = {
        operation["x-scope"]
        for path, operations in declared()["paths"].items()
        if path.startswith(WEBHOOKS)
        for operation in operations.values()
    }
    assert {"manage"} == asked
