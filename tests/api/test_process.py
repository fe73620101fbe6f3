"""What a process does for all its requests: its pulse, and no threads."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from inspect import isasyncgenfunction, iscoroutinefunction
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from sqlalchemy.exc import InterfaceError

from app.core.config import Settings
from app.main import create_app, keep_pulse
from docs.access_matrix import routes

ROUTES = [*routes(create_app(Settings()))]


def dependencies(of: Dependant) -> Iterator[Any]:
    """Yield everything that is called to answer a request."""
    yield of.call
    for one in of.dependencies:
        yield from dependencies(one)


@pytest.mark.parametrize("operation", [pytest.param(one, id=one.name) for one in ROUTES])
def test_nothing_that_answers_a_request_runs_in_a_thread(operation: Any) -> None:
    """Few threads serve all requests, and each that waits for one may hold a connection."""
    for call in dependencies(operation.dependant):
        kinds = (iscoroutinefunction, isasyncgenfunction)
        assert any(kind(one) for kind in kinds for one in (call, type(call).__call__)), call


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(ConnectionRefusedError(), id="the database is away"),
        pytest.param(InterfaceError("SELECT", None, Exception()), id="something unforeseen"),
    ],
)
async def test_a_pulse_goes_on_after_one_that_failed(error: Exception) -> None:
    beats: list[int] = []
    done = asyncio.Event()

    class Failing:
        async def pulse(self) -> None:
            beats.append(1)
            if len(beats) == 1:
                raise error
            done.set()

    beating = asyncio.create_task(keep_pulse(Failing(), seconds=0))  # type: ignore[arg-type] # a stand-in
    await asyncio.wait(
        {beating, waiting := asyncio.create_task(done.wait())}, return_when="FIRST_COMPLETED"
    )
    assert waiting.done()
    beating.cancel()
    with suppress(asyncio.CancelledError):
        await beating
