"""The service on a rolled-back transaction, with a clock that stands where a test puts it."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker

from app.api.guesses import Guesses
from app.api.memory import Moments
from app.api.paging import Cursors
from app.api.rate_limits import RateLimits, Work
from app.api.state import Process
from app.core.config import Settings
from app.core.migrations import newest_revision
from app.domain.reference import Reference
from app.main import create_app, make_tools
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Tools
from app.services.upkeep.reference_data import read_reference
from app.workers.deadlines import DeadlineWorker
from app.workers.today import Todays
from tests.api.declared import ensure_declared
from tests.conftest import key_of

# A Wednesday on which Tân Thanh is open, its green lane runs and no season does.
NINE = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)


@dataclass
class Gate:
    """A test's way to talk to the service as anybody of the sandbox."""

    app: FastAPI
    http: httpx.AsyncClient
    now: datetime = NINE

    async def ask(
        self, method: str, path: str, who: str | None = None, **more: Any
    ) -> httpx.Response:
        """Send a request as `who`; calls and payments get a retry key of their own."""
        headers = {"Accept-Language": "en", **more.pop("headers", {})}
        if who is not None:
            headers["Authorization"] = f"Bearer {key_of(who)}"
        answer = await self.http.request(method, path, headers=headers, **more)
        ensure_declared(answer)
        return answer

    async def get(self, path: str, who: str | None = None, **more: Any) -> httpx.Response:
        return await self.ask("GET", path, who, **more)

    async def post(
        self, path: str, who: str | None = None, body: Any = None, *, retry: str | None = None
    ) -> httpx.Response:
        headers = {"Idempotency-Key": retry} if retry else {}
        return await self.ask("POST", path, who, json=body or {}, headers=headers)

    async def register(self, who: str = "company-1", **changes: Any) -> dict[str, Any]:
        """Register the usual truck with `changes` and return the entry."""
        answer = await self.post("/v1/entries", who, truck(**changes))
        assert 201 == answer.status_code, answer.text
        entry: dict[str, Any] = answer.json()
        return entry

    async def move(
        self, entry: dict[str, Any], yard: str = "bao-nguyen", way: str = "in", **more: Any
    ) -> dict[str, Any]:
        """Record the truck of an entry at a yard and return what that led to."""
        body = {"reference": entry["reference"], "way": way, **more}
        answer = await self.post(f"/v1/yards/{yard}/movements", "yard", body)
        assert 201 == answer.status_code, answer.text
        seen: dict[str, Any] = answer.json()
        return seen

    async def arrive(self, entry: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Record the truck of an entry at its gate and return what that led to."""
        body = {"gate": entry["gate"], "reference": entry["reference"], **more}
        answer = await self.post("/v1/arrivals", "border_guard", body)
        assert 201 == answer.status_code, answer.text
        seen: dict[str, Any] = answer.json()
        return seen

    async def call(
        self, count: int = 1, gate: str = "tan-thanh", direction: str = "export"
    ) -> list[dict[str, Any]]:
        """Call the next vehicles and return the calls made."""
        path = f"/v1/gates/{gate}/queues/{direction}/calls"
        answer = await self.post(path, "officer-1", {"count": count}, retry=uuid4().hex)
        assert 201 == answer.status_code, answer.text
        calls: list[dict[str, Any]] = answer.json()["calls"]
        return calls

    async def check(self, entry: dict[str, Any], kind: str, who: str, **more: Any) -> Any:
        """Record a passed check and return it."""
        body = {"kind": kind, "result": "passed", **more}
        answer = await self.post(f"/v1/entries/{entry['id']}/checks", who, body)
        assert 201 == answer.status_code, answer.text
        return answer.json()

    async def entry(self, entry: dict[str, Any], who: str = "officer-1") -> dict[str, Any]:
        """Return an entry as it is now."""
        answer = await self.get(f"/v1/entries/{entry['id']}", who)
        assert 200 == answer.status_code, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def place(self, entry: dict[str, Any], who: str = "officer-1") -> dict[str, Any]:
        """Return where an entry stands."""
        answer = await self.get(f"/v1/entries/{entry['id']}/place", who)
        assert 200 == answer.status_code, answer.text
        standing: dict[str, Any] = answer.json()
        return standing

    async def amend(
        self, entry: dict[str, Any], who: str = "company-1", **changes: Any
    ) -> httpx.Response:
        """Amend an entry as it is now."""
        version = (await self.entry(entry))["version"]
        headers = {"If-Match": f'"{version}"'}
        path = f"/v1/entries/{entry['id']}"
        return await self.ask("PATCH", path, who, json=changes, headers=headers)

    async def board(self, gate: str = "tan-thanh", direction: str = "export") -> dict[str, Any]:
        """Return the public status of a queue as it is now."""
        self.forget()
        answer = await self.get(f"/v1/gates/{gate}/queues/{direction}")
        assert 200 == answer.status_code, answer.text
        board: dict[str, Any] = answer.json()
        return board

    async def work(self) -> int:
        """Do what is due now, as a worker does, and return how many things that were."""
        process: Process = self.app.state.process
        todays = Todays(is_production=False, machine_now=lambda: self.now)
        todays.reference = process.reference
        worker = DeadlineWorker(process.tools, todays)
        self.forget()
        return await worker.do_due(process.sessions)

    def wait(self, **time: int) -> None:
        """Let business time pass."""
        self.now += timedelta(**time)
        self.forget()

    def go_to(self, instant: str) -> None:
        """Put the clock where a test wants it."""
        self.now = datetime.fromisoformat(instant).astimezone(UTC)
        self.forget()

    def forget(self) -> None:
        """Have boards and tracking answers read anew."""
        process: Process = self.app.state.process
        process.forget()


@pytest.fixture
def unhurried(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the service keeps for a moment is kept until it is forgotten, be the machine slow."""
    for kept in vars(gate.app.state.process).values():
        if isinstance(kept, Moments):
            monkeypatch.setattr(kept, "_clock", lambda: 0.0)


def truck(**changes: Any) -> dict[str, Any]:
    """Return the declaration of a truck of durian that meets every rule, with `changes`."""
    return {
        "gate": "tan-thanh",
        "direction": "export",
        "planned_arrival_at": "2026-03-11T10:00:00+07:00",
        "vehicle": {"tractor_plate": "12C-000.17", "payload_kg": 15000},
        "consignments": [
            {
                "declaration_number": "309900000015",
                "regime": "B11",
                "lines": [
                    {
                        "goods_group": "fresh-produce-export",
                        "product": "durian",
                        "hs_code": "0810.60.00",
                        "gross_kg": 14000,
                        "customs_value_vnd": 900_000_000,
                    }
                ],
            }
        ],
        "documents": {
            "phytosanitary_certificate": {"number": "KD-2026-00001", "status": "issued"},
            "growing_area_code": "VN-TGOR-0095",
            "packing_house_code": "VN-TGPH-0012",
            "test_documents": ["auramine-o-test", "cadmium-test"],
        },
        **changes,
    }


def lorry(number: int, **changes: Any) -> dict[str, Any]:
    """Return the declaration of a truck of ordinary goods; `number` makes its plate."""
    return {
        "gate": "tan-thanh",
        "direction": "export",
        "planned_arrival_at": "2026-03-11T10:00:00+07:00",
        "vehicle": {"tractor_plate": f"15C-{number:05}", "payload_kg": 8000},
        "consignments": [
            {
                "declaration_number": f"30{number:010}",
                "regime": "B11",
                "lines": [{"goods_group": "ordinary", "name": "linh kiện", "gross_kg": 7000}],
            }
        ],
        "documents": None,
        **changes,
    }


def goods(**changes: Any) -> dict[str, Any]:
    """Return a line of ordinary goods."""
    return {"goods_group": "ordinary", "gross_kg": 7000, **changes}


def consignment(*lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a consignment of these lines."""
    return {"declaration_number": "300000000001", "lines": list(lines) or [goods()], **changes}


def vehicle(**changes: Any) -> dict[str, Any]:
    """Return the vehicle of lorry 1."""
    return {"tractor_plate": "15C-000.01", "payload_kg": 8000, **changes}


def found(entry: dict[str, Any], severity: str) -> list[tuple[str, str]]:
    """Return rule and pointer of the findings of one severity."""
    return [
        (finding["rule"], finding["pointer"])
        for finding in entry["findings"]
        if finding["severity"] == severity
    ]


PLATE = {"plate": "15C-000.01", "direction": "export"}


async def movement(here: Gate, yard: str = "bao-nguyen", **body: Any) -> Any:
    """Report a movement in whatever words and return the answer."""
    return await here.post(f"/v1/yards/{yard}/movements", "yard", {"way": "in", **body})


async def arrival(here: Gate, **body: Any) -> Any:
    """Report an arrival in whatever words and return the answer."""
    return await here.post("/v1/arrivals", "border_guard", {"gate": "tan-thanh", **body})


def rules(seen: dict[str, Any]) -> list[str]:
    """Return the rules that what was seen contradicts."""
    return [one["rule"] for one in seen["exceptions"]]


class Statements(list[str]):
    """The statements that were sent while it listened, savepoints and such left out."""

    AROUND = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")

    def hear(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(self.AROUND):
            self.append(" ".join(statement.split()))

    @contextmanager
    def of(self, connection: AsyncConnection) -> Iterator["Statements"]:
        """Listen; what was heard before is forgotten."""
        self.clear()
        event.listen(connection.sync_connection, "before_cursor_execute", self.hear)
        yield self
        event.remove(connection.sync_connection, "before_cursor_execute", self.hear)


@pytest.fixture
def statements(connection: AsyncConnection) -> Callable[[], AbstractContextManager[Statements]]:
    """A context in which every statement of the test's connection is recorded."""
    return lambda: Statements().of(connection)


@pytest.fixture
async def session(sessions: async_sessionmaker[AsyncSession]) -> AsyncIterator[AsyncSession]:
    """A session that reads what the service has stored."""
    async with sessions() as session:
        yield session


@pytest.fixture(scope="session")
async def reference(engine: AsyncEngine) -> Reference:
    """The reference data that tests begin with, read once; their revision tells of changes."""
    async with AsyncSession(engine) as session:
        return await read_reference(UnitOfWork(session), unofficial_needs_confirmation=False)


@pytest.fixture(scope="session")
def tools(settings: Settings) -> Tools:
    """The service's tools; to derive all their keys takes as long as a request."""
    return make_tools(settings)


@pytest.fixture
def app(
    settings: Settings,
    sessions: async_sessionmaker[AsyncSession],
    tools: Tools,
    reference: Reference,
) -> FastAPI:
    app = create_app(settings)
    app.state.process = Process(
        settings=settings,
        sessions=sessions,
        tools=tools,
        cursors=Cursors(settings.cursor_secret.get_secret_value()),
        schema_head=newest_revision() or "",
        reference=reference,
    )
    return app


@pytest.fixture
def unlimited(app: FastAPI) -> None:
    """Let the service keep nobody waiting: who walks a matrix asks hundreds of times."""
    plenty = "100000/second"
    app.state.rate_limits = RateLimits(dict.fromkeys(Work, plenty), organisation_times=1)
    app.state.guesses = Guesses(plenty, bytes(32), app.state.metrics)


@pytest.fixture
async def gate(app: FastAPI) -> AsyncIterator[Gate]:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://gate.test") as http:
        gate = Gate(app, http)
        app.state.process.machine_now = lambda: gate.now
        yield gate
