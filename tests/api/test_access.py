"""Who may call what: every operation, asked by everybody, from the routes' own declarations."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.deps import Anyone, May
from app.core.config import Settings
from app.domain.authorisation import Tie, decide
from app.domain.principal import Principal
from app.domain.vocabulary import Agency, Party, Role, Scope
from app.main import create_app
from app.models import ApiKey
from app.models import Principal as PrincipalRow
from app.services.upkeep.keys import SANDBOX, Member
from tests.api.conftest import Gate

NOBODY = "00000000-0000-7000-8000-000000000000"
IN_PATHS = {
    "gate": "tan-thanh",
    "direction": "export",
    "yard": "bao-nguyen",
    "code": "nothing",
    "token": "A" * 24,
}
MEMBERS = [member for member in SANDBOX if not member.name.endswith(("-2", "-supervisor"))]


def routes(app: FastAPI) -> Iterator[APIRoute]:
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, APIRoute):
            yield context.original_route


def words(route: APIRoute) -> list[May | Anyone]:
    """Return what a route declares of who may call it."""
    asked = [one.dependency for one in route.dependencies]
    return [one for one in asked if isinstance(one, May | Anyone)]


APP = create_app(Settings())
OPERATIONS = [route for route in routes(APP) if route.include_in_schema]
KEYED = {route.name: route for route in OPERATIONS if isinstance(words(route)[0], May)}
OPEN = {route.name: route for route in OPERATIONS if isinstance(words(route)[0], Anyone)}


def path_of(route: APIRoute) -> str:
    path = route.path
    for name in route.param_convertors:
        path = path.replace(f"{{{name}}}", IN_PATHS.get(name, NOBODY))
    return path


def may_call(route: APIRoute, member: Member) -> bool:
    word = words(route)[0]
    assert isinstance(word, May)
    return bool(word.allowed & {member.role, member.agency})


async def ask(gate: Gate, route: APIRoute, who: str | None, **more: Any) -> Any:
    method = min(route.methods or ())
    body: dict[str, Any] = {} if method == "GET" else {"json": {}}
    return await gate.ask(method, path_of(route), who, **body, **more)


@pytest.mark.parametrize("route", OPERATIONS, ids=lambda route: route.name)
def test_every_operation_says_once_who_may_call_it(route: APIRoute) -> None:
    assert 1 == len(words(route))


@pytest.mark.parametrize("route", KEYED.values(), ids=lambda route: route.name)
def test_an_operation_with_a_key_may_be_called_by_somebody(route: APIRoute) -> None:
    assert any(may_call(route, member) for member in SANDBOX)


@pytest.mark.parametrize("name", KEYED)
async def test_without_a_key_or_with_a_wrong_one_nobody_gets_in(gate: Gate, name: str) -> None:
    wrong = {"Authorization": "Bearer gate_company_nothing"}
    for headers in ({}, wrong, {"Authorization": "Basic Zm9vOmJhcg=="}):
        answer = await ask(gate, KEYED[name], None, headers=headers)
        assert (401, "key-invalid", "Bearer") == (
            answer.status_code, answer.json()["code"], answer.headers["WWW-Authenticate"],
        )  # fmt: skip


@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: member.name)
@pytest.mark.parametrize("name", KEYED)
async def test_everybody_else_is_refused(gate: Gate, name: str, member: Member) -> None:
    answer = await ask(gate, KEYED[name], member.name)
    assert answer.status_code < 500, answer.text
    forbidden = answer.status_code == 403 and answer.json()["code"] == "role-forbidden"
    assert may_call(KEYED[name], member) is not forbidden


@pytest.mark.parametrize("name", OPEN)
async def test_what_is_public_needs_no_key_and_takes_any(gate: Gate, name: str) -> None:
    for who in (None, "company-1"):
        answer = await ask(gate, OPEN[name], who)
        assert answer.status_code not in {401, 403, 500}, answer.text


async def change_key(session: AsyncSession, who: str, **values: Any) -> None:
    """Let the key of somebody in the sandbox be another."""
    whose = select(PrincipalRow.id).where(PrincipalRow.name == who).scalar_subquery()
    await session.execute(update(ApiKey).where(ApiKey.principal_id == whose).values(**values))
    await session.commit()


async def test_the_key_of_a_disabled_principal_opens_nothing(
    gate: Gate, session: AsyncSession
) -> None:
    disabled = update(PrincipalRow).where(PrincipalRow.name == "company-1")
    await session.execute(disabled.values(revoked_at=func.clock_timestamp()))
    await session.commit()
    assert 401 == (await gate.get("/v1/entries", "company-1")).status_code


@pytest.mark.parametrize(
    ("ended", "status"),
    [
        pytest.param({"revoked_at": func.clock_timestamp()}, 401, id="revoked"),
        pytest.param({"expires_at": func.clock_timestamp()}, 401, id="expired this instant"),
        pytest.param(
            {"expires_at": func.clock_timestamp() + timedelta(minutes=1)}, 200, id="not yet expired"
        ),
    ],
)
async def test_a_key_opens_until_it_is_revoked_or_expires(
    gate: Gate, session: AsyncSession, ended: dict[str, Any], status: int
) -> None:
    await change_key(session, "company-1", **ended)
    assert status == (await gate.get("/v1/entries", "company-1")).status_code


@pytest.mark.parametrize("name", KEYED)
async def test_a_key_of_other_scopes_is_refused_and_told_which_is_missing(
    gate: Gate, session: AsyncSession, name: str
) -> None:
    route, word = KEYED[name], words(KEYED[name])[0]
    assert isinstance(word, May)
    who = next(member.name for member in SANDBOX if may_call(route, member))
    needed = word.scope_for(min(route.methods or ()))
    await change_key(session, who, scopes=sorted({*Scope} - {needed}))
    answer = await ask(gate, route, who)
    told = answer.json()
    assert (403, "scope-missing", needed) == (answer.status_code, told["code"], told["scope"])
    await change_key(session, who, scopes=[needed])
    answer = await ask(gate, route, who)
    assert answer.status_code != 403 or answer.json()["code"] != "scope-missing"


@pytest.mark.parametrize("route", KEYED.values(), ids=lambda route: route.name)
def test_what_only_reads_asks_for_read_and_all_else_for_act_unless_it_says_so(
    route: APIRoute,
) -> None:
    (word,) = words(route)
    assert isinstance(word, May)
    usual = Scope.READ if "GET" in (route.methods or ()) else Scope.ACT
    assert SCOPES.get(route.name, usual) is word.scope_for(min(route.methods or ()))


OF_NOBODY = {
    "gate", "direction", "yard", "code", "token", "notice", "outage", "source", "message",
    "session",
}  # fmt: skip
"""What paths name that belongs to no company, opens by itself, or is one's own alone."""


