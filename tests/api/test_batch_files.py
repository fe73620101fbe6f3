"""Files of vehicles as people send them: Excel's CSV, workbooks, templates; and what is refused."""

import codecs
import csv
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from app.api.fleet.columns import COLUMNS
from app.api.fleet.workbook import WorkbookError, read_workbook
from app.api.texts import Language
from app.api.workbooks import XLSX, workbook_bytes
from app.domain.batches import MOST_ROWS
from tests.api.conftest import Gate, lorry
from tests.api.test_batches import BATCHES, counts, now, results, work
from tests.conftest import key_of

CSV = "text/csv"
VIETNAMESE = """sep=;
gate;direction;planned_arrival_at;client_reference;tractor_plate;payload_kg;goods_group;\
gross_kg;seal_numbers;two_way;driver_name
# cửa khẩu;chiều;;;;;;;;;
tan-thanh;export;11/03/2026 10:00;VN-1;15C-000.01;15.000;ordinary;14 000;S1, S2;có;Nguyễn Văn An

tan-thanh;export;2026-03-11T10:00:00;'=VN-2;15C-000.02;8000,0;ordinary;700.000;;0;
;;;;;;;;;;
tan-thanh;export;;VN-3;15C-000.03;nặng;;;;;
"""


async def upload(gate: Gate, body: bytes, kind: str = CSV, **query: Any) -> Any:
    """Send a file as it is."""
    headers = {"Content-Type": kind, "Idempotency-Key": uuid4().hex}
    return await gate.ask("POST", BATCHES, "company-1", content=body, headers=headers, params=query)


async def declared(gate: Gate, row: dict[str, Any]) -> dict[str, Any]:
    entry = await gate.get(f"/v1/entries/{row['entry']}", "company-1")
    found: dict[str, Any] = entry.json()["declared"]
    return found


@pytest.mark.parametrize(
    ("encoding", "charset"),
    [
        pytest.param("utf-8-sig", "", id="as Excel writes CSV UTF-8"),
        pytest.param("utf-8", "; charset=UTF-8", id="without its mark"),
        pytest.param("utf-16", "", id="as Excel writes Unicode text"),
        pytest.param("utf-16-le", "", id="the same without its mark"),
        pytest.param("utf-16-be", "; charset=utf-16be", id="the other way round"),
    ],
)
async def test_a_csv_file_is_read_as_vietnamese_excel_writes_it(
    gate: Gate, encoding: str, charset: str
) -> None:
    answer = await upload(gate, VIETNAMESE.encode(encoding), CSV + charset)
    assert 202 == answer.status_code, answer.text
    batch = answer.json()
    await work(gate)
    first, second, third = await results(gate, batch)
    assert {
        "gate": "tan-thanh",
        "direction": "export",
        "journey": "own_vehicle",
        "planned_arrival_at": "2026-03-11T10:00:00+07:00",
        "client_reference": "VN-1",
        "vehicle": {
            "country": "VN", "tractor_plate": "15C-000.01", "payload_kg": 15000,
            "containers": [], "seal_numbers": ["S1", "S2"], "two_way": True,
        },
        "receiving_vehicles": [],
        "consignments": [{"lines": [{"goods_group": "ordinary", "gross_kg": 14000}]}],
    } == await declared(gate, first)  # fmt: skip
    assert [3, 5, 7] == [first["line"], second["line"], third["line"]]
    assert [("payload_kg", "/rows/2/vehicle/payload_kg", "not-a-whole-number")] == [
        (one["column"], one["pointer"], one["rule"]) for one in third["problem"]["errors"]
    ]
    assert ("=VN-2", "registered") == (second["client_reference"], second["outcome"])
    assert 700_000 == (await declared(gate, second))["consignments"][0]["lines"][0]["gross_kg"]


async def test_a_workbook_is_read_with_numbers_for_texts_and_its_own_days(gate: Gate) -> None:
    table = [
        ["gate", "direction", "tractor_plate", "payload_kg", "planned_arrival_at",
         "declaration_number", "goods_group", "reference"],
        ["tan-thanh", "export", "15C-00001", "8000", "2026-03-11 10:00", "309900000015",
         "ordinary", "told by an export, and passed over"],
        ["", "", "15C-00002", "", "", "", "", ""],
    ]  # fmt: skip
    answer = await upload(gate, workbook_bytes({"any": table}), XLSX, mode="all-or-nothing")
    assert 202 == answer.status_code, answer.text
    batch = answer.json()
    assert ("xlsx", "all-or-nothing") == (batch["format"], batch["mode"])
    await work(gate)
    assert ("refused", 1, 0, 1) == counts(await now(gate, batch))
    left, refused = await results(gate, batch)
    assert ("left_out", 2, 3) == (left["outcome"], left["line"], refused["line"])
    assert ["gate", "direction"] == [one["column"] for one in refused["problem"]["errors"]]


