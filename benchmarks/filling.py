"""Queues of any length and pasts of any size, made by the database itself."""

import json

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

DECLARED = {
    "gate": "tan-thanh",
    "direction": "export",
    "journey": "own_vehicle",
    "vehicle": {"payload_kg": 15000},
    "consignments": [],
}
VERDICT = {"on": "2026-12-10", "eligible": True, "lane": "green", "conditional": False,
           "season": None, "considered": [], "refused": [], "basis": "provisional",
           "provisional": False}  # fmt: skip
# Three lanes in turn; keys as the rule makes them when one vehicle a second comes into position.
WAITING = """
INSERT INTO entries (reference, gate_code, direction, journey, state, registered_by,
  organisation_id, registered_at, changed_at, declared, tractor_plate, container_numbers,
  declaration_numbers, findings, verdict, lane, presence_at, in_position, was_in_yard, waits_from,
  queue_key, call_number, yard_code, tracking_hash)
SELECT 'W' || n, 'tan-thanh', 'export', 'own_vehicle', 'queued', p.id, p.organisation_id,
  at, at, CAST(:declared AS jsonb), '12C' || 10000 + n, '{}', '{}', '[]',
  CAST(:verdict AS jsonb), (ARRAY['green-season', 'green', 'ordinary'])[1 + n % 3],
  at, true, true, at,
  (ARRAY[3, 2, 1])[1 + n % 3]::bigint * (CAST(:clock AS bigint) - 7200 + n),
  'TT-' || lpad(n::text, 4, '0'), 'bao-nguyen',
  substring(sha256(convert_to('waiting-' || lpad(n::text, 8, '0'), 'UTF8')) for 18)
FROM (SELECT n, CAST(:now AS timestamptz) - make_interval(secs => 7200 - n) AS at
      FROM generate_series(1, CAST(:count AS integer)) n) made, principals p
WHERE p.name = 'company-1'
"""
PAST = """
INSERT INTO entries (reference, gate_code, direction, journey, state, registered_by,
  organisation_id, registered_at, changed_at, declared, tractor_plate, container_numbers,
  declaration_numbers, findings, verdict, lane, presence_at, arrived_at, ended_at, waits_from,
  call_number, tracking_hash)
SELECT 'P' || n, 'tan-thanh', 'export', 'own_vehicle', 'crossed', p.id, p.organisation_id,
  at, at, CAST(:declared AS jsonb), '98C' || 10000 + n % 80000, '{}',
  ARRAY[lpad(n::text, 12, '3')], '[]', CAST(:verdict AS jsonb),
  (ARRAY['green-season', 'green', 'ordinary'])[1 + n % 3], at, at, at, at,
  'TT-' || lpad((n % 9999)::text, 4, '0'), decode('b' || lpad(to_hex(n), 35, '0'), 'hex')
FROM (SELECT n, CAST(:now AS timestamptz) - make_interval(secs => 90000 + n * 40) AS at
      FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) n) made, principals p
WHERE p.name = 'company-1'
"""
OF_THE_PAST = """
FROM entries WHERE reference LIKE 'P%'
  AND substr(reference, 2)::bigint BETWEEN CAST(:first AS bigint) AND CAST(:last AS bigint)
"""
PAST_CALLS = """
INSERT INTO calls (entry_id, gate_code, direction, called_at, window_ends_at, call_number, clock,
  lane, points, open_wait, policy_code, heads, skips, called_by)
SELECT id, gate_code, direction, ended_at, ended_at, call_number, 0, lane, 3600, 1800,
  (SELECT code FROM policy_editions LIMIT 1), '[]', '[]', registered_by
"""
PAST_EVENTS = """
INSERT INTO events (id, kind, entry_id, gate_code, direction, occurred_at, recorded_at,
  principal_id, data)
SELECT uuidv7(), 'call.made', id, gate_code, direction, ended_at, ended_at, registered_by, '{}'
"""
# A year of vehicles through four gates, one in three of them an export, none with events.
YEAR = """
INSERT INTO entries (reference, gate_code, direction, journey, state, registered_by,
  organisation_id, registered_at, changed_at, declared, tractor_plate, container_numbers,
  declaration_numbers, findings, verdict, lane, presence_at, arrived_at, ended_at, waits_from,
  call_number, tracking_hash)
SELECT 'Y' || n, (ARRAY['huu-nghi', 'huu-nghi', 'tan-thanh', 'coc-nam', 'chi-ma'])[1 + n % 5],
  CASE n % 3 WHEN 0 THEN 'export' ELSE 'import' END, 'own_vehicle', 'crossed', p.id,
  p.organisation_id, at, at, CAST(:declared AS jsonb), '98C' || 10000 + n % 80000, '{}',
  ARRAY[lpad(n::text, 12, '3')], '[]', CAST(:verdict AS jsonb),
  (ARRAY['green-season', 'green', 'ordinary'])[1 + n % 7 % 3], at, at, at, at,
  'HN-' || lpad((n % 9999)::text, 4, '0'), decode('c' || lpad(to_hex(n), 35, '0'), 'hex')
FROM (SELECT n, CAST(:now AS timestamptz)
        - make_interval(
          secs => n * CAST(:days AS integer) * 86400.0 / CAST(:count AS integer)) AS at
      FROM generate_series(1, CAST(:count AS integer)) n) made, principals p
WHERE p.name = 'company-1'
"""
# One in three stands over a night, or two.
YEAR_OF_STAYS = """
INSERT INTO stays (entry_id, number, gate_code, direction, lane, cargo, outcome, left_on, left_hour,
  stock_from, stock_to, declared_from, waited, waited_on, waited_hour)
SELECT id, 0, gate_code, direction, lane,
  CASE direction WHEN 'export' THEN (ARRAY['fruit', 'other'])[1 + n % 2] ELSE 'goods' END,
  'passed', day, hour, day - (ARRAY[0, 0, 1, 0, 2, 0])[1 + n % 6], day, day, n % 7919 * 3, day,
  hour
FROM (SELECT *, substr(reference, 2)::integer AS n,
        (ended_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day,
        extract(hour FROM ended_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::smallint AS hour
      FROM entries WHERE reference LIKE 'Y%') passed
"""
# What they were priced and paid, without a word in books: one in a hundred has not paid yet.
MONTH_OF_CHARGES = """
INSERT INTO charges (entry_id, tariff_code, priced_on, total_vnd, quote, cause, created_at)
SELECT id, 'tariff-2025-09', (ended_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, 390000,
  '{"goods_group": "ordinary", "vehicle_class": "4t-to-10t", "total_vnd": 390000}', 'registered',
  ended_at
FROM entries WHERE reference LIKE 'Y%'
"""
MONTH_OF_ORDERS = """
INSERT INTO orders (code, entry_id, charge_id, kind, amount_vnd, state, created_at, paid_at)
SELECT 'O' || e.reference, e.id, c.id, 'infrastructure', 390000,
  CASE substr(e.reference, 2)::integer % 100 WHEN 0 THEN 'due' ELSE 'paid' END, e.ended_at,
  CASE substr(e.reference, 2)::integer % 100 WHEN 0 THEN NULL ELSE e.ended_at END
FROM entries e JOIN charges c ON c.entry_id = e.id
"""
MONTH_OF_PAYMENTS = """
INSERT INTO payments (order_id, amount_vnd, source_reference, paid_at, received_at, principal_id,
  organisation_id)
SELECT o.id, o.amount_vnd, o.code, o.paid_at, o.paid_at, p.id, p.organisation_id
FROM orders o, principals p WHERE o.state = 'paid' AND p.name = 'bank'
"""
OF_A_MONTH = (MONTH_OF_CHARGES, MONTH_OF_ORDERS, MONTH_OF_PAYMENTS)
EDITION = """
INSERT INTO queue_editions (gate_code, direction, policy_code)
SELECT 'tan-thanh', 'export', code FROM policy_editions LIMIT 1 ON CONFLICT DO NOTHING
"""
CALL_BACK = "UPDATE entries SET state = 'queued' WHERE state = 'called'"


