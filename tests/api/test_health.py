"""Whether a process lives, and whether it should be sent work: each part that lacks is named."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.config import Mode, Settings
from app.main import create_app
from tests.api.conftest import Gate, lorry

TARIFF = "/v1/tariffs/tariff-2025-09/confirmations"
POLICY = "/v1/policies/queue-policy-2022-02/confirmations"
PARTS = ("database", "migrations", "clock", "editions")


@pytest.fixture
def process(gate: Gate) -> Any:
    """The process, whose machine clock is this machine's."""
    gate.app.state.process.machine_now = lambda: datetime.now(UTC)
    return gate.app.state.process


async def lacking(gate: Gate) -> dict[str, Any]:
    """Return what readiness names, by part."""
    answer = await gate.get("/health/ready")
    assert (answer.status_code == 200) is answer.json().get("ready", False)
    return {part: answer.json()[part] for part in PARTS if answer.json()[part]}


async def test_a_process_that_lacks_nothing_is_ready(gate: Gate, process: Any) -> None:
    assert process.schema_head
    assert {} == await lacking(gate)


@pytest.mark.parametrize(
    ("apart", "told"),
    [
        pytest.param(timedelta(seconds=4), None, id="what ordinary clocks differ"),
        pytest.param(timedelta(seconds=-90), "90 s", id="behind"),
        pytest.param(timedelta(days=2, seconds=5), "172805 s", id="days ahead"),
    ],
)
async def test_a_clock_apart_from_the_databases_is_named(
    gate: Gate, process: Any, apart: timedelta, told: str | None
) -> None:
    process.machine_now = lambda: datetime.now(UTC) + apart
    clock = (await lacking(gate)).get("clock", "")
    if told is None:
        assert "" == clock
    else:
        seconds, _, rest = clock.partition(" s ")
        assert abs(int(seconds) - int(told.split()[0])) <= 1
        assert "apart from the database" == rest


async def test_a_schema_of_another_release_is_named(
    gate: Gate, process: Any, session: AsyncSession
) -> None:
    needed = process.schema_head
    await session.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    await session.commit()
    assert {"migrations": f"older applied, {needed} needed"} == await lacking(gate)
    await session.execute(text("DELETE FROM alembic_version"))
    await session.commit()
    assert {"migrations": f"none applied, {needed} needed"} == await lacking(gate)


async def test_a_database_that_is_away_is_named_and_the_process_lives(
    gate: Gate, process: Any
) -> None:
    def away() -> Any:
        raise ConnectionRefusedError

    process.sessions = away
    assert {"database": "not reached"} == await lacking(gate)
    assert {"status": "live"} == (await gate.get("/health/live")).json()


@pytest.fixture
def production(gate: Gate, process: Any, settings: Settings) -> Gate:
    """The service as in production; its business clock is this machine's."""
    strict = settings.model_copy(update={"mode": Mode.PRODUCTION})
    gate.app.state.process = replace(process, settings=strict, reference=None)
    return gate


async def test_in_production_each_edition_needs_two_words_of_different_members(
    production: Gate,
) -> None:
    """The edition that prices and the one that queues; the same member's word counts once."""
    names = ("tariff-2025-09", "queue-policy-2022-02")
    first = (await lacking(production))["editions"]
    assert all(f"{name} needs confirmation by 2 more of the board" in first for name in names)
    for who, missing in (("board-1", 1), ("board-1", 1), ("board-2", 0)):
        for path, name in zip((TARIFF, POLICY), names, strict=True):
            assert 200 == (await production.post(path, who)).status_code
            await production.app.state.process.pulse()
            editions = (await lacking(production)).get("editions", "")
            assert (f"{name} needs confirmation by {missing} more" in editions) is (missing > 0)


async def test_in_production_an_edition_whose_days_are_over_keeps_nobody_waiting(
    production: Gate,
) -> None:
    """The tariff of 2019 ended in May 2025: only a price of its days needs it confirmed."""
    assert "tariff-2019-01" not in (await lacking(production))["editions"]
    for path in (TARIFF, POLICY):
        for who in ("board-1", "board-2"):
            assert 200 == (await production.post(path, who)).status_code
    await production.app.state.process.pulse()
    assert {} == await lacking(production)


async def test_in_production_nothing_is_queued_by_an_edition_that_is_not_confirmed(
    production: Gate,
) -> None:
    day = datetime.now(UTC) + timedelta(hours=1)
    production.forget()
    assert [] == (await production.get("/v1/queues")).json()["items"]
    entry = await production.register(**lorry(1, planned_arrival_at=day.isoformat()))
    found = {finding["rule"] for finding in entry["findings"] if finding["severity"] == "blocking"}
    assert {"no-tariff-in-force", "gate-without-queue"} <= found
    assert (None, [], "registered") == (entry["charge"], entry["orders"], entry["state"])


def test_in_production_the_sandbox_is_not_there(settings: Settings) -> None:
    strict = settings.model_copy(update={"mode": Mode.PRODUCTION})
    offered = [create_app(one).openapi() for one in (settings, strict)]
    only_there = set(offered[0]["paths"]) - set(offered[1]["paths"])
    invented = "/v1/yards/{yard}/services"
    assert {"/v1/sandbox/clock", "/v1/sandbox/messages", invented} == only_there
    assert [True, False] == ["cenario" in json.dumps(one) for one in offered]
