"""Overrides: two officers call a vehicle out of its turn, for a reason, where everybody sees it."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.vocabulary import Direction, Queue
from app.models import Event
from app.repositories.unit_of_work import UnitOfWork
from app.services.queues.replaying import differences
from tests.api.conftest import Gate, lorry

QUEUE = Queue("tan-thanh", Direction.EXPORT)
PUBLIC = "/v1/gates/tan-thanh/queues/export/overrides"
PROPOSALS = "/v1/gates/tan-thanh/queues/export/override-proposals"
BUDGET = 5


async def line(gate: Gate, many: int) -> list[dict[str, Any]]:
    """Let trucks of the ordinary lane wait, a minute after one another."""
    trucks = []
    for number in range(1, many + 1):
        trucks.append(await gate.register(**lorry(number)))
        await gate.move(trucks[-1])
        gate.wait(minutes=1)
    return trucks


async def propose(
    gate: Gate, entry: dict[str, Any], who: str = "officer-1", reason: str = "danger"
) -> Any:
    return await gate.post(PROPOSALS, who, {"entry": entry["id"], "reason": reason})


async def confirm(gate: Gate, proposal: Any, who: str = "officer-2") -> Any:
    return await gate.post(f"/v1/overrides/{proposal.json()['id']}/confirmation", who)


async def approve(gate: Gate, proposal: Any, who: str = "board-1") -> Any:
    return await gate.post(f"/v1/overrides/{proposal.json()['id']}/approval", who)


async def override(gate: Gate, entry: dict[str, Any]) -> Any:
    return await confirm(gate, await propose(gate, entry))


async def state(gate: Gate, entry: dict[str, Any]) -> str:
    return str((await gate.entry(entry))["state"])


def why_not(answer: Any) -> tuple[int, str, list[str]]:
    body = answer.json()
    return answer.status_code, body["code"], [one["rule"] for one in body["errors"]]


async def faults(session: AsyncSession) -> list[Any]:
    return await differences(UnitOfWork(session), QUEUE)


async def test_two_officers_call_a_vehicle_out_of_its_turn(
    gate: Gate, session: AsyncSession
) -> None:
    trucks = await line(gate, 3)
    proposed = await propose(gate, trucks[2])
    assert (201, "proposed") == (proposed.status_code, proposed.json()["state"])
    assert "queued" == await state(gate, trucks[2])
    made = (await confirm(gate, proposed)).json()
    assert ("made", 1, "officer-1", "officer-2", None) == (
        made["state"], made["number"], made["proposed_by"], made["confirmed_by"],
        made["approved_by"],
    )  # fmt: skip
    assert ["queued", "queued", "called"] == [await state(gate, one) for one in trucks]
    called = [call["entry"] for call in await gate.call(2)]
    assert [trucks[0]["id"], trucks[1]["id"]] == called
    assert [] == await faults(session)


async def test_its_call_says_that_it_was_out_of_turn_and_with_whom_it_was_compared(
    gate: Gate, session: AsyncSession
) -> None:
    trucks = await line(gate, 2)
    made = (await override(gate, trucks[1])).json()
    told = await session.scalars(
        select(Event).where(Event.kind.in_(["override.made", "call.made"])).order_by(Event.number)
    )
    override_made, call = told.all()
    assert (trucks[0]["id"], 1, BUDGET, "2026-03-09") == tuple(
        override_made.data[name] for name in ("due", "number", "budget", "week")
    )
    assert (made["id"], [trucks[0]["id"]], 60) == (
        call.data["override"],
        [head["entry"] for head in call.data["heads"]],
        call.data["points"],
    )


async def test_whoever_asks_why_is_told_of_the_override_and_not_of_the_rule(gate: Gate) -> None:
    trucks = await line(gate, 2)
    made = (await override(gate, trucks[1])).json()
    told = (await gate.get(f"/v1/entries/{trucks[1]['id']}/explanation", "company-1")).json()
    codes = [one["code"] for one in told["reasons"] if one["about"] == "call"]
    assert "overridden" == codes[0]
    assert not {"chosen", "chosen-over"} & set(codes)
    calls = await gate.get("/v1/gates/tan-thanh/queues/export/calls", "officer-1")
    assert made["id"] == calls.json()["items"][0]["override"]


async def test_one_officer_is_not_enough(gate: Gate) -> None:
    trucks = await line(gate, 2)
    proposed = await propose(gate, trucks[1])
    refused = await confirm(gate, proposed, "officer-1")
    assert (403, "second-officer-needed", []) == why_not(refused)
    assert (409, "override-not-confirmed", []) == why_not(await approve(gate, proposed))
    assert "queued" == await state(gate, trucks[1])


async def test_confirming_again_calls_nobody(gate: Gate) -> None:
    trucks = await line(gate, 3)
    proposed = await propose(gate, trucks[2])
    answers = [await confirm(gate, proposed) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    calls = (await gate.get("/v1/gates/tan-thanh/queues/export/calls", "officer-1")).json()
    assert 1 == len(calls["items"])


async def test_everybody_sees_number_and_reason_and_nobody_whom(gate: Gate) -> None:
    trucks = await line(gate, 3)
    await propose(gate, trucks[1])
    await override(gate, trucks[2])
    answer = await gate.get(PUBLIC)
    shown = answer.json()
    assert [
        {
            "week": "2026-03-09",
            "number": 1,
            "on": "2026-03-11",
            "reason": "danger",
            "message": "Danger: vehicle or goods threaten people and vehicles around",
            "board": False,
        }
    ] == shown["items"]
    assert {"week": "2026-03-09", "made": 1, "budget": BUDGET} == shown["this_week"]
    assert {"danger": 1, "illness": 0} == {
        one["reason"]: one["made"]
        for one in shown["reasons"]
        if one["reason"] in {"danger", "illness"}
    }
    for secret in (trucks[2]["id"], trucks[2]["reference"], "15C", "officer"):
        assert secret not in answer.text


async def test_officers_see_who_stands_behind_what(gate: Gate) -> None:
    trucks = await line(gate, 3)
    await override(gate, trucks[2])
    await propose(gate, trucks[1], "officer-2", "illness")
    first = (await gate.get(f"{PROPOSALS}?limit=1", "auditor")).json()
    (newest,) = first["items"]
    assert ("proposed", "illness", "officer-2", None) == (
        newest["state"], newest["reason"], newest["proposed_by"], newest["confirmed_by"],
    )  # fmt: skip
    rest = await gate.get(f"{PROPOSALS}?cursor={first['next_cursor']}", "officer-1")
    assert ["made"] == [one["state"] for one in rest.json()["items"]]


async def test_past_the_week_s_budget_the_board_must_approve_too(
    gate: Gate, session: AsyncSession
) -> None:
    trucks = await line(gate, BUDGET + 3)
    for truck in reversed(trucks[3:]):
        assert "made" == (await override(gate, truck)).json()["state"]
    proposed = await propose(gate, trucks[2])
    waits = (await confirm(gate, proposed)).json()
    assert ("confirmed", None) == (waits["state"], waits["number"])
    assert "queued" == await state(gate, trucks[2])
    made = (await approve(gate, proposed)).json()
    assert ("made", BUDGET + 1, "board-1") == (
        made["state"], made["number"], made["approved_by"],
    )  # fmt: skip
    assert made == (await approve(gate, proposed, "board-2")).json()
    assert "called" == await state(gate, trucks[2])
    newest = (await gate.get(PUBLIC)).json()["items"][0]
    assert (BUDGET + 1, True) == (newest["number"], newest["board"])
    assert [] == await faults(session)


async def test_the_next_week_has_a_budget_of_its_own(gate: Gate, session: AsyncSession) -> None:
    trucks = await line(gate, 3)
    await override(gate, trucks[2])
    gate.go_to("2026-03-16T09:00:00+07:00")
    made = (await override(gate, trucks[1])).json()
    assert 1 == made["number"]
    this_week = (await gate.get(PUBLIC)).json()["this_week"]
    assert {"week": "2026-03-16", "made": 1, "budget": BUDGET} == this_week
    assert [] == await faults(session)


async def test_a_proposal_is_of_its_legal_day(gate: Gate) -> None:
    trucks = await line(gate, 2)
    proposed = await propose(gate, trucks[1])
    gate.go_to("2026-03-12T09:00:00+07:00")
    assert (409, "override-lapsed", []) == why_not(await confirm(gate, proposed))
    assert (409, "override-lapsed", []) == why_not(await approve(gate, proposed))
    listed = (await gate.get(PROPOSALS, "board-1")).json()["items"]
    assert ["lapsed"] == [one["state"] for one in listed]


async def hold(gate: Gate, trucks: list[dict[str, Any]]) -> None:
    await gate.post(f"/v1/entries/{trucks[1]['id']}/holds", "customs", {"reason": "seal"})


async def call_all(gate: Gate, trucks: list[dict[str, Any]]) -> None:
    await gate.call(len(trucks))


async def call_first(gate: Gate, _: list[dict[str, Any]]) -> None:
    await gate.call(1)


async def close(gate: Gate, _: list[dict[str, Any]]) -> None:
    body = {"kind": "closure", "gate": "tan-thanh", "goods_group": "ordinary", "text": {"vi": "x"}}
    assert 201 == (await gate.post("/v1/notices", "officer-1", body)).status_code


@pytest.mark.parametrize(
    ("happens", "rule"),
    [
        pytest.param(hold, "held", id="an authority holds it"),
        pytest.param(call_all, "not-waiting", id="it was called meanwhile"),
        pytest.param(call_first, "due-anyway", id="it is its turn by now"),
        pytest.param(close, "closure", id="its goods are closed out"),
    ],
)
async def test_an_override_changes_the_turn_and_nothing_else(
    gate: Gate, session: AsyncSession, happens: Any, rule: str
) -> None:
    trucks = await line(gate, 2)
    proposed = await propose(gate, trucks[1])
    await happens(gate, trucks)
    assert (409, "override-refused", [rule]) == why_not(await confirm(gate, proposed))
    assert "proposed" == (await gate.get(PROPOSALS, "officer-1")).json()["items"][0]["state"]
    assert [] == await faults(session)


async def test_an_override_opens_no_closed_gate(gate: Gate) -> None:
    trucks = await line(gate, 2)
    gate.go_to("2026-03-11T23:00:00+07:00")
    proposed = await propose(gate, trucks[1])
    assert (409, "gate-closed", []) == why_not(await confirm(gate, proposed))


async def test_a_proposal_names_a_waiting_vehicle_of_the_queue_and_a_reason_on_the_list(
    gate: Gate,
) -> None:
    entry = await gate.register(**lorry(1))
    assert (409, "override-refused", ["not-waiting"]) == why_not(await propose(gate, entry))
    await gate.move(entry)
    unknown = await propose(gate, entry, reason="a-friend")
    assert (422, "unknown-code", ["unknown-code"]) == why_not(unknown)
    body = {"entry": entry["id"], "reason": "danger"}
    other = PROPOSALS.replace("tan-thanh", "huu-nghi")
    assert (404, "entry-not-found", []) == why_not(await gate.post(other, "officer-1", body))
    nobody = PROPOSALS.replace("export", "import")
    refused = await gate.post(nobody, "officer-1", body)
    assert (409, "queue-calls-nobody", []) == why_not(refused)
    unfound = "/v1/overrides/00000000-0000-7000-8000-000000000000/confirmation"
    assert 404 == (await gate.post(unfound, "officer-1")).status_code


async def test_its_parties_are_told_that_it_was_out_of_turn_but_not_by_whom(gate: Gate) -> None:
    trucks = await line(gate, 2)
    await override(gate, trucks[1])
    path = f"/v1/entries/{trucks[1]['id']}/events"
    company = {
        one["kind"]: one["data"] for one in (await gate.get(path, "company-1")).json()["items"]
    }
    assert "override.proposed" not in company
    assert {"clock", "override", "reason", "week", "number", "budget"} == set(
        company["override.made"]
    )
    officer = (await gate.get(path, "officer-1")).json()["items"]
    kinds = [one["kind"] for one in officer if one["kind"].startswith(("override", "call"))]
    assert ["override.proposed", "override.confirmed", "override.made", "call.made"] == kinds
