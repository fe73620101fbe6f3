"""Checks that are asked for and checks that are waived, each with its reason."""

from typing import Any

import pytest

from tests.api.conftest import Gate, lorry
from tests.api.test_passage import pass_checks, pay, tell

PLANT = "plant_quarantine"


async def ask_for(
    gate: Gate, entry: dict[str, Any], kind: str = PLANT, who: str = "customs", **more: Any
) -> Any:
    body = {"kind": kind, "reason": "đất trên pallet", **more}
    return await gate.post(f"/v1/entries/{entry['id']}/check-requests", who, body)


async def waive(
    gate: Gate, entry: dict[str, Any], kind: str = PLANT, who: str = "board-1", **more: Any
) -> Any:
    body = {"kind": kind, "reason": "đã kiểm ở Hữu Nghị", **more}
    return await gate.post(f"/v1/entries/{entry['id']}/waivers", who, body)


async def ready_to_leave(gate: Gate) -> dict[str, Any]:
    """Return an entry in the gate that nothing stops any more."""
    entry = await gate.register(**lorry(1))
    await gate.move(entry)
    await gate.call()
    await gate.arrive(entry)
    await pass_checks(gate, entry)
    await tell(gate, entry, "admission")
    await pay(gate, entry)
    return entry


async def release(gate: Gate, entry: dict[str, Any]) -> Any:
    return await tell(gate, entry, "release", "officer-1")


async def missing(gate: Gate, entry: dict[str, Any]) -> set[str]:
    now = await gate.entry(entry)
    return {one["facts"]["check"] for one in now["next_steps"] if "check" in one["facts"]}


async def open_requests(here: Gate, who: str = PLANT, **query: Any) -> list[Any]:
    answer = await here.get("/v1/check-requests", who, params=query)
    assert 200 == answer.status_code, answer.text
    return [(one["request"]["kind"], one["reference"]) for one in answer.json()["items"]]


# --- requests -----------------------------------------------------------------------------------


