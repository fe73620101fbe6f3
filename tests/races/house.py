"""How races talk to the service and look into its tables."""

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any, Protocol, TypeVar

import httpx
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.api.schemas.declarations import EntryIn
from app.api.state import Process
from app.core.ciphers import hash_of_key
from app.domain.principal import Principal
from app.domain.vocabulary import Direction, Queue
from app.models import Base, Event
from app.repositories.access import ByKey
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.crossing.positions import Positions, Seen
from app.services.crossing.sightings import Sighting
from app.services.declarations.declaring import Driver
from app.services.declarations.registration import Registration
from app.services.declarations.views import EntryView
from tests.conftest import key_of

# A day in June: Tân Thanh is open until 20:00, its lychee season runs, its green lane too.
NINE = datetime(2026, 6, 10, 2, 0, tzinfo=UTC)
QUEUE = Queue("tan-thanh", Direction.EXPORT)
CALLS = "/v1/gates/tan-thanh/queues/export/calls"
YARD = "bao-nguyen"
MOVEMENTS = f"/v1/yards/{YARD}/movements"

Row = TypeVar("Row", bound=Base)


class Clock(Protocol):
    """Business time that a race can set going."""

    at: datetime

    def __call__(self) -> datetime: ...

    def run(self, speed: int) -> None: ...


@dataclass
class House:
    """The service, its clock, and its tables."""

    app: FastAPI
    http: httpx.AsyncClient
    sessions: async_sessionmaker[AsyncSession]
    clock: Clock
    _principals: dict[str, Principal] = field(default_factory=dict)

    # --- through the services, one transaction an act: what HTTP adds nothing to -------------

    @asynccontextmanager
    async def acting(self, who: str) -> AsyncIterator[tuple[UnitOfWork, Act]]:
        """Begin a transaction and an act of somebody, as the edge does; commit at the end."""
        process: Process = self.app.state.process
        async with self.sessions.begin() as session:
            uow = UnitOfWork(session)
            if who not in self._principals:
                key = hash_of_key(key_of(who), process.settings.pepper.get_secret_value())
                opening = await uow.access.open_request(ByKey(key), None)
                assert opening is not None
                self._principals[who] = opening.principal
            now = process.now(process.clock)
            reference = await process.reference_at(None)
            yield uow, Act(now, reference, self._principals[who], process.tools)

    def let_act(self, principal: Principal) -> None:
        """Let somebody act whom the sandbox does not have."""
        self._principals[principal.name] = principal

    async def register(self, document: Any, who: str = "company-1") -> EntryView:
        async with self.acting(who) as (uow, act):
            declared = EntryIn.model_validate_json(json.dumps(document)).document()
            return await Registration(uow, act).register(declared, Driver())

    async def move_in(self, reference: str) -> Seen:
        """Record an entry at a yard inside the gate."""
        async with self.acting("yard") as (uow, act):
            sighting = Sighting(reference=reference)
            return await Positions(uow, act).record_movement(YARD, sighting, way="in")

    # --- through HTTP --------------------------------------------------------------------------

    async def ask(self, method: str, path: str, who: str, **more: Any) -> httpx.Response:
        """Send a request as somebody of the sandbox."""
        headers = {
            "Accept-Language": "en",
            "Authorization": f"Bearer {key_of(who)}",
            **more.pop("headers", {}),
        }
        return await self.http.request(method, path, headers=headers, **more)

    async def post(
        self, path: str, who: str, body: Any = None, *, retry: str | None = None
    ) -> httpx.Response:
        headers = {"Idempotency-Key": retry} if retry else {}
        return await self.ask("POST", path, who, json=body or {}, headers=headers)

    # --- what is in the tables -----------------------------------------------------------------

    async def rows(self, model: type[Row], *where: Any) -> Sequence[Row]:
        """Return the objects of a table, as committed."""
        async with self.sessions() as session:
            return (await session.scalars(select(model).where(*where))).all()

    async def events(self) -> Sequence[Event]:
        """Return the events of the queue in order of their numbers."""
        async with self.sessions() as session:
            statement = select(Event).where(Event.gate_code == QUEUE.gate).order_by(Event.number)
            return (await session.scalars(statement)).all()


def truck(number: int, **changes: Any) -> dict[str, Any]:
    """Return the declaration of a truck with a plate of its own and no goods: the ordinary lane."""
    return {
        "gate": QUEUE.gate,
        "direction": "export",
        "planned_arrival_at": "2026-06-10T10:00:00+07:00",
        "vehicle": {"tractor_plate": f"12C-{number:05d}", "payload_kg": 15000},
        **changes,
    }


def fruit(number: int, product: str = "lychee", **changes: Any) -> dict[str, Any]:
    """Return a truck of fruit that meets every rule: green, and green-season in its season."""
    hs_code, tests = {
        "lychee": ("0810.90.20", []),
        "durian": ("0810.60.00", ["auramine-o-test", "cadmium-test"]),
    }[product]
    line = {
        "goods_group": "fresh-produce-export",
        "product": product,
        "hs_code": hs_code,
        "gross_kg": 14000,
        "customs_value_vnd": 900_000_000,
    }
    return truck(
        number,
        consignments=[{"declaration_number": f"30{number:010d}", "regime": "B11", "lines": [line]}],
        documents={
            "phytosanitary_certificate": {"number": f"KD-{number}", "status": "issued"},
            "growing_area_code": "VN-TGOR-0095",
            "packing_house_code": "VN-TGPH-0012",
            "test_documents": tests,
        },
        **changes,
    )


def dice(seed: int) -> Random:
    """Return the chances of a race: the same each time, though who comes first may differ."""
    return Random(seed)  # noqa: S311 - no secret


class CutOffError(Exception):
    """The connection of an act broke."""


@contextmanager
def cut_off_after(statements: int) -> Iterator[None]:
    """Break off what this task does before its statement number `statements`, counted from 0."""
    left = LEFT.set([statements])
    try:
        yield
    finally:
        LEFT.reset(left)


LEFT: ContextVar[list[int]] = ContextVar("LEFT")


def count_statement(*_: object) -> None:
    left = LEFT.get(None)
    if left is None:
        return
    if left[0] == 0:
        raise CutOffError
    left[0] -= 1
