from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.requests import Request

from app.api.failures import InvalidRequestError
from app.api.idempotency import fingerprint, key_of
from tests.api.manners_app import make_app, make_client

GOOD = ["a", "2f1c6f0e-6a5b-4b57-9f57-0d9a0b7f1c11", '"quoted"', "~" * 255]
BAD = ["", "a b", "\u00e9", "a" * 256]


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async for client in make_client(make_app()):
        yield client


def request(
    body: bytes = b"", *, method: str = "POST", path: str = "/a", query: bytes = b"", key: str = ""
) -> Request:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"idempotency-key", key.encode("latin-1"))] if key else []
    scope = {"type": "http", "method": method, "path": path, "query_string": query}
    return Request({**scope, "headers": headers}, receive)


@pytest.mark.parametrize("key", GOOD)
async def test_a_key_is_any_visible_text(client: httpx.AsyncClient, key: str) -> None:
    response = await client.post("/v1/trucks/calls", headers={"idempotency-key": key})

    assert response.status_code == 201
    assert key_of(request(key=key)) == key


@pytest.mark.parametrize("key", BAD)
async def test_another_key_is_a_422_that_names_the_header(
    client: httpx.AsyncClient, key: str
) -> None:
    headers = {b"idempotency-key": key.encode("latin-1")}

    response = await client.post("/v1/trucks/calls", headers=headers)

    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "header:Idempotency-Key"


@pytest.mark.parametrize("key", ["a b", "\u00e9", "a" * 256])
def test_a_key_is_checked_for_those_who_read_it_early(key: str) -> None:
    with pytest.raises(InvalidRequestError):
        key_of(request(key=key))


def test_without_a_key_there_is_none() -> None:
    assert key_of(request()) is None


async def test_a_key_that_is_required_is_asked_for(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/trucks/calls")

    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "header:Idempotency-Key"
    assert response.json()["errors"][0]["rule"] == "required"


async def test_a_replay_is_the_stored_answer_and_says_so(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/trucks/calls", headers={"idempotency-key": "a"})

    assert response.headers["idempotency-replayed"] == "true"
    assert response.headers["location"] == "/x"
    assert response.headers["content-type"] == "application/json"
    assert len(response.json()) == 64


async def test_the_same_request_has_the_same_mark_and_any_other_another() -> None:
    marks = [
        await fingerprint(one)
        for one in (
            request(b"{}"),
            request(b"{ }"),
            request(b"{}", method="PUT"),
            request(b"{}", path="/b"),
            request(b"{}", query=b"a=1"),
            request(b"\n{}"),
        )
    ]

    assert await fingerprint(request(b"{}")) == marks[0]
    assert len(set(marks)) == len(marks)
