"""People sign in to a sandbox and out of it; their sessions open what their role does."""

import re
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.state import Process
from app.core.config import Settings
from app.main import create_app
from app.models import Event, Member, MemberSession, Principal
from app.repositories.unit_of_work import UnitOfWork
from app.services.upkeep.people import PEOPLE, invite_sandbox_people
from app.web.answers import HOME, local_path
from tests.api.conftest import NINE, Gate, Statements, truck

OWN = {"Origin": "http://gate.test", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture(autouse=True)
async def people(app: FastAPI, session: AsyncSession) -> None:
    """Let the sandbox's people be members, as `gate serve` does."""
    process: Process = app.state.process
    await invite_sandbox_people(UnitOfWork(session), process.tools.cipher, NINE)
    await session.commit()


async def member_of(session: AsyncSession, name: str) -> str:
    statement = select(Principal.id).where(Principal.name == name)
    return str((await session.execute(statement)).scalar_one())


async def choose(gate: Gate, session: AsyncSession, name: str, **more: Any) -> httpx.Response:
    """Sign in as somebody, as the page does."""
    fields = {"member": await member_of(session, name), **more}
    return await gate.http.post("/sign-in", data=fields, headers=OWN)


async def sign_in(gate: Gate, session: AsyncSession, name: str) -> str:
    """Sign in as somebody; the client keeps the cookie, whose token is returned."""
    answer = await choose(gate, session, name)
    assert 303 == answer.status_code, answer.text
    return answer.cookies["gate"]


async def status_and_code(answer: httpx.Response) -> tuple[int, str | None]:
    return answer.status_code, None if answer.is_success else answer.json()["code"]


async def test_a_person_chosen_on_the_page_has_a_session_that_opens_the_api(
    gate: Gate, session: AsyncSession
) -> None:
    shown = await gate.http.get("/sign-in?next=/v1/session", headers={"Accept-Language": "en"})
    assert (200, "en") == (shown.status_code, shown.headers["Content-Language"])
    assert "<script" not in shown.text
    assert "form-action 'self'" in shown.headers["Content-Security-Policy"]
    offered = re.findall(r'name="member" value="(.*?)"', shown.text)
    assert len(PEOPLE) == len(offered)
    assert await member_of(session, "company-1-clerk") in offered
    answer = await choose(gate, session, "company-1-clerk", next="/v1/session")
    assert (303, "/v1/session") == (answer.status_code, answer.headers["Location"])
    cookie = answer.headers["Set-Cookie"]
    assert ("HttpOnly" in cookie, "SameSite=lax" in cookie, "Secure" in cookie) == (
        True,
        True,
        False,
    )
    told = (await gate.get("/v1/session")).json()
    assert ("company-1-clerk", "company", "session", ["read", "act"]) == (
        told["name"], told["role"], told["credential"], told["scopes"],
    )  # fmt: skip
    made = await gate.ask("POST", "/v1/entries", json=truck(), headers=OWN)
    assert 201 == made.status_code
    seen = await gate.get("/v1/entries", "company-1")
    assert [made.json()["id"]] == [one["id"] for one in seen.json()["items"]]


@pytest.mark.parametrize("language", ["vi", "en", "zh"])
async def test_the_page_speaks_the_reader_s_language(gate: Gate, language: str) -> None:
    shown = await gate.http.get("/sign-in", headers={"Accept-Language": language})
    title = {"vi": "Đăng nhập", "en": "Sign in", "zh": "登录"}[language]
    assert f"<h1>{title}</h1>" in shown.text


async def test_nothing_of_a_token_is_stored(gate: Gate, session: AsyncSession) -> None:
    token = await sign_in(gate, session, "company-1-clerk")
    row = (await session.scalars(select(MemberSession))).one()
    assert 43 == len(token)
    assert token.encode() not in row.token_hash
    kinds = select(Event.kind, Event.data).where(Event.kind.like("member.%"))
    kind, data = (await session.execute(kinds)).one()
    assert ("member.signed_in", str(row.id), True) == (kind, data["session"], data["first"])


async def test_a_session_costs_no_statement_more_than_a_key(
    gate: Gate, session: AsyncSession, statements: Any
) -> None:
    counts = []
    await gate.get("/v1/entries", "company-1")  # reads the reference data
    for name in (None, "company-1-clerk"):
        if name:
            await sign_in(gate, session, name)
        with statements() as sent:
            answer = await gate.get("/v1/entries", None if name else "company-1")
        assert 200 == answer.status_code
        counts.append(len(Statements(sent)))
    assert counts[0] == counts[1]


CROSS = (403, "cross-site")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param(OWN, 201, id="both say that it is ours"),
        pytest.param({"Origin": "http://gate.test"}, 201, id="the origin alone"),
        pytest.param({"Sec-Fetch-Site": "same-origin"}, 201, id="the site alone"),
        pytest.param({}, 403, id="neither"),
        pytest.param({**OWN, "Sec-Fetch-Site": "cross-site"}, 403, id="another site"),
        pytest.param({**OWN, "Sec-Fetch-Site": "same-site"}, 403, id="another host of the site"),
        pytest.param({**OWN, "Sec-Fetch-Site": "none"}, 403, id="no page at all"),
        pytest.param({**OWN, "Origin": "https://gate.test"}, 403, id="another scheme"),
        pytest.param({**OWN, "Origin": "http://gate.test:81"}, 403, id="another port"),
        pytest.param({**OWN, "Origin": "http://gate.test.evil"}, 403, id="a name that begins so"),
        pytest.param({**OWN, "Origin": "null"}, 403, id="an origin that is hidden"),
    ],
)
async def test_what_is_no_read_comes_from_a_page_of_ours(
    gate: Gate, session: AsyncSession, headers: dict[str, str], expected: int
) -> None:
    await sign_in(gate, session, "company-1-clerk")
    answer = await gate.ask("POST", "/v1/entries", json=truck(), headers=headers)
    assert (expected, None if expected == 201 else "cross-site") == await status_and_code(answer)
    assert 200 == (await gate.ask("GET", "/v1/entries", headers=headers)).status_code
    out = await gate.http.post("/sign-out", headers=headers)
    assert (200 if expected == 201 else 403) == out.status_code