NUMBERS = (
    '<row r="2"><c r="B2" t="inlineStr"><is><t>gate</t></is></c>'
    '<c r="C2" t="inlineStr"><is><t>payload_kg</t></is></c></row>'
    '<row r="4"><c r="B4" t="b"><v>1</v></c><c r="C4"><v>8000</v></c></row>'
)


def with_sheet(sheet: str) -> bytes:
    """Return a workbook whose sheet says just that."""
    made = workbook_bytes({"any": [["x"]]})
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            if name.endswith("sheet1.xml"):
                begin, end = text.index("<sheetData>") + 11, text.index("</sheetData>")
                text = text[:begin] + sheet + text[end:]
            new.writestr(name, text, zipfile.ZIP_DEFLATED)
    return file.getvalue()


async def test_a_sheet_is_read_with_the_empty_rows_and_columns_before_it() -> None:
    rows = await read_workbook(with_sheet(NUMBERS))
    assert [None, "gate", "payload_kg"] == rows[1]
    assert [None, True, 8000] == rows[3]
    assert 4 == len(rows)


FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(lambda: with_sheet(FAR), id="two cells that ask for half a terabyte"),
        pytest.param(
            lambda: with_sheet('<row r="1"><c r="A1"><v>1</v></c></row>' + " " * 2**29),
            id="more than it may expand to",
        ),
        pytest.param(
            lambda: with_sheet(
                "".join(f'<row r="{n}"><c><v>1</v></c></row>' for n in range(1, 6003))
            ),
            id="more rows than a batch",
        ),
        pytest.param(lambda: b"PK\x03\x04 and no more", id="half an archive"),
        pytest.param(lambda: b"gate;direction", id="no archive"),
    ],
)
async def test_what_is_no_workbook_of_a_size_is_refused_and_ends_nobody(
    gate: Gate, made: Callable[[], bytes]
) -> None:
    body = made()  # half a gigabyte among them, which only one process is to pack
    with pytest.raises(WorkbookError):
        await read_workbook(body)
    answer = await upload(gate, body, XLSX)
    error = answer.json()["errors"][0]
    assert (400, "file-unreadable", "workbook") == (
        answer.status_code, answer.json()["code"], error["rule"],
    )  # fmt: skip


JSON = "application/json"
UNREADABLE, INVALID = (400, "file-unreadable"), (422, "invalid-request")
NOISE = b'gate,direction,test_documents\nx,y,"' + b"a;" * 15_000 + b'"'
REFUSED = {
    "another type": (b"a", "text/plain", (415, "file-type-unknown")),
    "an old encoding": (
        VIETNAMESE.encode("cp1258", "replace"), CSV, (*UNREADABLE, ("", "encoding-unknown"))
    ),
    "an encoding that is not read": (
        b"gate", f"{CSV}; charset=windows-1258", (*UNREADABLE, ("", "encoding-unknown"))
    ),
    "a quotation that does not end": (
        b'gate,direction\n"x', CSV, (*UNREADABLE, ("", "csv-syntax"))
    ),
    "nothing": (b"", CSV, (*INVALID, ("column:gate", "required"))),
    "a column that is none": (
        b"gate,direction,payload", CSV, (*INVALID, ("column:payload", "unknown-field"))
    ),
    "a column twice": (
        b"gate,direction,route,route", CSV, (*INVALID, ("column:route", "duplicate-name"))
    ),
    "no vehicle": (b"gate,direction\n# a,comment", CSV, (*INVALID, ("/rows", "too-few"))),
    "one vehicle too many": (
        b"gate,direction\n" + b"x,y\n" * (MOST_ROWS + 1), CSV, (*INVALID, ("/rows", "too-many"))
    ),
    "a row of noise": (NOISE, CSV, (*INVALID, ("/rows/0", "too-many-values"))),
    "half JSON": (b"{", JSON, (400, "malformed-body", ("", "json-syntax"))),
    "a list": (b"[]", JSON, (*INVALID, ("", "not-an-object"))),
    "a field that is none": (
        b'{"rows": [], "more": 1}', JSON, (*INVALID, ("/more", "unknown-field"))
    ),
    "no rows": (b'{"mode": "best-effort"}', JSON, (*INVALID, ("/rows", "required"))),
    "rows that are no list": (b'{"rows": {}}', JSON, (*INVALID, ("/rows", "not-a-list"))),
    "a mode that is none": (
        b'{"rows": [{}], "mode": "some"}', JSON, (*INVALID, ("/mode", "not-known"))
    ),
}  # fmt: skip


