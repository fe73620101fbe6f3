from collections.abc import AsyncIterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.api.allowances import SECOND, Allowance
from app.api.failures import RateExceededError
from app.api.metrics import UNMATCHED, Metrics
from app.api.middleware import Manners
from app.api.rate_limits import RECEIVED_KEY, SCOPE_KEY, RateLimits, client_of, network_of
from tests.api.manners_app import make_app, make_client


class Clock:
    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        return self.now


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async for client in make_client(make_app()):
        yield client


def test_an_allowance_is_a_burst_that_refills_evenly() -> None:
    clock = Clock()
    allowance = Allowance("public-60s", 60, 60, clock)

    assert [59 - n for n in range(60)] == [allowance.take("a").remaining for _ in range(60)]
    assert allowance.take("a").retry_after == 1
    clock.now += SECOND
    assert allowance.take("a").retry_after == 0
    assert allowance.take("a").retry_after == 1


def test_clients_do_not_share_an_allowance() -> None:
    allowance = Allowance("a", 1, 60, Clock())

    assert [0, 60, 0] == [allowance.take(client).retry_after for client in "aab"]


def test_a_refused_request_costs_nothing() -> None:
    clock = Clock()
    allowance = Allowance("a", 1, 60, clock)
    for _ in range(100):
        allowance.take("a")
    clock.now += 60 * SECOND

    assert allowance.take("a").retry_after == 0


def test_a_large_request_counts_as_many() -> None:
    limits = RateLimits({"public": "10/minute"}, Clock())
    limits.admit({RECEIVED_KEY: 16_383}, "public", "a")
    limits.admit({RECEIVED_KEY: 8 * 16_384 - 1}, "public", "a")
    limits.admit({}, "public", "a")

    with pytest.raises(RateExceededError):
        limits.admit({}, "public", "a")


def test_the_largest_request_is_let_through_by_a_whole_allowance() -> None:
    limits = RateLimits({"public": "10/minute"}, Clock())
    limits.admit({RECEIVED_KEY: 1_048_576}, "public", "a")

    with pytest.raises(RateExceededError):
        limits.admit({}, "public", "a")


def test_clients_with_a_whole_allowance_are_forgotten() -> None:
    clock = Clock()
    allowance = Allowance("a", 10, 60, clock)
    for client in range(100):
        allowance.take(str(client))
    clock.now += 120 * SECOND
    allowance.take("new")

    assert len(allowance) == 1


@given(st.lists(st.integers(0, 20 * SECOND), max_size=60))
def test_never_more_than_the_burst_and_the_refill_pass(gaps: list[int]) -> None:
    clock = Clock()
    allowance = Allowance("a", 5, 60, clock)
    passed = 0
    for gap in gaps:
        clock.now += gap
        passed += allowance.take("a").retry_after == 0

    assert passed <= 5 + clock.now * 5 // (60 * SECOND) + 1


def test_of_several_rates_each_must_have_some_left() -> None:
    limits = RateLimits({"key": "2/second;3/minute"}, Clock())
    scope: dict[str, object] = {}
    limits.admit(scope, "key", "a")
    limits.admit(scope, "key", "a")

    with pytest.raises(RateExceededError):
        limits.admit(scope, "key", "a")
    assert dict(scope[SCOPE_KEY])[b"ratelimit-policy"] == (  # type: ignore[call-overload] # a scope's values are any object
        b'"key-1s";q=2;w=1, "key-60s";q=3;w=60'
    )


def admitted(limits: RateLimits, client: str, organisation: str | None) -> bytes | None:
    """Return what a client is told is left, None where it is refused."""
    scope: dict[str, object] = {}
    try:
        limits.admit(scope, "read", client, organisation)
    except RateExceededError:
        return None
    left: bytes = dict(scope[SCOPE_KEY])[b"ratelimit"]  # type: ignore[call-overload] # a scope's values are any object
    return left


