"""Openings of commitments: parties open their own, auditors any with a reason that all can see."""

import json
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.log.leaves import What, commitment
from app.models import LogLeaf
from tests.api.conftest import Gate, lorry
from tests.api.test_log import seal

WHY = {"purpose": "complaint", "reason": "Complaint 2026-031"}


@pytest.fixture
async def entry(gate: Gate) -> dict[str, Any]:
    """An entry of company-1 whose waiting start is sealed."""
    entry = await gate.register(**lorry(1))
    await gate.move(entry)
    await seal(gate)
    return entry


def path_of(entry: dict[str, Any]) -> str:
    return f"/v1/entries/{entry['id']}/openings"


async def leaf_of(session: AsyncSession, one: dict[str, Any]) -> dict[str, Any]:
    leaf = await session.scalar(
        select(LogLeaf.leaf).where(
            LogLeaf.gate_code == one["gate"],
            LogLeaf.direction == one["direction"],
            LogLeaf.index == one["index"],
        )
    )
    assert leaf is not None
    found: dict[str, Any] = json.loads(leaf)
    return found


async def test_a_party_opens_what_the_log_commits_to_of_its_own_entry(
    gate: Gate, entry: dict[str, Any], session: AsyncSession
) -> None:
    answer = await gate.get(path_of(entry), "company-1")
    assert 200 == answer.status_code, answer.text
    found = answer.json()["openings"]
    assert {"plate", "company"} == {one["what"] for one in found}
    (plate,) = (one for one in found if one["what"] == "plate")
    assert entry["plate"] == plate["value"]
    for one in found:
        leaf = await leaf_of(session, one)
        salt = bytes.fromhex(one["salt"])
        assert leaf["data"][one["field"]] == one["commitment"]
        assert one["commitment"] == commitment(salt, What(one["what"]), one["value"])
        assert entry["id"] == leaf["entry"]


async def test_nobody_else_is_given_a_salt(gate: Gate, entry: dict[str, Any]) -> None:
    told = {
        who: (await gate.get(path_of(entry), who)).status_code
        for who in ("company-2", "officer-1", "customs", "board-1", "auditor")
    }
    assert {
        "company-2": 404, "officer-1": 403, "customs": 403, "board-1": 403, "auditor": 403,
    } == told  # fmt: skip
    for who in ("company-1", "officer-1", "board-1"):
        assert 403 == (await gate.post(path_of(entry), who, WHY)).status_code


async def test_an_auditor_opens_any_for_a_purpose_and_company_and_board_see_that(
    gate: Gate, entry: dict[str, Any]
) -> None:
    answer = await gate.post(path_of(entry), "auditor", WHY)
    assert 200 == answer.status_code, answer.text
    own = (await gate.get(path_of(entry), "company-1")).json()["openings"]
    assert own == [one for one in answer.json()["openings"] if one["what"] != "officer"]
    for who in ("company-1", "board-1", "auditor"):
        (record,) = (await gate.get("/v1/openings", who)).json()["items"]
        assert {
            **WHY, "entry": entry["id"], "reference": entry["reference"], "auditor": "auditor",
            "opened_at": "2026-03-11T09:00:00+07:00",
        }.items() <= record.items()  # fmt: skip
        assert entry["plate"] not in json.dumps(record)
    assert [] == (await gate.get("/v1/openings", "company-2")).json()["items"]
    nothing = f"/v1/openings?entry={'0' * 8}-0000-7000-8000-{'0' * 12}"
    assert [] == (await gate.get(nothing, "board-1")).json()["items"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"purpose": "complaint"}, "/reason"),
        ({"reason": "x"}, "/purpose"),
        ({**WHY, "purpose": "curiosity"}, "/purpose"),
        ({**WHY, "reason": " "}, "/reason"),
    ],
)
async def test_without_purpose_and_reason_nothing_is_opened_or_recorded(
    gate: Gate, entry: dict[str, Any], body: dict[str, str], pointer: str
) -> None:
    answer = await gate.post(path_of(entry), "auditor", body)
    assert 422 == answer.status_code
    assert [pointer] == [one["pointer"] for one in answer.json()["errors"]]
    assert [] == (await gate.get("/v1/openings", "auditor")).json()["items"]


async def test_what_is_not_sealed_yet_has_nothing_to_open(gate: Gate) -> None:
    entry = await gate.register()
    assert [] == (await gate.get(path_of(entry), "company-1")).json()["openings"]
