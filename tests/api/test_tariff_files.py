"""Tariff editions as files: what is given out comes in as it was; faults by line and column."""

import json
from typing import Any

import pytest

from app.api.tariff_example import EDITION
from app.api.tariff_files import READERS
from app.domain.charges.drafts import content_of
from app.domain.charges.table import MOST_ROWS
from tests.api.conftest import Gate
from tests.api.test_tariff_proposals import BASE, FIRST, PROPOSALS, approve, priced, why_not
from tests.conftest import key_of
from tests.domain.reference import TARIFF_DOCUMENTS

IMPORTS = f"{PROPOSALS}/imports"
DOCUMENT = f"/v1/tariffs/{BASE}/document"
SAME = content_of(TARIFF_DOCUMENTS[1])


async def bring(
    gate: Gate, body: bytes, kind: str, query: str = f"starts_on={FIRST}&code=new", **headers: str
) -> Any:
    return await gate.http.post(
        f"{IMPORTS}?{query}",
        content=body,
        headers={
            "Authorization": f"Bearer {key_of('board-1')}", "Content-Type": kind,
            "Accept-Language": "en", **headers,
        },
    )  # fmt: skip


async def table(gate: Gate, separator: str = "comma") -> str:
    return (await gate.get(f"{DOCUMENT}?format=csv&separator={separator}")).text


async def test_a_document_is_given_out_whole_and_brought_in_as_it_was(gate: Gate) -> None:
    given = (await gate.get(DOCUMENT)).json()
    assert SAME == given
    proposed = await bring(gate, json.dumps(given).encode(), "application/json")
    assert (201, "proposed", None) == (
        proposed.status_code, proposed.json()["state"], proposed.json()["base"],
    )  # fmt: skip
    path = f"{PROPOSALS}/{proposed.json()['id']}/document"
    assert {**SAME, "code": "new"} == (await gate.get(path, "auditor")).json()
    assert 200 == (await approve(gate, proposed)).status_code
    assert ("new", 350_000) == await priced(gate, FIRST)


@pytest.mark.parametrize("separator", ["comma", "semicolon", "tab"])
@pytest.mark.parametrize("code", [document["code"] for document in TARIFF_DOCUMENTS])
async def test_a_table_is_read_as_the_document_that_it_was(
    gate: Gate, code: str, separator: str
) -> None:
    path = f"/v1/tariffs/{code}/document?format=csv&separator={separator}"
    read = READERS["text/csv"]((await gate.get(path)).content, "")
    expected = next(one for one in TARIFF_DOCUMENTS if one["code"] == code)
    assert (content_of(expected), ()) == (read.document, read.faults)


async def test_a_table_that_was_changed_as_people_do_is_brought_in(gate: Gate) -> None:
    text = await table(gate, "semicolon")
    of = "cell;fresh-produce-export;10t-to-18t;"
    changed = text[1:].replace(f"{of};350000;", f"{of};450.000;")
    assert "450.000" in changed
    proposed = await bring(gate, changed.encode("utf-16"), "text/csv; charset=utf-16")
    assert 201 == proposed.status_code, proposed.text
    changes = [one["pointer"] for one in proposed.json()["differences"]]
    assert ["/code", "/cells/fresh-produce-export/10t-to-18t/amount_vnd"] == changes
    await approve(gate, proposed)
    assert ("new", 450_000) == await priced(gate, FIRST)


async def test_every_fault_is_named_by_line_and_column_in_the_readers_language(gate: Gate) -> None:
    lines = (await table(gate)).splitlines()
    lines[1] = lines[1].replace(",100000,", ",100000.5,")
    lines[2] = lines[2].replace("cell,", "gift,", 1)
    lines[4] = lines[4].replace(",published,", ",rumour,").replace(",provisional,", ",rumour,")
    del lines[38]
    refused = await bring(gate, "\n".join(lines).encode(), "text/csv")
    assert (422, "tariff-unfit") == (refused.status_code, refused.json()["code"])
    found = {
        (one.get("line"), one.get("column"), one["rule"]): one for one in refused.json()["errors"]
    }
    assert {
        (2, "value", "whole-number"), (3, "part", "part-unknown"), (5, "basis", "code-unknown"),
        (None, None, "cell-missing"),
    } == found.keys()  # fmt: skip
    assert (
        "It must be a whole number, not negative." == found[2, "value", "whole-number"]["message"]
    )
    refused = await bring(gate, "\n".join(lines).encode(), "text/csv", **{"Accept-Language": "vi"})
    assert "Phải là số nguyên không âm." in {one["message"] for one in refused.json()["errors"]}
    assert [] == (await gate.get(PROPOSALS, "auditor")).json()["items"]


