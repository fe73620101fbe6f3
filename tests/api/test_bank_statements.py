"""A bank's statement: good rows pay or wait, known ones are known, bad ones are told by line."""

from typing import Any
from uuid import uuid4

import httpx

from tests.api.conftest import Gate
from tests.api.test_payments import DUE, Bank, an_order, bank, orders_of, review_list

__all__ = ["bank"]

HEADING = "source_reference,amount,paid_at,purpose"
AT = "11/03/2026 09:02:11"


async def send(
    gate: Gate, *rows: str, who: str = "bank", heading: str = HEADING, query: str = ""
) -> httpx.Response:
    headers = {"Content-Type": "text/csv"}
    text = "\n".join((heading, *rows))
    path = f"/v1/payments/statements{query}"
    return await gate.ask("POST", path, who, content=text.encode(), headers=headers)


def said(answer: httpx.Response) -> list[tuple[Any, ...]]:
    return [(one["line"], one["said"], one["state"]) for one in answer.json()["rows"]]


async def test_rows_pay_or_wait_as_notifications_do(gate: Gate, bank: Bank) -> None:
    one, other = await an_order(gate, 1), await an_order(gate, 2)
    await bank.tell(other["code"], source_reference="FT-2")
    answer = await send(
        gate,
        f'FT-1,"300,000",{AT},NOP PHI {one["code"].replace("-", "")}',
        f"FT-2,300000,{AT},{other['code']}",
        "",
        f"FT-3,300.000,{AT},{one['code']}",
        f"FT-4,5,{AT},Nguyễn Văn An chuyển tiền",
        f"FT-4,5,{AT},again",
    )
    assert 200 == answer.status_code, answer.text
    assert [
        (2, "taken", "applied"), (3, "known", "applied"), (5, "taken", "under-review"),
        (6, "taken", "under-review"), (7, "known", "under-review"),
    ] == said(answer)  # fmt: skip
    told = answer.json()
    assert (3, 2, 0) == (told["taken"], told["known"], told["refused"])
    assert ["paid", "paid"] == await orders_of(gate, one, other)
    assert ["double", "unknown-code"] == [
        each["review"]["kind"] for each in await review_list(gate, channel="statement")
    ]


async def test_a_file_may_be_sent_twice(gate: Gate, bank: Bank) -> None:
    order = await an_order(gate)
    rows = (f"FT-1,300000,{AT},{order['code']}", f"FT-2,1,{AT},x")
    first, again = await send(gate, *rows), await send(gate, *rows)
    assert ["taken", "taken"] == [one["said"] for one in first.json()["rows"]]
    assert ["known", "known"] == [one["said"] for one in again.json()["rows"]]
    assert [one["payment"] for one in first.json()["rows"]] == [
        one["payment"] for one in again.json()["rows"]
    ]
    told = await bank.tell(order["code"], source_reference="FT-1")
    assert (200, "statement") == (told.status_code, told.json()["channel"])


BAD = [
    (f"FT-1,3.5,{AT},x,VND", "/amount", "not-a-whole-number"),
    (f"FT-2,-1,{AT},x,VND", "/amount", "not-a-whole-number"),
    (f"FT-3,0,{AT},x,VND", "/amount", "too-small"),
    (f"FT-4,1,{AT},x,CNY", "/currency", "not-known"),
    ("FT-5,1,soon,x,", "/paid_at", "not-an-instant"),
    (f",1,{AT},x,", "/source_reference", "too-short"),
    (f"FT-0,8,{AT},x,", "/source_reference", "retry-mismatch"),
    ("FT-6", "/amount", "not-a-whole-number"),
    (f"FT-8,99999999999999999999,{AT},x,", "/amount", "not-a-whole-number"),
]
"""Rows with what is wrong with each, after FT-0 has paid 7."""


def faults(told: Any) -> dict[int, tuple[str, str]]:
    """Return where and by which rule each row is wrong, by its line; each says it in words."""
    errors = {row["line"]: row["problem"]["errors"][0] for row in told["rows"] if row["problem"]}
    assert all(one["message"] for one in errors.values())
    return {line: (one["pointer"], one["rule"]) for line, one in errors.items()}


async def test_bad_rows_are_told_by_line_and_rule_and_spoil_no_other(
    gate: Gate, bank: Bank
) -> None:
    order = await an_order(gate)
    await bank.tell("x", 7, source_reference="FT-0")
    good = f"FT-7,{DUE},{AT},{order['code']},vnd"
    rows = [good, *(row for row, _, _ in BAD)]
    answer = await send(gate, *rows, heading=f"{HEADING},currency")
    told = answer.json()
    assert (200, 1, 0, len(BAD)) == (
        answer.status_code, told["taken"], told["known"], told["refused"],
    )  # fmt: skip
    wrong = {line: (pointer, rule) for line, (_, pointer, rule) in enumerate(BAD, start=3)}
    assert wrong == faults(told)
    assert ["paid"] == await orders_of(gate, order)


async def test_who_collects_names_the_bank_and_a_bank_only_itself(gate: Gate, bank: Bank) -> None:
    found = await gate.get("/v1/organisations", "board-1", params={"name": "Sandbox bank"})
    own = found.json()["items"][0]["id"]
    row = f"FT-1,5,{AT},x"
    await bank.tell("x", 5, source_reference="FT-1")
    named = await send(gate, row, who="collector-1", query=f"?bank={own}")
    assert [(2, "known", "under-review")] == said(named)
    for who, query in (
        ("collector-1", ""),
        ("bank", f"?bank={uuid4()}"),
        ("collector-1", f"?bank={uuid4()}"),
    ):
        answer = await send(gate, row, who=who, query=query)
        assert (422, "unknown-code", "query:bank") == (
            answer.status_code, answer.json()["code"], answer.json()["errors"][0]["pointer"],
        )  # fmt: skip


async def test_who_collects_finds_the_banks_by_their_names(gate: Gate) -> None:
    params = {"kind": "bank"}
    known = (await gate.get("/v1/organisations", "board-1", params=params)).json()["items"]
    listed = (await gate.get("/v1/payments/banks", "collector-1")).json()
    assert [{"id": one["id"], "name": one["name"]} for one in known] == listed["items"]
    assert known


async def test_a_file_that_cannot_be_read_is_refused_whole(gate: Gate) -> None:
    lacking = await send(gate, "FT-1,1", heading="source_reference,amont")
    assert (422, {"column:amount", "column:paid_at", "column:purpose", "column:amont"}) == (
        lacking.status_code, {one["pointer"] for one in lacking.json()["errors"]},
    )  # fmt: skip
    twice = await send(gate, heading="source_reference,amount,amount,paid_at,purpose")
    assert [("column:amount", "twice")] == [
        (one["pointer"], one["rule"]) for one in twice.json()["errors"]
    ]
    quoted = await send(gate, 'FT-1,"1')
    assert (400, "csv-syntax") == (quoted.status_code, quoted.json()["errors"][0]["rule"])
    long = await send(gate, *(f"FT-{number},1,{AT},x" for number in range(2001)))
    assert (422, "too-many") == (long.status_code, long.json()["errors"][0]["rule"])
    other = await gate.ask("POST", "/v1/payments/statements", "bank", json={})
    assert 415 == other.status_code
    assert [] == (await send(gate)).json()["rows"]
