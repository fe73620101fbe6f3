"""A browser for all tests of pages, and the service it looks at."""

from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, expect

from tests.browser.tabs import chromium
from tests.live import Live, live_with_people

PATIENCE = 30_000
"""Milliseconds in which a busy machine draws a page anew."""


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    async with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def gate(server_url: str) -> Iterator[Live]:
    """The service of a sandbox with its people, whom a browser may sign in as."""
    with live_with_people(server_url) as one:
        yield one
