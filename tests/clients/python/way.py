"""A truck's way through the generated Python client: register, go into a yard, ask, price.

`PYTHONPATH=tests/clients/python python tests/clients/python/way.py ADDRESS COMPANY_KEY YARD_KEY`
prints what was answered. A refusal comes as a `Problem`, whose code never changes.
"""

import json
import secrets
import sys
from datetime import datetime, timedelta
from typing import TypeVar

from gate_client import AuthenticatedClient, Client
from gate_client.api.entries import get_place, register_entry
from gate_client.api.fees import quote_fees
from gate_client.api.observations import record_movement
from gate_client.api.queues import get_queue
from gate_client.models import Direction, EntryIn, MovementIn, Problem, QuotesIn

Answer = TypeVar("Answer")


def answered(answer: Answer | Problem | None) -> Answer:
    """Return what was asked for, or tell the refusal."""
    if isinstance(answer, Problem):
        sys.exit(f"{answer.code}: {answer.detail}")
    assert answer is not None
    return answer


def declaration(now: datetime) -> EntryIn:
    """Return a truck of lychees that comes tomorrow; its plate differs from call to call."""
    number = secrets.randbelow(100_000)
    line = {
        "goods_group": "fresh-produce-export",
        "product": "lychee",
        "gross_kg": 14_000,
        "customs_value_vnd": 420_000_000,
    }
    return EntryIn.from_dict(
        {
            "gate": "tan-thanh",
            "direction": "export",
            "planned_arrival_at": (now + timedelta(days=1)).isoformat(),
            "vehicle": {
                "tractor_plate": f"11C-{number // 100:03}.{number % 100:02}",
                "payload_kg": 15_000,
            },
            "consignments": [{"lines": [line]}],
        },
    )


def price() -> QuotesIn:
    """Return the question what a twelve-tonne truck of the same goods pays today."""
    goods = [{"goods_group": "fresh-produce-export", "customs_value_vnd": 420_000_000}]
    vehicle = {"gate": "tan-thanh", "direction": "export", "payload_kg": 12_000, "goods": goods}
    return QuotesIn.from_dict({"vehicles": [vehicle]})


def main(address: str, company_key: str, yard_key: str) -> None:
    """Go the way and print its answers."""
    visitor = Client(base_url=address)
    company = AuthenticatedClient(base_url=address, token=company_key)
    yard = AuthenticatedClient(base_url=address, token=yard_key)
    queue = answered(get_queue.sync("tan-thanh", Direction.EXPORT, client=visitor))
    entry = answered(register_entry.sync(client=company, body=declaration(queue.as_of)))
    movement = MovementIn.from_dict({"way": "in", "reference": entry.reference})
    seen = answered(record_movement.sync("bao-nguyen", client=yard, body=movement))
    place = answered(get_place.sync(entry.id, client=company))
    quotes = answered(quote_fees.sync(client=visitor, body=price()))
    answers = {
        "registered": entry.state,
        "lane": entry.lane,
        "fee_vnd": entry.charge.total.amount if entry.charge else None,
        "seen": seen.state,
        "place": place.place,
        "quoted_vnd": quotes.total.amount,
    }
    sys.stdout.write(json.dumps(answers) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
