"""Two services: a filled one for the operations, and one whose clock may be moved."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from tests.contract.known import Filling, Known
from tests.live import Live, live


@dataclass(frozen=True)
class Asked:
    """A service and what is known to exist there."""

    live: Live
    known: Known


ServiceOf = Callable[[str], Asked]
# Moving the clock takes every tariff and policy out of force for all who ask after it.
APART = frozenset({"move_clock"})


@pytest.fixture(scope="session")
def service_of(server_url: str) -> Iterator[ServiceOf]:
    """A function that gives the service to ask an operation of."""
    services: dict[bool, Asked] = {}
    with ExitStack() as stack:

        def service(operation: str) -> Asked:
            apart = operation in APART
            if apart not in services:
                started = stack.enter_context(live(server_url, stream_seconds=0.01))
                services[apart] = Asked(started, Known() if apart else Filling(started).fill())
            return services[apart]

        yield service
