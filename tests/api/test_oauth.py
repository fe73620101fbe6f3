"""Access tokens over HTTP: given for a key, opening what it does, ending with it."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote_plus, urlencode
from uuid import uuid4

import httpx
import jwt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import ApiKey, Principal
from tests.api.conftest import Gate, Statements, truck
from tests.api.test_access import change_key
from tests.api.test_clients import add_client, new_key, use
from tests.api.test_statements import Recorder
from tests.conftest import key_of

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ME = {
    "grant_type": "client_credentials",
    "client_id": "company-1",
    "client_secret": key_of("company-1"),
}


async def ask(gate: Gate, fields: Any = None, **headers: str) -> httpx.Response:
    """Ask for a token by a form, `fields` in the place of the usual ones."""
    body = fields if isinstance(fields, str | bytes) else urlencode({**ME, **(fields or {})})
    return await gate.ask("POST", "/oauth/token", content=body, headers={**FORM, **headers})


async def token(gate: Gate, **fields: str) -> dict[str, Any]:
    answer = await ask(gate, fields)
    assert 200 == answer.status_code, answer.text
    given: dict[str, Any] = answer.json()
    return {**given, "key": given["access_token"]}


def basic(client: str, secret: str) -> str:
    pair = f"{quote_plus(client)}:{quote_plus(secret)}".encode()
    return f"Basic {base64.b64encode(pair).decode()}"


async def test_a_key_is_changed_for_a_token_that_opens_what_it_does(gate: Gate) -> None:
    answer = await ask(gate)
    assert (200, "no-store", "no-cache") == (
        answer.status_code, answer.headers["Cache-Control"], answer.headers["Pragma"],
    )  # fmt: skip
    given = answer.json()
    assert ("Bearer", 900, "act manage personal read") == (
        given["token_type"], given["expires_in"], given["scope"],
    )  # fmt: skip
    headers = {"Authorization": f"Bearer {given['access_token']}"}
    made = await gate.http.post("/v1/entries", json=truck(), headers=headers)
    assert 201 == made.status_code
    assert (
        made.json()["id"] == (await gate.get("/v1/entries", "company-1")).json()["items"][0]["id"]
    )


@pytest.mark.parametrize("way", ["name", "id"])
async def test_a_client_is_known_by_name_or_id_in_the_header_or_the_form(
    gate: Gate, session: AsyncSession, way: str
) -> None:
    statement = select(Principal.id).where(Principal.name == "company-1")
    client = "company-1" if way == "name" else str(await session.scalar(statement))
    assert 200 == (await ask(gate, {"client_id": client})).status_code
    header = basic(client, key_of("company-1"))
    only = urlencode({"grant_type": "client_credentials"})
    assert 200 == (await ask(gate, only, Authorization=header)).status_code
    with_id = urlencode({"grant_type": "client_credentials", "client_id": client})
    assert 200 == (await ask(gate, with_id, Authorization=header)).status_code


async def test_a_scope_narrows_the_token_and_never_widens_the_key(gate: Gate) -> None:
    client = await add_client(gate, "desk")
    key = await new_key(gate, client, scopes=["read", "act"])
    me = {"client_id": "desk", "client_secret": key["key"]}
    read = await token(gate, **me, scope="read")
    assert ("read", 200) == (read["scope"], (await use(gate, read)).status_code)
    refused = await gate.http.post(
        "/v1/entries", json=truck(), headers={"Authorization": f"Bearer {read['key']}"}
    )
    assert ("scope-missing", "act") == (refused.json()["code"], refused.json()["scope"])
    for scope in ("manage", "read manage", "write", "READ"):
        answer = await ask(gate, {**me, "scope": scope})
        assert (400, "invalid_scope") == (answer.status_code, answer.json()["error"])
    assert "act read" == (await token(gate, **me, scope=""))["scope"]
    assert "act read" == (await token(gate, **me, scope=" act  read "))["scope"]


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        pytest.param("", "invalid_request", id="nothing"),
        pytest.param({"grant_type": "password"}, "unsupported_grant_type", id="another grant"),
        pytest.param(urlencode({**ME, "x": "1"}) + "&x=2", "invalid_request", id="twice"),
        pytest.param(b"grant_type=%ff", "invalid_request", id="no UTF-8"),
        pytest.param(b"\xff", "invalid_request", id="no UTF-8 at all"),
        pytest.param("a=1&" * 40, "invalid_request", id="too many"),
        pytest.param({"client_secret": ""}, "invalid_client", id="no secret"),
        pytest.param({"client_secret": "gate_company_x"}, "invalid_client", id="a wrong secret"),
        pytest.param({"client_id": "company-2"}, "invalid_client", id="another's secret"),
        pytest.param({"client_id": "\0"}, "invalid_client", id="a client that cannot be"),
    ],
)
async def test_a_refusal_is_in_the_format_of_oauth(gate: Gate, fields: Any, fault: str) -> None:
    answer = await ask(gate, fields)
    is_client = fault == "invalid_client"
    assert (401 if is_client else 400, fault) == (answer.status_code, answer.json()["error"])
    assert {"error", "error_description"} == answer.json().keys()
    assert is_client is answer.headers.get("WWW-Authenticate", "").startswith("Basic")
    assert "no-store" == answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "header",
    ["Basic", "Basic ***", "Basic Zm9v", "Bearer abc", basic("company-1", "x"), "Basic /w=="],
)
async def test_a_header_that_is_wrong_is_nobody_s(gate: Gate, header: str) -> None:
    only = urlencode({"grant_type": "client_credentials"})
    answer = await ask(gate, only, Authorization=header)
    assert (401, "invalid_client") == (answer.status_code, answer.json()["error"])


async def test_who_shows_a_secret_in_both_places_is_refused(gate: Gate) -> None:
    answer = await ask(gate, Authorization=basic("company-1", key_of("company-1")))
    assert (400, "invalid_request") == (answer.status_code, answer.json()["error"])


async def test_only_a_form_is_read(gate: Gate) -> None:
    answer = await gate.ask("POST", "/oauth/token", json=ME)
    assert (400, "invalid_request") == (answer.status_code, answer.json()["error"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.binary(max_size=60), st.text(max_size=30))
async def test_whatever_comes_is_answered_in_that_format(
    gate: Gate, body: bytes, header: str
) -> None:
    shown = header.encode("latin-1", "ignore").translate(None, bytes(range(32)) + b"\x7f")
    headers = [(b"content-type", FORM["Content-Type"].encode()), (b"authorization", shown)]
    answer = await gate.http.post("/oauth/token", content=body, headers=headers)
    assert answer.status_code in {400, 401}
    assert {"error", "error_description"} == answer.json().keys()


async def test_who_guesses_secrets_is_kept_waiting_as_who_guesses_keys(gate: Gate) -> None:
    """By address; whoever shows a right one from there is not."""
    await token(gate)
    statuses = [
        (await ask(gate, {"client_secret": f"gate_company_{number}"})).status_code
        for number in range(25)
    ]
    assert {401, 429} == {*statuses}
    assert 429 == (await gate.get("/v1/entries", headers=bearer("gate_company_x"))).status_code
    assert 200 == (await ask(gate)).status_code


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


async def test_a_token_ends_after_a_quarter_of_an_hour(gate: Gate) -> None:
    given = await token(gate)
    gate.wait(minutes=14)
    assert 200 == (await use(gate, given)).status_code
    gate.wait(minutes=1)
    refused = await use(gate, given)
    assert (401, "key-invalid") == (refused.status_code, refused.json()["code"])


async def test_an_old_token_is_no_guess(gate: Gate) -> None:
    """A system that is slow to ask for a new one locks nobody out."""
    old = [await token(gate) for _ in range(25)]
    gate.wait(minutes=15)
    assert {401} == {(await use(gate, one)).status_code for one in old}
    assert 401 == (await gate.get("/v1/entries", headers=bearer("gate_company_x"))).status_code


@pytest.mark.parametrize("way", ["revocation", "rotation", "expiry", "disablement"])
async def test_a_token_ends_at_once_with_its_key(
    gate: Gate, session: AsyncSession, way: str
) -> None:
    client = await add_client(gate, "desk")
    key = await new_key(gate, client)
    other = await new_key(gate, client)
    tokens = [await token(gate, client_id="desk", client_secret=one["key"]) for one in (key, other)]
    assert [200, 200] == [(await use(gate, one)).status_code for one in tokens]
    if way == "expiry":
        ended = update(ApiKey).where(ApiKey.id == key["id"])
        await session.execute(ended.values(expires_at=func.clock_timestamp()))
        await session.commit()
    else:
        paths = {
            "revocation": f"/v1/keys/{key['id']}/revocation",
            "rotation": f"/v1/keys/{key['id']}/rotation",
            "disablement": f"/v1/clients/{client['id']}/disablement",
        }
        body = {"overlap_hours": 0} if way == "rotation" else None
        assert 300 > (await gate.post(paths[way], "company-1", body)).status_code
    found = [(await use(gate, one)).status_code for one in tokens]
    assert [401, 401 if way == "disablement" else 200] == found
    again = await ask(gate, {"client_id": "desk", "client_secret": key["key"]})
    assert (401, "invalid_client") == (again.status_code, again.json()["error"])


async def test_a_token_of_another_client_for_a_key_opens_nothing(
    gate: Gate, session: AsyncSession
) -> None:
    """Signed as it is, it must name the two that belong together."""
    tools = gate.app.state.process.tools
    rows = await session.execute(select(Principal.name, Principal.id))
    ids = {name: identity for name, identity in rows}  # noqa: C416 - typed so
    key = await session.scalar(select(ApiKey.id).where(ApiKey.principal_id == ids["company-1"]))
    now = gate.now
    for client, status in (("company-1", 200), ("company-2", 401)):
        said = tools.access_tokens.give(ids[client], key, ["read"], now, uuid4())
        assert status == (await gate.get("/v1/entries", headers=bearer(said))).status_code
    expired = tools.access_tokens.give(
        ids["company-1"], key, ["read"], now - timedelta(minutes=15), uuid4()
    )
    assert 401 == (await gate.get("/v1/entries", headers=bearer(expired))).status_code


async def test_a_key_that_loses_a_scope_takes_it_from_its_tokens(
    gate: Gate, session: AsyncSession
) -> None:
    given = await token(gate)
    await change_key(session, "company-1", scopes=["act"])
    refused = await use(gate, given)
    assert (403, "read") == (refused.status_code, refused.json()["scope"])


async def test_a_request_by_a_token_sends_no_more_statements_than_by_a_key(
    gate: Gate, statements: Recorder
) -> None:
    given = await token(gate)
    await gate.get("/v1/entries", "company-1")

    async def sent(headers: dict[str, str]) -> Statements:
        with statements() as found:
            assert 200 == (await gate.get("/v1/entries", headers=headers)).status_code
        return found

    by_key = await sent(bearer(key_of("company-1")))
    assert len(by_key) == len(await sent(bearer(given["key"])))


async def test_the_use_of_a_token_is_one_of_its_key(gate: Gate) -> None:
    client = await add_client(gate, "desk")
    key = await new_key(gate, client)
    given = await token(gate, client_id="desk", client_secret=key["key"])
    process = gate.app.state.process
    process.keys_used.clear()
    await use(gate, given)
    assert [key["id"]] == [str(one) for one in process.keys_used]


async def test_anybody_checks_a_token_by_the_published_keys(gate: Gate) -> None:
    given = await token(gate)
    published = jwt.PyJWKSet.from_dict((await gate.get("/.well-known/jwks.json")).json())
    kid = jwt.get_unverified_header(given["key"])["kid"]
    claims = jwt.decode(
        given["key"], published[kid], algorithms=["ES256"],
        audience="urn:border-gate", options={"verify_exp": False, "verify_iat": False},
    )  # fmt: skip
    assert datetime.fromtimestamp(claims["iat"], UTC) == gate.now
