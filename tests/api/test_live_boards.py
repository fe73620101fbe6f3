"""Live boards over real connections: what is sent, when, to whom, and how it ends."""

from collections.abc import Iterator
from time import monotonic, sleep
from typing import Any

import pytest

from tests.api.conftest import lorry, truck
from tests.live import NINE, Live, live, live_pair
from tests.streams import PATIENCE_SECONDS, Stream, listening

EXPORT = ("tan-thanh", "export")
ONE = "?gate=tan-thanh&direction=export"


@pytest.fixture(scope="module")
def service(server_url: str) -> Iterator[Live]:
    """A service whose business clock stands, so that nothing changes by itself."""
    with live(server_url, ping_seconds=1) as one:
        stop_clock(one)
        yield one


def stop_clock(one: Live) -> None:
    answer = one.ask("PUT", "/v1/sandbox/clock", "admin", json={"now": NINE.isoformat(), "speed": 0})
    assert 200 == answer.status_code, answer.text


def move(one: Live, number: int) -> None:
    """Let a truck begin to wait at Tân Thanh."""
    entry = one.ask("POST", "/v1/entries", "company-1", json=truck(**lorry(number)))
    assert 201 == entry.status_code, entry.text
    body = {"reference": entry.json()["reference"], "way": "in"}
    seen = one.ask("POST", "/v1/yards/bao-nguyen/movements", "yard", json=body)
    assert 201 == seen.status_code, seen.text


def test_it_tries(service: Live) -> None:
    with listening(service) as stream:
        print(stream.head)
        print(stream.until_known())
        print(stream.boards.keys())
        move(service, 1)
        began = monotonic()
        print(stream.until_known(), monotonic() - began)
        print(stream.until_known(), monotonic() - began)
        print(stream.next("still"))
