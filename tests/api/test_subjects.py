"""What a person may ask: all that is kept of them, and that it be forgotten."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.ciphers import Cipher
from app.core.config import Settings
from app.models import (
    Difficulty,
    Entry,
    Event,
    Member,
    PersonalRead,
    StoredAnswer,
    SubjectErasure,
)
from app.repositories.unit_of_work import UnitOfWork
from app.services.privacy.resealing import Resealing
from app.workers.forgetting import Forgetter
from app.workers.today import Todays
from tests.api.conftest import Gate
from tests.api.test_members import invite, invited, step
from tests.api.test_strikes import appeal, miss, strikes

AN = {"name": "Nguyễn Văn An", "document_number": "024098001234", "phone": "0912 345 678"}
BY_DOCUMENT = {"document_number": AN["document_number"]}
BY_PHONE = {"phone": AN["phone"]}


async def registered(gate: Gate, number: int = 17, **driver: str) -> Any:
    vehicle = {"tractor_plate": f"12C-000.{number}", "payload_kg": 15000}
    return await gate.register(vehicle=vehicle, driver={**AN, **driver})


async def ended(gate: Gate, number: int = 17, **driver: str) -> Any:
    """Return an entry that its company has cancelled."""
    entry = await registered(gate, number, **driver)
    path = f"/v1/entries/{entry['id']}/cancellation"
    answer = await gate.post(path, "company-1", {"reason": "The goods were sold at home"})
    assert answer.is_success, answer.text
    return entry


async def ask(gate: Gate, what: str, body: Any, who: str = "board-1") -> Any:
    answer = await gate.post(f"/v1/subjects/{what}", who, body)
    assert 200 == answer.status_code, answer.text
    return answer.json()


async def forget(gate: Gate) -> int:
    """Do what the workers do at this hour of the gate."""
    process = gate.app.state.process
    todays = Todays(is_production=False, machine_now=lambda: gate.now)
    return await Forgetter(process.tools, todays).forget(process.sessions)


async def columns(session: AsyncSession, entry: Any) -> dict[str, bool]:
    """Return which of a driver's columns have something."""
    row = await session.get(Entry, entry["id"], populate_existing=True)
    assert row is not None
    names = ("name", "document", "document_hash", "phone", "phone_hash")
    return {name: getattr(row, f"driver_{name}") is not None for name in names}


async def told(session: AsyncSession, kind: str) -> list[Any]:
    found = await session.scalars(select(Event).where(Event.kind == kind).order_by(Event.number))
    return [one.data for one in found]


def outcomes(erasure: Any) -> list[tuple[str, str, str | None, str | None]]:
    return [
        (one["field"], one["outcome"], one["kept_by"], one["until"]) for one in erasure["fields"]
    ]


# --- export --------------------------------------------------------------------------------------


async def test_an_export_has_all_that_is_kept_with_purposes_days_and_readers(gate: Gate) -> None:
    entry = await ended(gate)
    await gate.get(f"/v1/entries/{entry['id']}/driver?purpose=border-control", "border_guard")
    link = entry["tracking"]["url"].removeprefix("http://127.0.0.1:8000")
    await gate.post(f"{link}/difficulties", None, {"words": "Ring me: 0912 345 678"})
    (kept,) = (await ask(gate, "exports", BY_DOCUMENT))["items"]
    assert AN == {one["field"]: one["value"] for one in kept["driver"]}
    purposes = {
        one["field"]: [(row["purpose"], row["until"]) for row in one["kept_for"]]
        for one in kept["driver"]
    }
    contact, correction, control = (
        ("contact-driver", "2026-03-19"), ("correction", "2026-04-11"),
        ("border-control", "2026-09-08"),
    )  # fmt: skip
    assert {
        "name": [contact, correction, control],
        "document_number": [correction, control],
        "phone": [contact, correction],
    } == purposes
    assert ["Ring me: 0912 345 678"] == [one["words"] for one in kept["difficulties"]]
    assert [("border_guard", "entry")] == [(one["reader"], one["way"]) for one in kept["reads"]]
    assert ("Sandbox company 1", "12C00017") == (kept["company"], kept["plate"])