def test_the_clients_of_an_organisation_share_its_allowance() -> None:
    limits = RateLimits({"read": "10/minute"}, Clock(), organisation_times=2)
    passed = [bool(admitted(limits, f"client {n}", "large")) for n in range(50)]

    assert sum(passed) == 20
    assert admitted(limits, "client", "small")


def test_what_one_client_is_refused_takes_nothing_from_the_others() -> None:
    limits = RateLimits({"read": "10/minute"}, Clock(), organisation_times=2)
    passed = [admitted(limits, "runs wild", "company") for _ in range(100)]

    assert sum(map(bool, passed)) == 10
    assert all(admitted(limits, "works", "company") for _ in range(10))


def test_the_tightest_allowance_is_told_and_all_are_named() -> None:
    limits = RateLimits({"read": "5/second;60/minute"}, Clock())
    scope: dict[str, object] = {}
    limits.admit(scope, "read", "a", "company")

    told: dict[bytes, bytes] = dict(scope[SCOPE_KEY])  # type: ignore[call-overload] # a scope's values are any object
    assert told[b"ratelimit"] == b'"read-1s";r=4;t=1'
    assert told[b"ratelimit-policy"].split(b", ") == [
        b'"read-1s";q=5;w=1',
        b'"read-60s";q=60;w=60',
        b'"read-organisation-1s";q=10;w=1',
        b'"read-organisation-60s";q=120;w=60',
    ]


def test_of_those_used_up_the_longest_wait_is_told() -> None:
    limits = RateLimits({"public": "2/second;2/hour"}, Clock())
    for _ in range(2):
        limits.admit({}, "public", "a")

    with pytest.raises(RateExceededError) as refused:
        limits.admit({}, "public", "a")
    assert refused.value.facts["retry_after"] == 1800


@pytest.mark.parametrize(
    ("client", "network"),
    [
        pytest.param("203.0.113.9", "203.0.113.0/24", id="IPv4"),
        pytest.param("2001:db8:1:2::/64", "2001:db8:1::/48", id="IPv6"),
        pytest.param("local", "local", id="a socket file"),
    ],
)
def test_a_network_is_around_its_clients(client: str, network: str) -> None:
    assert network_of(client) == network


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        pytest.param(("203.0.113.9", 5000), "203.0.113.9", id="IPv4"),
        pytest.param(("2001:db8:1:2:3::4", 5000), "2001:db8:1:2::/64", id="IPv6 by network"),
        pytest.param(("fe80::1%eth0", 5000), "fe80::/64", id="IPv6 with a zone"),
        pytest.param(("::ffff:203.0.113.9", 5000), "203.0.113.9", id="IPv4 on an IPv6 socket"),
        pytest.param(("a:b", 5000), "a:b", id="no address"),
        pytest.param(None, "local", id="a socket file"),
    ],
)
def test_a_client_is_its_address(client: tuple[str, int] | None, expected: str) -> None:
    assert client_of({"client": client}) == expected


async def test_the_allowance_is_told_and_then_refused(client: httpx.AsyncClient) -> None:
    answers = [await client.get("/v1/trucks/limited") for _ in range(4)]

    assert [200, 200, 200, 429] == [answer.status_code for answer in answers]
    assert answers[0].headers["ratelimit-policy"] == '"public-60s";q=3;w=60'
    assert answers[0].headers["ratelimit"] == '"public-60s";r=2;t=20'
    assert answers[3].headers["ratelimit"] == '"public-60s";r=0;t=60'
    assert answers[3].headers["retry-after"] == "20"
    assert answers[3].json()["code"] == "rate-exceeded"


async def test_what_was_sent_is_counted() -> None:
    counted: list[int] = []

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        await Request(scope, receive).body()
        counted.append(scope[RECEIVED_KEY])
        await Response()(scope, receive, send)

    app = Manners(inner, operation_of=lambda _: UNMATCHED, metrics=Metrics(), max_body_bytes=100)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
        await client.post("http://gate.test/", content=b"x" * 40)

    assert counted == [40]
