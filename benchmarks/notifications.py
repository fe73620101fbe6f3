"""Notifications of a bank a second: each signed, matched by its code, and an order paid with it."""

import asyncio
import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from standardwebhooks import Webhook

from benchmarks.client import Job, at, run
from benchmarks.processes import Running
from benchmarks.rows import CONNECTIONS, House, tomorrow
from benchmarks.traffic import registration, request

PATH = "/v1/payments/notifications"
A_ROUND = 300
ROUNDS = 4
CODES = "SELECT code, amount_vnd FROM orders ORDER BY created_at, id"


@dataclass(frozen=True)
class Notified:
    """Notifications a second that paid an order each, and how long one took: median and p99."""

    rate: float
    latency_ms: tuple[float, float]


def measure_notifications(house: House) -> Notified:
    """Register vehicles and let a bank tell of the money for each, over several connections."""
    url, many = house.database("notifications"), A_ROUND * (2 if house.quick else ROUNDS + 1)
    with house.service(url, "notifications") as (service, keys):
        register = registration(keys["company-1"], tomorrow())
        run(Job(service.port, [register], CONNECTIONS, most=many)).ensure_only(201)
        orders = asyncio.run(_orders(url))
        secret = _secret(service, keys)
        told = [_notification(keys["bank"], secret, *one) for one in zip(count(), orders)]
        rounds = [told[first : first + A_ROUND] for first in range(0, len(told), A_ROUND)]
        outcomes = [run(Job(service.port, one, CONNECTIONS, most=len(one))) for one in rounds]
    for outcome in outcomes:
        outcome.ensure_only(201)
    latencies = sorted(ms for one in outcomes[1:] for ms in one.latencies_ms)
    rate = statistics.median(one.rate for one in outcomes[1:])  # the first round warms up
    return Notified(rate, (at(latencies, 50), at(latencies, 99)))


def _secret(service: Running, keys: Mapping[str, str]) -> str:
    board = {"Authorization": f"Bearer {keys['board-1']}"}
    found = json.loads(service.ask("/v1/organisations?kind=bank", headers=board).body)
    path = f"/v1/organisations/{found['items'][0]['id']}/bank-secret"
    secret: str = json.loads(service.ask(path, {}, board).body)["secret"]
    return secret


def _notification(key: str, secret: str, number: int, order: Sequence[object]) -> bytes:
    code, amount = order
    body = {
        "source_reference": f"FT-{number}",
        "amount": {"amount": amount, "currency": "VND"},
        "purpose": f"NOP PHI CUA KHAU {str(code).replace('-', '')} CT",
        "paid_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    signed_at, message = datetime.now(UTC), f"msg_{number}"
    headers = {
        "Authorization": f"Bearer {key}",
        "webhook-id": message,
        "webhook-timestamp": str(int(signed_at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message, signed_at, json.dumps(body)),
    }
    return request("POST", PATH, body, headers)


async def _orders(url: str) -> Sequence[Sequence[object]]:
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        found = (await connection.execute(text(CODES))).all()
    await engine.dispose()
    return [tuple(row) for row in found]
