"""Tariff editions: the whole table, and the board's word on those that are not official."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.api.paging import Cursors
from app.api.state import Process
from app.core.config import Mode, Settings
from app.core.database import make_sessions
from app.main import create_app, make_tools
from tests.api.conftest import Gate
from tests.domain.reference import EDITION, reference

TARIFF = "/v1/tariffs/tariff-2025-09"
CONFIRM = f"{TARIFF}/confirmations"


async def test_every_edition_is_listed_with_its_force(gate: Gate) -> None:
    items = {one["code"]: one for one in (await gate.get("/v1/tariffs")).json()["items"]}

    assert {"tariff-2019-01", "tariff-2025-09"} == set(items)
    assert (False, True) == (
        items["tariff-2019-01"]["in_force"], items["tariff-2025-09"]["in_force"],
    )  # fmt: skip
    older = items["tariff-2019-01"]["force"]
    assert [(None, "2025-04-28"), ("2025-05-08", None)] == [
        (row["valid_to"], row["known_to"]) for row in older
    ]
    assert "09/2025/NQ-HĐND" == items["tariff-2025-09"]["legal_reference"]["number"]


async def test_an_edition_tells_every_number_with_its_source(gate: Gate) -> None:
    found = (await gate.get(TARIFF)).json()

    cells = {(one["goods_group"], one["vehicle_class"]): one for one in found["cells"]}
    assert set(EDITION.cells) == set(cells)
    for key, rate in EDITION.cells.items():
        assert rate.value == cells[key]["amount"]["amount"]
        assert rate.evidence.basis == cells[key]["basis"]
    assert 50_000 == found["multipliers"][0]["factor_basis_points"]
    assert {3000, 10000, 13000} == {one["basis_points"] for one in found["journeys"]}
    assert [one.code for one in EDITION.classes] == [
        one["code"] for one in found["vehicle_classes"]
    ]
    assert {"at_least": 0, "below": 2000} == found["vehicle_classes"][0]["payload_kg"]
    assert found["vehicle_classes"][0]["container_length_ft"] is None
    assert list(EDITION.groups) == [one["code"] for one in found["goods_groups"]]
    assert reference("tariff-2025-09")["notes"] == found["notes"]
    assert found["mixed_load_rule"]["steps"]


async def test_in_a_sandbox_an_unofficial_edition_may_be_used(gate: Gate) -> None:
    found = (await gate.get(TARIFF)).json()

    assert (False, True, 0) == (
        found["official"], found["usable"], found["confirmations_missing"],
    )  # fmt: skip


@pytest.fixture
def production(app: FastAPI, gate: Gate, settings: Settings) -> Gate:
    """Return the service as in production: nothing unofficial without two words."""
    strict = settings.model_copy(update={"mode": Mode.PRODUCTION})
    app.state.process = replace(
        app.state.process, settings=strict, reference=None, machine_now=lambda: gate.now
    )
    return gate


async def quote(gate: Gate) -> int:
    vehicle = {
        "gate": "tan-thanh",
        "direction": "import",
        "goods": [{"goods_group": "ordinary"}],
        "payload_kg": 8000,
    }
    return (await gate.post("/v1/fees/quotes", body={"vehicles": [vehicle]})).status_code


async def pulse(gate: Gate) -> None:
    await gate.app.state.process.pulse()


async def test_two_members_of_the_board_put_an_edition_to_use(production: Gate) -> None:
    assert 422 == await quote(production)

    one = await production.post(CONFIRM, "board-1")
    await pulse(production)
    between = (await production.get(TARIFF)).json()
    assert (200, False, 1) == (
        one.status_code,
        one.json()["usable"],
        len(one.json()["confirmed_by"]),
    )
    assert (False, False, 1) == (
        between["usable"], between["in_force"], between["confirmations_missing"],
    )  # fmt: skip
    assert 422 == await quote(production)

    two = (await production.post(CONFIRM, "board-2")).json()
    await pulse(production)
    after = (await production.get(TARIFF)).json()
    assert {
        "kind": "tariff",
        "edition": "tariff-2025-09",
        "confirmed_by": ["board-1", "board-2"],
        "needed": 2,
        "usable": True,
    } == two
    assert (True, True, 0) == (
        after["usable"], after["in_force"], after["confirmations_missing"],
    )  # fmt: skip
    assert 200 == await quote(production)


async def test_a_second_word_of_the_same_member_changes_nothing(
    production: Gate, connection: AsyncConnection
) -> None:
    first = await production.post(CONFIRM, "board-1")
    told = await events(connection)
    revision = await revision_of(connection)

    again = await production.post(CONFIRM, "board-1")

    assert first.json() == again.json()
    assert told == await events(connection)
    assert revision == await revision_of(connection)


async def test_a_word_is_told_and_makes_every_process_read_anew(
    gate: Gate, connection: AsyncConnection
) -> None:
    before = await revision_of(connection)

    await gate.post(CONFIRM, "board-1")

    assert before + 1 == await revision_of(connection)
    assert [{"edition_kind": "tariff", "edition": "tariff-2025-09"}] == await events(connection)


async def test_a_retry_gets_the_answer_it_got(gate: Gate) -> None:
    first = await gate.post(CONFIRM, "board-1", retry="word-1")
    await gate.post(CONFIRM, "board-2")

    again = await gate.post(CONFIRM, "board-1", retry="word-1")

    assert (200, first.json()) == (again.status_code, again.json())
    assert "true" == again.headers["idempotency-replayed"]


@pytest.mark.parametrize("who", ["company-1", "officer-1", "customs", "admin", "auditor"])
async def test_nobody_else_may_confirm(gate: Gate, who: str) -> None:
    answer = await gate.post(CONFIRM, who)

    assert (403, "role-forbidden") == (answer.status_code, answer.json()["code"])


async def test_without_a_key_nobody_may_confirm(gate: Gate) -> None:
    assert 401 == (await gate.post(CONFIRM)).status_code


async def test_an_unknown_edition_is_not_found(gate: Gate) -> None:
    answer = await gate.post("/v1/tariffs/tariff-1999-01/confirmations", "board-1")

    assert (404, "edition-not-found") == (answer.status_code, answer.json()["code"])


async def test_an_official_edition_needs_nobodys_word(gate: Gate) -> None:
    process = gate.app.state.process
    known = await process.reference_at(None)
    official = {**known.documents["tariffs"]["tariff-2025-09"], "official": True}
    documents = {**known.documents, "tariffs": {"tariff-2025-09": official}}
    process.reference = replace(known, documents=documents)

    answer = await gate.post(CONFIRM, "board-1")

    assert (409, "confirmation-not-needed") == (answer.status_code, answer.json()["code"])


async def revision_of(connection: AsyncConnection) -> int:
    return int(await connection.scalar(text("SELECT revision FROM reference_revision")) or 0)


async def events(connection: AsyncConnection) -> list[dict[str, Any]]:
    rows = await connection.execute(
        text("SELECT data FROM events WHERE kind = 'edition.confirmed' ORDER BY number")
    )
    return [row.data for row in rows]


async def test_of_two_members_at_once_the_second_sees_both_words(
    settings: Settings, database: AsyncEngine
) -> None:
    app = create_app(settings)
    app.state.process = Process(
        settings=settings.model_copy(update={"mode": Mode.PRODUCTION}),
        sessions=make_sessions(database),
        tools=make_tools(settings),
        cursors=Cursors("a secret of the tests"),
        schema_head="",
    )
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://gate.test") as http:
        gate = Gate(app, http)
        words = await asyncio.gather(*(gate.post(CONFIRM, who) for who in ("board-1", "board-2")))

    assert [(1, False), (2, True)] == sorted(
        (len(word.json()["confirmed_by"]), word.json()["usable"]) for word in words
    )
