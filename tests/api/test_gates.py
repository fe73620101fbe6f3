"""Gates and yards: their rows, and whether they are open now."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.gates import parse_gate
from tests.api.conftest import Gate
from tests.domain.reference import GATES, reference

READS = (
    "/v1/gates", "/v1/gates/tan-thanh", "/v1/yards", "/v1/yards/bao-nguyen", "/v1/tariffs",
    "/v1/tariffs/tariff-2025-09", "/v1/policies", "/v1/policies/queue-policy-2022-02",
    "/v1/green-lane/rules", "/v1/green-lane/produce",
)  # fmt: skip


def passages(gate: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["direction"]: one for one in gate["passages"]}


async def test_every_gate_is_listed_and_can_be_read(gate: Gate) -> None:
    items = (await gate.get("/v1/gates")).json()["items"]

    assert set(GATES) == {one["code"] for one in items}
    for one in items:
        whole = (await gate.get(f"/v1/gates/{one['code']}")).json()
        assert one == {name: whole[name] for name in one}


async def test_a_gate_tells_its_rows(gate: Gate) -> None:
    found = (await gate.get("/v1/gates/tan-thanh")).json()
    row = GATES["tan-thanh"]

    assert ("TT", "sub", "road") == (found["call_prefix"], found["kind"], found["mode"])
    assert {one["code"] for one in row["routes"]} == {one["code"] for one in found["routes"]}
    hours = [(one["valid_from"], one["opens"], one["closes"]) for one in found["hours"]]
    assert sorted((one["valid_from"], one["opens"], one["closes"]) for one in row["hours"]) == (
        sorted(hours)
    )
    assert len(row["closures"]) == len(found["closures"])
    assert ["green", "green-season"] == sorted(found["green_lane_days"][0]["lanes"])
    assert "huu-nghi" == found["part_of_pair"]["gate"]
    assert {"bao-nguyen", "tan-thanh-lychee-area"} <= {one["code"] for one in found["yards"]}
    assert "CN" == found["counterpart"]["country"]


async def test_an_open_gate_says_until_when(gate: Gate) -> None:
    export = passages((await gate.get("/v1/gates/tan-thanh")).json())["export"]

    assert (True, "called") == (export["open"], export["queue"])
    assert export["changes_at"].endswith("+07:00")
    gate.now = datetime.fromisoformat(export["changes_at"])
    closed = passages((await gate.get("/v1/gates/tan-thanh")).json())["export"]
    assert closed["open"] is False
    assert closed["changes_at"] > export["changes_at"]


async def test_the_queue_of_a_passage_is_that_of_the_policy(gate: Gate) -> None:
    found = {one["code"]: passages(one) for one in (await gate.get("/v1/gates")).json()["items"]}

    assert ("called", "arrival-order") == (
        found["huu-nghi"]["export"]["queue"], found["huu-nghi"]["import"]["queue"],
    )  # fmt: skip
    assert found["dong-dang-rail"]["export"]["queue"] is None


async def test_the_green_lane_of_a_gate_is_that_of_today(gate: Gate) -> None:
    gate.now = datetime(2022, 2, 20, 2, tzinfo=UTC)
    before = {
        one["code"]: one["green_lane"] for one in (await gate.get("/v1/gates")).json()["items"]
    }
    gate.now = datetime(2026, 3, 11, 2, tzinfo=UTC)
    today = {
        one["code"]: one["green_lane"] for one in (await gate.get("/v1/gates")).json()["items"]
    }

    assert not any(before.values())
    assert (True, False) == (today["tan-thanh"], today["huu-nghi"])


async def test_the_label_is_in_the_language_of_the_request(gate: Gate) -> None:
    answers = [
        await gate.get("/v1/gates/huu-nghi", headers={"Accept-Language": language})
        for language in ("vi", "zh", "en")
    ]

    assert ["Cửa khẩu quốc tế Hữu Nghị", "友谊国际口岸", "Huu Nghi international border gate"] == [
        answer.json()["label"] for answer in answers
    ]
    assert 3 == len({answer.headers["etag"] for answer in answers})
    assert ["vi", "zh", "en"] == [answer.headers["content-language"] for answer in answers]
    assert "Accept-Language" == answers[0].headers["vary"]


async def test_of_a_new_gate_little_may_be_known(gate: Gate) -> None:
    process = gate.app.state.process
    known = await process.reference_at(None)
    bare = parse_gate(
        {**GATES["tan-thanh"], "counterpart": None, "coordinates": None, "routes": []}
    )
    process.reference = replace(known, gates={"tan-thanh": bare})

    found = (await gate.get("/v1/gates/tan-thanh")).json()

    assert (None, None, []) == (found["counterpart"], found["position"], found["routes"])


async def test_where_the_chinese_is_unknown_the_english_stands(gate: Gate) -> None:
    found = (await gate.get("/v1/yards/xuan-cuong", headers={"Accept-Language": "zh"})).json()

    assert (None, "Xuan Cuong yard") == (found["names"]["zh"], found["label"])


async def test_every_yard_is_listed_and_can_be_read(gate: Gate) -> None:
    items = (await gate.get("/v1/yards")).json()["items"]

    assert {row["code"] for row in reference("yards")["yards"]} == {one["code"] for one in items}
    for one in items:
        assert one == (await gate.get(f"/v1/yards/{one['code']}")).json()
    capacity = next(one for one in items if one["code"] == "bao-nguyen")["parking_capacity"]
    assert (1100, 1200) == (capacity["low"], capacity["high"])


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/gates/huu-ngi", "gate-not-found"),
        ("/v1/gates/%00", "no-such-path"),
        ("/v1/yards/nowhere", "yard-not-found"),
        ("/v1/tariffs/tariff-1999-01", "edition-not-found"),
        ("/v1/policies/none", "edition-not-found"),
    ],
)
async def test_what_is_not_there_is_a_problem(gate: Gate, path: str, code: str) -> None:
    answer = await gate.get(path)

    assert (404, code) == (answer.status_code, answer.json()["code"])


@pytest.mark.parametrize("path", READS)
async def test_what_a_client_has_is_not_sent_again(gate: Gate, path: str) -> None:
    first = await gate.get(path)

    again = await gate.get(path, headers={"If-None-Match": first.headers["etag"]})

    assert (200, 304, b"") == (first.status_code, again.status_code, again.content)
    assert first.headers["etag"] == again.headers["etag"]
    assert first.headers["cache-control"].startswith("public, max-age=")
