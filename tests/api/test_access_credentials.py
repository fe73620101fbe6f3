"""By what one asks: each credential that opens nothing, at every operation that needs one.

They are the rows of `docs.access_matrix.CREDENTIALS`; what a good one opens, `test_access` walks.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.state import Process
from app.core.ciphers import hash_of_key, new_token
from app.core.config import Settings
from app.domain.vocabulary import Agency, Role
from app.models import ApiKey, MemberSession
from app.models import Principal as PrincipalRow
from app.repositories.unit_of_work import UnitOfWork
from app.services.upkeep.people import PEOPLE, invite_sandbox_people
from docs.access_matrix import CREDENTIALS, Operation
from tests.api.conftest import NINE, Gate
from tests.api.test_access import (
    ROWS,
    Row,
    ask,
    bearer,
    change_key,
    code_of,
    give_key,
    token_of,
)
from tests.conftest import key_of

pytestmark = pytest.mark.usefixtures("unlimited")

Headers = Mapping[str, str]
OWN = {"Origin": "http://gate.test", "Sec-Fetch-Site": "same-origin"}
OTHER = {"Origin": "http://other.test", "Sec-Fetch-Site": "cross-site"}
WHO, WHOSE_SESSION = "company-1", "company-1-manager"
DISABLED, WHOSE_SESSION_TOO = "company-2", "company-2-manager"
REVOKED = {"revoked_at": func.clock_timestamp()}
ENDED = {"expires_at": func.clock_timestamp() - timedelta(seconds=1)}


@pytest.fixture(autouse=True)
async def people(app: FastAPI, session: AsyncSession) -> None:
    """Let the sandbox's people be members, as `gate serve` does."""
    process: Process = app.state.process
    await invite_sandbox_people(UnitOfWork(session), process.tools.cipher, NINE)
    await session.commit()


def cookie(token: str, page: Headers = OWN) -> Headers:
    """Return what a browser sends that a page made ask."""
    return {"Cookie": f"gate={token}", **page}


async def sign_in(gate: Gate, session: AsyncSession, who: str, **values: Any) -> str:
    """Open a session of somebody and return its token."""
    process: Process = gate.app.state.process
    token, clock = new_token(), process.session_clock
    whose = select(PrincipalRow.id).where(PrincipalRow.name == who)
    times = {"created_at": clock.at, "seen_at": clock.at, "expires_at": clock.at + clock.lasts}
    row = MemberSession(
        principal_id=(await session.execute(whose)).scalar_one(),
        token_hash=process.tools.keys.hash_of(token),
        **{**times, **values},
    )
    session.add(row)
    await session.commit()
    return token


async def end_key(session: AsyncSession, key: str, values: Mapping[str, Any]) -> None:
    """Let a key be revoked or expired."""
    hashed = hash_of_key(key, Settings().pepper.get_secret_value())
    await session.execute(update(ApiKey).where(ApiKey.key_hash == hashed).values(**values))


async def every_one(gate: Gate, session: AsyncSession) -> Mapping[tuple[str, str], Headers]:
    """Return what is sent with each credential that opens nothing, once they have all ended."""
    dying, expiring = await give_key(session, WHO), await give_key(session, WHO)
    expired = await give_key(session, WHO, **ENDED)
    tokens = await tokens_of(gate, dying, expiring)
    cookies = await cookies_of(gate, session)
    await end_key(session, dying, REVOKED)
    await end_key(session, expiring, ENDED)
    disabled = PrincipalRow.name.in_((DISABLED, WHOSE_SESSION_TOO))
    await session.execute(update(PrincipalRow).where(disabled).values(**REVOKED))
    await session.commit()
    return {
        ("nothing", "no header, no cookie"): {},
        ("nothing", "of a scheme that is not ours"): {"Authorization": "Basic Zm9vOmJhcg=="},
        ("key", "unknown"): bearer("gate_company_nothing"),
        ("key", "expired"): bearer(expired),
        ("key", "revoked"): bearer(dying),
        ("key", "of somebody who is disabled"): bearer(key_of(DISABLED)),
        **{("access token", standing): bearer(token) for standing, token in tokens.items()},
        **{("session", standing): headers for standing, headers in cookies.items()},
    }


