"""Explanations: each sentence with its rule and source, in three languages, to whom it concerns."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from tests.api.conftest import Gate, Statements, lorry, truck

Recorder = Callable[[], AbstractContextManager[Statements]]


async def explanation(
    gate: Gate, entry: dict[str, Any], who: str = "company-1", language: str = "en"
) -> dict[str, Any]:
    path = f"/v1/entries/{entry['id']}/explanation"
    answer = await gate.get(path, who, headers={"Accept-Language": language})
    assert 200 == answer.status_code, answer.text
    found: dict[str, Any] = answer.json()
    return found


def by_code(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {reason["code"]: reason for reason in found["reasons"]}


async def queued(gate: Gate, number: int, **changes: Any) -> dict[str, Any]:
    entry = await gate.register(**lorry(number, **changes))
    await gate.move(entry)
    return entry


async def test_who_waits_is_told_lane_place_and_who_comes_first(gate: Gate) -> None:
    first = await queued(gate, 1)
    gate.wait(minutes=10)
    second = await queued(gate, 2)
    gate.wait(minutes=5)
    found = await explanation(gate, second)
    assert ("queued", "ordinary", "queue-policy-2022-02") == (
        found["state"], found["lane"], found["policy"],
    )  # fmt: skip
    told = by_code(found)
    refused = [one for one in found["reasons"] if one["code"] == "rule-refused"]
    assert {"GL-03"} <= {one["rule"] for one in refused}
    assert "The goods group is not fresh vegetables and fruit for export." in {
        one["message"] for one in refused
    }
    assert (
        "It has 300 points; it has waited 300 open seconds, and its lane earns 1 in each."
        == told["points"]["message"]
    )
    assert {"lane": "ordinary", "count": 1, "rate": 1} == told["ahead"]["facts"]
    assert {"call_number": "TT-0001", "lane": "ordinary", "points": 900, "own": 300} == (
        told["others-first"]["facts"]
    )
    assert ("policy", "order") == (
        told["others-first"]["source"]["kind"], told["others-first"]["rule"],
    )  # fmt: skip
    assert all(one["source"]["text"] for one in found["reasons"])
    assert "next" in by_code(await explanation(gate, first))


async def test_who_was_called_is_told_against_whom_and_who_was_passed_over(gate: Gate) -> None:
    held = await queued(gate, 1)
    hold = {"reason": "scan again"}
    placed = await gate.post(f"/v1/entries/{held['id']}/holds", "customs", hold)
    gate.wait(minutes=20)
    green = await gate.register()
    await gate.move(green)
    gate.wait(minutes=30)
    await queued(gate, 2)
    await gate.call()
    told = by_code(await explanation(gate, green))
    assert ("TT-0002", 3600) == (
        told["chosen"]["facts"]["call_number"], told["chosen"]["facts"]["points"],
    )  # fmt: skip
    assert "call-open" in told
    waiting = by_code(await explanation(gate, held, "customs"))
    assert "It is not called now: the vehicle is held (customs)." == waiting["stopped"]["message"]
    assert {"kind": "hold", "id": placed.json()["id"], "by": "customs"}.items() <= (
        waiting["stopped"]["source"].items()
    )
    assert "next" not in waiting


async def test_a_stop_of_the_gate_is_a_reason(gate: Gate) -> None:
    entry = await queued(gate, 1)
    notice = {"kind": "pause", "gate": "tan-thanh", "text": {"vi": "Tạm dừng"}}
    posted = await gate.post("/v1/notices", "officer-1", notice)
    assert 201 == posted.status_code, posted.text
    paused = by_code(await explanation(gate, entry))["stopped"]
    assert ("calls-paused", "notice", posted.json()["id"]) == (
        paused["rule"], paused["source"]["kind"], paused["source"]["id"],
    )  # fmt: skip
    await gate.post(f"/v1/notices/{posted.json()['id']}/lift", "board-1", {"reason": "x"})
    gate.go_to("2026-03-12T02:00:00+07:00")
    stops = [one for one in (await explanation(gate, entry))["reasons"] if one["code"] == "stopped"]
    assert "gate-closed" in {one["rule"] for one in stops}


@pytest.mark.parametrize("language", ["vi", "en", "zh"])
async def test_who_has_not_come_yet_is_told_in_their_language(gate: Gate, language: str) -> None:
    entry = await gate.register(**truck(planned_arrival_at=None))
    found = await explanation(gate, entry, language=language)
    told = by_code(found)
    assert {"lane", "rule-met", "judged-again", "not-in-position", "not-to-be-called"} <= set(told)
    said = {"vi": "Luồng xanh", "en": "Green lane", "zh": "绿色通道"}[language]
    assert said in told["lane"]["message"]
    assert "…" not in "".join(one["message"] for one in found["reasons"])


async def test_others_than_parties_and_authorities_learn_nothing(gate: Gate) -> None:
    entry = await gate.register()
    path = f"/v1/entries/{entry['id']}/explanation"
    assert 404 == (await gate.get(path, "company-2")).status_code
    assert 401 == (await gate.get(path)).status_code
    assert 200 == (await gate.get(path, "auditor")).status_code


async def test_an_explanation_takes_the_same_statements_however_many_wait(
    gate: Gate, statements: Recorder
) -> None:
    sent_of: list[int] = []
    for many in (2, 8):
        for number in range(many):
            await queued(gate, 100 * many + number)
        last = await queued(gate, 100 * many + 99)
        gate.wait(minutes=1)
        await gate.get("/v1/queues")
        with statements() as sent:
            await explanation(gate, last)
        sent_of.append(len(sent))
    assert sent_of[0] == sent_of[1] <= 11, sent_of