@pytest.mark.parametrize("route", KEYED.values(), ids=lambda route: route.name)
def test_what_is_done_with_one_thing_is_said_and_may_be_done_by_whoever_is_let_in(
    route: APIRoute,
) -> None:
    (word,) = words(route)
    assert isinstance(word, May)
    assert bool(route.param_convertors.keys() - OF_NOBODY) is (word.on is not None)
    for one in word.allowed if word.on else ():
        role = Role.AGENCY if isinstance(one, Agency) else one
        ties = {*Tie, *Party} if role in {Role.COMPANY, Role.APP} else {*Tie}
        who = Principal(UUID(NOBODY), UUID(NOBODY), "somebody", role)
        assert word.on is not None
        assert decide(who, word.on, ties)


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
    "post_notice": {"officer", "board"},
    "lift_notice": {"officer", "board"},
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
    "confirm_tariff": {"board"},
    "confirm_policy": {"board"},
    "move_clock": {"admin"},
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
    "list_parties": EVERYBODY,
    "list_delegations": {"company", "app"},
    "list_events": EVERYBODY,
    "list_entry_events": EVERYBODY,
    "export_entries": EVERYBODY,
    "list_batches": {"company", "app"},
    "get_batch": {"company", "app"},
    "list_batch_results": {"company", "app"},
    "get_batch_template": {"company", "app"},
    **dict.fromkeys(sorted(HOOKS_LOOKED_AT), EVERYBODY),
    "get_entry": EVERYBODY,
    "get_place": EVERYBODY,
    "get_pass": EVERYBODY,
    "get_driver": PERSONAL_READERS,
    "list_personal_reads": {"company", "app", "board", "auditor"},
    "get_tracking_token": {"company", "app", "officer"},
    "get_order": {"company", "app", "officer", "bank", "board", "auditor"},
    "get_queue_sheet": {"officer"},
    "list_substitutions": EVERYBODY,
    "list_diversions": EVERYBODY,
    "list_receiving_vehicles": EVERYBODY,
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
    "list_calls": {"officer", "agency", "yard", "board", "auditor"},
    "get_call": {"officer", "agency", "yard", "board", "auditor"},
    "list_organisations": {"board", "admin", "auditor"},
    "get_organisation": {*Role},
    "get_session": {*Role},
    "list_sessions": {*Role},
    **{name: {*Role} for name in sorted(LOOKED_AFTER)},
    "list_scoped_holds": {"officer", "agency", "board", "auditor"},
}
PUBLIC = {
    "list_notices", "get_notice",
    "list_queues", "get_queue", "track_entry", "list_gates", "get_gate", "list_yards", "get_yard",
    "list_tariffs", "get_tariff", "quote_fees", "judge_green_lane", "list_green_lane_rules",
    "list_produce", "list_policies", "get_policy", "get_daily_report",
    "get_cumulative_report", "get_waits_report", "get_difficulties_report",
    "list_published_difficulties", "report_difficulty_by_link", "list_difficulties_by_link",
    "check_live", "check_ready", "get_metrics", "get_keys", "issue_token",
    "get_pass_by_link", "list_pass_revocations",
}  # fmt: skip

