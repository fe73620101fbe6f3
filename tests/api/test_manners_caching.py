from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.requests import Request

from app.api.caching import conditional, etag_of, expected_versions, is_known, version_tag
from app.api.failures import IfMatchMissingError
from app.domain.errors import StaleVersionError
from tests.api.manners_app import make_app, make_client

TRUCK = {"plate": "1", "gross_kg": 1}


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async for client in make_client(make_app()):
        yield client


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        pytest.param(None, False, id="none"),
        pytest.param('"abc"', True, id="the same"),
        pytest.param('W/"abc"', True, id="the same, weak"),
        pytest.param('"x", W/"abc"', True, id="one of a list"),
        pytest.param("*", True, id="any"),
        pytest.param('"abcd"', False, id="another"),
        pytest.param("abc", False, id="no quotes"),
        pytest.param("", False, id="empty"),
    ],
)
def test_if_none_match_compares_weakly(header: str | None, expected: bool) -> None:
    assert is_known(header, '"abc"') is expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        pytest.param('"3"', {3}, id="one"),
        pytest.param('"3", "4"', {3, 4}, id="a list"),
        pytest.param('W/"3", "4"', {4}, id="weak tags never match"),
        pytest.param("3", {3}, id="without quotes"),
        pytest.param(" 3 ", {3}, id="without quotes, with spaces around"),
    ],
)
def test_if_match_compares_strongly(header: str, expected: set[int]) -> None:
    assert expected_versions(header) == expected


@pytest.mark.parametrize(
    "header",
    ['W/"3"', "W/3", '"abc"', "abc", "-3", "3, 4", "", "9" * 5000, '"' + "9" * 5000 + '"'],
)
def test_an_if_match_that_names_no_version_is_stale(header: str) -> None:
    with pytest.raises(StaleVersionError):
        expected_versions(header)


@pytest.mark.parametrize("header", [None, "*"])
def test_a_change_must_name_its_version(header: str | None) -> None:
    with pytest.raises(IfMatchMissingError):
        expected_versions(header)


def test_a_version_and_its_tag_belong_together() -> None:
    assert expected_versions(version_tag(12)) == {12}


def test_the_same_bytes_have_the_same_tag() -> None:
    assert etag_of(b"a") == etag_of(b"a")
    assert etag_of(b"a") != etag_of(b"b")


def test_an_answer_says_whose_it_is_and_what_it_varies_by() -> None:
    request = Request({"type": "http", "headers": []})

    response = conditional(request, b"{}", 5, etag='"a"', public=False, vary="Accept-Language")

    assert response.headers["cache-control"] == "private, max-age=5"
    assert response.headers["vary"] == "Accept-Language"
    assert response.headers["etag"] == '"a"'


async def test_what_the_client_has_is_not_sent_again(client: httpx.AsyncClient) -> None:
    first = await client.get("/v1/trucks/cached")
    again = await client.get("/v1/trucks/cached", headers={"if-none-match": first.headers["etag"]})

    assert first.headers["cache-control"] == "public, max-age=30"
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["cache-control"] == first.headers["cache-control"]


@pytest.mark.parametrize(
    ("header", "status"), [(None, 428), ('"2"', 412), ("*", 428), ('"3"', 200)]
)
async def test_a_change_answers_for_its_version(
    client: httpx.AsyncClient, header: str | None, status: int
) -> None:
    headers = {"if-match": header} if header else {}

    response = await client.patch("/v1/trucks/abc", json=TRUCK, headers=headers)

    assert response.status_code == status
