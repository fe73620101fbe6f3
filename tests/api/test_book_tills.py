"""A book day says what each cashier took and by how much the count differed, whoever counted."""

from tests.api.conftest import Gate
from tests.api.test_books import BOOKS
from tests.api.test_payments import DUE, an_order
from tests.api.test_shifts import FLOAT, close, open_till, take, vnd


async def test_a_day_has_what_each_cashier_took_and_what_was_missing(gate: Gate) -> None:
    shifts = {who: (await open_till(gate, who)).json() for who in ("collector-1", "collector-2")}
    for number, who in enumerate(["collector-1", "collector-2", "collector-2"], start=1):
        order = await an_order(gate, number)
        assert 201 == (await take(gate, shifts[who], order["code"], who=who)).status_code
    order = await an_order(gate, 4)
    await take(gate, shifts["collector-1"], order["code"], channel="card", source_reference="P-9")
    await close(gate, shifts["collector-1"], counted=vnd(FLOAT + DUE))
    missing = vnd(FLOAT + 2 * DUE - 7_000)
    await close(gate, shifts["collector-2"], "collector-1", counted=missing)
    day = (await gate.get(f"{BOOKS}/2026-03-11", "board-1")).json()
    tills = {
        (one["name"], one["account"]): (one["taken"]["amount"], one["difference"]["amount"])
        for one in day["tills"]
    }
    assert {
        ("collector-1", "cash"): (DUE, 0),
        ("collector-1", "card"): (DUE, 0),
        ("collector-2", "cash"): (2 * DUE, -7_000),
    } == tills
