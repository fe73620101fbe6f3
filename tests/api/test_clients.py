"""Clients and their keys: shown once, bounded, rotated with an overlap, revoked at once."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.state import Process
from app.models import ApiKey, Event, Principal, StoredAnswer
from tests.api.conftest import Gate
from tests.api.test_access import change_key
from tests.api.test_organisations import make, own, verify

ALL = ["read", "act", "manage", "personal"]


async def add_client(
    gate: Gate, name: str = "desk", who: str = "company-1", organisation: str | None = None
) -> dict[str, Any]:
    at = organisation or await own(gate, who)
    answer = await gate.post(f"/v1/organisations/{at}/clients", who, {"name": name})
    assert 201 == answer.status_code, answer.text
    client: dict[str, Any] = answer.json()
    return client


async def give(gate: Gate, client: dict[str, Any], who: str = "company-1", **body: Any) -> Any:
    body = {"scopes": ["read", "act"], **body}
    return await gate.post(f"/v1/clients/{client['id']}/keys", who, body)


async def new_key(gate: Gate, client: dict[str, Any], **body: Any) -> dict[str, Any]:
    answer = await give(gate, client, **body)
    assert 201 == answer.status_code, answer.text
    key: dict[str, Any] = answer.json()
    return key


async def use(gate: Gate, key: dict[str, Any], path: str = "/v1/entries") -> httpx.Response:
    return await gate.get(path, headers={"Authorization": f"Bearer {key['key']}"})


async def keys(gate: Gate, client: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await gate.get(f"/v1/clients/{client['id']}/keys", "company-1")
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def sandbox_key(session: AsyncSession, who: str) -> str:
    """Return the id of the key of somebody in the sandbox."""
    statement = select(ApiKey.id).join(Principal).where(Principal.name == who)
    return str(await session.scalar(statement))


async def test_a_company_makes_clients_and_gives_them_keys(gate: Gate) -> None:
    client = await add_client(gate)
    assert ("company", "active", False) == (
        client["role"], client["state"], client["supervisor"],
    )  # fmt: skip
    key = await new_key(gate, client, scopes=["read"], valid_days=30)
    assert key["key"].startswith(key["prefix"])
    assert key["prefix"].startswith("gate_company_")
    assert 200 == (await use(gate, key)).status_code
    refused = await gate.http.post(
        "/v1/entries", json={}, headers={"Authorization": f"Bearer {key['key']}"}
    )
    assert ("scope-missing", "act") == (refused.json()["code"], refused.json()["scope"])
    (listed,) = await keys(gate, client)
    assert listed == {name: value for name, value in key.items() if name != "key"}
    assert ("active", None) == (listed["state"], listed["last_used_at"])


async def test_a_key_is_kept_nowhere(gate: Gate, session: AsyncSession) -> None:
    """Neither for a retry, which makes another, nor in an event, nor in a row."""
    client = await add_client(gate)
    path, body = f"/v1/clients/{client['id']}/keys", {"scopes": ["read"]}
    made = [await gate.post(path, "company-1", body, retry="once") for _ in range(2)]
    assert 2 == len({one.json()["key"] for one in made})
    assert "no-store" == made[0].headers["Cache-Control"]
    rotated = await gate.post(f"/v1/keys/{made[0].json()['id']}/rotation", "company-1", {})
    given = [one.json() for one in (*made, rotated)]
    secrets = [one["key"].removeprefix(one["prefix"]) for one in given]
    stored = [*await session.scalars(select(StoredAnswer.body))]
    told = [*await session.scalars(select(Event.data))]
    rows = [*await session.scalars(text("SELECT api_keys::text FROM api_keys"))]
    for secret in secrets:
        assert not [one for one in (*stored, *told, *rows) if secret in str(one)]


async def test_nobody_gives_a_scope_that_its_own_key_has_not(
    gate: Gate, session: AsyncSession
) -> None:
    """Nor by rotating a key that has more."""
    client = await add_client(gate)
    whole = await new_key(gate, client, scopes=ALL)
    await change_key(session, "company-1", scopes=["read", "manage"])
    for path, body in (
        (f"/v1/clients/{client['id']}/keys", {"scopes": ["read", "act"]}),
        (f"/v1/keys/{whole['id']}/rotation", {}),
    ):
        answer = await gate.post(path, "company-1", body)
        assert (403, "scope-missing") == (answer.status_code, answer.json()["code"])
        assert "act" == answer.json()["scope"]
    assert 201 == (await give(gate, client, scopes=["manage", "read"])).status_code


async def test_after_a_rotation_both_keys_open_until_the_overlap_ends(
    gate: Gate, session: AsyncSession
) -> None:
    client = await add_client(gate)
    old = await new_key(gate, client, scopes=["read"], valid_days=30)
    answer = await gate.post(f"/v1/keys/{old['id']}/rotation", "company-1", {"overlap_hours": 2})
    assert 201 == answer.status_code, answer.text
    new = answer.json()
    assert (["read"], client["id"]) == (new["scopes"], new["client"])
    assert [200, 200] == [(await use(gate, key)).status_code for key in (old, new)]
    left = await session.scalar(
        select(ApiKey.expires_at - func.clock_timestamp()).where(ApiKey.id == old["id"])
    )
    assert timedelta(minutes=119) < left <= timedelta(hours=2)  # type: ignore[operator] # there is one

    await session.execute(
        update(ApiKey).where(ApiKey.id == old["id"]).values(expires_at=func.clock_timestamp())
    )
    await session.commit()
    assert [401, 200] == [(await use(gate, key)).status_code for key in (old, new)]
    assert {"active", "expired"} == {key["state"] for key in await keys(gate, client)}
    again = await gate.post(f"/v1/keys/{old['id']}/rotation", "company-1", {})
    assert (409, "key-ended") == (again.status_code, again.json()["code"])


async def test_an_overlap_never_makes_a_key_last_longer(gate: Gate) -> None:
    client = await add_client(gate)
    old = await new_key(gate, client, valid_days=1)
    body = {"overlap_hours": 168, "valid_days": 730}
    assert 201 == (await gate.post(f"/v1/keys/{old['id']}/rotation", "company-1", body)).status_code
    assert old["expires_at"] == (await keys(gate, client))[1]["expires_at"]


async def test_without_an_overlap_the_old_key_opens_nothing_at_once(gate: Gate) -> None:
    old = await new_key(gate, await add_client(gate))
    body = {"overlap_hours": 0}
    new = (await gate.post(f"/v1/keys/{old['id']}/rotation", "company-1", body)).json()
    assert [401, 200] == [(await use(gate, key)).status_code for key in (old, new)]


async def test_a_revoked_key_opens_nothing_and_may_be_revoked_again(
    gate: Gate, session: AsyncSession
) -> None:
    client = await add_client(gate)
    key, other = await new_key(gate, client), await new_key(gate, client)
    first = await gate.post(f"/v1/keys/{key['id']}/revocation", "company-1")
    assert (200, "revoked") == (first.status_code, first.json()["state"])
    assert [401, 200] == [(await use(gate, one)).status_code for one in (key, other)]
    again = await gate.post(f"/v1/keys/{key['id']}/revocation", "company-1")
    assert first.json() == again.json()
    told = await session.scalars(select(Event.kind).order_by(Event.number))
    assert ["client.made", "key.given", "key.given", "key.revoked"] == list(told)


async def test_a_disabled_client_opens_nothing_until_it_is_enabled(gate: Gate) -> None:
    client = await add_client(gate)
    key, ended = await new_key(gate, client), await new_key(gate, client)
    await gate.post(f"/v1/keys/{ended['id']}/revocation", "company-1")
    path = f"/v1/clients/{client['id']}"
    states = [
        (await gate.post(f"{path}/{step}", "company-1")).json()["state"]
        for step in ("disablement", "disablement")
    ]
    assert ["disabled", "disabled"] == states
    assert 401 == (await use(gate, key)).status_code
    refused = await give(gate, client)
    assert (409, "client-disabled") == (refused.status_code, refused.json()["code"])
    assert "disabled" == (await gate.get(path, "company-1")).json()["state"]
    for _ in range(2):
        assert "active" == (await gate.post(f"{path}/enablement", "company-1")).json()["state"]
    assert [200, 401] == [(await use(gate, one)).status_code for one in (key, ended)]


async def test_nobody_locks_its_own_organisation_out(gate: Gate, session: AsyncSession) -> None:
    """The last key that manages is rotated; another that manages makes it one of two."""
    mine = await sandbox_key(session, "company-1")
    principal = await session.scalar(select(ApiKey.principal_id).where(ApiKey.id == mine))
    for path in (f"/v1/keys/{mine}/revocation", f"/v1/clients/{principal}/disablement"):
        answer = await gate.post(path, "company-1")
        assert (409, "last-manager") == (answer.status_code, answer.json()["code"])
    assert 200 == (await gate.get("/v1/entries", "company-1")).status_code

    client = await add_client(gate)
    await new_key(gate, client, scopes=["read"])
    assert 409 == (await gate.post(f"/v1/keys/{mine}/revocation", "company-1")).status_code
    second = await new_key(gate, client, scopes=["manage", "read"])
    assert 200 == (await gate.post(f"/v1/keys/{mine}/revocation", "company-1")).status_code
    assert 401 == (await gate.get("/v1/entries", "company-1")).status_code
    assert 200 == (await use(gate, second)).status_code
    # Whoever looks after all of them may: a stolen key does not wait for its organisation.
    assert 200 == (await gate.post(f"/v1/keys/{second['id']}/revocation", "admin")).status_code
    assert 401 == (await use(gate, second)).status_code


async def test_to_others_neither_clients_nor_keys_of_an_organisation_are_there(
    gate: Gate,
) -> None:
    company, client = await own(gate, "company-1"), await add_client(gate)
    key = await new_key(gate, client)
    asked = [
        ("GET", f"/v1/organisations/{company}/clients", None, "organisation-not-found"),
        ("POST", f"/v1/organisations/{company}/clients", {"name": "x"}, "organisation-not-found"),
        ("GET", f"/v1/clients/{client['id']}", None, "client-not-found"),
        ("GET", f"/v1/clients/{client['id']}/keys", None, "client-not-found"),
        ("POST", f"/v1/clients/{client['id']}/keys", {"scopes": ["read"]}, "client-not-found"),
        ("POST", f"/v1/clients/{client['id']}/disablement", {}, "client-not-found"),
        ("POST", f"/v1/clients/{client['id']}/enablement", {}, "client-not-found"),
        ("POST", f"/v1/keys/{key['id']}/rotation", {}, "key-not-found"),
        ("POST", f"/v1/keys/{key['id']}/revocation", {}, "key-not-found"),
    ]
    for method, path, body, code in asked:
        ways = ((path, "company-2"), (path, "customs"), (gone(path), "company-1"),
                (gone(path), "admin"))  # fmt: skip
        for at, who in ways:
            more = {} if body is None else {"json": body}
            answer = await gate.ask(method, at, who, **more)
            assert (404, code) == (answer.status_code, answer.json()["code"]), (at, who)
    assert 200 == (await use(gate, key)).status_code


def gone(path: str) -> str:
    """Return a path to something that is not there."""
    parts = path.split("/")
    parts[3] = str(uuid4())
    return "/".join(parts)


async def test_the_board_begins_a_company_s_first_client(gate: Gate) -> None:
    """Verified or not, it manages itself from there."""
    company = await make(gate)
    client = await add_client(gate, "first", "board-1", company["id"])
    key = (await give(gate, client, "board-1", scopes=["read", "act", "manage"])).json()
    headers = {"Authorization": f"Bearer {key['key']}"}
    path = f"/v1/organisations/{company['id']}/clients"
    page = (await gate.get(path, headers=headers)).json()
    assert ["first"] == [one["name"] for one in page["items"]]
    assert 201 == (await gate.http.post(path, json={"name": "second"}, headers=headers)).status_code
    refused = await gate.http.post("/v1/entries", json={}, headers=headers)
    assert "organisation-unverified" == refused.json()["code"]
    await verify(gate, company["id"])
    assert 422 == (await gate.http.post("/v1/entries", json={}, headers=headers)).status_code


async def test_a_name_is_one_principal_s(gate: Gate) -> None:
    path = f"/v1/organisations/{await own(gate, 'company-1')}/clients"
    answer = await gate.post(path, "company-1", {"name": "company-2"})
    assert (409, "name-taken") == (answer.status_code, answer.json()["code"])


async def test_the_board_makes_supervisors_of_agencies_only(gate: Gate) -> None:
    customs = await make(gate, name="Customs 7", kind="agency", agency="customs", tax_code=None)
    path, body = f"/v1/organisations/{customs['id']}/clients", {"name": "s", "supervisor": True}
    made = (await gate.post(path, "board-1", body)).json()
    assert ("agency", "customs", True) == (made["role"], made["agency"], made["supervisor"])
    company = f"/v1/organisations/{await own(gate, 'company-1')}/clients"
    answer = await gate.post(company, "board-1", body | {"name": "t"})
    assert (422, "organisation-unfit") == (answer.status_code, answer.json()["code"])


async def test_clients_come_in_pages_newest_first(gate: Gate) -> None:
    for number in range(3):
        await add_client(gate, f"desk-{number}")
    path = f"/v1/organisations/{await own(gate, 'company-1')}/clients"
    page = (await gate.get(path, "company-1", params={"limit": 2})).json()
    assert 2 == len(page["items"])
    query = {"limit": 2, "cursor": page["next_cursor"]}
    rest = (await gate.get(path, "company-1", params=query)).json()
    assert {"company-1", "desk-0", "desk-1", "desk-2"} == {
        one["name"] for one in (*page["items"], *rest["items"])
    }


@pytest.mark.parametrize("scopes", [[], ["write"], ["read"] * 5])
async def test_scopes_that_are_none_are_refused(gate: Gate, scopes: list[str]) -> None:
    answer = await give(gate, await add_client(gate), scopes=scopes)
    assert (422, "invalid-request") == (answer.status_code, answer.json()["code"])


async def test_when_a_key_was_last_used_is_written_now_and_then(
    gate: Gate,
) -> None:
    """Not by the request itself."""
    client = await add_client(gate)
    used, unused = await new_key(gate, client), await new_key(gate, client)
    await use(gate, used)
    assert [None, None] == [key["last_used_at"] for key in await keys(gate, client)]
    process: Process = gate.app.state.process
    await process.store_uses()
    last = {key["id"]: key["last_used_at"] for key in await keys(gate, client)}
    assert last[used["id"]] is not None
    assert last[unused["id"]] is None
    await process.store_uses()  # of what was used since: the key that listed them
    assert last == {key["id"]: key["last_used_at"] for key in await keys(gate, client)}
