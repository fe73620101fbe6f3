"""Drivers' data in full: for a purpose, by whom it belongs to, and always on record."""

from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import PersonalRead, StoredAnswer
from tests.api.conftest import Gate

AN = {"name": "Nguyễn Văn An", "document_number": "024.098-001234", "phone": "+84 912 345 678"}
DOT = {"name": "Trần Thị Bình", "document_number": ".", "phone": "-"}
READ = ("document_number", "name", "phone")


async def registered(gate: Gate, number: int = 17, driver: Any = None, **more: Any) -> Any:
    """Return an entry with a driver."""
    vehicle = {"tractor_plate": f"12C-000.{number}", "payload_kg": 15000}
    return await gate.register(vehicle=vehicle, driver=driver or AN, **more)


async def read(gate: Gate, entry: Any, who: str, purpose: str) -> Any:
    return await gate.get(f"/v1/entries/{entry['id']}/driver?purpose={purpose}", who)


async def search(gate: Gate, who: str, page: str = "", **body: Any) -> Any:
    return await gate.post(f"/v1/entries/searches{page}", who, body)


async def reads(gate: Gate, who: str = "auditor", query: str = "") -> list[dict[str, Any]]:
    answer = await gate.get(f"/v1/personal-reads{query}", who)
    assert 200 == answer.status_code, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


@pytest.mark.parametrize(
    ("who", "purpose", "fields"),
    [
        ("border_guard", "border-control", ["name", "document_number"]),
        ("customs", "border-control", ["name", "document_number"]),
        ("officer-1", "contact-driver", ["name", "phone"]),
        ("border_guard", "contact-driver", ["name", "phone"]),
        ("company-1", "contact-driver", ["name", "phone"]),
        ("company-1", "correction", ["name", "document_number", "phone"]),
        ("officer-2", "correction", ["name", "document_number", "phone"]),
        ("board-1", "subject-request", ["name", "document_number", "phone"]),
    ],
)
async def test_a_purpose_gives_what_it_needs_and_no_more(
    gate: Gate, who: str, purpose: str, fields: list[str]
) -> None:
    entry = await registered(gate)
    answer = await read(gate, entry, who, purpose)
    assert (200, "no-store") == (answer.status_code, answer.headers["Cache-Control"])
    said = answer.json()
    assert (entry["id"], entry["reference"], purpose) == (
        said["entry"], said["reference"], said["purpose"],
    )  # fmt: skip
    assert fields == said["fields"]
    assert {one: AN[one] if one in fields else None for one in READ} == {
        one: said[one] for one in READ
    }


@pytest.mark.parametrize(
    ("who", "purpose"),
    [
        ("officer-1", "border-control"),
        ("company-1", "border-control"),
        ("company-1", "subject-request"),
        ("customs", "correction"),
        ("board-1", "contact-driver"),
    ],
)
async def test_the_purpose_of_others_gives_nothing_and_is_not_a_reading(
    gate: Gate, who: str, purpose: str
) -> None:
    answer = await read(gate, await registered(gate), who, purpose)
    assert (403, "purpose-forbidden") == (answer.status_code, answer.json()["code"])
    assert [] == await reads(gate)


@pytest.mark.parametrize("query", ["", "?purpose=curiosity", "?purpose="])
async def test_without_a_purpose_of_the_list_nothing_is_read(gate: Gate, query: str) -> None:
    entry = await registered(gate)
    answer = await gate.get(f"/v1/entries/{entry['id']}/driver{query}", "officer-1")
    assert (422, "query:purpose") == (answer.status_code, answer.json()["errors"][0]["pointer"])


async def test_a_company_that_only_pays_reads_nothing_of_the_driver(gate: Gate) -> None:
    entry = await registered(gate, payer={"name": "Other", "tax_code": "9900123473"})
    assert 200 == (await gate.get(f"/v1/entries/{entry['id']}", "company-2")).status_code
    answer = await read(gate, entry, "company-2", "contact-driver")
    assert (404, "entry-not-found") == (answer.status_code, answer.json()["code"])
    assert (
        []
        == (await search(gate, "company-2", phone=AN["phone"], purpose="contact-driver")).json()[
            "items"
        ]
    )


async def test_every_reading_is_on_record_with_who_when_and_what_for(gate: Gate) -> None:
    entry = await registered(gate)
    await read(gate, entry, "border_guard", "border-control")
    (one,) = await reads(gate)
    assert {
        "entry": entry["id"],
        "reference": entry["reference"],
        "way": "entry",
        "purpose": "border-control",
        "fields": ["name", "document_number"],
        "read_at": "2026-03-11T09:00:00+07:00",
        "reader": "border_guard",
        "organisation": "Agency border_guard",
    } == {name: value for name, value in one.items() if name != "id"}


async def test_what_cannot_be_recorded_is_not_told(gate: Gate, session: AsyncSession) -> None:
    entry = await registered(gate)
    await session.execute(text("ALTER TABLE personal_reads ADD CHECK (purpose <> 'correction')"))
    await session.commit()
    answer = await read(gate, entry, "officer-1", "correction")
    assert 500 == answer.status_code
    assert AN["phone"] not in answer.text


async def test_a_company_learns_who_read_of_its_own_entries_only(gate: Gate) -> None:
    own = await registered(gate)
    other = await gate.register(
        "company-2", vehicle={"tractor_plate": "15C-000.02", "payload_kg": 15000}, driver=AN
    )
    for entry in (own, other):
        await read(gate, entry, "border_guard", "border-control")
    assert {own["id"]} == {one["entry"] for one in await reads(gate, "company-1")}
    assert {own["id"], other["id"]} == {one["entry"] for one in await reads(gate, "board-1")}
    assert [] == await reads(gate, "company-1", f"?entry={other['id']}")


