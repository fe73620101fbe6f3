"""Whatever is sent as a body gets a problem that names the rule, and never a 500."""

import json
from collections.abc import AsyncIterator
from contextlib import suppress

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api.failures import MalformedBodyError
from app.api.strict_json import parse
from tests.api.manners_app import LIMIT, make_app, make_client

JSON = {"content-type": "application/json", "accept-language": "en"}
TRUCK = b'{"plate": "29C-123.45", "gross_kg": 0}'
ESCAPED_QUOTES = b'"' + rb"\"" * 9_000


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async for client in make_client(make_app()):
        yield client


async def post(client: httpx.AsyncClient, body: bytes, **headers: str) -> httpx.Response:
    return await client.post("/v1/trucks", content=body, headers={**JSON, **headers})


@pytest.mark.parametrize(
    ("body", "pointer", "rule"),
    [
        pytest.param(b'{"gross_kg": NaN}', "/gross_kg", "number-not-finite", id="NaN"),
        pytest.param(b'{"a": [0, -Infinity]}', "/a/1", "number-not-finite", id="infinity"),
        pytest.param(b'{"gross_kg": 1e400}', "/gross_kg", "number-not-finite", id="1e400"),
        pytest.param(b'{"a": ' + b"9" * 5000 + b"}", "/a", "number-not-finite", id="5000 digits"),
        pytest.param(b'{"a": {"b": 1, "b": 2}}', "/a/b", "duplicate-name", id="a name twice"),
        pytest.param(b"[" * 10_000, "", "too-deep", id="10000 levels"),
        pytest.param(b'{"a":' * 33 + b"1" + b"}" * 33, "", "too-deep", id="one level too many"),
        pytest.param(b'{"plate": "\xff"}', "", "utf-8", id="no UTF-8"),
        pytest.param(TRUCK.decode().encode("utf-16"), "", "utf-8", id="UTF-16"),
        pytest.param(b'{"plate": "a\x00"}', "", "json-syntax", id="a bare NUL"),
        pytest.param(b"{", "", "json-syntax", id="cut short"),
        pytest.param(b"{'plate': 1}", "", "json-syntax", id="wrong quotes"),
        pytest.param(TRUCK + b"1", "", "json-syntax", id="more after the end"),
        pytest.param(ESCAPED_QUOTES, "", "json-syntax", id="escaped quotes without an end"),
    ],
)
async def test_a_body_that_is_no_plain_json_is_a_400_that_names_the_rule(
    client: httpx.AsyncClient, body: bytes, pointer: str, rule: str
) -> None:
    response = await post(client, body)

    assert response.status_code == 400
    assert response.json()["code"] == "malformed-body"
    assert [(pointer, rule)] == [(e["pointer"], e["rule"]) for e in response.json()["errors"]]


async def test_an_object_of_too_many_names_is_a_400(client: httpx.AsyncClient) -> None:
    names = ",".join(f'"{n}":0' for n in range(1001))

    response = await post(client, b'{"driver": {' + names.encode() + b"}}")

    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == "/driver"
    assert response.json()["errors"][0]["rule"] == "too-many-names"


@pytest.mark.parametrize("value", [b"1", b"{}", b"[]"])
def test_a_body_of_too_many_values_is_refused_before_it_is_read(value: bytes) -> None:
    with pytest.raises(MalformedBodyError) as refused:
        parse(b"[" + b",".join([value] * 15_001) + b"]")

    assert ["too-many-values"] == [error.rule for error in refused.value.errors]


@pytest.mark.parametrize(
    ("body", "pointer", "rule"),
    [
        pytest.param(b"", "", "required", id="nothing"),
        pytest.param(b"null", "", "not-an-object", id="null"),
        pytest.param(b"[]", "", "not-an-object", id="a list"),
        pytest.param(b'{"plate": "\\ud800", "gross_kg": 0}', "/plate", "unsafe-characters",
                     id="a lone surrogate"),
        pytest.param(b'{"plate": "a\\u0000", "gross_kg": 0}', "/plate", "unsafe-characters",
                     id="an escaped NUL"),
        pytest.param(b'{"plate": "1", "gross_kg": ' + b"9" * 400 + b"}", "/gross_kg", "too-large",
                     id="400 digits"),
        pytest.param(b'{"plate": "1", "gross_kg": "7"}', "/gross_kg", "not-a-whole-number",
                     id="a number as text"),
        pytest.param(b'{"plate": "1", "gross_kg": 7.0}', "/gross_kg", "not-a-whole-number",
                     id="a fraction"),
        pytest.param(b'{"plate": "1", "gross_kg": true}', "/gross_kg", "not-a-whole-number",
                     id="a truth value"),
        pytest.param(b'{"plate": "1", "gross_kg": 7, "a~/b": 1}', "/a~0~1b", "unknown-field",
                     id="an unknown field"),
        pytest.param(b'{"plate": "1"}', "/gross_kg", "required", id="a field left out"),
        pytest.param(b'{"plate": "1", "gross_kg": 7, "driver": {}}', "/driver/name", "required",
                     id="a nested field left out"),
        pytest.param(b'{"plate": "1", "gross_kg": 7, "axles_kg": [1, "2"]}', "/axles_kg/1",
                     "not-a-whole-number", id="one of a list"),
        pytest.param(b'{"plate": "1", "gross_kg": 7, "axles_kg": [1, 2, 3, 4]}', "/axles_kg",
                     "too-many", id="a long list"),
        pytest.param(b'{"plate": "1", "gross_kg": 7, "lane": "blue"}', "/lane", "not-known",
                     id="an unknown lane"),
        pytest.param(b'{"plate": "1", "gross_kg": 7, "on": 0}', "/on", "not-a-day",
                     id="a number as day"),
        pytest.param(b'{"plate": "1", "gross_kg": 7, "arrives_at": "2026-02-21T08:00:00"}',
                     "/arrives_at", "not-an-instant", id="an instant without offset"),
        pytest.param(b'{"plate": "1", "gross_kg": 7, "paid": {"amount": -1, "currency": "VND"}}',
                     "/paid/amount", "too-small", id="negative money"),
    ],
)  # fmt: skip
async def test_a_field_that_breaks_a_rule_is_a_422_that_names_field_and_rule(
    client: httpx.AsyncClient, body: bytes, pointer: str, rule: str
) -> None:
    response = await post(client, body)

    assert response.status_code == 422
    assert response.json()["code"] == "invalid-request"
    assert [(pointer, rule)] == [(e["pointer"], e["rule"]) for e in response.json()["errors"]]
    assert all(e["message"] for e in response.json()["errors"])