async def tokens_of(gate: Gate, dying: str, expiring: str) -> Mapping[str, str]:
    """Return an access token of each standing; the last two open until their keys end."""
    old = await token_of(gate, WHO)
    gate.wait(minutes=16)
    return {
        "not signed by us": f"{old[: old.rindex('.')]}.{'A' * 86}",
        "expired": old,
        "of a key that is revoked": await token_of(gate, WHO, dying),
        "of a key that has expired": await token_of(gate, WHO, expiring),
    }


async def cookies_of(gate: Gate, session: AsyncSession) -> Mapping[str, Headers]:
    """Return what a browser sends by a session of each standing."""
    clock, moment = gate.app.state.process.session_clock, timedelta(seconds=1)
    over, unused = {"expires_at": clock.at - moment}, {"seen_at": clock.at - clock.idle - moment}

    async def of(who: str, **values: Any) -> str:
        return await sign_in(gate, session, who, **values)

    return {
        "unknown": cookie(new_token()),
        "expired": cookie(await of(WHOSE_SESSION, **over)),
        "not used for too long": cookie(await of(WHOSE_SESSION, **unused)),
        "revoked": cookie(await of(WHOSE_SESSION, revoked_at=clock.at)),
        "of somebody who is disabled": cookie(await of(WHOSE_SESSION_TOO)),
        "from another site": cookie(await of(WHOSE_SESSION), OTHER),
    }


@pytest.mark.parametrize("part", ROWS)
async def test_by_no_credential_or_an_ended_one_nothing_opens(
    gate: Gate, session: AsyncSession, part: list[Operation]
) -> None:
    row, sent = Row(), await every_one(gate, session)
    assert [*sent] == [(one.by, one.standing) for one in CREDENTIALS]
    for one in part:
        for credential in CREDENTIALS:
            headers = sent[credential.by, credential.standing]
            answer = await ask(gate, one, headers=headers)
            challenge = answer.headers.get("WWW-Authenticate")
            name = f"{one.name} by {credential.by}, {credential.standing}"
            if one.method == "GET" and not credential.refuses_reads:
                row.note(name, False, answer, code_of(answer) == credential.code)
                continue
            wanted = "Bearer" if credential.status == 401 else None
            expected = (credential.status, credential.code, wanted)
            row.note(name, expected, answer, (answer.status_code, code_of(answer), challenge))
    assert [] == row.wrong


@pytest.mark.parametrize("part", ROWS)
async def test_a_session_opens_what_its_role_and_scopes_do_and_nothing_else(
    gate: Gate, session: AsyncSession, part: list[Operation]
) -> None:
    row = Row()
    roles = select(PrincipalRow).where(PrincipalRow.name.in_([one.name for one in PEOPLE]))
    people = {(one.role, one.agency): one for one in await session.scalars(roles)}.values()
    tokens = {one.name: await sign_in(gate, session, one.name) for one in people}
    for one in part:
        for person in people:
            agency = Agency(person.agency) if person.agency else None
            answer = await ask(gate, one, headers=cookie(tokens[person.name]))
            refused = (answer.status_code, code_of(answer)) == (403, "role-forbidden")
            expected = not one.lets_in(Role(person.role), agency)
            row.note(f"{one.name} as {person.name}", expected, answer, refused)
            shut = code_of(answer) in {"key-invalid", "session-ended", "cross-site"}
            row.note(f"{one.name} as {person.name}, known", False, answer, shut)
    assert [] == row.wrong


async def test_a_key_opens_until_the_instant_of_its_end(gate: Gate, session: AsyncSession) -> None:
    found = []
    for minutes in (-1, 1):
        expires_at = func.clock_timestamp() + timedelta(minutes=minutes)
        await change_key(session, "company-1", expires_at=expires_at)
        found.append((await gate.get("/v1/entries", "company-1")).status_code)
    assert [401, 200] == found


async def test_a_session_opens_until_the_instant_of_its_end(
    gate: Gate, session: AsyncSession
) -> None:
    clock, found = gate.app.state.process.session_clock, []
    for seconds in (-1, 1):
        ends = {"expires_at": clock.at + timedelta(seconds=seconds)}
        token = await sign_in(gate, session, WHOSE_SESSION, **ends)
        answer = await gate.ask("GET", "/v1/entries", headers=cookie(token))
        found.append(answer.status_code)
    assert [401, 200] == found
