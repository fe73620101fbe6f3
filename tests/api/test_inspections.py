"""Inspections: what an officer finds is charged; the difference is asked for, or goes back."""

from random import Random
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Event
from tests.api.conftest import Gate, lorry
from tests.api.test_kept_quotes import keep
from tests.api.test_orders import pay
from tests.api.test_passage import Reach, reach, tell
from tests.api.test_passage import pay as pay_all
from tests.api.test_price_checks import CHECKS, check
from tests.api.test_receipts import paid, receipts
from tests.api.test_refunds import approved, refunds

__all__ = ["reach"]

PLATE = "15C-00001"
PRICES = {"2t-to-4t": 200_000, "4t-to-10t": 300_000, "10t-to-18t": 500_000, "18t-and-over": 800_000}


async def inspect(gate: Gate, entry: dict[str, Any], who: str = "officer-1", **body: Any) -> Any:
    path = f"/v1/entries/{entry['id']}/inspections"
    return await gate.post(path, who, {"reason": "Weighed again", **body})


async def found(gate: Gate, entry: dict[str, Any], who: str = "officer-1", **body: Any) -> Any:
    answer = await inspect(gate, entry, who, **body)
    assert 201 == answer.status_code, answer.text
    return answer.json()


async def balance(gate: Gate, entry: dict[str, Any]) -> dict[str, int]:
    shown = (await gate.entry(entry))["balance"]
    return {name: amount["amount"] for name, amount in shown.items()}


def told(change: Any) -> tuple[int, int, int]:
    amounts = (change["before"], change["after"], change["change"])
    before, after, more = (one["amount"] for one in amounts)
    return before, after, more


@pytest.mark.parametrize(
    ("payload_kg", "vehicle_class"),
    [
        (3_999, "2t-to-4t"), (4_000, "4t-to-10t"), (9_999, "4t-to-10t"), (10_000, "10t-to-18t"),
        (17_999, "10t-to-18t"), (18_000, "18t-and-over"),
    ],
)  # fmt: skip
async def test_a_vehicle_that_was_paid_for_is_weighed_again_at_the_bounds(
    gate: Gate, payload_kg: int, vehicle_class: str
) -> None:
    """Paid for 8 t: more is asked for, less is due back, and the same class changes nothing."""
    entry = await paid(gate, vehicle={"tractor_plate": PLATE, "payload_kg": 8_000})
    gate.wait(minutes=5)
    price = PRICES[vehicle_class]
    one = await found(gate, entry, payload_kg=payload_kg)
    now = await gate.entry(entry)
    assert vehicle_class == now["charge"]["vehicle_class"]
    due = [each for each in now["orders"] if each["state"] == "due"]
    back = await refunds(gate, entry=entry["id"])
    more = price - 300_000
    assert [max(0, more)] == [sum(each["amount"]["amount"] for each in due)]
    assert [max(0, -more)] == [sum(each["amount"]["amount"] for each in back)]
    if more == 0:
        assert one["price"] is None
        return
    assert (300_000, price, more) == told(one["price"])
    assert [each["id"] for each in due] == [each["id"] for each in one["price"]["orders"]]
    assert [each["id"] for each in back] == [each["id"] for each in one["price"]["refunds"]]
    (why,) = one["price"]["because"]
    assert ("vehicle-class", "4t-to-10t", vehicle_class) == (
        why["cause"], why["before"], why["after"],
    )  # fmt: skip
    assert f"Vehicle class {vehicle_class} in the place of 4t-to-10t." == why["message"]


async def test_the_difference_is_paid_or_given_back_and_the_receipts_say_so(gate: Gate) -> None:
    entry = await paid(gate, vehicle={"tractor_plate": PLATE, "payload_kg": 8_000})
    await found(gate, entry, payload_kg=20_000)
    (due,) = [one for one in (await gate.entry(entry))["orders"] if one["state"] == "due"]
    assert 201 == (await pay(gate, due, source_reference="B-2")).status_code
    assert {"charged": 800_000, "paid": 800_000, "due": 0, "credit": 0} == await balance(
        gate, entry
    )
    gate.wait(minutes=1)
    one = await found(gate, entry, "customs", payload_kg=8_000)
    assert (800_000, 300_000, -500_000) == told(one["price"])
    (refund,) = await refunds(gate)
    await approved(gate, refund)
    assert {"charged": 300_000, "paid": 300_000, "due": 0, "credit": 0} == await balance(
        gate, entry
    )
    standing = [each for each in await receipts(gate) if each["state"] == "issued"]
    assert [300_000] == [each["amount"]["amount"] for each in standing]


