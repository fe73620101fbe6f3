"""Strikes: given by misses that count, appealed, decided; the limit they make, and its end."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.domain.vocabulary import Direction, Queue
from app.models import Event, Strike
from app.repositories.unit_of_work import UnitOfWork
from app.services.queues.replaying import differences
from tests.api.conftest import Gate, lorry
from tests.api.test_calls import queued

NAME, PHONE = "Nguyễn Văn An", "0912345678"
WORDS = f"Lốp xe nổ, tài xế {NAME} ({PHONE}) đã báo."
WHY = f"Đã xem hóa đơn của {NAME}."


async def miss(gate: Gate, number: int, who: str = "company-1") -> dict[str, Any]:
    """Let a lorry of a company be called and not come; return its entry."""
    entry = await gate.register(who, **lorry(number))
    await gate.move(entry)
    gate.wait(minutes=1)
    assert [entry["id"]] == [call["entry"] for call in await gate.call()]
    gate.wait(minutes=30)
    await gate.work()
    assert "queued" == (await gate.entry(entry))["state"]
    return entry


async def limited(gate: Gate, *, misses: int = 4) -> list[dict[str, Any]]:
    """Let a company miss calls, then have none of its entries wait; return its strikes."""
    for number in range(misses):
        entry = await miss(gate, number)
        await end(gate, entry)
    return await strikes(gate)


async def end(gate: Gate, entry: dict[str, Any]) -> None:
    answer = await gate.post(
        f"/v1/entries/{entry['id']}/cancellation", "officer-1", {"reason": "x"}
    )
    assert 200 == answer.status_code, answer.text


async def strikes(here: Gate, who: str = "company-1", **query: Any) -> list[dict[str, Any]]:
    answer = await here.get("/v1/strikes", who, params=query)
    assert 200 == answer.status_code, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def limit(gate: Gate, who: str = "company-1") -> Any:
    return (await gate.get("/v1/strikes", who)).json()["limit"]


async def come(gate: Gate, number: int, who: str = "company-1") -> dict[str, Any]:
    """Bring a lorry into position and return its entry as it then is."""
    entry = await gate.register(who, **lorry(number))
    await gate.move(entry)
    return await gate.entry(entry)


async def states(gate: Gate, *entries: dict[str, Any]) -> list[str]:
    return [(await gate.entry(entry))["state"] for entry in entries]


async def appeal(gate: Gate, strike: dict[str, Any], who: str = "company-1") -> Any:
    return await gate.post(f"/v1/strikes/{strike['id']}/appeal", who, {"reason": WORDS})


async def decide(
    gate: Gate, strike: dict[str, Any], who: str = "officer-2", decision: str = "lifted"
) -> Any:
    body = {"decision": decision, "reason": WHY}
    return await gate.post(f"/v1/strikes/{strike['id']}/decision", who, body)


async def test_two_that_come_at_once_are_both_recorded_and_the_second_waits_a_round_later(
    gate: Gate, session: AsyncSession, engine: AsyncEngine
) -> None:
    """Who holds a queue's lock waits for no other, and an observation is never refused."""
    await limited(gate)
    company = (await session.scalars(select(Strike.organisation_id).distinct())).one()
    entry = await gate.register(**lorry(8))
    async with AsyncSession(engine) as other, other.begin():
        assert await UnitOfWork(other).strikes.try_lock_company(company)
        assert "registered" == (await gate.move(entry))["state"]
    await gate.work()
    assert ["queued"] == await states(gate, entry)


# --- what gives a strike --------------------------------------------------------------------------


async def test_a_miss_that_counts_gives_its_company_a_strike(gate: Gate) -> None:
    entry = await miss(gate, 1)
    (strike,) = await strikes(gate)
    assert {
        "company": "Sandbox company 1", "entry": entry["id"], "reference": entry["reference"],
        "gate": "tan-thanh", "struck_at": "2026-03-11T09:31:00+07:00",
        "plate": "15C00001", "call_number": "TT-0001", "outcome": "missed", "appealable": True,
        "policy": "queue-policy-2022-02", "counts_to": "2026-04-10", "appeal_by": "2026-03-24",
        "appealed_at": None, "decision": None,
    }.items() <= strike.items()  # fmt: skip


