"""The service on a rolled-back transaction, with a clock that stands where a test puts it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.api.paging import Cursors
from app.api.state import Process
from app.core.config import Settings
from app.core.migrations import newest_revision
from app.main import create_app, make_tools
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
        return await self.http.request(method, path, headers=headers, **more)

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

    def wait(self, **time: int) -> None:
        """Let business time pass."""
        self.now += timedelta(**time)


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


@pytest.fixture
def app(settings: Settings, sessions: async_sessionmaker[AsyncSession]) -> FastAPI:
    app = create_app(settings)
    app.state.process = Process(
        settings=settings,
        sessions=sessions,
        tools=make_tools(settings),
        cursors=Cursors(settings.cursor_secret.get_secret_value()),
        schema_head=newest_revision() or "",
    )
    return app


@pytest.fixture
async def gate(app: FastAPI) -> AsyncIterator[Gate]:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://gate.test") as http:
        gate = Gate(app, http)
        app.state.process.machine_now = lambda: gate.now
        yield gate
