"""The queue sheet: what a gate calls by when nothing else works, on paper."""

import re
from html import unescape

import pytest

from app.api.sheets import sheet_page
from app.api.texts import Language
from app.domain.gates import parse_gate
from app.domain.vocabulary import Direction, Lane, Queue, QueueMode
from app.services.publishing.sheets import QueueSheet, Sheet, SheetLine
from tests.api.conftest import NINE, Gate, consignment, goods, lorry
from tests.domain.reference import GATES

CELL = re.compile(r"<td>(.*?)</td>")


async def page(gate: Gate, code: str = "tan-thanh", language: str = "en") -> str:
    headers = {"Accept-Language": language}
    answer = await gate.get(f"/v1/gates/{code}/sheet", "officer-1", headers=headers)
    assert 200 == answer.status_code, answer.text
    assert "text/html; charset=utf-8" == answer.headers["content-type"]
    assert "no-store" == answer.headers["cache-control"]
    return answer.text


def rows(text: str) -> list[list[str]]:
    """Return the cells of every vehicle on a page."""
    lines = text.splitlines()
    return [[unescape(cell) for cell in CELL.findall(line)] for line in lines if "<td>" in line]


async def test_vehicles_stand_in_the_order_in_which_the_rule_would_call_them(gate: Gate) -> None:
    routes = {1: None, 2: "1090-1091"}
    plain = [await gate.register(**lorry(number, route=routes[number])) for number in routes]
    for entry in plain:
        await gate.move(entry)
    gate.wait(minutes=10)
    await gate.move(await gate.register())
    gate.wait(minutes=30)
    text = await page(gate)
    assert [
        ["1", "TT-0003", "12C00017", "green", "", "bao-nguyen", "2026-03-11 09:10", "0:30", ""],
        ["2", "TT-0001", "15C00001", "ordinary", "", "bao-nguyen", "2026-03-11 09:00", "0:40", ""],
        [
            "3",
            "TT-0002",
            "15C00002",
            "ordinary",
            "1090-1091",
            "bao-nguyen",
            "2026-03-11 09:00",
            "0:40",
            "",
        ],
    ] == rows(text)
    calls = await gate.call(3)
    assert [row[1] for row in rows(text)] == [call["call_number"] for call in calls]


async def test_who_is_called_stands_first_with_the_end_of_the_window(gate: Gate) -> None:
    for number in (1, 2):
        await gate.move(await gate.register(**lorry(number)))
    await gate.call(1)
    text = await page(gate)
    assert ["To be at the gate by 09:30", ""] == [row[-1] for row in rows(text)]
    assert "<h3>Called: 1</h3>" in text
    assert "<h3>Waiting, in order: 1</h3>" in text


async def test_a_held_vehicle_is_marked(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await gate.move(entry)
    await gate.post(f"/v1/entries/{entry['id']}/holds", "customs", {"reason": "A seal"})
    text = await page(gate)
    assert "<tr class=held>" in text
    assert "Held: not to be called" == rows(text)[0][-1]


async def test_whom_a_notice_passes_over_is_marked_and_the_notice_stands_above(gate: Gate) -> None:
    for number, route in ((1, "1090-1091"), (2, None)):
        await gate.move(await gate.register(**lorry(number, route=route)))
    for notice in (
        {"kind": "closure", "route": "1090-1091", "text": {"vi": "Sạt lở", "en": "A <slide>"}},
        {"kind": "counterpart-limit", "per_hour": 20, "text": {"vi": "Bên kia đông"}},
    ):
        body = {"gate": "tan-thanh", "direction": "export", **notice}
        assert 201 == (await gate.post("/v1/notices", "officer-1", body)).status_code
    text = await page(gate)
    assert ["Its road or goods are stopped: not to be called", ""] == [
        row[-1] for row in rows(text)
    ]
    assert 1 == text.count("<tr class=held>")
    assert (
        "<h2>Export</h2>\n<p>1090-1091 · Some vehicles are not called until this notice is lifted;"
        " their wait still counts. · A &lt;slide&gt;</p>\n<p>Calls are limited to 20 an hour until"
        " this notice is lifted. · Bên kia đông</p>\n<h3>Waiting"
    ) in text


async def test_where_nobody_is_called_the_order_is_that_of_arrival(gate: Gate) -> None:
    entries = []
    for number in (2, 1):
        load = consignment(goods(), declaration_number=f"10{number:010}")
        entries.append(
            await gate.register(**lorry(number, direction="import", consignments=[load]))
        )
    for entry in entries:
        await gate.arrive(entry)
        gate.wait(minutes=1)
    assert ["15C00002", "15C00001"] == [row[2] for row in rows(await page(gate))]


async def test_a_page_is_whole_without_anything_from_elsewhere(gate: Gate) -> None:
    text = await page(gate)
    assert not re.search(r"(?:src|href)=|<script|url\(|@import", text)
    answer = await gate.get("/v1/gates/tan-thanh/sheet", "officer-1")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "'unsafe-inline'" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("language", "heading"),
    [
        ("vi", "Phiếu xếp hàng: "),
        ("en", "Queue sheet: "),
        ("zh", "排队表："),
    ],
)
async def test_a_sheet_speaks_the_readers_language(gate: Gate, language: str, heading: str) -> None:
    text = await page(gate, language=language)
    assert f'<html lang="{language}">' in text
    assert heading in text


def test_what_people_typed_is_shown_as_text() -> None:
    line = SheetLine(None, "<b>12C</b>", Lane.ORDINARY, None, None, None, None, held=False)
    queue = QueueSheet(Queue("tan-thanh", Direction.IMPORT), QueueMode.ARRIVAL_ORDER, [], [line])
    sheet = Sheet(parse_gate(GATES["tan-thanh"]), NINE, "queue-policy-2022-02", [queue])
    assert ["1", "", "<b>12C</b>", "ordinary", "", "", "", "", ""] == rows(
        sheet_page(sheet, Language.EN)
    )[0]
    assert "<b>" not in sheet_page(sheet, Language.EN)


async def test_only_officers_read_plates_and_only_of_gates_that_are_there(gate: Gate) -> None:
    path = "/v1/gates/tan-thanh/sheet"
    assert [401, 403, 403] == [
        (await gate.get(path, who)).status_code for who in (None, "company-1", "auditor")
    ]
    missing = await gate.get("/v1/gates/nowhere/sheet", "officer-1")
    assert (404, "gate-not-found") == (missing.status_code, missing.json()["code"])


async def test_a_gate_without_a_queue_has_an_empty_sheet(gate: Gate) -> None:
    assert [] == rows(await page(gate, "dong-dang-rail"))
