"""Members of organisations: people who act once they have signed in."""

from uuid import UUID

from fastapi import APIRouter, Response

from app.api.deps import Caller, OfProcess, Retry, Uow
from app.api.idempotency import RETRIED
from app.api.paging import AskedPage, Listing
from app.api.problems import problem_responses
from app.api.routes.clients import MANAGERS
from app.api.schemas.members import (
    MemberIn,
    MemberOut,
    MemberRoleIn,
    MembersOut,
    kept_out,
    listed_out,
    member_out,
    person,
)
from app.api.strict_json import StrictRoute
from app.domain.errors import (
    LastManagerError,
    MemberExistsError,
    MemberNotFoundError,
    NameTakenError,
    OrganisationNotFoundError,
    OrganisationUnfitError,
)
from app.services.access.members import Members

router = APIRouter(prefix="/v1", tags=["members"], route_class=StrictRoute)


@router.post(
    "/organisations/{organisation}/members",
    status_code=201,
    response_model=MemberOut,
    dependencies=[MANAGERS],
    responses=problem_responses(
        OrganisationNotFoundError, OrganisationUnfitError, NameTakenError, MemberExistsError,
        *RETRIED,
    ),
)  # fmt: skip
async def invite_member(
    organisation: UUID, body: MemberIn, uow: Uow, caller: Caller, retry: Retry
) -> Response:
    """Invite a person into your organisation, with no scope that you have not yourself."""
    known = await Members(uow, caller).invite(organisation, person(body))
    location = f"/v1/members/{known.member.id}"
    return await retry.answer(kept_out(known), location=location)


@router.get(
    "/organisations/{organisation}/members",
    dependencies=[MANAGERS],
    responses=problem_responses(OrganisationNotFoundError),
)
async def list_members(
    organisation: UUID, paging: AskedPage, uow: Uow, caller: Caller, process: OfProcess
) -> MembersOut:
    """List the members of your organisation, newest first, the disabled ones too."""
    listing = Listing(process.cursors, "members", paging, {"organisation": organisation})
    found = await Members(uow, caller).page(organisation, listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: (one.principal.created_at, one.member.id))
    return MembersOut(items=[listed_out(one) for one in page], next_cursor=cursor)


@router.get(
    "/members/{member}",
    dependencies=[MANAGERS],
    responses=problem_responses(MemberNotFoundError),
)
async def get_member(member: UUID, uow: Uow, caller: Caller) -> MemberOut:
    """Return a member of your organisation with the whole address."""
    return member_out(await Members(uow, caller).get(member))


@router.post(
    "/members/{member}/role",
    response_model=MemberOut,
    dependencies=[MANAGERS],
    responses=problem_responses(MemberNotFoundError, LastManagerError, *RETRIED),
)
async def change_member_role(
    member: UUID, body: MemberRoleIn, uow: Uow, caller: Caller, retry: Retry
) -> Response:
    """Give a member another role; it holds from the next request on, also of who is signed in."""
    known = await Members(uow, caller).change(member, body.role, personal=body.personal)
    return await retry.answer(kept_out(known), status=200)


@router.post(
    "/members/{member}/disablement",
    response_model=MemberOut,
    dependencies=[MANAGERS],
    responses=problem_responses(MemberNotFoundError, LastManagerError, *RETRIED),
)
async def disable_member(member: UUID, uow: Uow, caller: Caller, retry: Retry) -> Response:
    """Let a member act no more, from the next request on; what they did stays theirs."""
    known = await Members(uow, caller).disable(member)
    return await retry.answer(kept_out(known), status=200)


@router.post(
    "/members/{member}/enablement",
    response_model=MemberOut,
    dependencies=[MANAGERS],
    responses=problem_responses(MemberNotFoundError, *RETRIED),
)
async def enable_member(member: UUID, uow: Uow, caller: Caller, retry: Retry) -> Response:
    """Let a member who was disabled sign in again."""
    known = await Members(uow, caller).enable(member)
    return await retry.answer(kept_out(known), status=200)
