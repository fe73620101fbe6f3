"""Few connections and many requests: whoever waits is served at last, nobody waits in a ring."""

import asyncio

import pytest
from fastapi import FastAPI

from app.core.config import Settings
from tests.races.house import House, truck


@pytest.fixture(scope="module")
def settings() -> Settings:
    """Two connections only, and patience: who starves waits so long."""
    return Settings(pool_size=1, pool_overflow=1, pool_timeout_seconds=60)


async def test_many_requests_to_a_process_that_has_read_nothing_yet_do_not_starve_each_other(
    house: House, app: FastAPI
) -> None:
    """Who reads the reference data for all must not wait for a connection that they hold."""
    entry = (await house.register(truck(0))).entry
    app.state.process.reference = None

    answers = await asyncio.gather(
        *(house.ask("GET", f"/v1/entries/{entry.id}", "company-1") for _ in range(20))
    )

    assert {200} == {answer.status_code for answer in answers}