async def test_a_hole_in_a_table_is_named(gate: Gate) -> None:
    lines = (await table(gate)).splitlines()
    del lines[3]
    refused = await bring(gate, "\n".join(lines).encode(), "text/csv")
    assert (422, "tariff-unfit", [("/cells", "cell-missing")]) == why_not(refused)
    assert "fresh-produce-export x 4t-to-10t" == refused.json()["errors"][0]["value"]


@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [
        (b"[]", "application/json", (422, "tariff-unfit", [("", "not-an-object")])),
        (b"{", "application/json", (400, "malformed-body", [("", "json-syntax")])),
        (b"{}", "text/plain", (415, "file-type-unknown", [])),
        (b"part,value,price\n", "text/csv",
         (422, "invalid-request", [("column:price", "unknown-field"), ("column:basis", "required"),
                                   ("column:source", "required"), ("column:place", "required")])),
        (b"part,value,basis,source,place,part\n", "text/csv",
         (422, "invalid-request", [("column:part", "duplicate-name")])),
        (b'part,value,basis,source,place\n"x', "text/csv",
         (400, "file-unreadable", [("", "csv-syntax")])),
        (b"\xff\xfe\xff", "text/csv", (400, "file-unreadable", [("", "encoding-unknown")])),
        (b"part,value,basis,source,place\n" + b"cell,1,a,b,\n" * (MOST_ROWS + 1), "text/csv",
         None),
    ],
    ids=["a list", "no JSON", "another kind", "a column nobody knows", "a column twice",
         "a quotation without end", "no text", "too many rows"],
)  # fmt: skip
async def test_what_is_no_edition_is_refused(
    gate: Gate, body: bytes, kind: str, expected: Any
) -> None:
    refused = await bring(gate, body, kind)
    if expected is None:
        assert (422, "too-many-rows") == (refused.status_code, refused.json()["errors"][0]["rule"])
    else:
        assert expected == why_not(refused)


async def test_a_float_in_a_document_and_a_day_past_are_refused(gate: Gate) -> None:
    document = json.loads(json.dumps(SAME))
    document["cells"][0]["amount_vnd"] = 1.5
    body = json.dumps(document).encode()
    refused = await bring(gate, body, "application/json")
    assert (422, "tariff-unfit", [("/cells/0/amount_vnd", "whole-number")]) == why_not(refused)
    late = await bring(
        gate, json.dumps(SAME).encode(), "application/json", "starts_on=2026-03-11&code=new"
    )
    assert (422, "tariff-unfit", [("/starts_on", "future-day")]) == why_not(late)
    again = await bring(gate, json.dumps(SAME).encode(), "application/json", f"starts_on={FIRST}")
    assert (409, "edition-code-taken", []) == why_not(again)


async def test_who_is_not_of_the_board_sends_no_file(gate: Gate) -> None:
    answer = await gate.http.post(
        f"{IMPORTS}?starts_on={FIRST}", content=b"x" * 1000,
        headers={"Authorization": f"Bearer {key_of('company-1')}", "Content-Type": "text/csv"},
    )  # fmt: skip
    assert 403 == answer.status_code


async def test_an_edition_that_is_not_there_has_no_file(gate: Gate) -> None:
    assert 404 == (await gate.get("/v1/tariffs/none/document")).status_code


async def test_the_example_of_the_document_is_brought_in(gate: Gate) -> None:
    body = json.dumps(EDITION).encode()
    proposed = await bring(gate, body, "application/json", "starts_on=2027-01-01")
    assert (201, "tariff-2027-02") == (proposed.status_code, proposed.json()["code"])