async def test_every_field_at_fault_is_named_at_once(client: httpx.AsyncClient) -> None:
    response = await post(client, b'{"gross_kg": -1, "x": 1, "lane": 3}')

    pointers = {error["pointer"] for error in response.json()["errors"]}
    assert pointers == {"/plate", "/gross_kg", "/x", "/lane"}


async def test_a_small_value_is_repeated_and_a_personal_or_unknown_one_is_not(
    client: httpx.AsyncClient,
) -> None:
    body = b'{"plate": "1", "gross_kg": -5, "fone": "0912", "driver": {"name": "", "phone": 912}}'

    errors = {error["pointer"]: error for error in (await post(client, body)).json()["errors"]}

    assert errors["/gross_kg"]["value"] == -5
    assert all("value" not in errors[at] for at in ("/fone", "/driver/name", "/driver/phone"))


async def test_text_is_trimmed_and_composed_and_a_raw_identifier_is_kept(
    client: httpx.AsyncClient,
) -> None:
    body = '{"plate": " 29C\\t-1 ", "gross_kg": 1, "driver": {"name": " Nguye\u0302\u0303n "}}'

    response = await post(client, body.encode())

    assert response.status_code == 201
    assert response.json()["plate"] == " 29C\t-1 "


async def test_instants_leave_with_the_gates_offset(client: httpx.AsyncClient) -> None:
    body = b'{"plate": "1", "gross_kg": 1, "arrives_at": "2026-02-21t01:00:00z"}'

    assert (await post(client, body)).json()["arrives_at"] == "2026-02-21T08:00:00+07:00"


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "json", "multipart/form-data"])
async def test_a_body_of_another_type_is_a_415(client: httpx.AsyncClient, kind: str) -> None:
    response = await post(client, TRUCK, **{"content-type": kind})

    assert response.status_code == 415
    assert response.json()["code"] == "not-json"


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "application/x+json"])
async def test_json_is_read_under_each_of_its_names(client: httpx.AsyncClient, kind: str) -> None:
    assert (await post(client, TRUCK, **{"content-type": kind})).status_code == 201


async def test_a_body_declared_too_long_is_refused_unread(client: httpx.AsyncClient) -> None:
    response = await post(client, b" " * 10_000_000 + TRUCK)

    assert response.status_code == 413
    assert response.json()["limit"] == LIMIT


async def test_a_chunked_body_is_refused_once_it_is_too_long(client: httpx.AsyncClient) -> None:
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(10_000):
            sent += 1000
            yield b" " * 1000

    response = await client.post("/v1/trucks", content=chunks(), headers=JSON)

    assert response.status_code == 413
    assert sent < 2 * LIMIT


async def test_a_form_is_read_by_the_framework_within_the_same_limit(
    client: httpx.AsyncClient,
) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"note="
        for _ in range(100):
            yield b"a" * 1000

    kind = {"content-type": "application/x-www-form-urlencoded"}
    short = await client.post("/v1/trucks/forms", data={"note": "29C"})
    long = await client.post("/v1/trucks/forms", content=chunks(), headers=kind)

    assert short.json()["plate"] == "29C"
    assert long.status_code == 413
    assert long.json()["code"] == "body-too-large"


async def test_the_members_of_a_union_are_no_part_of_the_pointer(
    client: httpx.AsyncClient,
) -> None:
    response = await post(client, b'{"plate": "1", "gross_kg": 1, "note": [1]}')

    assert {"/note"} == {error["pointer"] for error in response.json()["errors"]}


async def test_a_length_of_thousands_of_digits_is_refused(client: httpx.AsyncClient) -> None:
    response = await post(client, TRUCK, **{"content-length": "9" * 5000})

    assert response.status_code == 413


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(values)
def test_what_other_writers_write_is_read_as_it_was(value: object) -> None:
    assert parse(json.dumps(value).encode(), depth=100) == value


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(body: bytes) -> None:
    with suppress(MalformedBodyError):
        parse(body)
