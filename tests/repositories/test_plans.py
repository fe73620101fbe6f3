"""However long the past is, the next vehicle and a place are a few rows of an index away."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, insert, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from app.domain.hold_scope import Scope, ScopeKind
from app.domain.personal import Personal
from app.domain.principal import Principal
from app.domain.questions import EntryFilter, ExceptionFilter
from app.domain.queue_order import Waiting, bounds
from app.domain.required_checks import CheckKind
from app.domain.sub_queues import sub_queues
from app.domain.vocabulary import Direction, Lane, Role
from app.models import Entry
from app.repositories.entries import OPEN_OR_HELD
from app.repositories.exchange import Sought
from app.repositories.resealing import PARTS
from app.repositories.unit_of_work import UnitOfWork
from tests.repositories.queues_at_random import RATES, ROUTES
from tests.repositories.rows import (
    DAY,
    NOW,
    POLICY,
    QUEUE,
    Actor,
    add_actor,
    add_entry,
    entry_row,
)

PAST = 100_000
WAITING = 5_000
ON_THE_WAY = 2_000
CALLS = 20_000
COMPANIES = 100

Plan = dict[str, Any]

# Copies of one entry: ended ones of two years, waiting ones of a day, some still on their way.
COMPANY_NAMES = f"""
INSERT INTO organisations (name) SELECT 'company ' || n FROM generate_series(1, {COMPANIES}) AS n
"""
MANY_ENTRIES = f"""
INSERT INTO entries (
    id, reference, gate_code, direction, journey, state, organisation_id, registered_by,
    registered_at, changed_at, declared, container_numbers, declaration_numbers, findings, verdict,
    lane, held, waits_from, queue_key, ended_at, tractor_plate, tracking_hash, route_code, inside,
    yard_code
)
SELECT
    uuidv7(), 'many-' || n,
    CASE WHEN numbered.state = 'queued' OR n % 2 = 0 THEN 'tan-thanh' ELSE 'huu-nghi' END,
    CASE WHEN numbered.state <> 'queued' AND n % 5 = 0 THEN 'import' ELSE 'export' END,
    'own_vehicle', numbered.state, company,
    registered_by, long_ago, long_ago, '{{}}', '{{}}',
    ARRAY['declaration-' || n], '[]', '{{}}',
    (ARRAY['green-season', 'green', 'ordinary'])[1 + n % 3], n % 50 = 0,
    CASE WHEN numbered.state <> 'registered' THEN today END,
    CASE WHEN numbered.state = 'queued' THEN -n END,
    CASE WHEN numbered.state = 'crossed' THEN long_ago END,
    'plate-' || CASE WHEN numbered.state = 'crossed' THEN n % 5000 ELSE n END,
    sha256(n::text::bytea),
    CASE WHEN numbered.state = 'queued'
    THEN (ARRAY[NULL, '1088-2-1089', '1090-1091'])[1 + n / 3 % 3] END,
    numbered.state = 'queued' AND n / 9 % 2 = 0,
    CASE WHEN numbered.state = 'queued' THEN 'bao-nguyen' END
FROM (
    SELECT n, CAST(:now AS timestamptz) - n * interval '5 minutes' AS long_ago,
        CAST(:now AS timestamptz) - n * interval '1 second' AS today,
        CASE WHEN n <= {WAITING} THEN 'queued' WHEN n <= {WAITING + ON_THE_WAY}
        THEN 'registered' ELSE 'crossed' END AS state
    FROM generate_series(1, {WAITING + ON_THE_WAY + PAST}) AS n
) AS numbered
JOIN (
    SELECT id AS company, row_number() OVER (ORDER BY id) AS place FROM organisations
    WHERE name LIKE 'company %'
) AS companies ON place = 1 + n % {COMPANIES}
CROSS JOIN entries WHERE entries.id = :pattern
"""
MANY_CALLS = f"""
INSERT INTO calls (
    entry_id, gate_code, direction, called_at, window_ends_at, call_number, clock, lane, points,
    open_wait, policy_code, heads, skips, called_by
)
SELECT id, gate_code, direction, ended_at, ended_at, 'TT-0001', 0, lane, 0, 0, '{POLICY}', '[]',
    '[]', registered_by
