"""Quotes that are kept: a price that was promised is charged, and to whom it is not."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.quotes import NOT_AS_QUOTED
from tests.api.conftest import Gate, consignment, found, goods, lorry, truck
from tests.api.test_tariff_proposals import BASE, FIRST, NEW, announce, cell, wanted, why_not

PATH = "/v1/quotes"
FRUIT = [{"goods_group": "fresh-produce-export"}]


def asked(**changes: Any) -> dict[str, Any]:
    """Return the question what the usual truck costs."""
    return {
        "gate": "tan-thanh", "direction": "export", "goods": FRUIT, "payload_kg": 15_000, **changes,
    }  # fmt: skip


async def keep(gate: Gate, who: str = "company-1", **changes: Any) -> dict[str, Any]:
    answer = await gate.post(PATH, who, asked(**changes))
    assert 201 == answer.status_code, answer.text
    kept: dict[str, Any] = answer.json()
    return kept


async def refused(here: Gate, quote: dict[str, Any], **changes: Any) -> Any:
    return why_not(await here.post("/v1/entries", "company-1", truck(quote=quote["id"], **changes)))


async def test_a_quote_is_kept_and_tells_who_was_registered_with_it(gate: Gate) -> None:
    kept = await keep(gate)
    assert (350_000, BASE, None, "2026-03-14T09:00:00+07:00") == (
        kept["total"]["amount"], kept["tariff"], kept["entry"], kept["expires_at"],
    )  # fmt: skip
    entry = await gate.register(quote=kept["id"])
    assert (kept["id"], 350_000) == (entry["charge"]["quote"], entry["charge"]["total"]["amount"])
    again = (await gate.get(f"{PATH}/{kept['id']}", "company-1")).json()
    assert {**kept, "entry": entry["id"]} == again
    assert [again] == (await gate.get(PATH, "company-1")).json()["items"]
    assert [] == (await gate.get(PATH, "company-2")).json()["items"]


async def test_what_is_announced_meanwhile_changes_nothing_until_the_truck_arrives(
    gate: Gate,
) -> None:
    kept = await keep(gate, on=FIRST)
    gate.wait(minutes=1)
    await announce(gate, wanted())
    planned = f"{FIRST}T10:00:00+07:00"
    dearer = await gate.register(planned_arrival_at=planned)
    assert 450_000 == dearer["charge"]["total"]["amount"]
    other = {"tractor_plate": "12C-000.18", "payload_kg": 15000}
    entry = await gate.register(quote=kept["id"], planned_arrival_at=planned, vehicle=other)
    assert (BASE, 350_000) == (entry["charge"]["tariff"], entry["charge"]["total"]["amount"])
    await gate.amend(entry, payer={"name": "Somebody"})
    assert kept["id"] == (await gate.entry(entry))["charge"]["quote"]
    gate.go_to(planned)
    await gate.move(entry)
    await gate.arrive(entry)
    arrived = (await gate.entry(entry))["charge"]
    assert (NEW, 450_000, None, "arrived") == (
        arrived["tariff"], arrived["total"]["amount"], arrived["quote"], arrived["cause"],
    )  # fmt: skip


async def test_no_quote_outlives_its_edition(gate: Gate) -> None:
    first = await keep(gate)
    await announce(gate, wanted())
    gate.wait(minutes=1)
    second = await keep(gate)
    assert f"{FIRST}T00:00:00+07:00" == second["expires_at"]
    assert "2026-03-14T09:00:00+07:00" == first["expires_at"]
    gate.go_to("2026-03-11T23:59:59+07:00")
    assert first["id"] == (await gate.register(quote=first["id"]))["charge"]["quote"]
    gate.go_to(f"{FIRST}T00:00:00+07:00")
    unfit = await refused(gate, second, vehicle={"tractor_plate": "1", "payload_kg": 15000})
    assert (422, "quote-unfit", [("/quote", "quote-expired")]) == unfit


@pytest.mark.parametrize(("seconds", "expected"), [(-1, 201), (0, 422)])
async def test_a_quote_holds_up_to_its_last_second(gate: Gate, seconds: int, expected: int) -> None:
    kept = await keep(gate)
    gate.go_to("2026-03-14T09:00:00+07:00")
    gate.wait(seconds=seconds)
    answer = await gate.post("/v1/entries", "company-1", truck(quote=kept["id"]))
    assert expected == answer.status_code, answer.text


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        pytest.param({"vehicle": {"tractor_plate": "12C-1", "payload_kg": 19_000}}, ["/vehicle"],
                     id="heavier"),
        pytest.param({"consignments": [consignment(goods())]}, ["/consignments"],
                     id="other goods"),
        pytest.param({"gate": "dong-dang-rail"}, ["/gate"], id="a gate of another kind"),
        pytest.param({"direction": "import", "consignments": [consignment(goods())]},
                     ["/direction", "/consignments"], id="the other way"),
    ],
)  # fmt: skip
async def test_what_differs_from_the_quote_is_named(
    gate: Gate, changes: dict[str, Any], pointers: list[str]
) -> None:
    unfit = await refused(gate, await keep(gate), **changes)
    assert (422, "quote-unfit", sorted((one, NOT_AS_QUOTED) for one in pointers)) == (
        *unfit[:2], sorted(unfit[2]),
    )  # fmt: skip


async def test_a_day_of_another_edition_is_not_as_quoted(gate: Gate) -> None:
    await announce(gate, wanted())
    gate.wait(minutes=1)
    kept = await keep(gate)
    unfit = await refused(gate, kept, planned_arrival_at=f"{FIRST}T10:00:00+07:00")
    assert (422, "quote-unfit", [("/planned_arrival_at", NOT_AS_QUOTED)]) == unfit


async def test_what_changes_no_price_may_differ(gate: Gate) -> None:
    kept = await keep(gate, payload_kg=17_999)
    entry = await gate.register(quote=kept["id"], planned_arrival_at="2026-03-13T10:00:00+07:00")
    assert kept["id"] == entry["charge"]["quote"]


async def test_a_quote_is_the_price_of_one_entry(gate: Gate) -> None:
    kept = await keep(gate)
    await gate.register(quote=kept["id"])
    other = {"tractor_plate": "12C-000.18", "payload_kg": 15000}
    assert (409, "quote-used", []) == await refused(gate, kept, vehicle=other)


async def test_nobody_registers_with_the_quote_of_another_or_none(gate: Gate) -> None:
    theirs = await keep(gate, "company-2")
    missing = (422, "quote-unfit", [("/quote", "quote-not-found")])
    assert missing == await refused(gate, theirs)
    assert missing == await refused(gate, {"id": str(uuid4())})
    assert 404 == (await gate.get(f"{PATH}/{theirs['id']}", "company-1")).status_code


async def test_a_vehicle_that_was_seen_is_priced_by_its_day(gate: Gate) -> None:
    kept = await keep(gate)
    body = {"plate": "12C-000.17", "direction": "export", "way": "in"}
    await gate.post("/v1/yards/bao-nguyen/movements", "yard", body)
    assert (422, "quote-unfit", [("/quote", "quote-vehicle-seen")]) == await refused(gate, kept)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"on": "2026-03-10"}, ("/on", "day-not-over"), id="yesterday"),
        pytest.param({"gate": "nowhere"}, ("/gate", "unknown-code"), id="no such gate"),
        pytest.param({"payload_kg": None}, ("", "vehicle-class-unknown"), id="no class"),
        pytest.param({"payload_kg": 1.5}, ("/payload_kg", "not-a-whole-number"), id="a half"),
        pytest.param({"total": 1}, ("/total", "unknown-field"), id="naming a price"),
    ],
)
async def test_what_cannot_be_promised_is_named(
    gate: Gate, changes: dict[str, Any], expected: tuple[str, str]
) -> None:
    answer = await gate.post(PATH, "company-1", asked(**changes))
    assert 422 == answer.status_code
    assert expected in why_not(answer)[2]


async def test_a_truck_that_the_tariff_does_not_price_is_not_charged_by_a_quote(gate: Gate) -> None:
    kept = await keep(gate)
    no_class = lorry(3, quote=kept["id"], vehicle={"tractor_plate": "12C-000.19"})
    unfit = why_not(await gate.post("/v1/entries", "company-1", no_class))
    assert (422, "quote-unfit", {"/vehicle", "/consignments"}) == (
        *unfit[:2], {pointer for pointer, _ in unfit[2]},
    )  # fmt: skip


async def test_an_amendment_that_changes_the_price_leaves_the_quote(gate: Gate) -> None:
    kept = await keep(gate)
    entry = await gate.register(quote=kept["id"])
    await gate.amend(entry, vehicle={"payload_kg": 19_000})
    now = await gate.entry(entry)
    assert (None, "amended") == (now["charge"]["quote"], now["charge"]["cause"])
    assert [] == found(now, "blocking")


async def test_the_database_keeps_what_was_promised(gate: Gate, session: AsyncSession) -> None:
    await keep(gate)
    with pytest.raises((IntegrityError, ProgrammingError), match="quotes"):
        await session.execute(text("UPDATE quotes SET total_vnd = 1"))


async def test_a_batch_may_name_quotes(gate: Gate) -> None:
    kept = await keep(gate)
    rows = {"rows": [truck(quote=kept["id"])], "mode": "all-or-nothing"}
    answer = await gate.post("/v1/entries/batches", "company-1", rows, retry=uuid4().hex)
    assert 202 == answer.status_code, answer.text


async def test_a_cheaper_edition_does_not_lower_what_was_promised_before_it_rules(
    gate: Gate,
) -> None:
    kept = await keep(gate, on=FIRST)
    gate.wait(minutes=1)
    await announce(gate, wanted(cells=[cell(100_000)]))
    entry = await gate.register(quote=kept["id"], planned_arrival_at=f"{FIRST}T10:00:00+07:00")
    assert 350_000 == entry["charge"]["total"]["amount"]
