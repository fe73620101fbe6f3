"""The service that the clients meet."""

from collections.abc import Iterator

import pytest

from tests.live import Live, live


@pytest.fixture(scope="session")
def service(server_url: str) -> Iterator[Live]:
    """A live service on a database of its own."""
    with live(server_url) as started:
        yield started
