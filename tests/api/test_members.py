"""Members: people invited into an organisation, their roles, and what is kept of them."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.ciphers import Cipher
from app.models import Event, Member, Principal, ResealProgress
from app.repositories.unit_of_work import UnitOfWork
from app.services.privacy.resealing import Resealing
from tests.api.conftest import Gate
from tests.api.test_access import change_key
from tests.api.test_clients import gone, sandbox_key
from tests.api.test_organisations import own

LAN = {
    "name": "desk-lan",
    "display_name": "Nguyễn Thị Lan",
    "email": "Lan@ViDu.example",
    "role": "clerk",
}


async def invite(gate: Gate, who: str = "company-1", **changes: Any) -> Any:
    at = await own(gate, "company-1")
    return await gate.post(f"/v1/organisations/{at}/members", who, {**LAN, **changes})


async def invited(gate: Gate, **changes: Any) -> dict[str, Any]:
    answer = await invite(gate, **changes)
    assert 201 == answer.status_code, answer.text
    member: dict[str, Any] = answer.json()
    assert f"/v1/members/{member['id']}" == answer.headers["Location"]
    return member


async def step(gate: Gate, member: dict[str, Any], step: str, body: Any = None) -> Any:
    return await gate.post(f"/v1/members/{member['id']}/{step}", "company-1", body)


async def sign_in(session: AsyncSession, member: dict[str, Any]) -> None:
    """Let a member have signed in once."""
    row = update(Member).where(Member.id == member["id"])
    await session.execute(row.values(activated_at=datetime.now(UTC)))
    await session.commit()


async def test_a_person_is_invited_in_a_role_and_read_by_who_manages(gate: Gate) -> None:
    """A list shows no whole address; an answer that is kept for a retry, no name either."""
    member = await invited(gate)
    assert ("clerk", False, "company", "invited") == (
        member["role"], member["personal"], member["acts_as"], member["state"],
    )  # fmt: skip
    assert ("N…", "l…@vidu.example") == (member["display_name"], member["email"])
    path = f"/v1/organisations/{member['organisation']}/members"
    (listed,) = (await gate.get(path, "company-1")).json()["items"]
    assert (LAN["display_name"], "l…@vidu.example") == (listed["display_name"], listed["email"])
    read = (await gate.get(f"/v1/members/{member['id']}", "company-1")).json()
    assert (LAN["display_name"], "lan@vidu.example") == (read["display_name"], read["email"])


async def test_names_and_addresses_are_in_no_row_in_clear(
    gate: Gate, session: AsyncSession
) -> None:
    answer = await invite(gate, email="lan@vidu.example")
    await step(gate, answer.json(), "role", {"role": "manager"})
    path = f"/v1/organisations/{answer.json()['organisation']}/members"
    again = {"name": "desk-2", "email": "binh@vidu.example", "display_name": "Trần Văn Bình"}
    assert 201 == (await gate.post(path, "company-1", {**LAN, **again}, retry="x")).status_code
    for table in ("members", "principals", "events", "stored_answers"):
        rows = [*await session.scalars(text(f"SELECT one::text FROM {table} AS one"))]
        bodies = [
            *await session.scalars(text("SELECT convert_from(body, 'UTF8') FROM stored_answers"))
        ]
        for secret in (LAN["display_name"], "lan@", "Trần Văn Bình", "binh@"):
            assert not [row for row in (*rows, *bodies) if secret in row], table


async def test_an_address_is_one_member_of_an_organisation(gate: Gate) -> None:
    """However it is written; another organisation may have it, too."""
    await invited(gate)
    answer = await invite(gate, name="other", email="LAN@vidu.EXAMPLE")
    assert (409, "member-exists") == (answer.status_code, answer.json()["code"])
    answer = await invite(gate, email="another@vidu.example")
    assert (409, "name-taken") == (answer.status_code, answer.json()["code"])
    path = f"/v1/organisations/{await own(gate, 'company-2')}/members"
    assert 201 == (await gate.post(path, "company-2", {**LAN, "name": "desk-3"})).status_code


async def test_another_data_key_seals_and_finds_members_too(
    gate: Gate, session: AsyncSession
) -> None:
    member = await invited(gate)
    ring = {"new": b"\1" * 32, **gate.app.state.settings.encryption_keys}
    cipher = Cipher(ring, gate.app.state.settings.pepper.get_secret_value())
    turns = Resealing(UnitOfWork(session), cipher, datetime.now(UTC))
    while await turns.turn() is not None:
        pass
    await session.commit()
    row = await session.get_one(Member, member["id"], populate_existing=True)
    assert cipher.hash_to_find("lan@vidu.example") == row.email_hash
    assert [True] * 2 == [one.startswith(cipher.mark) for one in (row.email, row.display_name)]
    parts = {*await session.scalars(select(ResealProgress.part))}
    assert {"members.email", "members.display_name"} <= parts


async def test_a_role_changes_and_nobody_grants_what_it_has_not(
    gate: Gate, session: AsyncSession
) -> None:
    member = await invited(gate)
    changed = (await step(gate, member, "role", {"role": "viewer", "personal": True})).json()
    assert ("viewer", True) == (changed["role"], changed["personal"])
    await change_key(session, "company-1", scopes=["manage", "read"])
    for body, missing in (({"role": "clerk"}, "act"), ({"role": "viewer", "personal": True}, None)):
        answer = await step(gate, member, "role", body)
        assert (403, missing or "personal") == (answer.status_code, answer.json()["scope"])
    answer = await invite(gate, name="other", email="other@vidu.example", role="manager")
    assert (403, "scope-missing") == (answer.status_code, answer.json()["code"])
    told = await session.execute(
        select(Event.kind, Event.data).where(Event.kind.like("member.%")).order_by(Event.number)
    )
    common = {"organisation": member["organisation"], "member": member["id"]}
    assert [
        ("member.invited", {**common, "role": "clerk", "personal": False}),
        ("member.changed", {**common, "role": "viewer", "personal": True}),
    ] == [tuple(one) for one in told]


async def test_a_member_is_disabled_and_enabled(gate: Gate, session: AsyncSession) -> None:
    member = await invited(gate, role="manager")
    for path, state in (
        ("disablement", "disabled"), ("disablement", "disabled"),
        ("enablement", "invited"), ("enablement", "invited"),
    ):  # fmt: skip
        assert state == (await step(gate, member, path)).json()["state"]
    await sign_in(session, member)
    assert "active" == (await gate.get(f"/v1/members/{member['id']}", "company-1")).json()["state"]


async def test_a_manager_who_signs_in_is_somebody_who_manages(
    gate: Gate, session: AsyncSession
) -> None:
    """An invitation is not; and the last of them stays a manager, and stays enabled."""
    member = await invited(gate, role="manager")
    mine = await sandbox_key(session, "company-1")
    revocation = f"/v1/keys/{mine}/revocation"
    refused = await gate.post(revocation, "company-1")
    assert (409, "last-manager") == (refused.status_code, refused.json()["code"])
    await sign_in(session, member)
    await change_key(session, "company-1", scopes=["manage", "read", "act"])
    assert 200 == (await gate.post(revocation, "company-1")).status_code
    # The board may, and whoever acts for the organisation itself may not.
    again = await gate.post(f"/v1/members/{member['id']}/disablement", "board-1")
    assert 200 == again.status_code


async def test_to_others_no_member_of_an_organisation_is_there(gate: Gate) -> None:
    member = await invited(gate)
    at = f"/v1/organisations/{member['organisation']}/members"
    one = f"/v1/members/{member['id']}"
    asked = [
        ("GET", at, None, "organisation-not-found"),
        ("POST", at, {**LAN, "name": "x"}, "organisation-not-found"),
        ("GET", one, None, "member-not-found"),
        ("POST", f"{one}/role", {"role": "clerk"}, "member-not-found"),
        ("POST", f"{one}/disablement", {}, "member-not-found"),
        ("POST", f"{one}/enablement", {}, "member-not-found"),
        ("GET", f"/v1/clients/{member['id']}", None, "client-not-found"),
    ]
    for method, path, body, code in asked:
        for where, who in ((path, "company-2"), (gone(path), "company-1"), (gone(path), "admin")):
            more = {} if body is None else {"json": body}
            answer = await gate.ask(method, where, who, **more)
            assert (404, code) == (answer.status_code, answer.json()["code"]), (where, who)
    # A person has no keys, also for those who manage it.
    answer = await gate.get(f"/v1/clients/{member['id']}/keys", "company-1")
    assert (404, "client-not-found") == (answer.status_code, answer.json()["code"])


@pytest.mark.parametrize("email", ["", "lan", "lan@", "lan@a@b", "lan @vidu.example", "lan@ví.vn"])
async def test_an_address_that_is_none_is_refused_and_not_repeated(gate: Gate, email: str) -> None:
    answer = await invite(gate, email=email)
    (error,) = answer.json()["errors"]
    assert (422, "/email") == (answer.status_code, error["pointer"])
    assert "value" not in error


async def test_members_come_in_pages_newest_first(gate: Gate, session: AsyncSession) -> None:
    for number in range(3):
        await invited(gate, name=f"desk-{number}", email=f"{number}@vidu.example")
    path = f"/v1/organisations/{await own(gate, 'company-1')}/members"
    page = (await gate.get(path, "company-1", params={"limit": 2})).json()
    query = {"limit": 2, "cursor": page["next_cursor"]}
    rest = (await gate.get(path, "company-1", params=query)).json()
    assert {"desk-0", "desk-1", "desk-2"} == {
        one["name"] for one in (*page["items"], *rest["items"])
    }
    kinds = await session.scalars(select(Principal.kind).where(Principal.name.like("desk-%")))
    assert {"person"} == {*kinds}


async def test_what_is_not_there_has_no_members(gate: Gate) -> None:
    answer = await gate.get(f"/v1/organisations/{uuid4()}/members", "admin")
    assert (404, "organisation-not-found") == (answer.status_code, answer.json()["code"])