async def test_the_record_is_narrowed_and_read_page_by_page(gate: Gate) -> None:
    entry, other = await registered(gate), await registered(gate, 18)
    for one in (entry, other):
        await read(gate, one, "border_guard", "border-control")
        gate.wait(minutes=1)
    await read(gate, entry, "officer-1", "contact-driver")
    assert 2 == len(await reads(gate, query=f"?entry={entry['id']}"))
    assert 2 == len(await reads(gate, query="?reader=border_guard"))
    assert 1 == len(await reads(gate, query="?purpose=contact-driver"))
    assert 0 == len(await reads(gate, query="?way=search"))
    assert 1 == len(await reads(gate, query="?read_before=2026-03-11T09:01:00%2B07:00"))
    assert 1 == len(await reads(gate, query="?read_from=2026-03-11T09:02:00%2B07:00"))
    first = (await gate.get("/v1/personal-reads?limit=2", "auditor")).json()
    rest = await reads(gate, query=f"?limit=2&cursor={first['next_cursor']}")
    assert 3 == len({one["id"] for one in (*first["items"], *rest)})


async def test_nobody_edits_who_read_what(gate: Gate, session: AsyncSession) -> None:
    await read(gate, await registered(gate), "officer-1", "contact-driver")
    with pytest.raises(IntegrityError, match="is refused"):
        await session.execute(text("UPDATE personal_reads SET purpose = 'correction'"))


# --- looked for by a number ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "body"),
    [
        ("border_guard", {"document_number": "024098001234", "purpose": "border-control"}),
        ("border_guard", {"document_number": "024 098 001234", "purpose": "border-control"}),
        ("officer-1", {"phone": "0912345678", "purpose": "contact-driver"}),
        ("company-1", {"phone": "0084 912-345-678", "purpose": "contact-driver"}),
        ("board-1", {"phone": "84912345678", "purpose": "subject-request"}),
    ],
)
async def test_a_driver_is_found_by_a_number_however_it_is_written(
    gate: Gate, who: str, body: dict[str, str]
) -> None:
    entry = await registered(gate)
    await registered(gate, 18, DOT)
    answer = await search(gate, who, **body)
    assert 200 == answer.status_code, answer.text
    (found,) = answer.json()["items"]
    assert entry["id"] == found["id"]
    assert {"name": "N*** V*** A***", "document_number": "***234", "phone": "***678"} == found[
        "driver"
    ]
    (one,) = await reads(gate)
    field = next(iter(body))
    assert ("search", [field], entry["id"]) == (one["way"], one["fields"], one["entry"])


async def test_a_search_that_finds_nobody_is_on_record_without_the_number(
    gate: Gate, session: AsyncSession
) -> None:
    answer = await search(gate, "customs", document_number="000", purpose="border-control")
    assert ([], None) == (answer.json()["items"], answer.json()["next_cursor"])
    one = (await session.scalars(select(PersonalRead))).one()
    assert (None, None) == (one.entry_id, one.company_id)


async def test_a_long_list_is_found_page_by_page_and_recorded_as_it_is_shown(gate: Gate) -> None:
    entries = [await registered(gate, number) for number in (11, 12, 13)]
    body = {"document_number": AN["document_number"], "purpose": "border-control"}
    first = (await search(gate, "customs", "?limit=2", **body)).json()
    assert 2 == len(await reads(gate))
    rest = await search(gate, "customs", f"?limit=2&cursor={first['next_cursor']}", **body)
    shown = [one["id"] for one in (*first["items"], *rest.json()["items"])]
    assert [one["id"] for one in reversed(entries)] == shown
    other = {**body, "document_number": "1"}
    forged = await search(gate, "customs", f"?limit=2&cursor={first['next_cursor']}", **other)
    assert (422, "bad-cursor") == (forged.status_code, forged.json()["code"])


@pytest.mark.parametrize(
    ("who", "body", "status", "rule"),
    [
        ("customs", {"phone": "0912345678", "purpose": "border-control"}, 403, "purpose-forbidden"),
        ("customs", {"purpose": "border-control"}, 422, "one-number"),
        (
            "customs",
            {"phone": "1", "document_number": "2", "purpose": "border-control"},
            422,
            "one-number",
        ),
        ("customs", {"document_number": " . ", "purpose": "border-control"}, 422, "names-nobody"),
        ("customs", {"phone": "none", "purpose": "contact-driver"}, 422, "names-nobody"),
        ("customs", {"phone": "0912345678"}, 422, "required"),
    ],
)  # fmt: skip
async def test_nobody_is_looked_for_without_a_number_and_a_purpose_for_it(
    gate: Gate, who: str, body: dict[str, str], status: int, rule: str
) -> None:
    answer = await search(gate, who, **body)
    assert (status, rule) == (answer.status_code, answer.json()["errors"][0]["rule"])
    assert "0912345678" not in answer.text


async def test_a_dot_instead_of_a_number_finds_nobody_who_wrote_a_dot(
    gate: Gate, session: AsyncSession
) -> None:
    await registered(gate, driver=DOT)
    hashes = text("SELECT driver_document_hash, driver_phone_hash FROM entries")
    assert (None, None) == (await session.execute(hashes)).one()


async def test_what_is_read_in_full_is_never_stored_for_retries(
    gate: Gate, session: AsyncSession
) -> None:
    await registered(gate)
    body = {"phone": AN["phone"], "purpose": "contact-driver"}
    answer = await gate.post("/v1/entries/searches", "officer-1", body, retry="look-1")
    assert 200 == answer.status_code
    assert [] == (await session.scalars(select(StoredAnswer))).all()