async def test_a_key_goes_before_a_cookie_and_needs_no_page(
    gate: Gate, session: AsyncSession
) -> None:
    await sign_in(gate, session, "company-2-manager")
    made = await gate.ask("POST", "/v1/entries", "company-1", json=truck())
    assert 201 == made.status_code
    told = (await gate.get("/v1/session", "company-1")).json()
    assert ("company-1", "key", None) == (told["name"], told["credential"], told["expires_at"])
    wrong = await gate.ask("GET", "/v1/session", headers={"Authorization": "Bearer nothing"})
    assert (401, "key-invalid") == await status_and_code(wrong)


async def test_nobody_is_signed_in_from_another_page(gate: Gate, session: AsyncSession) -> None:
    fields = {"member": await member_of(session, "company-1-clerk")}
    answer = await gate.http.post("/sign-in", data=fields, headers={"Origin": "http://evil"})
    assert CROSS == await status_and_code(answer)
    assert not gate.http.cookies


async def test_a_role_that_changes_counts_at_the_next_request(
    gate: Gate, session: AsyncSession
) -> None:
    await sign_in(gate, session, "company-1-clerk")
    for role, personal, scopes in (
        ("viewer", False, ["read"]),
        ("manager", True, ["read", "act", "manage", "personal"]),
    ):
        body = {"role": role, "personal": personal}
        path = f"/v1/members/{await member_of(session, 'company-1-clerk')}"
        assert 200 == (await gate.post(f"{path}/role", "company-1", body)).status_code
        assert scopes == (await gate.get("/v1/session")).json()["scopes"]
        made = await gate.ask("POST", "/v1/entries", json=truck(), headers=OWN)
        code = (201, None) if "act" in scopes else (403, "scope-missing")
        assert code == await status_and_code(made)


async def test_who_is_disabled_is_out_at_once_and_has_to_sign_in_again(
    gate: Gate, session: AsyncSession
) -> None:
    await sign_in(gate, session, "company-1-clerk")
    member = f"/v1/members/{await member_of(session, 'company-1-clerk')}"
    assert "active" == (await gate.get(member, "company-1")).json()["state"]
    assert 200 == (await gate.post(f"{member}/disablement", "company-1")).status_code
    ended = (401, "session-ended")
    assert ended == await status_and_code(await gate.get("/v1/session"))
    refused = await choose(gate, session, "company-1-clerk")
    assert (403, "not-known-here") == await status_and_code(refused)
    assert 200 == (await gate.post(f"{member}/enablement", "company-1")).status_code
    assert ended == await status_and_code(await gate.get("/v1/session"))
    await sign_in(gate, session, "company-1-clerk")
    assert 200 == (await gate.get("/v1/session")).status_code


async def test_a_session_ends_when_it_is_not_used_or_after_its_hours(
    gate: Gate, session: AsyncSession
) -> None:
    process: Process = gate.app.state.process
    await sign_in(gate, session, "officer-1-clerk")
    began = gate.now
    for _ in range(12):
        told = (await gate.get("/v1/session")).json()
        ends = min(gate.now + timedelta(hours=1), began + timedelta(hours=12))
        assert ends == datetime.fromisoformat(told["expires_at"])
        await process.store_uses()
        gate.wait(minutes=59)
    assert 200 == (await gate.get("/v1/session")).status_code
    await process.store_uses()
    gate.wait(minutes=12)
    assert (401, "session-ended") == await status_and_code(await gate.get("/v1/session"))
    await sign_in(gate, session, "officer-1-clerk")
    gate.wait(minutes=60)
    assert (401, "session-ended") == await status_and_code(await gate.get("/v1/session"))
    assert 1 == await UnitOfWork(session).sessions.forget(gate.now, 10)


