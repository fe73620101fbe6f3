"""Entries as a file: the list's filters, masked drivers, no formulas, a page at a time."""

import csv
import io
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

from app.api.fleet import exporting
from app.api.fleet.columns import BY_NAME, TOLD
from tests.api.conftest import Gate, Statements, lorry, truck
from tests.api.test_batch_files import CSV, upload
from tests.api.test_batches import results, work
from tests.conftest import key_of

EXPORT = "/v1/entries/export"
DRIVER = {"name": "Nguyễn Văn An", "document_number": "012345678901", "phone": "0912345678"}


async def exported(gate: Gate, who: str = "company-1", **query: Any) -> list[dict[str, str]]:
    """Return the entries of an export as a spreadsheet reads them."""
    answer = await gate.get(EXPORT, who, params={"separator": "comma", **query})
    assert 200 == answer.status_code, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_a_company_gets_its_own_as_a_file_for_a_spreadsheet(gate: Gate) -> None:
    await gate.register(driver=DRIVER, client_reference="=1+1")
    await gate.register("company-2", **lorry(2))
    answer = await gate.get(EXPORT, "company-1")
    assert (
        'attachment; filename="gate-entries-2026-03-11.csv"'
        == (answer.headers["content-disposition"])
    )
    assert answer.content.startswith(b"\xef\xbb\xbfentry_id,reference,state,")
    (row,) = await exported(gate)
    assert {
        "plate": "12C00017",
        "state": "registered",
        "ready": "true",
        "client_reference": "'=1+1",
        "planned_arrival_at": "2026-03-11T10:00:00+07:00",
        "product": "durian",
        "test_documents": "auramine-o-test; cadmium-test",
        "gross_kg": "14000",
        "driver_masked": "N*** V*** A***",
        "driver_document_masked": "***901",
        "due_vnd": row["charged_vnd"],
    }.items() <= row.items()
    assert not {"driver_name", "driver_document_number", "driver_phone"} & row.keys()
    assert "Nguyễn" not in answer.text


async def test_a_link_names_its_language_whatever_the_browser_prefers(gate: Gate) -> None:
    headers = {"Accept-Language": "vi"}
    for query, expected in (("language=zh", "zh"), ("format=csv&language=en&due=1", "en")):
        answer = await gate.get(f"{EXPORT}?{query}", "company-1", headers=headers)
        assert (200, expected) == (answer.status_code, answer.headers["Content-Language"]), query
    refused = await gate.get(f"{EXPORT}?language=fr", "company-1", headers=headers)
    assert (422, ["query:language"]) == (
        refused.status_code, [one["pointer"] for one in refused.json()["errors"]],
    )  # fmt: skip


async def test_an_authority_gets_all_and_filters_are_those_of_the_list(gate: Gate) -> None:
    for who, number in (("company-1", 1), ("company-2", 2), ("company-2", 3)):
        await gate.register(who, **lorry(number))
    assert 3 == len(await exported(gate, "officer-1"))
    assert ["15C00002"] == [
        one["plate"] for one in await exported(gate, "auditor", plate="15C-00002")
    ]
    assert [] == await exported(gate, state="queued")
    refused = await gate.get(EXPORT, "company-1", params={"plates": "x"})
    assert (422, "query:plates") == (refused.status_code, refused.json()["errors"][0]["pointer"])


async def test_a_line_of_ndjson_is_an_item_of_the_list(gate: Gate) -> None:
    for number in range(3):
        await gate.register(**lorry(number), driver=DRIVER)
    answer = await gate.get(EXPORT, "company-1", params={"format": "ndjson"})
    assert "application/x-ndjson" == answer.headers["content-type"]
    listed = (await gate.get("/v1/entries", "company-1")).json()["items"]
    assert listed == [json.loads(line) for line in answer.text.splitlines()]


async def test_an_export_can_be_sent_back_as_a_batch_without_the_drivers(gate: Gate) -> None:
    await gate.register(**truck(driver=DRIVER, client_reference="A"))
    for number in (2, 3):
        await gate.register(**lorry(number))
    answer = await gate.get(EXPORT, "company-1", headers={"Accept-Language": "vi"})
    plates = answer.text.replace("12C-000.17", "12C-000.99").replace("15C-0000", "15C-0009")
    batch = (await upload(gate, plates.replace(";A;", ";;").encode(), CSV)).json()
    await work(gate)
    told = await results(gate, batch)
    assert ["registered"] * 3 == [one["outcome"] for one in told], told
    before, after = (await gate.get("/v1/entries", "company-1")).json()["items"][-3:], told
    for old, new in zip(before, after, strict=True):
        entry = (await gate.get(f"/v1/entries/{new['entry']}", "company-1")).json()
        same = {"consignments", "planned_arrival_at", "gate", "journey"}
        assert {one: old["declared"].get(one) for one in same} == {
            one: entry["declared"].get(one) for one in same
        }
        assert {None} == set(entry["driver"].values())


async def test_each_page_takes_the_same_three_statements_in_a_transaction_of_its_own(
    gate: Gate,
    statements: Callable[[], AbstractContextManager[Statements]],
    connection: AsyncConnection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(5):
        await gate.register(**lorry(number))
    sent: dict[int, int] = {}
    begun: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        begun.extend([statement] if statement.startswith("SAVEPOINT") else [])

    for page in (5, 2):
        monkeypatch.setattr(exporting, "PAGE", page)
        event.listen(connection.sync_connection, "before_cursor_execute", hear)
        begun.clear()
        with statements() as heard:
            assert 5 == len(await exported(gate))
        event.remove(connection.sync_connection, "before_cursor_execute", hear)
        sent[len(begun)] = len(heard)
    # One opens the request; a full page is followed by one that finds nothing more.
    assert {1 + 2: 1 + 3 * 2, 1 + 3: 1 + 3 * 3} == sent


class LeftError(OSError):
    """The reader has gone."""


async def test_a_reader_who_leaves_ends_the_reading(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        await gate.register(**lorry(number))
    monkeypatch.setattr(exporting, "PAGE", 2)
    parts: list[bytes] = []

    async def send(message: Any) -> None:
        if len(parts) == 2:
            raise LeftError
        parts.extend([message["body"]] if message.get("body") else [])

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    headers = [(b"authorization", f"Bearer {key_of('company-1')}".encode())]
    scope = {
        "type": "http", "http_version": "1.1", "method": "GET", "path": EXPORT, "scheme": "http",
        "raw_path": EXPORT.encode(), "query_string": b"", "headers": headers, "root_path": "",
        "client": ("test", 1), "server": ("test", 80),
        "asgi": {"version": "3.0", "spec_version": "2.4"},
    }  # fmt: skip
    await gate.app(scope, receive, send)
    assert 2 == len(parts)
    assert 5 == len(await exported(gate))


def test_what_is_told_and_what_is_declared_have_different_columns() -> None:
    assert not set(TOLD) & BY_NAME.keys()
