import base64
from collections.abc import AsyncIterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api.failures import BadCursorError
from app.api.paging import Cursors
from tests.api.manners_app import CURSORS, make_app, make_client

POSITION: list[str | int | bool | None] = ["2026-02-21T08:00:00+07:00", "019c7d2e", 7, None]
FILTERS = {"gate": "tan-thanh", "lane": None}


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async for client in make_client(make_app()):
        yield client


def issued() -> str:
    return CURSORS.issue(POSITION, "entries", FILTERS)


def test_a_cursor_gives_its_position_back() -> None:
    assert CURSORS.read(issued(), "entries", FILTERS, values=4) == POSITION


def test_a_cursor_fits_any_url() -> None:
    assert issued().replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize(
    ("listing", "filters"),
    [
        pytest.param("queues", FILTERS, id="another list"),
        pytest.param("entries", {"gate": "huu-nghi", "lane": None}, id="another filter"),
        pytest.param("entries", {"gate": "tan-thanh"}, id="a filter less"),
    ],
)
def test_a_cursor_is_good_for_its_own_list_and_filters_only(
    listing: str, filters: dict[str, str | None]
) -> None:
    with pytest.raises(BadCursorError):
        CURSORS.read(issued(), listing, filters, values=4)


def test_the_order_of_filters_does_not_matter() -> None:
    turned = dict(reversed(FILTERS.items()))

    assert CURSORS.read(issued(), "entries", turned, values=4) == POSITION


def test_a_cursor_of_another_secret_is_refused() -> None:
    foreign = Cursors("another secret").issue(POSITION, "entries", FILTERS)

    with pytest.raises(BadCursorError):
        CURSORS.read(foreign, "entries", FILTERS, values=4)


def test_a_cursor_with_another_number_of_values_is_refused() -> None:
    with pytest.raises(BadCursorError):
        CURSORS.read(issued(), "entries", FILTERS, values=2)


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_one_changed_byte_spoils_a_cursor(at: int, change: int) -> None:
    raw = bytearray(base64.urlsafe_b64decode(issued() + "=" * (-len(issued()) % 4)))
    raw[at % len(raw)] ^= change
    forged = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    with pytest.raises(BadCursorError):
        CURSORS.read(forged, "entries", FILTERS, values=4)


@given(st.text(max_size=60))
def test_no_text_is_a_cursor(text: str) -> None:
    with pytest.raises(BadCursorError):
        CURSORS.read(text, "entries", FILTERS, values=4)


async def test_pages_follow_each_other_to_the_last(client: httpx.AsyncClient) -> None:
    first = (await client.get("/v1/trucks?limit=2")).json()
    second = (await client.get(f"/v1/trucks?limit=2&cursor={first['next_cursor']}")).json()

    assert ["0", "1"] == [one["plate"] for one in first["items"]]
    assert ["2"] == [one["plate"] for one in second["items"]]
    assert second["next_cursor"] is None


@pytest.mark.parametrize("cursor", ["AAAA", "%00", "%FF", "💥", "a" * 512])
async def test_a_forged_cursor_is_a_422_that_names_the_parameter(
    client: httpx.AsyncClient, cursor: str
) -> None:
    response = await client.get(f"/v1/trucks?cursor={cursor}")

    assert response.status_code == 422
    assert response.json()["code"] == "bad-cursor"
    assert response.json()["errors"][0]["pointer"] == "query:cursor"


async def test_a_cursor_of_other_filters_is_a_422(client: httpx.AsyncClient) -> None:
    cursor = (await client.get("/v1/trucks?limit=2")).json()["next_cursor"]

    response = await client.get(f"/v1/trucks?limit=2&lane=green&cursor={cursor}")

    assert response.status_code == 422