async def test_a_fault_of_the_gate_gives_none(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await gate.move(entry)
    await gate.call()
    await gate.post(f"/v1/entries/{entry['id']}/holds", "customs", {"reason": "soi chiếu"})
    gate.wait(minutes=30)
    await gate.work()
    assert "excused" == (await gate.place(entry))["last_call"]["outcome"]
    assert [] == await strikes(gate)


async def test_cancelling_after_the_call_gives_one_and_before_it_none(gate: Gate) -> None:
    before, after = await queued(gate, 1), await queued(gate, 2)
    await gate.post(f"/v1/entries/{before['id']}/cancellation", "company-1")
    await gate.call()
    await gate.post(f"/v1/entries/{after['id']}/cancellation", "company-1")
    (strike,) = await strikes(gate)
    assert after["id"] == strike["entry"]


async def test_a_withdrawn_call_and_a_revoked_entry_give_none(gate: Gate) -> None:
    entry = await queued(gate, 1)
    for _ in range(2):
        gate.wait(minutes=1)
        (call,) = await gate.call()
        await gate.post(f"/v1/calls/{call['id']}/withdrawal", "officer-1", {"reason": "nhầm"})
    await gate.call()
    await end(gate, entry)
    assert [] == await strikes(gate, "officer-1")


async def test_of_what_an_app_declares_for_others_no_company_is_to_blame(gate: Gate) -> None:
    await miss(gate, 1, "app")
    assert [] == await strikes(gate, "officer-1")


# --- the limit ------------------------------------------------------------------------------------


async def test_three_strikes_limit_nobody(gate: Gate) -> None:
    await limited(gate, misses=3)
    assert await limit(gate) is None
    assert ["queued"] * 3 == await states(gate, *[await come(gate, 10 + one) for one in range(3)])


async def test_a_company_is_told_how_many_strikes_count_and_what_so_many_bring(gate: Gate) -> None:
    await limited(gate, misses=2)
    listed = (await gate.get("/v1/strikes", "company-1")).json()
    rule = {"misses": 4, "within_days": 30, "most_waiting": 2, "for_days": 14, "appeal_days": 14}
    assert (2, rule) == (listed["counting"], listed["rule"])
    told = (await gate.get("/v1/strikes", "officer-1")).json()
    assert (None, None, rule) == (told["counting"], told["limit"], told["rule"])
    gate.go_to("2026-04-10T08:00:00+07:00")
    assert 0 == (await gate.get("/v1/strikes", "company-1")).json()["counting"]


async def test_after_four_a_third_entry_does_not_begin_to_wait_and_is_told_why(gate: Gate) -> None:
    await limited(gate)
    assert {"until": "2026-03-25T00:00:00+07:00", "most_waiting": 2, "strikes": 4} == await limit(
        gate
    )
    entries = [await come(gate, 10 + number) for number in range(3)]
    assert ["queued", "queued", "registered"] == [one["state"] for one in entries]
    (step,) = [one for one in entries[2]["next_steps"] if one["code"] == "company-limited"]
    assert ("declarant", {"until": "2026-03-24T17:00:00+00:00", "most": 2}) == (
        step["who"], step["facts"],
    )  # fmt: skip
    for word in ("2026-03-25 00:00", "at most 2", "appeal"):
        assert word in step["message"]
    gate.forget()
    shown = (await gate.get(f"/v1/tracking/{await token(gate, entries[2])}")).json()
    assert "company-limited" in [one["code"] for one in shown["next_steps"]]
    assert "entry.limited" == shown["last_change"]["code"]


async def token(gate: Gate, entry: dict[str, Any]) -> str:
    found: str = (await gate.get(f"/v1/entries/{entry['id']}/tracking-token", "company-1")).json()[
        "token"
    ]
    return found


async def test_who_waits_already_keeps_the_place(gate: Gate) -> None:
    waiting = [await come(gate, 20 + number, "company-1") for number in range(4)]
    before = [(await gate.place(one))["place"] for one in waiting]
    missed = [await gate.register(**lorry(number)) for number in range(4)]
    for entry in missed:
        await gate.post(f"/v1/entries/{entry['id']}/cancellation", "company-1")
    await strike_company(gate, 4)
    assert await limit(gate) is not None
    assert before == [(await gate.place(one))["place"] for one in waiting]
    assert "registered" == (await come(gate, 30))["state"]


async def strike_company(gate: Gate, count: int) -> None:
    """Give strikes by calls at another gate."""
    for number in range(count):
        entry = await gate.register(**lorry(100 + number, gate="huu-nghi"))
        await gate.move(entry, "xuan-cuong")
        await gate.call(gate="huu-nghi")
        await gate.post(f"/v1/entries/{entry['id']}/cancellation", "company-1")


async def test_another_company_waits_as_before(gate: Gate) -> None:
    await limited(gate)
    others = [await come(gate, 10 + number, "company-2") for number in range(3)]
    assert ["queued"] * 3 == [one["state"] for one in others]
    assert await limit(gate, "company-2") is None


async def test_a_limit_counts_the_entries_of_all_gates(gate: Gate) -> None:
    await limited(gate)
    for number in (10, 11):
        entry = await gate.register(**lorry(number, gate="huu-nghi"))
        await gate.move(entry, "xuan-cuong")
    assert "registered" == (await come(gate, 12))["state"]


async def test_a_place_that_becomes_free_is_the_next_ones(
    gate: Gate, session: AsyncSession
) -> None:
    await limited(gate)
    first, second = await come(gate, 10), await come(gate, 11)
    gate.wait(minutes=1)
    third = await come(gate, 12)
    gate.wait(minutes=1)
    fourth = await come(gate, 13)
    assert 0 == await gate.work()
    await end(gate, first)
    gate.wait(minutes=1)
    assert 1 == await gate.work()
    assert ["queued", "queued", "registered"] == await states(gate, second, third, fourth)
    assert [] == await differences(UnitOfWork(session), Queue("tan-thanh", Direction.EXPORT))


@pytest.mark.parametrize("by_worker", [True, False])
async def test_the_limit_ends_by_itself_on_the_fifteenth_day(
    gate: Gate, *, by_worker: bool
) -> None:
    await limited(gate)
    waiting = [await come(gate, 10 + number) for number in range(2)]
    third = await come(gate, 12)
    gate.go_to("2026-03-24T23:59:59+07:00")
    await gate.work()
    assert ["registered"] == await states(gate, third)
    gate.go_to("2026-03-25T08:00:00+07:00")
    if by_worker:
        await gate.work()
    else:
        await gate.amend(third, client_reference="mine")
    assert ["queued"] * 3 == await states(gate, *waiting, third)
    standing = await gate.place(third)
    assert "waiting.started" == standing["last_change"]["code"]
    assert "2026-03-25T00:00:00+07:00" == standing["last_change"]["at"]
    assert await limit(gate) is None


@pytest.mark.parametrize(
    ("on", "expected"), [("2026-04-09", "registered"), ("2026-04-10", "queued")]
)
async def test_a_strike_counts_on_its_thirtieth_day_and_not_on_the_next(
    gate: Gate, on: str, expected: str
) -> None:
    """Three on the 11th of March, the fourth on the 30th or the 31st day."""
    await limited(gate, misses=3)
    gate.go_to(f"{on}T08:00:00+07:00")
    await end(gate, await miss(gate, 50))
    for number in (10, 11):
        await come(gate, number)
    assert expected == (await come(gate, 12))["state"]


async def test_who_was_kept_out_and_is_put_off_or_ends_is_kept_out_no_more(gate: Gate) -> None:
    await limited(gate)
    for number in (10, 11):
        await come(gate, number)
    third = await come(gate, 12)
    await gate.amend(third, planned_arrival_at=None)
    codes = [one["code"] for one in (await gate.entry(third))["next_steps"]]
    assert "company-limited" not in codes
    await gate.amend(third, planned_arrival_at="2026-03-11T10:00:00+07:00")
    codes = [one["code"] for one in (await gate.entry(third))["next_steps"]]
    assert "company-limited" in codes
    await end(gate, third)
    assert 0 == await gate.work()


async def test_who_stopped_waiting_by_its_own_doing_finds_the_limit_when_it_comes_back(
    gate: Gate,
) -> None:
    """Else a company could have any number wait, by turns."""
    await limited(gate)
    first, _ = await come(gate, 10), await come(gate, 11)
    third = await come(gate, 12)
    await gate.amend(first, planned_arrival_at=None)
    await gate.work()
    assert ["queued"] == await states(gate, third)
    await gate.amend(first, planned_arrival_at="2026-03-11T10:00:00+07:00")
    assert ["registered"] == await states(gate, first)


# --- appeals --------------------------------------------------------------------------------------


async def test_a_lifted_strike_counts_no_more_and_the_limit_ends_at_once(gate: Gate) -> None:
    found = await limited(gate)
    waiting = [await come(gate, 10 + number) for number in range(2)]
    third = await come(gate, 12)
    assert 200 == (await appeal(gate, found[0])).status_code
    assert ["registered"] == await states(gate, third)
    decided = await decide(gate, found[0])
    assert (200, "lifted", None, "officer-2") == (
        decided.status_code, decided.json()["decision"], decided.json()["counts_to"],
        decided.json()["decided_by"],
    )  # fmt: skip
    assert ["queued"] * 3 == await states(gate, *waiting, third)
    assert await limit(gate) is None


async def test_an_upheld_strike_counts_as_before(gate: Gate) -> None:
    found = await limited(gate)
    await appeal(gate, found[0])
    assert "upheld" == (await decide(gate, found[0], decision="upheld")).json()["decision"]
    assert await limit(gate) is not None


async def test_a_strike_is_appealed_up_to_its_fourteenth_day(gate: Gate) -> None:
    found = await limited(gate, misses=2)
    gate.go_to("2026-03-24T23:59:59+07:00")
    assert 200 == (await appeal(gate, found[0])).status_code
    gate.go_to("2026-03-25T00:00:00+07:00")
    late = await appeal(gate, found[1])
    assert (409, "appeal-too-late", "2026-03-24") == (
        late.status_code, late.json()["code"], late.json()["day"],
    )  # fmt: skip


async def test_a_strike_is_appealed_once_by_its_company_and_decided_once_by_another(
    gate: Gate,
) -> None:
    (strike,) = await limited(gate, misses=1)
    early = await decide(gate, strike)
    assert (409, "strike-not-appealed") == (early.status_code, early.json()["code"])
    theirs = await appeal(gate, strike, "company-2")
    assert (404, "strike-not-found") == (theirs.status_code, theirs.json()["code"])
    await appeal(gate, strike)
    again = await appeal(gate, strike)
    assert (409, "strike-appealed") == (again.status_code, again.json()["code"])
    caller = await decide(gate, strike, "officer-1")
    assert (403, "other-decider-needed") == (caller.status_code, caller.json()["code"])
    assert 200 == (await decide(gate, strike, "board-1", "upheld")).status_code
    second = await decide(gate, strike)
    assert (409, "strike-decided") == (second.status_code, second.json()["code"])


async def test_who_reads_a_strike_is_told_whether_to_appeal_and_whether_to_decide(
    gate: Gate,
) -> None:
    (strike,) = await limited(gate, misses=1)

    async def told(who: str) -> tuple[bool, bool]:
        shown = (await gate.get(f"/v1/strikes/{strike['id']}", who)).json()
        return shown["appealable"], shown["may_decide"]

    assert (True, False) == await told("company-1") == await told("officer-2")
    await appeal(gate, strike)
    assert (False, True) == await told("officer-2") == await told("board-1")
    assert (False, False) == await told("officer-1") == await told("company-1")
    assert (False, False) == await told("auditor")
    await decide(gate, strike)
    assert (False, False) == await told("officer-2")


async def test_a_decision_and_an_appeal_need_a_reason(gate: Gate) -> None:
    (strike,) = await limited(gate, misses=1)
    for path, who, body in (
        ("appeal", "company-1", {}),
        ("decision", "officer-2", {"decision": "lifted"}),
        ("decision", "officer-2", {"decision": "perhaps", "reason": "x"}),
    ):
        answer = await gate.post(f"/v1/strikes/{strike['id']}/{path}", who, body)
        assert 422 == answer.status_code


# --- who reads what -------------------------------------------------------------------------------


async def test_a_company_sees_its_own_and_officers_see_all(gate: Gate) -> None:
    one = await miss(gate, 1)
    other = await miss(gate, 2, "company-2")
    assert [one["id"]] == [strike["entry"] for strike in await strikes(gate)]
    seen = [strike["entry"] for strike in await strikes(gate, "auditor")]
    assert [other["id"], one["id"]] == seen
    (theirs,) = await strikes(gate, "company-2")
    assert 404 == (await gate.get(f"/v1/strikes/{theirs['id']}", "company-1")).status_code
    assert 404 == (await gate.get(f"/v1/strikes/{uuid4()}", "board-1")).status_code


async def test_the_list_is_narrowed_and_comes_in_pages(gate: Gate) -> None:
    found = await limited(gate, misses=3)
    await appeal(gate, found[1])
    assert [found[1]["id"]] == [one["id"] for one in await strikes(gate, undecided=True)]
    await decide(gate, found[1])
    assert [] == await strikes(gate, undecided=True)
    assert [found[2]["id"]] == [one["id"] for one in await strikes(gate, entry=found[2]["entry"])]
    assert ([], 3) == (
        await strikes(gate, gate="huu-nghi"), len(await strikes(gate, gate="tan-thanh")),
    )  # fmt: skip
    page = (await gate.get("/v1/strikes", "company-1", params={"limit": 2})).json()
    rest = await strikes(gate, limit=2, cursor=page["next_cursor"])
    assert [one["id"] for one in found] == [one["id"] for one in [*page["items"], *rest]]


async def test_both_sides_words_are_read_by_both_sides_and_stand_nowhere_else(
    gate: Gate, session: AsyncSession
) -> None:
    (strike,) = await limited(gate, misses=1)
    appealed, decided = await appeal(gate, strike), await decide(gate, strike)
    for who in ("company-1", "officer-1", "auditor"):
        shown = (await gate.get(f"/v1/strikes/{strike['id']}", who)).json()
        assert (WORDS, WHY) == (shown["appeal"], shown["reason"])
    events = await session.scalar(text("SELECT jsonb_agg(data)::text FROM events"))
    rows = await session.scalar(text("SELECT jsonb_agg(to_jsonb(s))::text FROM strikes s"))
    listed = await gate.get("/v1/strikes", "officer-1")
    for said in (events, rows, listed.text, appealed.text, decided.text):
        assert NAME not in said
        assert PHONE not in said


async def test_events_tell_of_a_strike_its_appeal_and_the_decision(
    gate: Gate, session: AsyncSession
) -> None:
    (strike,) = await limited(gate, misses=1)
    await appeal(gate, strike)
    await decide(gate, strike)
    told = await session.scalars(
        select(Event.kind).where(Event.kind.startswith("strike.")).order_by(Event.number)
    )
    assert ["strike.given", "strike.appealed", "strike.lifted"] == told.all()
    assert 1 == await session.scalar(select(func.count()).select_from(Strike))