async def test_sessions_are_listed_and_each_is_ended_alone(
    gate: Gate, session: AsyncSession
) -> None:
    first = await sign_in(gate, session, "company-1-clerk")
    gate.wait(minutes=1)
    second = await sign_in(gate, session, "company-1-clerk")
    listed = (await gate.get("/v1/sessions?limit=1")).json()
    (newest,) = listed["items"]
    assert newest["current"]
    rest = (await gate.get(f"/v1/sessions?limit=1&cursor={listed['next_cursor']}")).json()
    (oldest,) = rest["items"]
    assert (False, None) == (oldest["current"], rest["next_cursor"])
    path = f"/v1/sessions/{oldest['id']}/revocation"
    strange = await gate.post(path, "company-1")
    assert (404, "session-not-found") == await status_and_code(strange)
    for _ in range(2):
        ended = await gate.ask("POST", path, json={}, headers=OWN)
        assert (200, True) == (ended.status_code, ended.json()["revoked_at"] is not None)
    gate.http.cookies.clear()
    for token, expected in ((first, 401), (second, 200)):
        answer = await gate.ask("GET", "/v1/session", headers={"Cookie": f"gate={token}"})
        assert expected == answer.status_code
    count = select(func.count()).where(Event.kind == "member.signed_out")
    assert 1 == (await session.execute(count)).scalar_one()


async def test_who_signs_out_is_out(gate: Gate, session: AsyncSession) -> None:
    token = await sign_in(gate, session, "company-1-viewer")
    answer = await gate.http.post("/sign-out", headers={**OWN, "Accept-Language": "en"})
    assert (200, True) == (answer.status_code, "You are signed out" in answer.text)
    assert not gate.http.cookies
    answer = await gate.ask("GET", "/v1/session", headers={"Cookie": f"gate={token}"})
    assert (401, "session-ended") == await status_and_code(answer)
    assert 200 == (await gate.http.post("/sign-out", headers=OWN)).status_code


@pytest.mark.parametrize(
    "fields", [{}, {"member": "x"}, {"member": "00000000-0000-7000-8000-000000000000"}, b"\xff"]
)
async def test_who_is_nobody_gets_in_nowhere(gate: Gate, fields: Any) -> None:
    more = {"content": fields} if isinstance(fields, bytes) else {"data": fields}
    answer = await gate.http.post("/sign-in", headers={**OWN, "Accept": "text/html"}, **more)
    assert (403, "text/html; charset=utf-8") == (answer.status_code, answer.headers["Content-Type"])
    assert "not-known-here" in answer.text


async def test_the_last_manager_who_signs_in_is_one_whom_an_organisation_keeps(
    gate: Gate, session: AsyncSession
) -> None:
    await session.execute(update(Member).values(activated_at=None))
    await sign_in(gate, session, "company-2-manager")
    found = select(Member.activated_at).join(Principal, Principal.id == Member.id)
    at = await session.scalar(found.where(Principal.name == "company-2-manager"))
    assert gate.now == at


PRODUCTION = Settings.model_validate(
    {
        "mode": "production",
        "log_origin": "gate.example",
        "public_url": "https://gate.example",
        **dict.fromkeys(("pepper", "token_secret", "cursor_secret"), "s" * 40),
        **dict.fromkeys(("data_keys", "signing_keys"), "a:" + "QUFB" * 10 + "QUE="),
    }
)


async def test_production_has_no_page_to_choose_somebody(gate: Gate, session: AsyncSession) -> None:
    app = create_app(PRODUCTION)
    app.state.process = gate.app.state.process
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="https://gate.example") as http:
        shown = await http.get("/sign-in")
        assert (404, "sign-in-unavailable") == await status_and_code(shown)
        fields = {"member": await member_of(session, "company-1-clerk")}
        chosen = await http.post("/sign-in", data=fields, headers=OWN)
        assert 405 == chosen.status_code


async def test_over_https_the_cookie_is_bound_to_the_host(
    gate: Gate, session: AsyncSession
) -> None:
    process: Process = gate.app.state.process
    process.settings = Settings(public_url="https://gate.example")
    own = {"Origin": "https://gate.example", "Sec-Fetch-Site": "same-origin"}
    fields = {"member": await member_of(session, "company-1-clerk")}
    answer = await gate.http.post("/sign-in", data=fields, headers=own)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-gate=")
    assert ("Secure" in cookie, "Path=/;" in cookie, "Domain" in cookie) == (True, True, False)
    token = cookie.partition("=")[2].partition(";")[0]
    for name, expected in (("__Host-gate", 200), ("gate", 401)):
        answer = await gate.ask("GET", "/v1/session", headers={"Cookie": f"{name}={token}"})
        assert expected == answer.status_code
    assert 403 == (await gate.http.post("/sign-out", headers=OWN)).status_code


@pytest.mark.parametrize(
    "wanted",
    [
        "",
        "docs",
        "//evil",
        "https://evil",
        "/\\evil",
        "\\/evil",
        "/a\nb",
        "/é",
        "/" * 2000,
        "[",
        None,
    ],
)
def test_nobody_is_sent_to_another_host(wanted: str | None) -> None:
    assert HOME == local_path(wanted)


@given(st.text(max_size=40))
def test_wherever_one_is_sent_is_a_path_here(wanted: str) -> None:
    path = local_path(wanted)
    assert path in {wanted, HOME}
    assert "gate.test" == httpx.URL("http://gate.test/x").join(path).host
