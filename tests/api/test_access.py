"""Who may call what: the whole matrix, asked of the running service, a row of it in one go.

The matrix is made of the routes' own words and of the table of who may do what with which thing
(`docs.access_matrix`); what the issue says in words stands below it. Credentials that open nothing
have a module of their own, `test_access_credentials`.
"""

import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.deps import UNVERIFIED_MAY
from app.core.ciphers import hash_of_key
from app.core.config import Settings
from app.domain.authorisation import Relation, Tie
from app.domain.vocabulary import Agency, Party, Role, Scope
from app.models import ApiKey, Organisation
from app.models import Principal as PrincipalRow
from app.services.upkeep.keys import SANDBOX, Member
from docs.access_matrix import OF_AUTHORITIES, OF_EVERYBODY, RELATIONS, Operation, matrix
from tests.api.conftest import Gate, lorry
from tests.api.declared import declared
from tests.api.test_strikes import miss, strikes
from tests.conftest import key_of

pytestmark = pytest.mark.usefixtures("unlimited")

NOBODY = "00000000-0000-7000-8000-000000000000"
IN_PATHS = {
    "gate": "tan-thanh",
    "direction": "export",
    "yard": "bao-nguyen",
    "code": "nothing",
    "token": "A" * 24,
    "lookup": "A" * 20,
}
MEMBERS = [member for member in SANDBOX if not member.name.endswith(("-2", "-supervisor"))]
OPERATIONS = matrix()
KEYED = {one.name: one for one in OPERATIONS if one.allowed is not None}
OPEN = {one.name: one for one in OPERATIONS if one.allowed is None}


def in_parts(operations: Iterable[Operation], count: int = 6) -> list[Any]:
    """Return operations in as many parts, each to be walked in one go."""
    every = list(operations)
    parts = [every[number::count] for number in range(count)]
    return [pytest.param(part, id=f"part {number}") for number, part in enumerate(parts, 1)]


ROWS = in_parts(KEYED.values())
OWNED = in_parts(one for one in KEYED.values() if one.thing)


@dataclass
class Row:
    """Cells of the matrix that turned out otherwise than they should, by name."""

    wrong: list[str] = field(default_factory=list)

    def note(self, name: str, expected: object, answer: httpx.Response, got: object) -> None:
        """Keep a cell where what it should be and what it is differ, or the service failed."""
        if expected != got or answer.status_code >= 500:
            said = f"{answer.status_code} {code_of(answer)}"
            self.wrong.append(f"{name}: {expected} expected, {got} found ({said})")


def code_of(answer: httpx.Response) -> str | None:
    """Return the code of a failure."""
    kind = answer.headers.get("content-type", "")
    return answer.json().get("code") if kind.startswith("application/problem+json") else None


def who_may(one: Operation) -> list[Member]:
    return [member for member in SANDBOX if one.lets_in(member.role, member.agency)]


def path_of(one: Operation, ids: dict[str, str] | None = None) -> str:
    path = one.path
    for name in one.params:
        path = path.replace(f"{{{name}}}", {**IN_PATHS, **(ids or {})}.get(name, NOBODY))
    return path


async def ask(gate: Gate, one: Operation, who: str | None = None, **more: Any) -> httpx.Response:
    body: dict[str, Any] = {} if one.method in {"GET", "DELETE"} else {"json": {}}
    return await gate.ask(one.method, more.pop("path", path_of(one)), who, **body | more)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


async def change_key(session: AsyncSession, who: str, **values: Any) -> None:
    """Let the key of somebody in the sandbox be another."""
    whose = select(PrincipalRow.id).where(PrincipalRow.name == who).scalar_subquery()
    await session.execute(update(ApiKey).where(ApiKey.principal_id == whose).values(**values))
    await session.commit()


