"""People sign in by a real OpenID Connect provider, and nobody gets in whom it does not know."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.api.paging import Cursors
from app.api.state import Process
from app.core.config import Settings
from app.main import create_app, make_tools
from app.models import Event, Member
from tests.api.conftest import NINE, Gate
from tests.api.test_sessions import status_and_code
from tests.provider import CLIENT, SECRET, Provider, new_key, running

FAILED = (403, "sign-in-failed")
UNKNOWN = (403, "not-known-here")
AWAY = (503, "sign-in-provider-away")
pytestmark = pytest.mark.usefixtures("lan")


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with running(Provider(int(NINE.timestamp()))) as one:
        yield one


@pytest.fixture
def configured(provider: Provider) -> Settings:
    return Settings.model_validate(
        {
            "public_url": "http://gate.test",
            "oidc_issuer": provider.url,
            "oidc_client_id": CLIENT,
            "oidc_client_secret": SECRET,
            "rate_limit_guesses": "3/minute",
        }
    )


@pytest.fixture
def app(configured: Settings, sessions: async_sessionmaker[AsyncSession]) -> FastAPI:
    app = create_app(configured)
    app.state.process = Process(
        settings=configured,
        sessions=sessions,
        tools=make_tools(configured),
        cursors=Cursors(configured.cursor_secret.get_secret_value()),
        schema_head="",
    )
    return app


@pytest.fixture
async def lan(gate: Gate) -> str:
    """The path of a member who was invited, and has never signed in."""
    organisation = (await gate.get("/v1/session", "company-1")).json()["organisation"]
    invited = await gate.post(
        f"/v1/organisations/{organisation}/members",
        "company-1",
        {"name": "lan", "display_name": "Lan", "email": "Lan@Vidu.example", "role": "clerk"},
    )
    assert 201 == invited.status_code, invited.text
    return f"/v1/members/{invited.json()['id']}"


async def go(gate: Gate, path: str = "/sign-in") -> str:
    """Ask to sign in, be somebody at the provider, and return the address one is sent back to."""
    sent = await gate.http.get(path)
    assert 303 == sent.status_code, sent.text
    async with httpx.AsyncClient() as browser:
        there = await browser.get(sent.headers["Location"])
    assert 302 == there.status_code
    return there.headers["Location"]


async def sign_in(gate: Gate, path: str = "/sign-in") -> httpx.Response:
    return await gate.http.get(await go(gate, path))


async def test_who_was_invited_is_known_by_a_verified_address_and_then_for_ever(
    gate: Gate, session: AsyncSession, provider: Provider, lan: str
) -> None:
    answer = await sign_in(gate, "/sign-in?next=/v1/session")
    assert (303, "/v1/session") == (answer.status_code, answer.headers["Location"])
    told = (await gate.get("/v1/session")).json()
    assert ("lan", "session", ["read", "act"]) == (
        told["name"], told["credential"], told["scopes"],
    )  # fmt: skip
    assert "active" == (await gate.get(lan, "company-1")).json()["state"]
    member = (await session.scalars(select(Member).where(Member.identity.is_not(None)))).one()
    assert provider.sub not in str((member.identity, member.identity_hash))
    provider.email, provider.email_verified = "lan@elsewhere.example", False
    assert 303 == (await sign_in(gate)).status_code
    events = select(Event.data).where(Event.kind == "member.signed_in").order_by(Event.number)
    assert [True, False] == [data["first"] for data in await session.scalars(events)]
    assert ["discovery", "token", "keys", "token"] == provider.asked
    provider.sub, provider.email, provider.email_verified = "another", "lan@vidu.example", True
    assert UNKNOWN == await status_and_code(await sign_in(gate))


async def test_a_provider_that_takes_the_secret_in_the_form_gets_it_there(
    gate: Gate, provider: Provider
) -> None:
    provider.methods = ("client_secret_post",)
    provider.claims = {"aud": [CLIENT, "another"], "azp": CLIENT}
    assert 303 == (await sign_in(gate)).status_code


@pytest.mark.parametrize(
    ("email", "verified"),
    [("lan@vidu.example", False), ("lan@vidu.example", None), ("lan@vidu.example", "true"),
     (None, True), ("minh@vidu.example", True)],
)  # fmt: skip
async def test_nobody_unknown_gets_in(
    gate: Gate, provider: Provider, email: str | None, verified: Any
) -> None:
    provider.email, provider.email_verified = email, verified
    answer = await sign_in(gate)
    assert UNKNOWN == await status_and_code(answer)
    assert not gate.http.cookies


async def test_a_member_who_is_disabled_does_not_get_in(gate: Gate, lan: str) -> None:
    assert 303 == (await sign_in(gate)).status_code
    assert 200 == (await gate.post(f"{lan}/disablement", "company-1")).status_code
    assert UNKNOWN == await status_and_code(await sign_in(gate))


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"claims": {"nonce": "another"}}, id="nonce"),
        pytest.param({"claims": {"nonce": None}}, id="no nonce"),
        pytest.param({"claims": {"aud": "another"}}, id="audience"),
        pytest.param({"claims": {"aud": [CLIENT, "another"]}}, id="two audiences, no party"),
        pytest.param({"claims": {"azp": "another"}}, id="party"),
        pytest.param({"claims": {"iss": "http://another"}}, id="issuer"),
        pytest.param({"claims": {"exp": int(NINE.timestamp()) - 60}}, id="expired"),
        pytest.param({"claims": {"exp": None}}, id="without end"),
        pytest.param({"claims": {"iat": int(NINE.timestamp()) - 601}}, id="old"),
        pytest.param({"claims": {"iat": int(NINE.timestamp()) + 61}}, id="of the future"),
        pytest.param({"claims": {"iat": True}}, id="no time"),
        pytest.param({"claims": {"sub": ""}}, id="nobody"),
        pytest.param({"algorithm": "none"}, id="unsigned"),
        pytest.param({"algorithm": "HS256"}, id="signed by the secret"),
        pytest.param({"published": {"kty": "EC", "kid": "first"}}, id="a broken key"),
        pytest.param({"kid": "other", "published": {"kty": "EC", "kid": "x"}}, id="unknown key"),
    ],
)
async def test_a_token_that_is_not_for_us_opens_nothing(
    gate: Gate, provider: Provider, wrong: dict[str, Any]
) -> None:
    for name, value in wrong.items():
        setattr(provider, name, value)
    assert FAILED == await status_and_code(await sign_in(gate))
    assert not gate.http.cookies


async def test_what_another_key_has_signed_is_refused(gate: Gate, provider: Provider) -> None:
    provider.published = provider.public()
    provider.key = new_key()
    assert FAILED == await status_and_code(await sign_in(gate))


async def test_a_code_and_a_state_are_taken_once(gate: Gate) -> None:
    back = await go(gate)
    kept = dict(gate.http.cookies)
    assert 303 == (await gate.http.get(back)).status_code
    gate.http.cookies.clear()
    gate.http.cookies.update(kept)  # somebody who has seen both
    assert FAILED == await status_and_code(await gate.http.get(back))
    state = back.partition("state=")[2].partition("&")[0]
    other = await go(gate)  # a new code for the old state
    code = other.partition("code=")[2].partition("&")[0]
    gate.http.cookies.clear()
    gate.http.cookies.update(kept)
    again = f"/sign-in/callback?code={code}&state={state}"
    assert FAILED == await status_and_code(await gate.http.get(again))


async def test_who_comes_back_is_the_browser_that_went_and_soon(
    gate: Gate, provider: Provider
) -> None:
    app: FastAPI = gate.app
    back = await go(gate)
    kept = dict(gate.http.cookies)
    wrong = [
        (back.replace("state=", "state=x"), kept),
        (back.replace("iss=", "iss=x"), kept),
        ("/sign-in/callback?error=access_denied&state=x", kept),
        (back, {}),
        (back, {"gate-sign-in": kept["gate-sign-in"][:-4] + "AAAA"}),
        (back, {"gate-sign-in": "x"}),
    ]
    for path, cookies in wrong:
        app.state.guesses = create_app(app.state.settings).state.guesses
        gate.http.cookies.clear()
        gate.http.cookies.update(cookies)
        assert FAILED == await status_and_code(await gate.http.get(path)), path
    gate.http.cookies.clear()
    gate.http.cookies.update(kept)
    gate.now += timedelta(minutes=10)
    assert FAILED == await status_and_code(await gate.http.get(back))
    assert "token" not in provider.asked


async def test_whoever_tries_often_is_kept_waiting(gate: Gate) -> None:
    paths = [f"/sign-in/callback?code={number}" for number in range(4)]
    answers = [await status_and_code(await gate.http.get(path)) for path in paths]
    assert [*[FAILED] * 3, (429, "rate-exceeded")] == answers


async def test_a_provider_that_is_away_keeps_nobody_waiting_who_is_in(
    gate: Gate, provider: Provider
) -> None:
    provider.is_ill = True
    assert AWAY == await status_and_code(await gate.http.get("/sign-in"))
    provider.is_ill, provider.issuer = False, "http://another"
    assert AWAY == await status_and_code(await gate.http.get("/sign-in"))
    provider.issuer = None
    back = await go(gate)
    provider.is_ill = True
    answer = await gate.http.get(back, headers={"Accept": "text/html", "Accept-Language": "en"})
    assert (503, True) == (answer.status_code, "does not answer" in answer.text)
    provider.is_ill = False
    assert 303 == (await sign_in(gate)).status_code
    provider.is_ill = True
    assert 200 == (await gate.get("/v1/session")).status_code


async def test_a_name_that_leads_nowhere_is_a_provider_that_is_away(
    gate: Gate, configured: Settings
) -> None:
    app = create_app(configured.model_copy(update={"oidc_issuer": "http://127.0.0.1:1"}))
    process: Process = gate.app.state.process
    app.state.process = process
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://gate.test"
    ) as http:
        assert AWAY == await status_and_code(await http.get("/sign-in"))


async def test_where_a_provider_is_set_nobody_chooses_somebody(gate: Gate) -> None:
    answer = await gate.http.post("/sign-in", data={}, headers={"Origin": "http://gate.test"})
    assert 405 == answer.status_code