@pytest.mark.parametrize(("body", "kind", "refusal"), REFUSED.values(), ids=REFUSED)
async def test_a_file_that_cannot_be_read_is_refused_whole(
    gate: Gate, body: bytes, kind: str, refusal: tuple[Any, ...]
) -> None:
    answer = await upload(gate, body, kind)
    told = answer.json()
    errors = [(one["pointer"], one["rule"]) for one in told["errors"][:1]]
    assert refusal == (answer.status_code, told["code"], *errors), answer.text
    assert all("rule" not in one["message"] for one in told["errors"])


async def test_a_file_hears_of_everything_that_is_wrong_with_its_frame(gate: Gate) -> None:
    answer = await upload(gate, b'{"entries": [], "until": 1}', JSON)
    assert [
        ("/rows", "required"), ("/entries", "unknown-field"), ("/until", "unknown-field")
    ] == [(one["pointer"], one["rule"]) for one in answer.json()["errors"]]  # fmt: skip


async def test_a_mode_is_named_in_the_query_or_in_the_file_or_in_both_alike(gate: Gate) -> None:
    body = json.dumps({"rows": [lorry(1)], "mode": "all-or-nothing"}).encode()
    both = await upload(gate, body, JSON, mode="all-or-nothing")
    assert "all-or-nothing" == both.json()["mode"]
    other = await upload(gate, body, JSON, mode="best-effort")
    assert (422, "/mode") == (other.status_code, other.json()["errors"][0]["pointer"])


async def test_a_cell_beyond_the_heading_is_a_field_that_nobody_knows(gate: Gate) -> None:
    batch = (await upload(gate, b"gate,direction\ntan-thanh,export,,more")).json()
    await work(gate)
    (row,) = await results(gate, batch)
    assert ("/rows/0/column 4", "unknown-field") in [
        (one["pointer"], one["rule"]) for one in row["problem"]["errors"]
    ]


# --- templates -----------------------------------------------------------------------------------


async def template(gate: Gate, **query: Any) -> httpx.Response:
    answer = await gate.get(f"{BATCHES}/template", "company-1", params=query)
    assert 200 == answer.status_code, answer.text
    return answer


async def test_a_template_explains_itself_and_is_read_again(gate: Gate) -> None:
    answer = await template(gate, format="csv")
    assert 'attachment; filename="gate-vehicles.csv"' == answer.headers["content-disposition"]
    assert answer.content.startswith(codecs.BOM_UTF8)
    text = answer.content.decode("utf-8-sig")
    heading, meaning, example = csv.reader(io.StringIO(text))
    assert [column.name for column in COLUMNS] == heading
    assert "# Code of the gate *" == meaning[0]
    assert "# tan-thanh" == example[0]
    assert (422, "/rows") == await _told(await upload(gate, answer.content))
    filled = text.replace("# tan-thanh", "tan-thanh").encode("utf-8-sig")
    batch = (await upload(gate, filled)).json()
    await work(gate)
    (row,) = await results(gate, batch)
    assert (None, "registered", 3) == (row["problem"], row["outcome"], row["line"])


async def test_a_template_is_a_workbook_with_a_guide_in_three_languages(gate: Gate) -> None:
    answer = await template(gate)
    assert (XLSX, 200) == (answer.headers["content-type"], answer.status_code)
    assert (422, "/rows") == await _told(await upload(gate, answer.content, XLSX))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as parts:
        guide = parts.read("xl/worksheets/sheet2.xml").decode()
    for said in ("Mã cửa khẩu", "Code of the gate", "口岸代码", *Language):
        assert said in guide


async def _told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["pointer"]


# --- sizes ---------------------------------------------------------------------------------------


async def test_only_a_batch_may_be_longer_than_other_bodies(gate: Gate) -> None:
    remark = {"payer": {"address": "a" * 900}}
    rows = [lorry(number, **remark) for number in range(1200)]
    assert 202 == (await upload(gate, json.dumps({"rows": rows}).encode(), JSON)).status_code
    long = {**lorry(1), "payer": {"address": "a" * 1_100_000}}
    assert 413 == (await gate.post("/v1/entries", "company-1", long)).status_code
    too_long = await upload(gate, b"a" * (16 * 2**20 + 1))
    assert (413, 16 * 2**20) == (too_long.status_code, too_long.json()["limit"])


async def test_who_may_not_send_a_batch_sends_no_file(app: FastAPI, gate: Gate) -> None:
    """The key is looked at before the first byte of the body is."""
    for who, status in (("officer-1", 403), (None, 401)):
        sent: list[int] = []

        async def body(sent: list[int] = sent) -> Any:
            sent.append(1)
            yield b"x"

        key = {"Authorization": f"Bearer {key_of(who)}"} if who else {}
        headers = {"Content-Type": CSV, "Idempotency-Key": "k", **key}
        answer = await gate.http.post(BATCHES, content=body(), headers=headers)
        assert status == answer.status_code
    assert app.state.process.reading_files.locked() is False