async def give_key(
    session: AsyncSession, who: str, scopes: Iterable[Scope] = Scope, **values: Any
) -> str:
    """Give somebody one more key and return it."""
    key, pepper = uuid4().hex, Settings().pepper.get_secret_value()
    whose = select(PrincipalRow.id).where(PrincipalRow.name == who).scalar_subquery()
    hashed = hash_of_key(key, pepper)
    row = {"prefix": "test", "key_hash": hashed, "scopes": sorted(scopes), **values}
    await session.execute(insert(ApiKey).values(principal_id=whose, **row))
    await session.commit()
    return key


async def token_of(gate: Gate, who: str, key: str | None = None) -> str:
    """Return an access token for a key of somebody."""
    form = {
        "grant_type": "client_credentials",
        "client_id": who,
        "client_secret": key or key_of(who),
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await gate.ask("POST", "/oauth/token", content=urlencode(form), headers=headers)
    assert 200 == answer.status_code, answer.text
    return str(answer.json()["access_token"])


async def company(session: AsyncSession, name: str, tax_code: str | None = None) -> str:
    """Make a confirmed company with a client and a key of the same name; return its id."""
    row = {"name": name, "kind": "company", "verified": True, "tax_code": tax_code}
    house = await session.scalar(insert(Organisation).values(row).returning(Organisation.id))
    await session.execute(
        insert(PrincipalRow).values(organisation_id=house, name=name, role=Role.COMPANY.value)
    )
    key = await give_key(session, name)
    hashed = hash_of_key(key_of(name), Settings().pepper.get_secret_value())
    known = hash_of_key(key, Settings().pepper.get_secret_value())
    await session.execute(update(ApiKey).where(ApiKey.key_hash == known).values(key_hash=hashed))
    await session.commit()
    return str(house)


# --- the matrix ---------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ROWS)
async def test_whoever_has_not_the_role_is_refused_by_key_and_by_token(
    gate: Gate, part: list[Operation]
) -> None:
    row = Row()
    tokens = {member.name: await token_of(gate, member.name) for member in MEMBERS}
    for one in part:
        asked: list[tuple[Member, dict[str, str], str]] = [
            (member, {}, "a key") for member in MEMBERS
        ]
        # A token has the role of its key: of each operation one that is let in, one that is not.
        either = {one.lets_in(member.role, member.agency): member for member in MEMBERS}
        asked += [(who, bearer(tokens[who.name]), "a token") for who in either.values()]
        for member, headers, by in asked:
            answer = await ask(gate, one, None if headers else member.name, headers=headers)
            refused = (answer.status_code, code_of(answer)) == (403, "role-forbidden")
            expected = not one.lets_in(member.role, member.agency)
            row.note(f"{one.name} as {member.name} by {by}", expected, answer, refused)
    assert [] == row.wrong


@pytest.mark.parametrize("part", ROWS)
async def test_a_credential_of_other_scopes_is_refused_and_told_which_is_missing(
    gate: Gate, session: AsyncSession, part: list[Operation]
) -> None:
    row, keys = Row(), dict[tuple[str, frozenset[Scope]], str]()
    for one in part:
        assert one.scope is not None
        who = who_may(one)[0].name
        for scopes in (frozenset(Scope) - {one.scope}, frozenset({one.scope})):
            if (who, scopes) not in keys:
                keys[who, scopes] = await give_key(session, who, scopes)
            answer = await ask(gate, one, headers=bearer(keys[who, scopes]))
            got = answer.json().get("scope") if code_of(answer) == "scope-missing" else None
            expected = None if one.scope in scopes else one.scope.value
            row.note(f"{one.name} with {sorted(scopes)}", expected, answer, got)
    assert [] == row.wrong


@pytest.mark.parametrize("part", ROWS)
async def test_a_company_that_is_not_confirmed_reads_and_manages_itself_and_does_not_act(
    gate: Gate, session: AsyncSession, part: list[Operation]
) -> None:
    row = Row()
    doubted = update(Organisation).where(Organisation.name == "Sandbox company 1")
    await session.execute(doubted.values(verified=False))
    await session.commit()
    for one in (one for one in part if one.lets_in(Role.COMPANY)):
        answer = await ask(gate, one, "company-1")
        refused = (answer.status_code, code_of(answer)) == (403, "organisation-unverified")
        row.note(f"{one.name} by who is not", one.scope not in UNVERIFIED_MAY, answer, refused)
    assert [] == row.wrong


async def test_what_is_public_needs_no_key_and_takes_any(gate: Gate) -> None:
    row = Row()
    await gate.app.state.process.end()  # a stream would go on
    for one in OPEN.values():
        for who in (None, "company-1"):
            answer = await ask(gate, one, who)
            refused = code_of(answer) in {"key-invalid", "role-forbidden", "scope-missing"}
            if one.name != "check_ready":  # not of this process, which says why
                row.note(f"{one.name} as {who}", False, answer, refused)
    assert [] == row.wrong


# --- with what: one's own, a party's, another's -------------------------------------------------

Cells = dict[str, frozenset[Relation]]
"""What those are to a thing who ask for it, by their names."""
STRANGER = "company-2"


@dataclass
class Thing:
    """A thing to be asked for: what stands in the path, and what everybody is to it."""

    ids: dict[str, str]
    ties: Cells


async def an_entry(gate: Gate) -> Thing:
    """An entry of company-1 with a party of each kind."""
    entry = await gate.register("company-1", **lorry(next(PLATES), payer={"tax_code": TAX_CODE}))
    for party in (Party.CARRIER, Party.OWNER, Party.PAYER):
        who = await gate.get("/v1/organisations", "board-1", params={"name": f"a {party}"})
        body = {"party": party.value, "organisation": who.json()["items"][0]["id"]}
        path = f"/v1/entries/{entry['id']}/parties"
        assert 201 == (await gate.post(path, "company-1", body)).status_code
    ties: Cells = {
        "company-1": frozenset({Party.DECLARANT}),
        **{f"a {one}": frozenset({one}) for one in (Party.CARRIER, Party.OWNER, Party.PAYER)},
        "a payer by tax code": frozenset({Party.PAYER}),
    }
    return Thing({"entry": entry["id"], "order": entry["orders"][0]["id"]}, ties)


async def a_delegation(gate: Gate) -> Thing:
    body = {"party": "owner", "tax_code": TAX_CODE}
    entry = await gate.register("company-1", **lorry(next(PLATES)))
    made = await gate.post(f"/v1/entries/{entry['id']}/parties", "company-1", body)
    ties: Cells = {
        "company-1": frozenset({Tie.GRANTOR}),
        "a payer by tax code": frozenset({Tie.GRANTEE}),
    }
    return Thing({"delegation": made.json()["id"]}, ties)


async def a_difficulty(gate: Gate) -> Thing:
    body = {"gate": "tan-thanh", "words": "Too slow"}
    made = (await gate.post("/v1/difficulties", "company-1", body)).json()["id"]
    path = f"/v1/difficulties/{made}/assignment"
    assert 200 == (await gate.post(path, "officer-1", {"assigned_to": "customs"})).status_code
    ties: Cells = {
        "company-1": frozenset({Tie.REPORTER}), "customs": frozenset({Tie.ASSIGNEE}),
    }  # fmt: skip
    return Thing({"difficulty": made}, ties)


async def a_strike(gate: Gate) -> Thing:
    await miss(gate, next(PLATES))
    one = (await strikes(gate))[0]
    return Thing({"strike": one["id"]}, {"company-1": frozenset({Party.DECLARANT})})


def somebody() -> dict[str, str]:
    """Return an invitation of a person whom nobody else is."""
    name = f"desk-{uuid4().hex}"
    return {
        "name": name, "display_name": "Lan", "email": f"{name}@example.com", "role": "clerk",
    }  # fmt: skip


async def a_house(gate: Gate) -> Thing:
    """What company-1 has of its own: clients, keys, members, webhooks, batches."""
    named = {"name": "Sandbox company 1"}
    house = (await gate.get("/v1/organisations", "board-1", params=named)).json()["items"][0]
    at = f"/v1/organisations/{house['id']}"
    client = (await gate.post(f"{at}/clients", "company-1", {"name": uuid4().hex})).json()
    body = {"scopes": ["read"]}
    key = (await gate.post(f"/v1/clients/{client['id']}/keys", "company-1", body)).json()
    member = (await gate.post(f"{at}/members", "company-1", somebody())).json()
    hook = await gate.post(
        "/v1/webhooks", "company-1", {"url": "https://hooks.example.com/border-gate"}
    )
    rows = {"rows": [lorry(next(PLATES))]}
    batch = await gate.post("/v1/entries/batches", "company-1", rows, retry=uuid4().hex)
    order = (await gate.register("company-1", **lorry(next(PLATES))))["orders"][0]
    bundle = await gate.post("/v1/payment-bundles", "company-1", {"orders": [order["id"]]})
    asked = {"gate": "tan-thanh", "direction": "export", "payload_kg": 15000}
    quote = await gate.post("/v1/quotes", "company-1", asked)
    made = {
        "organisation": house, "client": client, "key": key, "member": member,
        "webhook": hook.json(), "batch": batch.json(), "bundle": bundle.json(),
        "quote": quote.json(),
    }  # fmt: skip
    ids = {name: str(one.get("id", NOBODY)) for name, one in made.items()}
    return Thing(ids, {"company-1": frozenset({Tie.HOUSE})})


MAKERS: dict[str, Callable[[Gate], Awaitable[Thing]]] = {
    "entry": an_entry,
    "order": an_entry,
    "delegation": a_delegation,
    "difficulty": a_difficulty,
    "strike": a_strike,
    **dict.fromkeys(
        ("organisation", "client", "key", "member", "webhook", "batch", "bundle", "quote"), a_house
    ),
}
TAX_CODE = "9900123459"
PLATES = count(1)
ASKED: dict[str, Any] = {
    "amend_entry": {"vehicle": {"payload_kg": 14000}},
    "name_payer": {"name": "Somebody"},
    "add_party": {"party": "owner", "tax_code": "9900123473"},
    "defer_entry": {"minutes": 240},
    "divert_entry": {"gate": "huu-nghi", "reason": "mine"},
    "substitute_vehicle": {"change": {"journey": "transshipment"}, "reason": "mine"},
    "appeal_strike": {"reason": "The road was closed"},
    "make_client": {"name": "desk-of-another"},
    "give_key": {"scopes": ["read"]},
    "invite_member": {
        "name": "b",
        "display_name": "B",
        "email": "b@example.com",
        "role": "clerk",
    },
    "replay_webhook": {"after": 0},
    "answer_difficulty": {"reason": "It was busy"},
    "change_member_role": {"role": "viewer"},
    "change_webhook": {"description": "Mine"},
}
"""What one asks where nothing is not enough."""
QUERIES = {"get_driver": "?purpose=contact-driver"}


def test_whatever_a_path_names_is_somebodys_or_said_to_be_nobodys() -> None:
    """A new kind of thing belongs into the matrix: who may be what to it."""
    named = {name for one in KEYED.values() for name in one.params}
    inner = {"substitution"}
    assert named <= {*RELATIONS, *OF_AUTHORITIES, *OF_EVERYBODY, *inner}
    assert {*MAKERS} == {*RELATIONS}
    for one in KEYED.values():
        of_somebody = bool({*one.params} - OF_EVERYBODY - {"source", "message"})
        assert of_somebody is (one.action is not None), one.name
        for role in one.allowed or () if one.action else ():
            ties = RELATIONS[one.thing] if one.thing else ()
            who = Role.AGENCY if isinstance(role, Agency) else role
            assert one.may(who, frozenset(ties)), (one.name, role)


@pytest.mark.parametrize("part", OWNED)
async def test_what_one_has_no_part_in_is_not_there(
    gate: Gate, session: AsyncSession, part: list[Operation]
) -> None:
    """Each operation with a thing of somebody's, by its owner, each party, another, authorities."""
    row = Row()
    for name in ("carrier", "owner", "payer"):
        await company(session, f"a {name}")
    await company(session, "a payer by tax code", TAX_CODE)
    for one in part:
        thing = await MAKERS[one.thing or ""](gate)
        authorities = [
            member.name
            for member in MEMBERS
            if one.lets_in(member.role, member.agency) and member.role is not Role.COMPANY
        ]
        cells = {**dict.fromkeys((STRANGER, *authorities), frozenset()), **thing.ties}
        for who, ties in sorted(cells.items(), key=lambda cell: len(cell[1])):
            role, agency = ROLE_OF.get(who, (Role.COMPANY, None))
            if not one.lets_in(role, agency):
                continue
            answer = await ask_for(gate, one, who, thing.ids)
            there = code_of(answer) != f"{one.thing}-not-found"
            row.note(f"{one.name} by {who}", one.may(role, ties), answer, there)
    assert [] == row.wrong


ROLE_OF = {member.name: (member.role, member.agency) for member in SANDBOX}


async def ask_for(gate: Gate, one: Operation, who: str, ids: dict[str, str]) -> httpx.Response:
    """Ask for one thing, with a body that is looked at only where the thing is there."""
    body = {} if one.method in {"GET", "DELETE"} else {"json": ASKED.get(one.name, {})}
    headers = {"If-Match": '"1"'} if one.method == "PATCH" else {}
    path = path_of(one, ids) + QUERIES.get(one.name, "")
    return await gate.ask(one.method, path, who, headers=headers, **body)


# --- what the issue says, in words --------------------------------------------------------------

PERSONAL_READERS = {"company", "app", "officer", "border_guard", "customs", "board"}
MANAGED = {
    "make_client", "disable_client", "enable_client", "give_key", "rotate_key", "revoke_key",
    "invite_member", "change_member_role", "disable_member", "enable_member",
}  # fmt: skip
EVERYBODY = {"company", "app", "officer", "agency", "yard", "board", "auditor"}
HOOKED = {
    "add_webhook", "change_webhook", "delete_webhook", "rotate_webhook_secret", "test_webhook",
    "replay_webhook",
}  # fmt: skip
WHO = {
    "register_entry": {"company", "app"},
    "register_batch": {"company", "app"},
    "cancel_batch": {"company", "app"},
    "amend_entry": {"company", "app"},
    "renew_tracking_token": {"company", "app", "officer"},
    "cancel_entry": {"company", "app", "officer"},
    "search_entries": PERSONAL_READERS,
    "add_party": {"company", "app", "officer"},
    "delegate_entries": {"company", "app"},
    "revoke_delegation": {"company", "app", "officer"},
    "refuse_delegation": {"company", "app"},
    "export_subject": {"board"},
    "erase_subject": {"board"},
    "record_check": {"agency", "yard"},
    "assign_exception": {"officer", "board"},
    "settle_exception": {"officer", "board", "agency", "yard"},
    "report_difficulty": {"company", "app"},
    "assign_difficulty": {"officer", "board"},
    "answer_difficulty": {"officer", "board", "agency", "yard"},
    "publish_difficulty": {"board"},
    "appeal_strike": {"company"},
    "decide_strike": {"officer", "board"},
    "report_outage": {"officer"},
    "sign_outage": {"officer"},
    "record_checks": {"agency", "yard"},
    "request_check": {"agency"},
    "waive_check": {"agency", "board"},
    "confirm_ground": {"officer", "agency", "board"},
    "withdraw_ground": {"officer", "agency", "board"},
    "post_notice": {"officer", "board"},
    "lift_notice": {"officer", "board"},
    "propose_override": {"officer"},
    "confirm_override": {"officer"},
    "approve_override": {"board"},
    "place_hold": {"officer", "agency"},
    "lift_hold": {"officer", "agency", "board"},
    "place_scoped_hold": {"officer", "agency"},
    "lift_scoped_hold": {"officer", "agency", "board"},
    "record_movement": {"yard", "officer", "agency"},
    "record_arrival": {"officer", "agency"},
    "record_admission": {"officer", "agency"},
    "release_entry": {"officer", "customs", "border_guard"},
    "record_exit": {"officer", "agency", "yard"},
    "record_acceptance": {"officer", "agency"},
    "send_messages": {"officer", "agency", "yard"},
    "resolve_message": {"officer", "agency", "yard"},
    "register_source": {"officer", "admin"},
    "change_source": {"officer", "admin"},
    "record_refusal": {"officer", "agency"},
    "call_next_vehicles": {"officer"},
    "withdraw_call": {"officer"},
    "defer_entry": {"company", "app"},
    "record_receiving_vehicle": {"border_guard", "customs"},
    "divert_entry": {"company", "app", "officer"},
    "substitute_vehicle": {"company", "app"},
    "confirm_substitution": {"officer", "yard"},
    "refuse_substitution": {"officer", "yard"},
    "withdraw_substitution": {"company", "app"},
    "check_pass": {"officer", "agency", "yard"},
    "record_payment": {"bank"},
    "number_receipt_again": {"collector"},
    "ask_correction": {"collector"},
    "approve_correction": {"collector", "board"},
    "refuse_correction": {"collector", "board"},
    "open_refund": {"collector"},
    "request_refund": {"collector"},
    "approve_refund": {"collector", "board"},
    "refuse_refund": {"collector", "board"},
    "record_refund_payment": {"collector"},
    "name_payer": {"company", "app", "collector"},
    "make_bundle": {"company", "app", "collector"},
    "open_shift": {"collector"},
    "take_payment": {"collector"},
    "close_shift": {"collector"},
    "notify_payment": {"bank"},
    "send_statement": {"bank", "collector"},
    "settle_payment": {"collector"},
    "close_book_day": {"collector"},
    "record_remittance": {"collector"},
    "renew_bank_secret": {"board", "admin"},
    "confirm_tariff": {"board"},
    "confirm_policy": {"board"},
    "propose_policy": {"board"},
    "approve_policy": {"board"},
    "withdraw_policy": {"board"},
    "propose_tariff": {"board"},
    "propose_reduction": {"board"},
    "record_inspection": {"officer", "agency"},
    "approve_reduction": {"board"},
    "withdraw_reduction": {"board"},
    "import_tariff": {"board"},
    "approve_tariff": {"board"},
    "withdraw_tariff": {"board"},
    "move_clock": {"admin"},
    "open_commitments": {"auditor"},
    "make_organisation": {"board", "admin"},
    "verify_organisation": {"board"},
    "revoke_session": {*Role},
    **{name: {*Role} for name in sorted(MANAGED)},
    **dict.fromkeys(sorted(HOOKED), EVERYBODY),
}


HOOKS_LOOKED_AT = {"list_webhooks", "get_webhook", "list_deliveries"}
LOOKED_AFTER = {"list_clients", "get_client", "list_keys", "list_members", "get_member"}
WHO_READS = {
    "list_entries": EVERYBODY,
    "count_entries": {"company", "app"},
    "list_parties": EVERYBODY,
    "list_delegations": {"company", "app"},
    "list_events": EVERYBODY | {"collector"},
    "list_entry_events": EVERYBODY,
    "list_driver_messages": EVERYBODY,
    "list_sandbox_messages": {"company", "app", "officer"},
    "export_entries": EVERYBODY,
    "list_batches": {"company", "app"},
    "keep_quote": {"company", "app"},
    "list_kept_quotes": {"company", "app"},
    "get_kept_quote": {"company", "app"},
    "get_batch": {"company", "app"},
    "list_batch_results": {"company", "app"},
    "get_batch_template": {"company", "app"},
    **dict.fromkeys(sorted(HOOKS_LOOKED_AT), EVERYBODY),
    "get_entry": EVERYBODY,
    "get_place": EVERYBODY,
    "get_powers": EVERYBODY,
    "explain_entry": EVERYBODY,
    "get_certificate": EVERYBODY,
    "get_pass": EVERYBODY,
    "get_driver": PERSONAL_READERS,
    "list_personal_reads": {"company", "app", "board", "auditor"},
    "list_openings": {"company", "app", "board", "auditor"},
    "get_openings": {"company", "app"},
    "get_tracking_token": {"company", "app", "officer"},
    "get_order": {"company", "app", "officer", "bank", "collector", "board", "auditor"},
    "list_bundles": {"company", "app", "officer", "bank", "collector", "board", "auditor"},
    "get_order_qr": {"company", "app", "officer", "bank", "collector", "board", "auditor"},
    "get_bundle_qr": {"company", "app", "officer", "bank", "collector", "board", "auditor"},
    "get_bundle": {"company", "app", "officer", "bank", "collector", "board", "auditor"},
    "list_shifts": {"collector", "board", "auditor"},
    "get_shift": {"collector", "board", "auditor"},
    "list_payments": {"bank", "collector", "board", "auditor"},
    "get_payment": {"collector", "board", "auditor"},
    "get_queue_sheet": {"officer"},
    "list_substitutions": EVERYBODY,
    "list_ground_words": EVERYBODY,
    "list_inspections": EVERYBODY,
    "list_diversions": EVERYBODY,
    "list_receiving_vehicles": EVERYBODY,
    "list_book_days": {"collector", "board", "auditor"},
    "get_book_day": {"collector", "board", "auditor"},
    "list_refunds": {"company", "app", "collector", "board", "auditor"},
    "get_refund": {"collector", "board", "auditor"},
    "get_revenue": {"collector", "board", "auditor"},
    "get_revenue_summary": {"collector", "board", "auditor"},
    "get_treasury_list": {"collector", "board", "auditor"},
    "list_remittances": {"collector", "board", "auditor"},
    "list_corrections": {"collector", "board", "auditor"},
    "list_banks": {"collector", "board", "auditor"},
    "find_orders": {"collector", "board", "auditor"},
    "list_receipts": {"company", "app", "collector", "board", "auditor"},
    "list_check_requests": {"agency", "yard", "officer", "board", "auditor"},
    "list_exceptions": {"officer", "board", "agency", "yard", "auditor"},
    "list_outages": EVERYBODY,
    "list_observations": EVERYBODY,
    "get_goods_declarations": EVERYBODY,
    "list_quarantine": {"officer", "agency", "yard", "board", "auditor"},
    "list_sources": {"officer", "admin", "agency", "yard", "board", "auditor"},
    "list_difficulties": EVERYBODY,
    "list_strikes": {"company", "officer", "board", "auditor"},
    "get_strike": {"company", "officer", "board", "auditor"},
    "get_difficulty": EVERYBODY,
    "list_waiting": {"officer", "agency", "yard", "board", "auditor"},
    "list_calls": {"officer", "agency", "yard", "board", "auditor"},
    "get_call": {"officer", "agency", "yard", "board", "auditor"},
    "list_policy_proposals": {"officer", "board", "auditor"},
    "list_reduction_proposals": {"officer", "board", "auditor", "collector"},
    "get_reduction_proposal": {"officer", "board", "auditor", "collector"},
    "list_tariff_proposals": {"officer", "board", "auditor", "collector"},
    "get_tariff_effect": {"officer", "board", "auditor", "collector"},
    "list_price_checks": {"board", "auditor", "collector"},
    "export_tariff_proposal": {"officer", "board", "auditor", "collector"},
    "get_tariff_proposal": {"officer", "board", "auditor", "collector"},
    "list_override_proposals": {"officer", "board", "auditor"},
    "list_organisations": {"board", "admin", "auditor"},
    "get_organisation": {*Role},
    "get_session": {*Role},
    "list_sessions": {*Role},
    **{name: {*Role} for name in sorted(LOOKED_AFTER)},
    "list_scoped_holds": {"officer", "agency", "board", "auditor"},
}
PUBLIC = {
    "list_notices", "get_notice", "list_overrides",
    "list_queues", "get_queue", "track_entry", "list_gates", "get_gate", "list_yards", "get_yard",
    "get_yard_services",
    "list_reductions", "get_reduction",
    "stream_queues",
    "list_tariffs", "get_tariff", "compare_tariffs", "export_tariff", "quote_fees",
    "judge_green_lane", "list_green_lane_rules", "list_lane_grounds",
    "list_produce", "list_policies", "get_policy", "compare_policies", "get_daily_report",
    "get_cumulative_report", "get_waits_report", "get_fairness_report", "get_hours_report",
    "get_difficulties_report",
    "list_published_difficulties", "report_difficulty_by_link", "list_difficulties_by_link",
    "check_live", "check_ready", "get_metrics", "get_keys", "issue_token",
    "get_pass_by_link", "get_order_qr_by_link", "list_receipts_by_link", "list_messages_by_link",
    "get_certificate_by_link", "look_up_receipt", "list_pass_revocations",
    "get_log_keys", "get_checkpoint", "list_checkpoints", "get_old_checkpoint", "get_tile",
    "list_leaves", "prove_inclusion", "prove_consistency", "cosign_checkpoint",
}  # fmt: skip

SCOPES = {
    "get_driver": Scope.PERSONAL,
    "search_entries": Scope.PERSONAL,
    "check_pass": Scope.READ,
    "revoke_session": Scope.READ,
    **dict.fromkeys(MANAGED | LOOKED_AFTER | HOOKED | HOOKS_LOOKED_AT, Scope.MANAGE),
    "delegate_entries": Scope.MANAGE,
    "renew_bank_secret": Scope.MANAGE,
    "export_subject": Scope.PERSONAL,
    "erase_subject": Scope.PERSONAL,
}
"""What asks for another scope than its method would."""


def test_who_calls_is_who_should() -> None:
    told = {name: {str(one) for one in KEYED[name].allowed or ()} for name in KEYED}
    assert {name: {str(one) for one in roles} for name, roles in (WHO | WHO_READS).items()} == told


def test_what_only_reads_asks_for_read_and_all_else_for_act_unless_it_says_so() -> None:
    usual = {one: Scope.READ if it.method == "GET" else Scope.ACT for one, it in KEYED.items()}
    assert {**usual, **SCOPES} == {name: one.scope for name, one in KEYED.items()}


def test_an_operation_with_a_key_may_be_called_by_somebody() -> None:
    assert [] == [one.name for one in KEYED.values() if not who_may(one)]


def test_every_operation_of_the_document_is_in_those_lists() -> None:
    """A new one belongs into the list of those who may call it, or among what is public."""
    document = json.loads((Path(__file__).parents[2] / "openapi.json").read_text())
    promised = {
        operation["operationId"]
        for path in document["paths"].values()
        for operation in path.values()
    }
    assert promised == {one.name for one in OPERATIONS}
    assert promised == {*WHO, *WHO_READS, *PUBLIC}
    assert PUBLIC == OPEN.keys()


def test_roles_and_agencies_have_different_names() -> None:
    assert not {role.value for role in Role} & {agency.value for agency in Agency}


def test_the_document_says_who_may_call_an_operation_and_by_a_key_of_which_scope() -> None:
    told = {
        operation["operationId"]: (operation.get("x-roles"), operation.get("x-scope"))
        for path in declared()["paths"].values()
        for operation in path.values()
    }
    assert told == {
        one.name: (sorted(map(str, one.allowed)), one.scope) if one.allowed else (None, None)
        for one in OPERATIONS
    }