async def test_other_goods_are_charged_and_the_event_says_why(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await gate.register()
    one = await found(gate, entry, goods_group="ordinary", document_reference="BB-7")
    assert {"payload_kg": None, "container_length_ft": None, "goods_group": "ordinary"} == (
        one["found"]
    )
    assert ["goods-group"] == [why["cause"] for why in one["price"]["because"]]
    now = await gate.entry(entry)
    assert ("ordinary", "inspected", one["found"]) == (
        now["charge"]["goods_group"], now["charge"]["cause"], now["inspected"],
    )  # fmt: skip
    assert now["declared"] == entry["declared"]
    made = (
        await session.scalars(
            select(Event).where(Event.kind == "charge.made").order_by(Event.recorded_at, Event.id)
        )
    ).all()[-1]
    change = one["price"]["change"]["amount"]
    assert (change, ["goods-group"]) == (made.data["change_vnd"], made.data["changes"])
    (seen,) = await session.scalars(select(Event).where(Event.kind == "entry.inspected"))
    assert (one["id"], "ordinary", None) == (
        seen.data["inspection"], seen.data["goods_group"], seen.data["payload_kg"],
    )  # fmt: skip
    await check(gate, session)
    (checked,) = (await gate.get(CHECKS, "auditor")).json()["items"]
    assert (0, []) == (checked["differing"], checked["charges"])


async def test_a_company_cannot_amend_away_what_was_found(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await found(gate, entry, payload_kg=20_000)
    await gate.amend(entry, vehicle={"payload_kg": 2_000})
    assert 800_000 == (await gate.entry(entry))["charge"]["total"]["amount"]
    await gate.move(entry)
    await gate.arrive(entry)
    assert 800_000 == (await gate.entry(entry))["charge"]["total"]["amount"]
    back = await found(gate, entry, payload_kg=None)
    assert (800_000, 200_000, -600_000) == told(back["price"])
    assert (await gate.entry(entry))["inspected"] is None


async def test_words_add_up_and_are_listed(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await found(gate, entry, payload_kg=20_000)
    gate.wait(minutes=1)
    second = await found(gate, entry, "customs", goods_group="empty", container_length_ft=0)
    assert {"payload_kg": 20_000, "container_length_ft": 0, "goods_group": "empty"} == (
        second["found"]
    )
    for who in ("company-1", "auditor", "officer-1"):
        listed = (await gate.get(f"/v1/entries/{entry['id']}/inspections", who)).json()["items"]
        assert ["officer", "customs"] == [one["authority"] for one in listed]
        assert second == listed[-1]
    hidden = await gate.get(f"/v1/entries/{entry['id']}/inspections", "company-2")
    assert 404 == hidden.status_code


async def test_a_release_that_rested_on_the_old_price_is_taken_back_and_given_anew(
    gate: Gate, reach: Reach
) -> None:
    entry = await reach("released")
    await found(gate, entry, payload_kg=20_000)
    assert "in_gate" == (await gate.entry(entry))["state"]
    refused = await tell(gate, entry, "release", "officer-1")
    assert ["order-unpaid"] == [one["rule"] for one in refused.json()["errors"]]
    await pay_all(gate, await gate.entry(entry))
    assert "released" == (await tell(gate, entry, "release", "officer-1")).json()["state"]
    await found(gate, entry, payload_kg=1_000)
    assert "released" == (await gate.entry(entry))["state"]


async def test_a_promised_price_is_that_of_the_vehicle_that_was_quoted(gate: Gate) -> None:
    kept = await keep(gate)
    entry = await gate.register(quote=kept["id"])
    same = await found(gate, entry, payload_kg=16_000)
    assert same["price"] is None
    other = await found(gate, entry, payload_kg=20_000)
    assert other["price"]["change"]["amount"] > 0
    assert (await gate.entry(entry))["charge"]["quote"] is None


async def test_after_its_end_an_entry_keeps_its_price_and_somebody_looks_at_it(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await gate.post(f"/v1/entries/{entry['id']}/cancellation", "company-1")
    late = await found(gate, entry, payload_kg=20_000)
    now = await gate.entry(entry)
    assert (None, None, 300_000) == (
        late["price"], now["inspected"], now["charge"]["total"]["amount"],
    )  # fmt: skip
    assert ["observed-after-end"] == [one["rule"] for one in now["exceptions"]]


async def test_of_one_source_reference_once(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    first = await found(gate, entry, payload_kg=20_000, source_reference="W-1")
    assert first == await found(gate, entry, payload_kg=20_000, source_reference="W-1")
    other = await inspect(gate, entry, payload_kg=9_000, source_reference="W-1")
    assert (422, "retry-mismatch") == (other.status_code, other.json()["code"])


@pytest.mark.parametrize(
    ("body", "status", "pointer", "rule"),
    [
        ({}, 422, "", "nothing-found"),
        ({"payload_kg": -1}, 422, "/payload_kg", None),
        ({"payload_kg": 7.9}, 422, "/payload_kg", None),
        ({"payload_kg": "8000"}, 422, "/payload_kg", None),
        ({"payload_kg": 10**7}, 422, "/payload_kg", None),
        ({"container_length_ft": 241}, 422, "/container_length_ft", None),
        ({"goods_group": "gold"}, 422, "/goods_group", "unknown-code"),
        ({"goods_group": "ore-import"}, 422, "/goods_group", None),
        ({"payload_kg": 1, "reason": ""}, 422, "/reason", None),
        ({"payload_kg": 1, "plate": "x"}, 422, "/plate", None),
        ({"payload_kg": 1, "occurred_at": "2030-01-01T00:00:00Z"}, 422, "/occurred_at", None),
    ],
)
async def test_bad_input_names_field_and_rule(
    gate: Gate, body: dict[str, Any], status: int, pointer: str, rule: str | None
) -> None:
    entry = await gate.register(**lorry(1))
    answer = await inspect(gate, entry, **body)
    error = answer.json()["errors"][0]
    assert (status, pointer) == (answer.status_code, error["pointer"]), answer.text
    assert rule in {None, error["rule"]}
    assert (await gate.entry(entry))["inspected"] is None


async def test_nobody_of_a_company_or_a_yard_inspects_and_nothing_is_ever_changed(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await gate.register(**lorry(1))
    for who in ("company-1", "yard", "collector-1", "board-1"):
        assert 403 == (await inspect(gate, entry, who, payload_kg=1)).status_code
    assert 404 == (await inspect(gate, {"id": str(uuid4())}, payload_kg=1)).status_code
    await found(gate, entry, payload_kg=20_000)
    with pytest.raises(IntegrityError):
        await session.execute(text("UPDATE inspections SET found = '{}'"))


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.usefixtures("unlimited")
async def test_after_any_sequence_what_was_paid_and_is_due_less_what_goes_back_is_the_price(
    gate: Gate, seed: int
) -> None:
    chance = Random(seed)  # noqa: S311 - no secret: a story that can be told again
    entry = await gate.register(**lorry(1))
    for number in range(24):
        gate.wait(minutes=1)
        match chance.choice(["weigh", "goods", "amend", "pay", "pay", "give-back"]):
            case "weigh":
                await found(gate, entry, payload_kg=chance.choice([2_000, 8_000, 15_000, 20_000]))
            case "goods":
                await found(gate, entry, goods_group=chance.choice(["ordinary", "empty", None]))
            case "amend":
                await gate.amend(entry, vehicle={"payload_kg": chance.choice([3_000, 19_000])})
            case "pay":
                for order in (await gate.entry(entry))["orders"]:
                    if order["state"] == "due":
                        await pay(gate, order, source_reference=f"B-{number}-{order['kind']}")
            case _:
                for refund in await refunds(gate, state="due"):
                    await approved(gate, refund)
        stands = await balance(gate, entry)
        back = sum(
            one["amount"]["amount"]
            for one in await refunds(gate)
            if one["state"] in {"due", "asked", "refused"}
        )
        assert stands["charged"] == stands["paid"] + stands["due"] - back
        assert back == stands["credit"]
