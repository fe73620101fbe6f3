"""What a collector is sent, and what happens when it cannot take it."""

from collections.abc import Callable, Sequence

import httpx
import pytest
import structlog

from app.clients.otlp import BATCH, Sender, address_of, headers_of, sending
from app.core.config import Settings
from app.core.spans import Spans

Answers = Callable[[httpx.Request], httpx.Response]


def spans_of(count: int) -> Spans:
    spans = Spans(1)
    for number in range(count):
        spans.record(str(number), 0, {}, failed=False)
    return spans


async def told(spans: Spans, answers: Sequence[int | Exception]) -> list[str]:
    """Send once for each of these answers and return what is logged."""
    left = list(answers)

    def answer(_: httpx.Request) -> httpx.Response:
        one = left.pop(0)
        if isinstance(one, Exception):
            raise one
        return httpx.Response(one)

    with structlog.testing.capture_logs() as lines:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
            sender = Sender(http, "http://collector/v1/traces", spans, {})
            while left:
                await sender.send()
    return [line["event"] for line in lines]


async def test_what_is_taken_is_gone() -> None:
    spans = spans_of(3)
    assert [] == await told(spans, [200])
    assert [] == spans.take()


async def test_much_is_sent_in_batches() -> None:
    spans = spans_of(2 * BATCH + 1)
    assert [] == await told(spans, [200, 200, 200])
    assert [] == spans.take()


@pytest.mark.parametrize("failure", [503, 429, httpx.ConnectError("away"), httpx.ReadTimeout("")])
async def test_a_collector_that_is_away_is_asked_again_and_told_of_once(
    failure: int | Exception,
) -> None:
    spans = spans_of(3)
    assert ["collector away"] == await told(spans, [failure, failure])
    assert ["0", "1", "2"] == [span.name for span in spans.take()]


async def test_what_is_refused_for_good_is_not_sent_again() -> None:
    spans = spans_of(1)
    assert ["spans refused"] == await told(spans, [400])
    assert [] == spans.take()


async def test_without_spans_nothing_is_sent() -> None:
    async with sending(Settings(), None):
        pass


def test_headers_and_address_are_read_as_the_standard_has_them() -> None:
    assert {"a": "1", "b": "x y"} == headers_of("a=1, b=x%20y,")
    for endpoint in ("http://collector:4318", "http://collector:4318/"):
        assert "http://collector:4318/v1/traces" == address_of(Settings(otlp_endpoint=endpoint))