SCOPES = {
    "get_driver": Scope.PERSONAL,
    "search_entries": Scope.PERSONAL,
    "check_pass": Scope.READ,
    "revoke_session": Scope.READ,
    **dict.fromkeys(MANAGED | LOOKED_AFTER | HOOKED | HOOKS_LOOKED_AT, Scope.MANAGE),
    "delegate_entries": Scope.MANAGE,
    "export_subject": Scope.PERSONAL,
    "erase_subject": Scope.PERSONAL,
}
"""What asks for another scope than its method would."""


@pytest.mark.parametrize(("name", "roles"), (WHO | WHO_READS).items())
def test_who_calls_is_who_should(name: str, roles: set[str]) -> None:
    word = words(KEYED[name])[0]
    assert isinstance(word, May)
    assert roles == {str(one) for one in word.allowed}


def test_every_operation_of_the_document_is_in_those_lists() -> None:
    """A new one belongs into the list of those who may call it, or among what is public."""
    document = json.loads((Path(__file__).parents[2] / "openapi.json").read_text())
    promised = {
        operation["operationId"]
        for path in document["paths"].values()
        for operation in path.values()
    }
    assert promised == {route.name for route in OPERATIONS}
    assert promised == {*WHO, *WHO_READS, *PUBLIC}
    assert PUBLIC == OPEN.keys()


OF_ONE_ENTRY = {
    name
    for name, route in KEYED.items()
    if {"entry", "order"} & route.param_convertors.keys() and may_call(route, SANDBOX[0])
}


ASKED: dict[str, Any] = {
    "add_party": {"party": "owner", "tax_code": "9900123466"},
    "defer_entry": {"minutes": 240},
    "divert_entry": {"gate": "huu-nghi", "reason": "mine"},
    "substitute_vehicle": {"change": {"journey": "transshipment"}, "reason": "mine"},
}
"""What one asks where nothing is not enough."""
QUERIES = {"get_driver": "?purpose=contact-driver"}


@pytest.mark.parametrize("name", sorted(OF_ONE_ENTRY))
async def test_to_another_company_an_entry_is_not_there(gate: Gate, name: str) -> None:
    """Whatever a company may ask or do about one entry or order, it may about its own only."""
    entry = await gate.register("company-1")
    path = KEYED[name].path.replace("{entry}", entry["id"])
    path = path.replace("{order}", entry["orders"][0]["id"]).replace("{substitution}", entry["id"])
    path += QUERIES.get(name, "")
    method = min(KEYED[name].methods or ())
    bodies = {"GET": {}, "PATCH": {"json": {"client_reference": "mine"}}}
    body = bodies.get(method, {"json": ASKED.get(name, {})})
    answer = await gate.ask(method, path, "company-2", headers={"If-Match": '"1"'}, **body)
    assert 404 == answer.status_code
    assert answer.json()["code"] in {"entry-not-found", "order-not-found"}
    assert entry["reference"] not in answer.text
    assert entry["version"] == (await gate.entry(entry))["version"]


def test_roles_and_agencies_have_different_names() -> None:
    assert not {role.value for role in Role} & {agency.value for agency in Agency}


def test_the_document_says_who_may_call_an_operation() -> None:
    document = APP.openapi()
    told = {
        operation["operationId"]: operation.get("x-roles")
        for path in document["paths"].values()
        for operation in path.values()
    }
    assert {name: sorted(roles) for name, roles in WHO.items()} == {
        name: told[name] for name in WHO
    }
    assert {None} == {told[name] for name in OPEN}


def test_the_document_says_by_a_key_of_which_scope() -> None:
    document = APP.openapi()
    told = {
        operation["operationId"]: operation.get("x-scope")
        for path in document["paths"].values()
        for operation in path.values()
    }
    assert ("read", "act") == (told["get_entry"], told["register_entry"])
    assert SCOPES == {name: told[name] for name in SCOPES}
    assert OPEN.keys() == {name for name, scope in told.items() if scope is None}
