"""`gate doctor`: what is wrong with a service and what to do about it; it changes nothing."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from shutil import disk_usage
from typing import Final

import asyncpg
from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.cli.databases import any_database
from app.cli.preparing import engine_of
from app.core.config import Settings, SettingsError, load_settings
from app.core.database import DatabaseVersionError, check_version, make_sessions, read_time
from app.core.embedded import running_url
from app.core.logs import configure_logs
from app.core.migrations import applied_revision, newest_revision
from app.core.postgres_account import EmbeddedServerError
from app.domain.checkup import Condition, Finding, judge_collection, judge_disk, judge_skew
from app.main import make_jobs, make_tools
from app.repositories.unit_of_work import UnitOfWork
from app.services.upkeep.checkup import Surroundings, examine
from app.workers import JOBS
from app.workers.delivering import WEBHOOKS

COLOURS: Final = {Condition.OK: "green", Condition.WARN: "yellow", Condition.FAIL: "bold red"}
AWAY = (OSError, asyncpg.PostgresError, SQLAlchemyError)


def diagnose() -> Sequence[Finding]:
    """Examine what the settings of this process name; what needs the one before it is left out."""
    try:
        settings = load_settings()
    except SettingsError as error:
        advice = "Mend it in the environment or in .env; .env.example explains each."
        lines = str(error).splitlines()
        return [Finding("settings", Condition.FAIL, line, advice) for line in lines]
    configure_logs(settings)
    return examined(settings)


def examined(settings: Settings) -> Sequence[Finding]:
    """Examine this machine, and the database that `settings` name."""
    return [*_machine(settings), *_database(settings)]


def is_fit(findings: Sequence[Finding]) -> bool:
    """Tell whether nothing failed; what is only to be looked at stops nothing."""
    return not any(one.condition is Condition.FAIL for one in findings)


def show(findings: Sequence[Finding], *, as_json: bool) -> None:
    """Print the findings, as a table or for a program."""
    if as_json:
        told = {"fit": is_fit(findings), "findings": [asdict(one) for one in findings]}
        print(json.dumps(told, indent=2, ensure_ascii=False))  # noqa: T201 - what was asked for
        return
    table = Table("check", "", "found", "what to do", box=None, pad_edge=False)
    for one in findings:
        mark = f"[{COLOURS[one.condition]}]{one.condition}"
        table.add_row(one.check, mark, one.found, one.advice)
    Console().print(table)


def _machine(settings: Settings) -> Iterator[Finding]:
    secrets = "its own secrets" if settings.is_production else "secrets that everybody knows"
    yield Finding("settings", Condition.OK, f"{settings.mode} mode, {secrets}")
    yield Finding("sign-in", Condition.OK, _sign_in(settings))
    yield judge_collection(settings.collection, settings.missing_collection)
    place = settings.data_dir.resolve()
    usage = disk_usage(next(one for one in (place, *place.parents) if one.exists()))
    yield judge_disk(usage.free, usage.total, str(settings.data_dir))


def _sign_in(settings: Settings) -> str:
    if settings.oidc_issuer is not None:
        return f"people sign in by {settings.oidc_issuer}"
    if settings.is_production:
        return "there is none (GATE_OIDC_ISSUER): keys alone open something"
    return "on /sign-in everybody chooses somebody"


def _database(settings: Settings) -> Sequence[Finding]:
    """Examine the database; the embedded one is started for it where nobody runs it."""
    is_own = settings.database_url is None
    if is_own and not (settings.data_dir / "postgres").exists():
        found = f"none in {settings.data_dir} yet"
        return [_lacking(found, "Make one: make run, or gate migrate.")]
    rests = is_own and running_url(settings.data_dir) is None
    try:
        with any_database(settings) as connected:
            return asyncio.run(_examine(connected, rests=rests))
    except DatabaseVersionError as error:
        return [_lacking(str(error), "Move the data to a newer server.")]
    except EmbeddedServerError as error:
        return [_lacking(str(error), f"Look into {settings.data_dir / 'postgres.log'}.")]
    except AWAY as error:
        return [_lacking(f"not reached: {error}", "Start it, or correct DATABASE_URL.")]


def _lacking(found: str, advice: str) -> Finding:
    return Finding("database", Condition.FAIL, found, advice)


async def _examine(settings: Settings, *, rests: bool) -> list[Finding]:
    async with engine_of(settings) as engine:
        async with engine.connect() as connection:
            findings = [await _version(connection), await _skew(connection)]
            applied, needed = await applied_revision(connection), newest_revision()
        if applied != needed:
            found = f"{applied or 'none'} applied, {needed} needed"
            told = Finding("migrations", Condition.FAIL, found, "Bring it up: gate migrate.")
            return [*findings, told]
        findings.append(Finding("migrations", Condition.OK, f"at {needed}"))
        async with make_sessions(engine)() as session:
            findings += await examine(UnitOfWork(session), _surroundings(settings))
    return [_at_rest(one) if rests else one for one in findings]


async def _version(connection: AsyncConnection) -> Finding:
    await check_version(connection)
    version = ".".join(map(str, connection.dialect.server_version_info or ()))
    return Finding("database", Condition.OK, f"PostgreSQL {version}")


async def _skew(connection: AsyncConnection) -> Finding:
    """Compare the clocks, the way there and back counted half."""
    before = datetime.now(UTC)
    there = await read_time(connection)
    way: timedelta = (datetime.now(UTC) - before) / 2
    return judge_skew(there - before - way)


def _surroundings(settings: Settings) -> Surroundings:
    return Surroundings(
        cipher=make_tools(settings).cipher,
        machine=datetime.now(UTC),
        jobs={*JOBS, *make_jobs(settings), WEBHOOKS},
        is_production=settings.is_production,
    )


def _at_rest(finding: Finding) -> Finding:
    """Judge the workers of a service that nobody has started: they rest with it."""
    if finding.check != "workers" or finding.condition is Condition.OK:
        return finding
    return Finding("workers", Condition.WARN, "the service does not run", "Start it: make run.")