async def test_an_export_is_a_reading_itself_and_is_not_stored(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await registered(gate)
    answer = await gate.post("/v1/subjects/exports", "board-1", BY_PHONE, retry="person-1")
    assert "no-store" == answer.headers["Cache-Control"]
    assert [] == answer.json()["items"][0]["reads"]
    (read,) = (await session.scalars(select(PersonalRead))).all()
    assert ("export", "subject-request", entry["id"]) == (
        read.way,
        read.purpose,
        str(read.entry_id),
    )
    assert [] == (await session.scalars(select(StoredAnswer))).all()


async def test_of_an_open_entry_nobody_knows_the_day_yet(gate: Gate) -> None:
    await registered(gate)
    (kept,) = (await ask(gate, "exports", BY_PHONE))["items"]
    assert {None} == {row["until"] for one in kept["driver"] for row in one["kept_for"]}


async def test_an_export_of_many_entries_comes_in_pages(gate: Gate) -> None:
    for number in (11, 12, 13):
        await registered(gate, number)
    first = await ask(gate, "exports?limit=2", BY_DOCUMENT)
    rest = await ask(gate, f"exports?limit=2&cursor={first['next_cursor']}", BY_DOCUMENT)
    assert (2, 1, None) == (len(first["items"]), len(rest["items"]), rest["next_cursor"])


@pytest.mark.parametrize("what", ["exports", "erasures"])
async def test_a_phone_of_several_persons_names_nobody(gate: Gate, what: str) -> None:
    await ended(gate)
    await ended(gate, 18, document_number="024.098.001234")
    assert await ask(gate, "exports", BY_PHONE)  # one paper, spelled in two ways
    await ended(gate, 19, name="Trần Thị Bình", document_number="024098009999")
    answer = await gate.post(f"/v1/subjects/{what}", "board-1", BY_PHONE)
    assert (409, "subject-ambiguous") == (answer.status_code, answer.json()["code"])
    assert AN["phone"] not in answer.text
    assert 2 == len((await ask(gate, "exports", BY_DOCUMENT))["items"])


# --- erasure -------------------------------------------------------------------------------------


async def test_a_request_erases_what_nothing_keeps_and_tells_what_is_kept(
    gate: Gate, session: AsyncSession
) -> None:
    entry, on_its_way = await ended(gate), await registered(gate, 18)
    answer = await ask(gate, "erasures", BY_DOCUMENT)
    assert answer["complete"]
    by_entry = {one["entry"]: outcomes(one) for one in answer["items"]}
    until = "2026-09-08"
    assert [
        ("name", "kept", "retention", until),
        ("document_number", "kept", "retention", until),
        ("phone", "erased", None, None),
    ] == by_entry[entry["id"]]
    assert {("kept", "entry-open", None)} == {one[1:] for one in by_entry[on_its_way["id"]]}
    assert {
        "name": True, "document": True, "document_hash": True, "phone": False, "phone_hash": False,
    } == await columns(session, entry)  # fmt: skip
    assert {True} == set((await columns(session, on_its_way)).values())
    assert [{"fields": ["phone"], "cause": "subject-request"}] == await told(
        session, "entry.driver_erased"
    )
    assert 2 == len(await told(session, "entry.erasure_asked"))
    shown = await gate.entry(entry)
    assert (None, "***234") == (shown["driver"]["phone"], shown["driver"]["document_number"])


async def test_the_request_stays_until_its_day_has_come(gate: Gate, session: AsyncSession) -> None:
    """Asked while the vehicle is on its way, its phone goes at its end, not 30 days later."""
    entry = await registered(gate)
    await ask(gate, "erasures", BY_DOCUMENT)
    assert 0 == await forget(gate)
    await gate.post(f"/v1/entries/{entry['id']}/cancellation", "company-1", {"reason": "Sold"})
    assert 1 == await forget(gate)
    assert not (await columns(session, entry))["phone"]
    gate.wait(days=180)
    assert 0 == await forget(gate)
    gate.wait(days=1)
    assert 1 == await forget(gate)
    assert {False} == set((await columns(session, entry)).values())
    request = (await session.scalars(select(SubjectErasure))).one()
    assert gate.now == request.done_at


async def test_asking_again_does_no_harm(gate: Gate, session: AsyncSession) -> None:
    await ended(gate)
    first = await ask(gate, "erasures", BY_DOCUMENT)
    again = await ask(gate, "erasures", BY_DOCUMENT, "board-2")
    assert ["kept", "kept", "absent"] == [one["outcome"] for one in again["items"][0]["fields"]]
    assert first["items"][0]["entry"] == again["items"][0]["entry"]
    assert 1 == len((await session.scalars(select(SubjectErasure))).all())
    assert 1 == len(await told(session, "entry.driver_erased"))


async def test_what_a_driver_said_by_the_link_is_erased_once_it_is_answered(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await ended(gate)
    link = entry["tracking"]["url"].removeprefix("http://127.0.0.1:8000")
    for words in ("I am An, 0912 345 678", "And nobody rings"):
        assert 201 == (await gate.post(f"{link}/difficulties", None, {"words": words})).status_code
    every = (await gate.get("/v1/difficulties", "officer-1")).json()["items"]
    path = f"/v1/difficulties/{every[0]['id']}"
    await gate.post(f"{path}/answer", "officer-1", {"reason": "An was rung"})
    (one,) = (await ask(gate, "erasures", BY_DOCUMENT))["items"]
    assert (1, 1) == (one["words_erased"], one["words_kept"])
    said = (await gate.get(path, "officer-1")).json()
    assert ("", "") == (said["words"], said["reason"])
    erased = {"difficulty": every[0]["id"], "cause": "subject-request"}
    assert [erased] == await told(session, "difficulty.erased")


async def test_nobody_is_erased_whom_a_number_does_not_find(gate: Gate) -> None:
    assert {"items": [], "complete": True} == await ask(gate, "erasures", {"phone": "1"})
    assert {"items": [], "next_cursor": None} == await ask(gate, "exports", {"phone": "1"})


# --- retention -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "left"),
    [
        (30, {"name", "document", "document_hash", "phone", "phone_hash"}),
        (31, {"name", "document", "document_hash"}),
        (180, {"name", "document", "document_hash"}),
        (181, set()),
    ],
)
async def test_each_field_goes_when_its_longest_purpose_is_over(
    gate: Gate, session: AsyncSession, days: int, left: set[str]
) -> None:
    """The last day on which something is kept, and the first without it."""
    entry, on_its_way = await ended(gate), await registered(gate, 18)
    gate.wait(days=days)
    await forget(gate)
    assert left == {name for name, there in (await columns(session, entry)).items() if there}
    assert {True} == set((await columns(session, on_its_way)).values())
    assert 0 == await forget(gate)


async def test_a_field_goes_at_the_midnight_of_the_gate(gate: Gate, session: AsyncSession) -> None:
    entry = await ended(gate)
    gate.now = datetime(2026, 4, 10, 16, 59, 59, tzinfo=UTC)
    assert 0 == await forget(gate)
    gate.wait(seconds=1)
    assert 1 == await forget(gate)
    assert not (await columns(session, entry))["phone"]
    assert [{"fields": ["phone"], "cause": "retention"}] == await told(
        session, "entry.driver_erased"
    )


async def test_words_are_made_empty_a_year_after_their_answer(
    gate: Gate, session: AsyncSession
) -> None:
    body = {"gate": "tan-thanh", "words": "Ring An, 0912 345 678"}
    told_of = (await gate.post("/v1/difficulties", "company-1", body)).json()
    open_one = (await gate.post("/v1/difficulties", "company-1", body)).json()
    answer = {"reason": "An was rung"}
    await gate.post(f"/v1/difficulties/{told_of['id']}/answer", "officer-1", answer)
    gate.wait(days=365)
    assert 0 == await forget(gate)
    gate.wait(days=1)
    assert 1 == await forget(gate)
    said = (await gate.get(f"/v1/difficulties/{told_of['id']}", "company-1")).json()
    assert ("", "") == (said["words"], said["reason"])
    kept = (await gate.get(f"/v1/difficulties/{open_one['id']}", "company-1")).json()
    assert body["words"] == kept["words"]
    assert 0 == await forget(gate)
    assert 1 == len(
        (await session.scalars(select(Difficulty).where(Difficulty.erased_at.is_not(None)))).all()
    )


async def test_what_was_said_of_a_strike_is_made_empty_a_year_after_the_decision(
    gate: Gate, session: AsyncSession
) -> None:
    await miss(gate, 1)
    (strike,) = await strikes(gate)
    await appeal(gate, strike)
    path = f"/v1/strikes/{strike['id']}"
    decided = {"decision": "upheld", "reason": "An was rung and slept"}
    assert 200 == (await gate.post(f"{path}/decision", "officer-2", decided)).status_code
    gate.wait(days=365)
    assert 0 == await forget(gate)
    gate.wait(days=1)
    assert 1 == await forget(gate)
    said = (await gate.get(path, "officer-1")).json()
    assert ("", "", "upheld") == (said["appeal"], said["reason"], said["decision"])
    assert [{"strike": strike["id"], "cause": "retention"}] == await told(session, "strike.erased")
    assert 0 == await forget(gate)


async def test_of_a_member_who_was_disabled_nobody_knows_the_name_a_year_later(
    gate: Gate, session: AsyncSession
) -> None:
    member, other = (
        await invited(gate),
        await invited(gate, name="desk-2", email="two@vidu.example"),
    )
    row = await session.get_one(Member, UUID(member["id"]))
    row.identity, row.identity_hash = b"as the provider", b"knows her"
    await session.commit()
    await step(gate, member, "disablement")
    gate.wait(days=365)
    assert 0 == await forget(gate)
    gate.wait(days=1)
    assert 1 == await forget(gate)
    await session.refresh(row)
    assert not any((row.identity, row.identity_hash, row.email_hash))
    at = {"organisation": member["organisation"], "member": member["id"]}
    assert [{**at, "cause": "retention"}] == await told(session, "member.erased")
    said = (await gate.get(f"/v1/members/{member['id']}", "company-1")).json()
    assert ("", "", "desk-lan") == (said["display_name"], said["email"], said["name"])
    assert 404 == (await step(gate, member, "enablement")).status_code
    assert "two@vidu.example" in (await gate.get(f"/v1/members/{other['id']}", "company-1")).text
    assert 0 == await forget(gate)
    assert 201 == (await invite(gate, name="desk-3")).status_code  # the address is free again
    newer = Cipher({"newer": b"n" * 32, **Settings().encryption_keys}, "")
    async with gate.app.state.process.sessions.begin() as other_session:
        while await Resealing(UnitOfWork(other_session), newer, gate.now).turn() is not None:
            pass


async def test_the_record_of_readings_is_forgotten_last(gate: Gate, session: AsyncSession) -> None:
    entry = await registered(gate)
    await gate.get(f"/v1/entries/{entry['id']}/driver?purpose=correction", "officer-1")
    gate.wait(days=730)
    await forget(gate)
    assert 1 == len((await session.scalars(select(PersonalRead))).all())
    gate.wait(days=1)
    await forget(gate)
    assert [] == (await session.scalars(select(PersonalRead))).all()


async def test_without_rows_nothing_is_erased_and_the_job_fails(
    gate: Gate, session: AsyncSession
) -> None:
    """A hole in the rows is an error that somebody sees, never a retention of zero."""
    entry = await ended(gate)
    gate.now = datetime(2021, 1, 1, tzinfo=UTC)
    with pytest.raises(Exception, match="no-value-in-force"):
        await forget(gate)
    assert {True} == set((await columns(session, entry)).values())
