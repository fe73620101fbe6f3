"""`gate doctor` on real databases: what it says of a fit one, and of what may be wrong."""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.cli.doctor import examined
from app.core.config import Mode, Settings
from app.core.migrations import newest_revision
from app.domain.vitals import Work
from app.main import make_jobs, make_tools
from app.repositories.unit_of_work import UnitOfWork
from app.workers import JOBS
from app.workers.delivering import WEBHOOKS
from tests.cli.conftest import PATIENCE_SECONDS, Service, Start, run
from tests.cli.test_preparing import on
from tests.cli.test_serve import PRODUCTION
from tests.repositories.rows import add_actor, add_charge, add_entry, add_order

CHECKS = [
    "settings", "sign-in", "collection", "disk", "database", "clock", "migrations", "data keys",
    "API keys", "reference data", "tariff edition", "policy edition", "workers", "logs", "books",
    "receipts", "prices",
]  # fmt: skip
WORK = Work("", "host:1", 60, 1, 0, 0, 1, 1, succeeded=True)
TARIFF = "tariff-2025-09"


async def findings(settings: Settings) -> dict[str, tuple[str, str]]:
    """Return condition and words by check, as `gate doctor` finds them."""
    found = await asyncio.to_thread(examined, settings)
    assert all(one.advice for one in found if one.condition != "ok")
    return {one.check: (one.condition.value, one.found) for one in found}


@pytest.fixture
async def fit(database: AsyncEngine) -> Settings:
    """A fit sandbox on a database of the test's own, whose workers were just there."""
    settings = on(database)
    async with AsyncSession(database) as session, session.begin():
        for job in {*JOBS, *make_jobs(settings), WEBHOOKS}:
            await UnitOfWork(session).upkeep.note([replace(WORK, job=job)])
    return settings


async def do(database: AsyncEngine, statement: str) -> None:
    async with database.begin() as connection:
        await connection.execute(text(statement))


async def test_of_a_fit_sandbox_everything_is_ok(fit: Settings) -> None:
    found = await findings(fit)
    assert CHECKS == list(found)
    assert {"ok"} == {condition for name, (condition, _) in found.items() if name != "disk"}
    assert found["database"][1].startswith("PostgreSQL 18.")
    assert f"{TARIFF} is in force" == found["tariff edition"][1]