FROM entries WHERE state = 'crossed' ORDER BY registered_at DESC LIMIT {CALLS}
"""

# A forwarder that was let into half of everything one by one, and into all of ten companies.
MANY_DELEGATIONS = """
INSERT INTO delegations (
    grantor_id, organisation_id, party, entry_id, registered_at, granted_at, granted_by
)
SELECT organisation_id, CAST(:forwarder AS uuid), 'carrier', id, registered_at, registered_at,
    registered_by
FROM entries WHERE reference LIKE 'many-%' AND tractor_plate LIKE '%2%'
UNION ALL
SELECT id, :forwarder, 'carrier', NULL, NULL, CAST(:now AS timestamptz), :granter
FROM organisations WHERE name LIKE 'company 1%'
"""

# A prepared statement asks for values where EXPLAIN wants to see it without; this does not.
GENERIC_PLAN = """
CREATE FUNCTION pg_temp.generic_plan(statement text) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (GENERIC_PLAN, FORMAT JSON) ' || statement INTO plan;
    RETURN plan;
END
$$
"""


class Crowd:
    """A long past and a long queue, in a transaction that is rolled back."""

    def __init__(
        self, connection: AsyncConnection, company: Actor, entry: UUID, forwarder: Principal
    ) -> None:
        self.connection = connection
        self.company = company
        self.entry = entry
        self.forwarder = forwarder
        self.uow = UnitOfWork(AsyncSession(connection))

    def principal(self, role: Role = Role.COMPANY) -> Principal:
        return Principal(self.company.id, self.company.organisation_id, "somebody", role)

    async def plans_of(self, question: Callable[[], Awaitable[object]]) -> list[Plan]:
        """Return how each statement of a question would be run with its values."""
        return [
            await self._explained(f"EXPLAIN (FORMAT JSON) {statement}", *values)
            for statement, values in await self._sent_by(question)
        ]

    async def generic_plans_of(self, question: Callable[[], Awaitable[object]]) -> list[Plan]:
        """Return how each would be run whatever its values: planned once, run often."""
        return [
            await self._explained("SELECT pg_temp.generic_plan($1)", statement)
            for statement, _ in await self._sent_by(question)
        ]

    async def _sent_by(self, question: Callable[[], Awaitable[object]]) -> list[tuple[str, Any]]:
        sent: list[tuple[str, Any]] = []

        def keep(*arguments: Any) -> None:
            sent.append(arguments[2:4])

        event.listen(self.connection.sync_connection, "before_cursor_execute", keep)
        await question()
        event.remove(self.connection.sync_connection, "before_cursor_execute", keep)
        return sent

    async def _explained(self, statement: str, *values: Any) -> Plan:
        driver = (await self.connection.get_raw_connection()).driver_connection
        assert driver is not None
        plan: Plan = (await driver.fetchval(statement, *values))[0]["Plan"]
        return plan


@pytest.fixture(scope="module")
async def crowd(engine: AsyncEngine) -> AsyncIterator[Crowd]:
    async with engine.connect() as connection:
        transaction = await connection.begin()
        session = AsyncSession(connection)
        company = await add_actor(session)
        pattern = await add_entry(session, company, registered_at=NOW - timedelta(days=700))
        values = {"now": NOW, "pattern": pattern}
        await connection.execute(text("SET LOCAL statement_timeout = 0"))
        # What the copies refer to is there: looked for one by one, it takes as long again.
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        await connection.execute(text(COMPANY_NAMES))
        await connection.execute(text(MANY_ENTRIES), values)
        await connection.execute(text(MANY_CALLS))
        await connection.execute(text(GENERIC_PLAN))
        actor = await add_actor(session)
        forwarder = Principal(
            actor.id, actor.organisation_id, "forwarder", Role.COMPANY, tax_code="4900000001"
        )
        values = {"now": NOW, "forwarder": actor.organisation_id, "granter": actor.id}
        await connection.execute(text(MANY_DELEGATIONS), values)
        await connection.execute(text("SET LOCAL session_replication_role = origin"))
        for table in ("entries", "calls", "delegations"):
            await connection.execute(text(f"ANALYZE {table}"))
        yield Crowd(connection, company, pattern, forwarder)
        await transaction.rollback()


def nodes(plan: Plan) -> Iterator[Plan]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def scanned(plans: list[Plan]) -> set[str]:
    """Return the tables that are read from end to end."""
    found = (node for plan in plans for node in nodes(plan))
    return {node["Relation Name"] for node in found if node["Node Type"] == "Seq Scan"}


def indexes(plans: list[Plan]) -> set[str]:
    found = (node for plan in plans for node in nodes(plan))
    return {node["Index Name"] for node in found if "Index Name" in node}


async def test_the_heads_are_one_row_a_lane_of_an_index(crowd: Crowd) -> None:
    def heads() -> Awaitable[object]:
        return crowd.uow.lines.heads(QUEUE)

    for plan in [*await crowd.plans_of(heads), *await crowd.generic_plans_of(heads)]:
        assert set() == scanned([plan])
        assert {"ix_entries_next", "pk_entries"} == indexes([plan])
        first = [node["Plan Rows"] for node in nodes(plan) if node["Node Type"] == "Limit"]
        assert [1] * len(Lane) == first
        assert not [node for node in nodes(plan) if node["Node Type"] == "Sort"]


async def test_where_a_route_is_barred_the_heads_are_one_row_a_lane_and_sub_queue(
    crowd: Crowd,
) -> None:
    open_ = [one for one in sub_queues(ROUTES) if one.route != ROUTES[0]]

    def heads() -> Awaitable[object]:
        return crowd.uow.lines.heads(QUEUE, open_)

    for plan in [*await crowd.plans_of(heads), *await crowd.generic_plans_of(heads)]:
        assert set() == scanned([plan])
        assert {"ix_entries_sub_queues", "pk_entries"} == indexes([plan])
        first = [node["Plan Rows"] for node in nodes(plan) if node["Node Type"] == "Limit"]
        assert [1] * len(Lane) * len(open_) == first
        found = list(nodes(plan))
        assert not [node for node in found if node["Node Type"] == "Sort" or "Filter" in node]


@pytest.mark.parametrize("strict", [set(), {Lane.GREEN_SEASON}], ids=["by rate", "strict season"])
@pytest.mark.parametrize("lane", RATES)
async def test_a_place_is_a_count_of_index_ranges(
    crowd: Crowd, lane: Lane, strict: set[Lane]
) -> None:
    before = bounds(Waiting(crowd.entry, lane, -2500, NOW), RATES, 0, strict=strict)

    def place() -> Awaitable[object]:
        return crowd.uow.lines.count_before(QUEUE, before)

    for plan in [*await crowd.plans_of(place), *await crowd.generic_plans_of(place)]:
        assert set() == scanned([plan])
        assert {"ix_entries_next", "ix_entries_sub_queues"} >= indexes([plan])
        assert not [node for node in nodes(plan) if "Filter" in node]


async def test_who_is_skipped_is_found_by_an_index(crowd: Crowd) -> None:
    before = bounds(Waiting(crowd.entry, Lane.GREEN, -2500, NOW), RATES, 0)

    def skipped() -> Awaitable[object]:
        return crowd.uow.lines.held_before(QUEUE, before, 50)

    for plan in [*await crowd.plans_of(skipped), *await crowd.generic_plans_of(skipped)]:
        assert set() == scanned([plan])
        assert {"ix_entries_held"} == indexes([plan])


LONG_AGO = NOW - timedelta(days=16)
"""Nothing has spoken since for a few of those who are on their way."""

QUESTIONS: dict[str, Callable[[Crowd], Awaitable[object]]] = {
    "everybody who waits": lambda it: it.uow.lines.waiting(QUEUE),
    "everybody who has a key": lambda it: it.uow.lines.keyed(QUEUE),
    "who arrived before": lambda it: it.uow.lines.count_arrived_before(QUEUE, NOW, it.entry),
    "open entries on a plate": lambda it: it.uow.entries.open_with_plate(
        "plate-7", Direction.EXPORT
    ),
    "an entry by its reference": lambda it: it.uow.entries.by_reference("many-7"),
    "an entry by its token": lambda it: it.uow.standings.by_tracking(b"token"),
    "a company's entries": lambda it: it.uow.entries.page(
        it.principal(), EntryFilter(), None, 50, at=NOW
    ),
    "a company's entries, further on": lambda it: it.uow.entries.page(
        it.principal(), EntryFilter(), [NOW - timedelta(days=30), it.entry], 50, at=NOW
    ),
    "everybody's entries": lambda it: it.uow.entries.page(
        it.principal(Role.OFFICER), EntryFilter(), [NOW - timedelta(days=30), it.entry], 50, at=NOW
    ),
    "a gate's entries": lambda it: it.uow.entries.page(
        it.principal(Role.OFFICER), EntryFilter(gate="huu-nghi"), None, 50, at=NOW
    ),
    "the entries of a route": lambda it: it.uow.entries.page(
        it.principal(Role.OFFICER), EntryFilter(gate="tan-thanh", route=ROUTES[0]), None, 50, at=NOW
    ),
    "the calls of a route": lambda it: it.uow.queues.count_standing(
        QUEUE, NOW - timedelta(hours=12), route=ROUTES[0]
    ),
    "who stands in which yard": lambda it: it.uow.yards.occupied(),
    "what places are taken": lambda it: it.uow.yards.places_taken("tan-thanh", ["bao-nguyen"]),
    "entries on a plate": lambda it: it.uow.entries.page(
        it.principal(Role.OFFICER), EntryFilter(plate="plate-4321"), None, 50, at=NOW
    ),
    "entries with a part of a plate": lambda it: it.uow.entries.page(
        it.principal(Role.OFFICER), EntryFilter(plate="432"), None, 50, at=NOW
    ),
    "a company's entries with a part of a plate": lambda it: it.uow.entries.page(
        it.principal(), EntryFilter(plate="4321"), None, 50, at=NOW
    ),
    "a forwarder's entries with a part of a plate": lambda it: it.uow.entries.page(
        it.forwarder, EntryFilter(plate="4321"), None, 50, at=NOW
    ),
    "entries of a declaration": lambda it: it.uow.entries.page(
        it.principal(Role.OFFICER),
        EntryFilter(declaration_number="declaration-7"),
        None,
        50,
        at=NOW,
    ),
    "entries that changed": lambda it: it.uow.entries.page(
        it.principal(Role.OFFICER),
        EntryFilter(changed_after=NOW - timedelta(hours=1)),
        None,
        50,
        at=NOW,
    ),
    "a forwarder's entries": lambda it: it.uow.entries.page(
        it.forwarder, EntryFilter(), None, 50, at=NOW
    ),
    "a forwarder's entries, further on": lambda it: it.uow.entries.page(
        it.forwarder, EntryFilter(), [NOW - timedelta(days=30), it.entry], 50, at=NOW
    ),
    "a forwarder's entries that changed": lambda it: it.uow.entries.page(
        it.forwarder, EntryFilter(changed_after=NOW - timedelta(hours=1)), None, 50, at=NOW
    ),
    "a forwarder's entries on a plate": lambda it: it.uow.entries.page(
        it.forwarder, EntryFilter(plate="plate-4321"), None, 50, at=NOW
    ),
    "what a forwarder is to an entry": lambda it: it.uow.entries.related(
        it.entry, it.forwarder, NOW
    ),
    "what a queue is rolled forward from": lambda it: it.uow.forecasts.line_ups(
        [QUEUE], NOW - timedelta(days=14), DAY
    ),
    "whether a queue is the same": lambda it: it.uow.forecasts.mark(QUEUE),
    "who may be called of a queue": lambda it: it.uow.forecasts.waiting(QUEUE),
    "the scores of a queue": lambda it: it.uow.scores.score(QUEUE),
    "where an entry stands": lambda it: it.uow.standings.by_id(it.entry),
    "the standings of all boards": lambda it: it.uow.boards.standings(),
    "the calls of all boards": lambda it: it.uow.boards.calls_since(NOW - timedelta(hours=2)),
    "open entries on a plate, and holds met": lambda it: it.uow.entries.open_or_held(
        "plate-7", Direction.EXPORT, [Scope(ScopeKind.PLATE, "plate-7")]
    ),
    "open entries held by plate": lambda it: it.uow.entries.open_matching(
        Scope(ScopeKind.PLATE, "plate-7")
    ),
    "open entries held by container": lambda it: it.uow.entries.open_matching(
        Scope(ScopeKind.CONTAINER, "CSQU3054383")
    ),
    "open entries held by declaration": lambda it: it.uow.entries.open_matching(
        Scope(ScopeKind.DECLARATION, "declaration-7")
    ),
    "many entries under their locks": lambda it: it.uow.entries.all_locked_in_queue([it.entry]),
    "the checks that are asked for": lambda it: it.uow.records.open_requests(
        list(CheckKind), None, None, 50
    ),
    "what is to be settled": lambda it: it.uow.records.exceptions_page(ExceptionFilter(), None, 50),
    "when rates changed": lambda it: it.uow.records.rates_changed_at(QUEUE),
    "where something is to be done": lambda it: it.uow.deadlines.queues_with_work(NOW, LONG_AGO),
    "who never came": lambda it: it.uow.deadlines.forgotten(QUEUE, LONG_AGO, 50),
    "whom a message may be about": lambda it: it.uow.exchange.known(
        Sought(
            since=NOW - timedelta(days=7),
            ids=[it.entry],
            references=["many-7", "many-8"],
            plates=["plate-7", "plate-8"],
            declarations=["declaration-7"],
            containers=["CSQU3054383"],
        )
    ),
    "which messages may be tried again": lambda it: it.uow.exchange.to_try_again(
        NOW - timedelta(days=2), 20
    ),
    "the entries of a driver": lambda it: it.uow.personal.entries_of(
        it.principal(Role.OFFICER), Personal.PHONE, [b"hash", b"another"], None, 50
    ),
    "the papers that stand with a phone": lambda it: it.uow.personal.papers_with([b"hash"], 20),
    "what is over of drivers": lambda it: it.uow.retention.over(
        dict.fromkeys(Personal, NOW - timedelta(days=180)), 100
    ),
    "what is over of drivers who asked": lambda it: it.uow.retention.over_as_asked(
        dict.fromkeys(Personal, NOW), 100
    ),
    "where a window of entries ends": lambda it: it.uow.resealing.end_of(PARTS[0], it.entry, 500),
    "what another key has sealed in a window": lambda it: it.uow.resealing.sealed_otherwise(
        PARTS[1], b"key", it.entry, it.entry
    ),
    "the current charge": lambda it: it.uow.money.charge(it.entry),
}


@pytest.mark.parametrize("question", QUESTIONS)
async def test_no_question_reads_all_that_ever_was(crowd: Crowd, question: str) -> None:
    plans = await crowd.plans_of(lambda: QUESTIONS[question](crowd))
    assert set() == scanned(plans) & {"entries", "calls", "delegations"}, json.dumps(
        plans, indent=1
    )


async def test_only_those_who_never_came_are_read_to_find_them(crowd: Crowd) -> None:
    def forgotten() -> Awaitable[object]:
        return crowd.uow.deadlines.forgotten(QUEUE, NOW - timedelta(days=25), 50)

    def where() -> Awaitable[object]:
        return crowd.uow.deadlines.queues_with_work(NOW, NOW - timedelta(days=25))

    for question in (forgotten, where):
        for plan in [*await crowd.plans_of(question), *await crowd.generic_plans_of(question)]:
            assert set() == scanned([plan]) & {"entries"}
            assert "ix_entries_expiring" in indexes([plan])


@pytest.mark.parametrize("entries", [0, 500], ids=["empty", "grown since"])
async def test_a_plate_is_found_by_its_index_in_a_table_that_nobody_has_counted(
    session: AsyncSession, company: Actor, entries: int
) -> None:
    await session.execute(text(GENERIC_PLAN))
    rows = [entry_row(company, tractor_plate=f"plate-{number}") for number in range(entries)]
    await session.execute(insert(Entry), rows or [entry_row(company)])
    planned = text("SELECT pg_temp.generic_plan(:statement)")
    (found,) = await session.scalar(planned, {"statement": OPEN_OR_HELD.sql})
    assert "uq_entries_open_plate" in indexes([found["Plan"]])
