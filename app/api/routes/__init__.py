"""The operations of the API, a module per noun."""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter

from app.api.routes import (
    calls,
    checks,
    clients,
    difficulties,
    entries,
    events,
    gates,
    green_lane,
    health,
    keys,
    members,
    moves,
    notices,
    observations,
    orders,
    organisations,
    passage,
    passes,
    personal,
    policies,
    queues,
    quotes,
    reports,
    review,
    sandbox,
    sheets,
    strikes,
    subjects,
    tariffs,
    tracking,
)

ROUTERS: tuple[APIRouter, ...] = (
    entries.router,
    personal.router,
    subjects.router,
    checks.router,
    passage.router,
    moves.router,
    review.router,
    difficulties.router,
    strikes.router,
    observations.router,
    events.router,
    queues.router,
    notices.router,
    sheets.router,
    calls.router,
    orders.router,
    tracking.router,
    passes.router,
    gates.router,
    tariffs.router,
    quotes.router,
    green_lane.router,
    policies.router,
    reports.router,
    organisations.router,
    clients.router,
    members.router,
    keys.router,
    health.router,
)
SANDBOX_ROUTERS: tuple[APIRouter, ...] = (sandbox.router,)

_DESCRIPTIONS: Final = {
    "entries": "A vehicle's movement through a gate: registered, read, amended.",
    "personal-data": "Drivers' data in full for a purpose, and the record of every reading.",
    "subjects": "What a person may ask: all that is kept of them, and that it be forgotten.",
    "checks": "What each authority confirms, asks for, waives or stops, of one entry or of many.",
    "review": "Exceptions, assigned and settled; outages that two officers sign.",
    "difficulties": "What companies and drivers report, and the answers; published without names.",
    "strikes": "What missed calls bring to a company, its appeals, and what was decided.",
    "passage": "An entry in the gate and out of it: admission, release, exit, refusal, ending.",
    "moves": "Another vehicle or another gate for an entry; the vehicles that receive its goods.",
    "observations": "What yards, guards and cameras saw. An observation is never refused.",
    "events": "What happened, in the order in which it was stored: asked for or waited for.",
    "queues": "Who waits where, as everybody may see it, and the calls made by the rule.",
    "notices": "What a gate's officers and the board state: closed, paused, limited, and advice.",
    "orders": "What a payer owes, and the payments that came in.",
    "tracking": "What a driver sees by the link of an entry: no key, nothing personal.",
    "passes": "What a driver shows: signed, in a QR code, checked with or without a network.",
    "gates": "Gates and yards: routes, hours, closures, green-lane days, open now or not.",
    "tariffs": "Editions of the fees, with the days on which each rules and what it rests on.",
    "fees": "Prices for anybody who asks, without registering.",
    "green-lane": "The green lane: verdicts for anybody who asks, its rules, the list of produce.",
    "policies": "Editions of the queue rule: rates, windows, misses, promise.",
    "organisations": "Who acts: companies, agencies, yards, the board; companies are verified.",
    "members": "The people of an organisation, and what each of them may do.",
    "clients": "The systems of an organisation, and the keys they are known by.",
    "reports": "What passed, what stood and how long it waited, as the Board counts; open data.",
    "keys": "The public keys by which anybody checks what this service has signed.",
    "health": "Whether the process lives and is fit for work, and its metrics.",
}
TAGS: Final[tuple[Mapping[str, str], ...]] = tuple(
    {"name": name, "description": text} for name, text in _DESCRIPTIONS.items()
)
SANDBOX_TAGS: Final[tuple[Mapping[str, str], ...]] = (
    {"name": "sandbox", "description": "Sandbox mode only: business time that can be moved."},
)