async def test_a_requested_check_is_needed_from_then_on(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    assert PLANT not in await missing(gate, entry)
    asked = (await ask_for(gate, entry)).json()
    assert ("requested", "customs", "đất trên pallet") == (
        asked["result"], asked["agency"], asked["reason"],
    )  # fmt: skip
    assert PLANT in await missing(gate, entry)
    await gate.check(entry, PLANT, PLANT)
    assert PLANT not in await missing(gate, entry)


async def test_a_check_that_had_passed_is_needed_again_once_it_is_requested(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await gate.check(entry, "medical", "medical")
    gate.wait(minutes=1)
    await ask_for(gate, entry, "medical", who="border_guard")
    assert "medical" in await missing(gate, entry)


async def test_a_release_falls_with_a_request_and_is_given_anew_after_it(gate: Gate) -> None:
    entry = await ready_to_leave(gate)
    assert "released" == (await release(gate, entry)).json()["state"]
    await ask_for(gate, entry)
    assert "in_gate" == (await gate.entry(entry))["state"]
    refused = await release(gate, entry)
    assert (409, [PLANT]) == (
        refused.status_code, [error["rule"] for error in refused.json()["errors"]],
    )  # fmt: skip
    await gate.check(entry, PLANT, PLANT)
    assert "released" == (await release(gate, entry)).json()["state"]


async def test_a_check_seen_before_the_request_does_not_answer_it(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    gate.wait(minutes=5)
    await ask_for(gate, entry)
    early = (gate.now.replace(minute=1)).isoformat()
    await gate.check(entry, PLANT, PLANT, occurred_at=early)
    assert PLANT in await missing(gate, entry)
    assert 1 == len(await open_requests(gate))


async def test_the_agency_sees_its_open_requests_oldest_first_until_they_are_answered(
    gate: Gate,
) -> None:
    entries = [await gate.register(**lorry(number)) for number in range(3)]
    for entry in entries:
        await ask_for(gate, entry)
        gate.wait(minutes=1)
    await ask_for(gate, entries[0], "animal_quarantine")
    await gate.check(entries[1], PLANT, PLANT)
    assert [(PLANT, entries[0]["reference"]), (PLANT, entries[2]["reference"])] == (
        await open_requests(gate)
    )
    assert 3 == len(await open_requests(gate, "officer-1"))
    assert 1 == len(await open_requests(gate, "officer-1", kind="animal_quarantine"))
    assert [] == await open_requests(gate, "officer-1", gate="huu-nghi")


async def test_open_requests_come_in_pages(gate: Gate) -> None:
    for number in range(5):
        await ask_for(gate, await gate.register(**lorry(number)))
    seen: list[str] = []
    cursor = None
    while True:
        page = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        answer = (await gate.get("/v1/check-requests", PLANT, params=page)).json()
        seen += [one["reference"] for one in answer["items"]]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
    assert (5, 5) == (len(seen), len(set(seen)))


async def test_a_request_of_an_entry_that_has_ended_is_no_work_any_more(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await ask_for(gate, entry)
    await gate.post(f"/v1/entries/{entry['id']}/cancellation", "company-1")
    assert [] == await open_requests(gate)
    for answer in (await ask_for(gate, entry), await waive(gate, entry)):
        assert (409, "entry-ended") == (answer.status_code, answer.json()["code"])


async def test_what_no_row_can_make_needed_is_not_requested(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    answer = await ask_for(gate, entry, "transshipment")
    assert (409, "check-not-needed") == (answer.status_code, answer.json()["code"])


@pytest.mark.parametrize("say", [ask_for, waive], ids=["request", "waiver"])
async def test_a_word_counts_once_per_source_reference(gate: Gate, say: Any) -> None:
    entry = await gate.register(**lorry(1))
    first = await say(gate, entry, "medical", source_reference="Y-1")
    again = await say(gate, entry, "medical", source_reference="Y-1")
    assert (201, first.json()) == (again.status_code, again.json())
    other = await say(gate, await gate.register(**lorry(2)), "medical", source_reference="Y-1")
    assert (422, "retry-mismatch") == (other.status_code, other.json()["code"])


@pytest.mark.parametrize("say", [ask_for, waive], ids=["request", "waiver"])
async def test_nothing_is_asked_of_an_entry_that_is_not_there(gate: Gate, say: Any) -> None:
    answer = await say(gate, {"id": "00000000-0000-7000-8000-000000000000"}, "medical")
    assert (404, "entry-not-found") == (answer.status_code, answer.json()["code"])


# --- waivers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("medical-supervisor", 201),
        ("board-1", 201),
        ("medical", 403),
        ("customs-supervisor", 403),
        ("officer-1", 403),
    ],
)
async def test_a_check_is_waived_by_those_who_may(gate: Gate, who: str, status: int) -> None:
    entry = await gate.register(**lorry(1))
    answer = await waive(gate, entry, "medical", who)
    assert status == answer.status_code
    assert ("medical" in await missing(gate, entry)) is (status == 403)


async def test_a_waived_check_lets_an_entry_go_and_says_who_and_why(gate: Gate) -> None:
    entry = await ready_to_leave(gate)
    await ask_for(gate, entry)
    assert 409 == (await release(gate, entry)).status_code
    word = (await waive(gate, entry, who="plant_quarantine-supervisor")).json()
    assert ("waived", PLANT, "đã kiểm ở Hữu Nghị") == (
        word["result"], word["agency"], word["reason"],
    )  # fmt: skip
    assert [] == await open_requests(gate)
    assert "released" == (await release(gate, entry)).json()["state"]


async def test_a_result_after_a_waiver_counts_again(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await waive(gate, entry, "medical")
    gate.wait(minutes=1)
    await gate.check(entry, "medical", "medical", result="failed")
    assert "medical" in await missing(gate, entry)


async def test_what_is_not_needed_is_not_waived(gate: Gate) -> None:
    answer = await waive(gate, await gate.register(**lorry(1)), "animal_quarantine")
    assert (409, "check-not-needed") == (answer.status_code, answer.json()["code"])
