"""One quote is the price of one entry, also where many register with it at once."""

import asyncio
from collections import Counter

from app.models import Charge
from tests.races.house import QUEUE, House, truck

RACERS = range(8)


async def test_of_many_who_register_with_one_quote_one_is_charged_by_it(house: House) -> None:
    asked = {"gate": QUEUE.gate, "direction": "export", "payload_kg": 15000}
    kept = await house.post("/v1/quotes", "company-1", asked)
    assert 201 == kept.status_code, kept.text

    answers = await asyncio.gather(
        *(
            house.post("/v1/entries", "company-1", {**truck(number), "quote": kept.json()["id"]})
            for number in RACERS
        )
    )

    assert {201: 1, 409: len(RACERS) - 1} == Counter(one.status_code for one in answers)
    assert {"quote-used"} == {one.json()["code"] for one in answers if one.status_code == 409}
    assert 1 == len(await house.rows(Charge))
