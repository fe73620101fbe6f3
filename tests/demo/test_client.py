"""How the demonstration asks: what a refusal says, when it comes again, what it times."""

from collections.abc import Callable

import httpx
import pytest

from app.demo.client import Client
from app.demo.failures import DemoError

PROBLEM = {
    "code": "invalid",
    "title": "The request is not valid",
    "detail": "A field is wrong.",
    "errors": [{"pointer": "/gate", "rule": "unknown", "message": "There is no such gate."}],
}
Answering = Callable[[httpx.Request], httpx.Response]


def client(answer: Answering) -> Client:
    http = httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://gate.test")
    return Client(http, {"company-1": "key", "admin": "key"})


async def test_a_refusal_names_the_request_and_what_is_wrong() -> None:
    asking = client(lambda _: httpx.Response(422, json=PROBLEM))
    with pytest.raises(DemoError) as failed:
        await asking.post("register_entry", "/v1/entries", "company-1", {})
    assert (
        "POST /v1/entries as company-1: 422 invalid: The request is not valid - A field is wrong."
        " - /gate There is no such gate." == str(failed.value)
    )


async def test_an_answer_that_is_no_problem_is_shown_as_it_is() -> None:
    asking = client(lambda _: httpx.Response(502, text="<html>Bad gateway"))
    with pytest.raises(DemoError, match="GET /v1/queues as anybody: 502 <html>Bad gateway"):
        await asking.get("list_queues", "/v1/queues")


async def test_a_service_that_is_away_is_told_with_the_request() -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        message = "refused"
        raise httpx.ConnectError(message)

    with pytest.raises(DemoError, match="GET /v1/queues was not answered: ConnectError refused"):
        await client(refuse).get("list_queues", "/v1/queues")


async def test_it_comes_again_when_the_rate_limit_says_so_and_times_the_answer_only() -> None:
    answers = [httpx.Response(429, headers={"Retry-After": "0"}), httpx.Response(200, json={})]
    asking = client(lambda _: answers.pop(0))
    assert {} == await asking.get("list_queues", "/v1/queues")
    assert [1] == [len(times) for times in asking.seconds.values()]


async def test_a_sandbox_that_lives_later_is_no_place_for_the_day() -> None:
    asking = client(lambda _: httpx.Response(422, json={**PROBLEM, "code": "clock-backwards"}))
    with pytest.raises(DemoError, match="already lives after 2024-08-22"):
        await asking.move_clock("2024-08-22T00:00:00+07:00")