async def fill_queue(url: str, now: object, clock: int, count: int) -> None:
    """Let `count` vehicles wait at Tân Thanh, in three lanes; `clock` is the reading at `now`."""
    await _run(url, (EDITION, {}), (WAITING, {"now": now, "clock": clock, "count": count}))


def token_of(number: int) -> str:
    """Return the tracking token of one of those whom `fill_queue` lets wait, counted from 1."""
    return f"waiting-{number:08d}"


async def fill_past(url: str, now: object, first: int, last: int) -> None:
    """Let vehicles number `first` to `last` have been called and crossed long ago."""
    await _run(
        url,
        (PAST, {"now": now, "first": first, "last": last}),
        (PAST_CALLS + OF_THE_PAST, {"first": first, "last": last}),
        (PAST_EVENTS + OF_THE_PAST, {"first": first, "last": last}),
    )


async def fill_year(url: str, now: object, count: int) -> None:
    """Let `count` vehicles have passed in the year up to `now`, and be counted for reports."""
    values = {"now": now, "count": count, "days": 365}
    await _run(url, (YEAR, values), (YEAR_OF_STAYS, {}))


async def fill_month(url: str, now: object, count: int, days: int) -> None:
    """Let `count` vehicles have passed in so many days before `now`, priced and nearly all paid."""
    values = {"now": now, "count": count, "days": days}
    await _run(
        url, (YEAR, values), (MONTH_OF_CHARGES, {}), (MONTH_OF_ORDERS, {}), (MONTH_OF_PAYMENTS, {})
    )


async def call_back(url: str) -> None:
    """Let everybody who was called wait again, so that a queue keeps its length."""
    await _run(url, (CALL_BACK, {}), analyze=False)


async def _run(url: str, *statements: tuple[str, dict[str, object]], analyze: bool = True) -> None:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for sql, values in statements:
            await connection.execute(text(sql), _with_documents(sql, values))
        if analyze:
            await _tidy(connection)
    await engine.dispose()


def _with_documents(sql: str, values: dict[str, object]) -> dict[str, object]:
    documents = {"declared": json.dumps(DECLARED), "verdict": json.dumps(VERDICT)}
    return {**values, **{key: one for key, one in documents.items() if f":{key} " in sql}}


async def _tidy(connection: AsyncConnection) -> None:
    await connection.execute(text("VACUUM ANALYZE"))
