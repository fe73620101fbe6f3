"""The database itself refuses to edit what was announced, seen, sealed or paid."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.repositories.unit_of_work import UnitOfWork
from app.services.upkeep.seeding import Seeding, published_documents
from tests.repositories.rows import (
    add_actor,
    add_charge,
    add_check,
    add_entry,
    add_event,
    add_ground_word,
    add_observation,
    add_order,
    add_payment,
    add_receipt,
)

CLOSED = {
    "gate_hours": "valid_on",
    "gate_closures": "valid_on",
    "green_lane_days": "valid_on",
    "product_access": "valid_on",
    "product_papers": "valid_on",
    "seasons": "valid_on",
    "required_checks": "valid_on",
    "stay_limits": "valid_on",
    "two_way_rules": "valid_on",
    "retention_rows": "valid_on",
    "override_reasons": "valid_on",
    "lane_grounds": "valid_on",
    "travel_times": "valid_on",
    "policy_editions": "valid_on",
    "tariff_forces": "known_on",
}
LOG = ("log_leaves", "log_checkpoints", "log_cosignatures", "log_disclosures")
KEPT = (
    "tariff_editions", "published_volumes", "observations", "checks", "events", "payments",
    "lane_ground_words",
    "postings", "book_closes", "remittances", "payment_bundles", "bundled_orders", *LOG,
)  # fmt: skip
FILLED = ("charges", "orders", "receipts", "receipt_series", "refunds")
EDITS = {
    "tariff_editions": "document = '{}'",
    "published_volumes": "facts = '{}'",
    "observations": "plate = 'x'",
    "checks": "result = 'failed'",
    "lane_ground_words": "reason = 'x'",
    "events": "data = '{}'",
    "payments": "amount_vnd = 1",
    "payment_bundles": "amount_vnd = 1",
    "bundled_orders": "order_id = bundle_id",
    "postings": "amount_vnd = 1",
    "book_closes": "totals = '{}'",
    "remittances": "amount_vnd = 1",
    "log_leaves": "leaf = '{}'",
    "log_checkpoints": "note = ''",
    "log_cosignatures": "line = ''",
    "log_disclosures": "reason = ''",
}


@pytest.fixture
async def session(sessions: async_sessionmaker[AsyncSession]) -> AsyncIterator[AsyncSession]:
    """A session that sees the reference data and one entry with everything beside it."""
    async with sessions() as session:
        await Seeding(UnitOfWork(session)).load(published_documents())
        actor = await add_actor(session)
        entry = await add_entry(session, actor)
        charge = await add_charge(session, entry)
        order = await add_order(session, entry, charge)
        payment = await add_payment(session, actor, order)
        of = {"entry_id": entry, "charge_id": charge, "order_id": order, "payment_id": payment}
        await add_receipt(session, actor, **of)
        await add_check(session, actor, entry)
        await add_ground_word(session, actor, entry)
        await add_observation(session, actor, entry)
        await add_event(session, actor, entry)
        yield session


async def refusal_of(session: AsyncSession, statement: str) -> str | None:
    """Return the name of the guard that refuses a statement, None where it is done."""
    try:
        async with session.begin_nested():
            await session.execute(text(statement))
    except IntegrityError as error:
        return str(getattr(error.orig.__cause__, "constraint_name", None)) if error.orig else ""
    return None


@pytest.mark.parametrize("table", [*KEPT, *CLOSED, *FILLED])
async def test_nothing_that_is_kept_can_be_deleted(session: AsyncSession, table: str) -> None:
    assert f"tr_{table}_kept" == await refusal_of(session, f"DELETE FROM {table}")


@pytest.mark.parametrize("table", [*KEPT, *CLOSED, *FILLED])
async def test_nothing_that_is_kept_can_be_truncated(session: AsyncSession, table: str) -> None:
    assert f"tr_{table}_kept" == await refusal_of(session, f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize("table", KEPT)
async def test_what_was_said_is_never_edited(session: AsyncSession, table: str) -> None:
    statement = f"UPDATE {table} SET {EDITS[table]}"
    assert f"tr_{table}_kept" == await refusal_of(session, statement)


@pytest.mark.parametrize("table", CLOSED)
async def test_a_dated_row_is_never_edited(session: AsyncSession, table: str) -> None:
    column = "document" if table == "policy_editions" else "facts"
    statement = f"UPDATE {table} SET {column} = {column} || '{{\"more\": 1}}'"
    assert f"tr_{table}_guarded" == await refusal_of(session, statement)


@pytest.mark.parametrize("table", CLOSED)
async def test_an_open_end_is_closed_once(session: AsyncSession, table: str) -> None:
    days = await open_days(session, table)
    close = f"UPDATE {table} SET {days} = daterange(lower({days}), '{{end}}') WHERE {{which}}"
    still_open, closed = f"upper_inf({days})", f"upper({days}) = '2030-01-01'"
    guard = f"tr_{table}_guarded"

    assert guard == await refusal_of(session, close.format(end="infinity", which=still_open))
    assert await refusal_of(session, close.format(end="2030-01-01", which=still_open)) is None
    assert guard == await refusal_of(session, close.format(end="2029-01-01", which=closed))
    assert guard == await refusal_of(session, close.format(end="2031-01-01", which=closed))


@pytest.mark.parametrize("table", CLOSED)
@pytest.mark.parametrize(
    "days",
    [
        pytest.param("daterange('1999-01-01', '2030-01-01')", id="another first day"),
        pytest.param("daterange(NULL, '2030-01-01')", id="no first day any more"),
        pytest.param("daterange('2029-01-01', NULL)", id="open still, from another day"),
        pytest.param("'empty'::daterange", id="no day at all"),
    ],
)
async def test_closing_is_all_that_may_be_done(
    session: AsyncSession, table: str, days: str
) -> None:
    column = await open_days(session, table)
    which = f"upper_inf({column}) AND NOT lower_inf({column})"
    statement = f"UPDATE {table} SET {column} = {days} WHERE {which}"
    assert f"tr_{table}_guarded" == await refusal_of(session, statement)


async def test_a_charge_is_superseded_once_and_never_edited(session: AsyncSession) -> None:
    supersede = "UPDATE charges SET superseded_at = '2026-05-21T04:00Z'"
    guard = "tr_charges_guarded"
    assert guard == await refusal_of(session, "UPDATE charges SET total_vnd = 0")
    assert guard == await refusal_of(session, f"{supersede}, quote = '{{}}'")
    assert await refusal_of(session, supersede) is None
    assert guard == await refusal_of(session, supersede)
    assert guard == await refusal_of(session, "UPDATE charges SET superseded_at = NULL")


async def test_what_an_order_asks_for_stays_while_its_state_goes_on(session: AsyncSession) -> None:
    assert "tr_orders_kept" == await refusal_of(session, "UPDATE orders SET amount_vnd = 1")
    assert "tr_orders_kept" == await refusal_of(session, "UPDATE orders SET kind = 'transfer'")
    assert await refusal_of(session, "UPDATE orders SET state = 'paid', paid_at = now()") is None


async def test_what_a_receipt_says_stays_while_it_is_voided_and_numbered_once(
    session: AsyncSession,
) -> None:
    guard = "tr_receipts_guarded"
    for edit in (
        "amount_vnd = 1",
        "payer_name = 'x'",
        "number = 2",
        "lookup = 'x'",
        "lines = '[1]'",
    ):
        assert guard == await refusal_of(session, f"UPDATE receipts SET {edit}")
    numbered = (
        "UPDATE receipts SET provider_series = 'E26', provider_number = '{}',"
        " authority_code = 'x', numbered_at = '2026-05-21T04:00Z'"
    )
    assert await refusal_of(session, numbered.format(1)) is None
    assert guard == await refusal_of(session, numbered.format(2))
    assert "ck_receipts_voided_whole" == await refusal_of(
        session, "UPDATE receipts SET voided_at = '2026-05-21T04:00Z'"
    )
    voided = (
        "UPDATE receipts SET voided_at = '2026-05-21T04:00Z', void_cause = 'corrected',"
        " void_reason = 'x', voided_by = issued_by, void_approved_by = '{}'"
    )
    one, other = (
        (await add_actor(session)).id,
        await session.scalar(text("SELECT issued_by FROM receipts")),
    )
    assert "ck_receipts_voided_by_two" == await refusal_of(session, voided.format(other))
    assert await refusal_of(session, voided.format(one)) is None
    assert guard == await refusal_of(session, "UPDATE receipts SET void_reason = 'y'")


async def test_no_more_goes_back_than_came_in(session: AsyncSession) -> None:
    """Of the payment and of the order; what was cancelled counts no more."""
    make = (
        "INSERT INTO refunds (code, gate_code, cause, payment_id, amount_vnd, due_at, state, {more}"
        " cancelled_at) SELECT '{code}', 'x', 'double', id, {amount}, now(), '{state}', {of} {at}"
        " FROM payments"
    )
    plain = {"more": "", "of": "", "at": "NULL", "state": "due"}
    whole = {"code": "1", "amount": 390_001, **plain}
    assert "tr_refunds_covered" == await refusal_of(session, make.format(**whole))
    part = {**plain, "amount": 200_000}
    assert await refusal_of(session, make.format(**part, code="1")) is None
    assert "tr_refunds_covered" == await refusal_of(session, make.format(**part, code="2"))
    await session.execute(text("UPDATE refunds SET state = 'cancelled', cancelled_at = now()"))
    assert await refusal_of(session, make.format(**part, code="2")) is None


async def test_what_was_promised_stays_as_it_is(session: AsyncSession) -> None:
    await session.execute(
        text(
            "INSERT INTO refunds (code, gate_code, cause, payment_id, amount_vnd, due_at, state)"
            " SELECT '1', 'centre', 'double', id, 1, now(), 'due' FROM payments"
        )
    )
    guard = "tr_refunds_guarded"
    for edit in ("amount_vnd = 2", "cause = 'repriced'", "gate_code = 'x'", "paid_reference = 'x'"):
        assert guard == await refusal_of(session, f"UPDATE refunds SET {edit}")
    one, other = [(await add_actor(session)).id for _ in range(2)]
    ask = (
        "UPDATE refunds SET state = 'asked', reason = 'x', documents = '[]', payee_name = 'x',"
        f" payee_account = 'x', payee_bank = 'x', asked_at = now(), asked_by = '{one}'"
    )
    assert await refusal_of(session, ask) is None
    approve = "UPDATE refunds SET state = 'approved', approved_at = now(), approved_by = '{}'"
    assert "ck_refunds_approved_by_another" == await refusal_of(session, approve.format(one))
    assert await refusal_of(session, approve.format(other)) is None
    for edit in ("reason = 'y'", "payee_bank = 'y'", "state = 'cancelled', cancelled_at = now()"):
        assert guard == await refusal_of(session, f"UPDATE refunds SET {edit}")
    paid = (
        f"UPDATE refunds SET state = 'paid', paid_at = now(), paid_by = '{one}', paid_reference = "
    )
    assert await refusal_of(session, f"{paid} 'x'") is None
    assert guard == await refusal_of(session, "UPDATE refunds SET paid_reference = 'y'")


async def test_the_numbers_of_a_series_only_go_up(session: AsyncSession) -> None:
    up, down = (f"UPDATE receipt_series SET last_number = {one}" for one in (2, 1))
    assert await refusal_of(session, up) is None
    assert "tr_receipt_series_guarded" == await refusal_of(session, down)
    assert "tr_receipt_series_guarded" == await refusal_of(
        session, "UPDATE receipt_series SET last_number = 3, year = 2027"
    )


async def test_the_number_of_an_event_cannot_be_chosen(session: AsyncSession) -> None:
    copied = "1, gen_random_uuid(), kind, occurred_at, recorded_at, principal_id, data"
    statement = (
        "INSERT INTO events (number, id, kind, occurred_at, recorded_at, principal_id, data)"
        f" SELECT {copied} FROM events"
    )
    with pytest.raises(DBAPIError, match="number"):
        await session.execute(text(statement))


@pytest.mark.parametrize("table", ["gate_hours", "gate_closures", "seasons", "required_checks"])
async def test_a_row_without_a_day_is_refused(session: AsyncSession, table: str) -> None:
    owner = {"required_checks": "kind", "seasons": "product_code, gate_code"}.get(
        table, "gate_code"
    )
    statement = (
        f"INSERT INTO {table} ({owner}, valid_on, facts)"
        f" SELECT {owner}, 'empty', facts FROM {table} LIMIT 1"
    )
    assert f"ck_{table}_valid_on_has_days" == await refusal_of(session, statement)


async def open_days(session: AsyncSession, table: str) -> str:
    """Return the column of days of a table that has rows with an open end."""
    if table == "gate_closures":
        values = "('huu-nghi', '[2028-01-01,)', '{}')"
        await session.execute(
            text(f"INSERT INTO {table} (gate_code, valid_on, facts) VALUES {values}")
        )
    days = CLOSED[table]
    which = f"upper_inf({days}) AND NOT lower_inf({days})"
    assert await session.scalar(text(f"SELECT count(*) FROM {table} WHERE {which}"))
    return days