@pytest.mark.parametrize(
    ("statement", "check", "condition", "words"),
    [
        pytest.param(
            "UPDATE worker_pulses SET ran_at = ran_at - interval '1 hour' WHERE job = 'deadlines'",
            "workers", "fail", "deadlines was done last 36", id="a worker that stopped",
        ),
        pytest.param(
            "INSERT INTO log_stops VALUES ('tan-thanh', 'export', 1, now())",
            "logs", "fail", "stopped: tan-thanh (export)", id="a log that stands",
        ),
        pytest.param(
            "DELETE FROM worker_pulses", "workers", "fail", "was never done", id="no worker ever",
        ),
        pytest.param(
            "UPDATE worker_pulses SET succeeded_at = NULL WHERE job = 'counting'",
            "workers", "fail", "counting fails", id="a worker that fails",
        ),
        pytest.param(
            "UPDATE principals SET revoked_at = now() WHERE name = 'bank'",
            "API keys", "warn", "none for bank", id="a role without a key",
        ),
        pytest.param(
            "UPDATE principals SET revoked_at = now()",
            "API keys", "fail", "0 open something", id="no key at all",
        ),
        pytest.param(
            "INSERT INTO business_clock (id, machine_at, business_at, speed)"
            " VALUES (1, now(), '2015-01-05', 1)",
            "tariff edition", "fail", "none is in force on 2015-01-05", id="a day without prices",
        ),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_named(  # noqa: PLR0913, PLR0917 - a row and its fixtures
    database: AsyncEngine,
    fit: Settings,
    statement: str,
    check: str,
    condition: str,
    words: str,
) -> None:
    await do(database, statement)
    found = (await findings(fit))[check]
    assert condition == found[0]
    assert words in found[1]


async def test_an_older_schema_is_named_and_nothing_is_read_from_it(
    database: AsyncEngine, fit: Settings
) -> None:
    await do(database, "UPDATE alembic_version SET version_num = 'older'")
    found = await findings(fit)
    assert ("fail", f"older applied, {newest_revision()} needed") == found["migrations"]
    assert "migrations" == list(found)[-1]


async def test_a_database_before_its_first_migration_is_named(
    empty_database: AsyncEngine,
) -> None:
    found = await findings(on(empty_database))
    assert ("fail", f"none applied, {newest_revision()} needed") == found["migrations"]


async def test_a_schema_without_reference_data_is_named(
    database: AsyncEngine, fit: Settings
) -> None:
    await do(database, "DELETE FROM reference_documents")
    found = await findings(fit)
    assert ("fail", "there are none") == found["reference data"]
    assert "tariff edition" not in found


async def test_in_production_an_edition_that_nobody_confirmed_is_named(fit: Settings) -> None:
    strict = fit.model_copy(update={"mode": Mode.PRODUCTION})
    found = await findings(strict)
    for kind, code in (("tariff", TARIFF), ("policy", "queue-policy-2022-02")):
        condition, words = found[f"{kind} edition"]
        assert "fail" == condition
        assert f"not confirmed: {code}" in words or f", {code}" in words


async def test_an_encrypted_value_whose_key_is_gone_is_counted(
    database: AsyncEngine, fit: Settings
) -> None:
    sealed = make_tools(fit).cipher.encrypt("Nguyễn Văn An")
    async with AsyncSession(database) as session, session.begin():
        actor = await add_actor(session)
        await add_entry(session, actor, driver_name=sealed, driver_phone=sealed)
        await add_entry(session, actor, driver_name=b"old\0" + sealed)
    assert ("fail", "cannot be read: 1 values sealed by old") == (await findings(fit))["data keys"]
    await do(database, "UPDATE entries SET driver_name = NULL WHERE driver_phone IS NULL")
    assert ("ok", "all 2 encrypted values open") == (await findings(fit))["data keys"]
    other = fit.model_copy(update={"data_keys": SecretStr("sandbox:" + "A" * 43 + "=")})
    assert ("fail", "cannot be read: 2 values sealed by sandbox") == (await findings(other))[
        "data keys"
    ]


async def test_a_database_that_does_not_answer_is_named(tmp_path: Path) -> None:
    nowhere = f"postgresql://gate@/gate?host={tmp_path}"
    found = await findings(Settings(database_url=SecretStr(nowhere)))
    assert ["settings", "sign-in", "collection", "disk", "database"] == list(found)
    assert found["database"][1].startswith("not reached: ")


async def test_where_there_is_no_database_yet_none_is_made(tmp_path: Path) -> None:
    found = await findings(Settings(data_dir=tmp_path / "var"))
    assert ("fail", f"none in {tmp_path / 'var'} yet") == found["database"]
    assert not (tmp_path / "var").exists()


def told(folder: Path, **settings: str) -> tuple[int, Mapping[str, Any]]:
    """Return how the command ends, and what it tells a program."""
    ended = run(folder, "doctor", "--json", **settings)
    document = json.loads(ended.stdout)
    assert document["fit"] is (ended.returncode == 0)
    return ended.returncode, {one["check"]: one for one in document["findings"]}


def test_beside_a_service_that_runs_all_is_fit(running: Service) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    code, found = told(running.folder)
    while code and time.monotonic() < until:  # just started, its workers have done nothing yet
        code, found = told(running.folder)
    assert {"ok"} == {found[check]["condition"] for check in CHECKS if check != "disk"}
    assert (code, "") == (0, found["workers"]["advice"])


def test_of_a_service_that_was_stopped_the_workers_rest(start: Start, folder: Path) -> None:
    start().stop()
    code, found = told(folder)
    assert 0 == code
    assert found["workers"]["condition"] in {"ok", "warn"}  # it was just there
    ended = run(folder, "doctor")
    assert "PostgreSQL 18." in ended.stdout
    assert "\x1b" not in ended.stdout


def test_a_wrong_setting_is_a_finding_and_ends_with_1(folder: Path) -> None:
    weak = {**PRODUCTION, "GATE_PEPPER": "short"}
    code, found = told(folder, **weak)
    assert 1 == code
    assert found["settings"]["found"].startswith("GATE_PEPPER: production mode needs a secret")


async def test_books_that_differ_from_the_orders_are_named(
    fit: Settings, database: AsyncEngine
) -> None:
    async with AsyncSession(database) as session, session.begin():
        entry = await add_entry(session, await add_actor(session))
        order = await add_order(session, entry, await add_charge(session, entry))
    condition, found = (await findings(fit))["books"]
    assert "fail" == condition
    assert all(one in found for one in ("receivable", "assessed", str(order)))
