"""Entries: registering, reading, amending, ending."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response

from app.api.caching import conditional, entry_tag, expected_versions, version_tag
from app.api.deps import Caller, OfProcess, Retry, Spoken, Uow, may
from app.api.failures import IfMatchMissingError
from app.api.idempotency import RETRIED
from app.api.paging import AskedPage, Listing
from app.api.problems import problem_responses
from app.api.readings import UNCHANGED
from app.api.schemas.answers import (
    brief_out,
    entry_counts_out,
    entry_out,
    registered_out,
    standing_out,
    tracking_out,
)
from app.api.schemas.declarations import EntryIn, EntryPatch
from app.api.schemas.entries import (
    EntriesOut,
    EntryCountsOut,
    EntryOut,
    RegisteredOut,
    StandingOut,
    TrackingOut,
)
from app.api.schemas.explanations import ExplanationOut, explanation_out
from app.api.schemas.powers import PowersOut, powers_out
from app.api.schemas.types import Instant, PlatePart, Sought
from app.api.strict_json import StrictRoute
from app.core.ids import read_reference
from app.domain.authorisation import Action
from app.domain.errors import (
    DuplicateReferenceError,
    EntryEndedError,
    EntryNotFoundError,
    NoPolicyInForceError,
    NotAmendableError,
    PartForbiddenError,
    PlateAlreadyRegisteredError,
    PlateMissingError,
    StaleVersionError,
    UnknownCodeError,
)
from app.domain.questions import EntryFilter
from app.domain.vocabulary import Direction, Lane, Role, State
from app.services.declarations.amendment import Amendment
from app.services.declarations.declaring import Driver
from app.services.declarations.entries import Entries
from app.services.declarations.powers import powers_over
from app.services.declarations.registration import Registration
from app.services.queues.explaining import Explaining

router = APIRouter(prefix="/v1/entries", tags=["entries"], route_class=StrictRoute)

EVERYBODY = (
    Role.COMPANY, Role.APP, Role.OFFICER, Role.AGENCY, Role.YARD, Role.BOARD, Role.AUDITOR,
)  # fmt: skip
DECLARANTS = (Role.COMPANY, Role.APP)


@router.post(
    "",
    status_code=201,
    response_model=RegisteredOut,
    dependencies=[may(*DECLARANTS)],
    responses=problem_responses(
        UnknownCodeError, PlateMissingError, PlateAlreadyRegisteredError, DuplicateReferenceError,
        *RETRIED,
    ),
)  # fmt: skip
async def register_entry(
    body: EntryIn, uow: Uow, caller: Caller, retry: Retry, language: Spoken, process: OfProcess
) -> Response:
    """Register a vehicle before it arrives.

    One answer has the findings, the green-lane verdict, the frozen price, a tracking link and what
    to do next. Blocking findings do not refuse the entry: they keep it from being ready.
    """
    driver = Driver(**body.driver.model_dump()) if body.driver else Driver()
    view = await Registration(uow, caller).register(body.document(), driver)
    token = caller.tools.tokens.tracking(view.entry.id, view.entry.tracking_version)
    answer = registered_out(view, token, language, process.settings.base_url)
    location = f"/v1/entries/{view.entry.id}"
    return await retry.answer(answer, location=location, secret=token)


# A coroutine: the framework runs a dependency that is none in a thread.
async def get_names(
    plate: PlatePart | None = None,
    declaration_number: Sought | None = None,
    client_reference: Sought | None = None,
    reference: Sought | None = None,
) -> Mapping[str, str | None]:
    """Return by what an entry is looked for, as the rows have it."""
    return {
        "plate": plate or None,
        "declaration_number": "".join(declaration_number.split()) if declaration_number else None,
        "client_reference": client_reference,
        "reference": read_reference(reference) if reference else None,
    }


async def get_filters(
    names: Annotated[Mapping[str, str | None], Depends(get_names)],
    gate: Sought | None = None,
    route: Sought | None = None,
    direction: Direction | None = None,
    state: State | None = None,
    lane: Lane | None = None,
    yard: Sought | None = None,
    registered_from: Instant | None = None,
    registered_before: Instant | None = None,
    changed_after: Instant | None = None,
    *,
    ended: bool | None = None,
    ready: bool | None = None,
    held: bool | None = None,
    due: bool | None = None,
) -> EntryFilter:
    """Return what a list of entries is narrowed to."""
    return EntryFilter(
        **names,
        gate=gate,
        route=route,
        direction=direction,
        state=state,
        lane=lane,
        yard=yard,
        registered_from=registered_from,
        registered_before=registered_before,
        changed_after=changed_after,
        ended=ended,
        ready=ready,
        held=held,
        due=due,
    )


@router.get("", dependencies=[may(*EVERYBODY)])
async def list_entries(
    where: Annotated[EntryFilter, Depends(get_filters)],
    paging: AskedPage,
    uow: Uow,
    caller: Caller,
    language: Spoken,
    process: OfProcess,
) -> EntriesOut:
    """List entries, newest first; with `changed_after` by time of change, oldest first.

    A company sees its own, and of what is `due` only what it may pay. The list leaves out places,
    checks and next steps: ask for one entry.
    """
    listing = Listing(process.cursors, "entries", paging, asdict(where))
    found = await Entries(uow, caller).page(where, listing.after, listing.wanted)
    places = (
        (lambda one: (one.entry.changed_at, one.entry.id))
        if where.changed_after
        else (lambda one: (one.entry.registered_at, one.entry.id))
    )
    page, cursor = listing.cut(found, places)
    return EntriesOut(items=[brief_out(view, language) for view in page], next_cursor=cursor)


@router.get("/counts", dependencies=[may(*DECLARANTS)])
async def count_entries(uow: Uow, caller: Caller) -> EntryCountsOut:
    """Count your company's open entries: by state, those that cannot go on, what it may pay."""
    return entry_counts_out(await Entries(uow, caller).counts())


@router.get(
    "/{entry}",
    response_model=EntryOut,
    dependencies=[may(*EVERYBODY, on=Action.READ)],
    responses={**UNCHANGED, **problem_responses(EntryNotFoundError)},
)
async def get_entry(
    entry: UUID, request: Request, uow: Uow, caller: Caller, language: Spoken
) -> Response:
    """Return an entry with its price, checks, holds and what to do next.

    Its `ETag` names the version too and may be sent as `If-Match`. The place is at `/place`.
    """
    view = await Entries(uow, caller).get(entry)
    answer = entry_out(view, language)
    body = answer.__pydantic_serializer__.to_json(answer)
    etag = entry_tag(view.entry.version, body)
    return conditional(request, body, 0, etag=etag, public=False, vary="Accept-Language")


@router.patch(
    "/{entry}",
    dependencies=[may(*DECLARANTS, on=Action.AMEND)],
    responses=problem_responses(
        EntryNotFoundError, IfMatchMissingError, StaleVersionError, EntryEndedError,
        NotAmendableError, UnknownCodeError, DuplicateReferenceError, PartForbiddenError,
    ),
)  # fmt: skip
async def amend_entry(
    entry: UUID,
    body: EntryPatch,
    uow: Uow,
    caller: Caller,
    language: Spoken,
    response: Response,
    if_match: Annotated[str | None, Header(alias="If-Match", max_length=200)] = None,
) -> EntryOut:
    """Change declared data as a JSON merge patch; the place in the queue is kept.

    Send the `version` you read as `If-Match`. Plates, containers, seals, gate and declarations
    that were given are not amended. The entry is judged and priced anew. A carrier amends the
    vehicle and its driver.
    """
    versions = expected_versions(if_match)
    amended = await Amendment(uow, caller).amend(
        entry, versions, body.document(), body.driver_changes()
    )
    response.headers["ETag"] = version_tag(amended.version)
    return entry_out(await Entries(uow, caller).view(amended), language)


@router.get(
    "/{entry}/place",
    dependencies=[may(*EVERYBODY, on=Action.READ)],
    responses=problem_responses(EntryNotFoundError),
)
async def get_place(entry: UUID, uow: Uow, caller: Caller, language: Spoken) -> StandingOut:
    """Return where an entry stands: its place and expected wait, what is missing, what is due.

    `place` is how many would be called before it now, plus one; null while it does not wait.
    """
    return standing_out(await Entries(uow, caller).standing(entry), caller, language)


@router.get(
    "/{entry}/explanation",
    dependencies=[may(*EVERYBODY, on=Action.READ)],
    responses=problem_responses(EntryNotFoundError, NoPolicyInForceError),
)
async def explain_entry(entry: UUID, uow: Uow, caller: Caller, language: Spoken) -> ExplanationOut:
    """Return why an entry is in its lane, at its place, and called or not yet.

    Each sentence names the rule that it follows and where that rule stands. Others are told by
    their call numbers.
    """
    return explanation_out(await Explaining(uow, caller).explain(entry), language)


@router.get(
    "/{entry}/powers",
    dependencies=[may(*EVERYBODY, on=Action.READ)],
    responses=problem_responses(EntryNotFoundError),
)
async def get_powers(entry: UUID, uow: Uow, caller: Caller) -> PowersOut:
    """Return what you may do with an entry, and which of its orders you may open.

    A carrier, an owner and a payer may each do less than the declarant.
    """
    return powers_out(await powers_over(uow, caller, entry))


@router.get(
    "/{entry}/tracking-token",
    dependencies=[may(*DECLARANTS, Role.OFFICER, on=Action.TRACK)],
    responses=problem_responses(EntryNotFoundError),
)
async def get_tracking_token(
    entry: UUID, uow: Uow, caller: Caller, process: OfProcess
) -> TrackingOut:
    """Return the tracking link of an entry, to be handed to its driver."""
    token = await Entries(uow, caller).tracking(entry)
    return tracking_out(token, process.settings.base_url)


@router.post(
    "/{entry}/tracking-token",
    status_code=201,
    response_model=TrackingOut,
    dependencies=[may(*DECLARANTS, Role.OFFICER, on=Action.TRACK)],
    responses=problem_responses(EntryNotFoundError, *RETRIED),
)
async def renew_tracking_token(
    entry: UUID, uow: Uow, caller: Caller, retry: Retry, process: OfProcess
) -> Response:
    """Revoke the tracking link of an entry and return a new one."""
    token = await Entries(uow, caller).renew_tracking(entry)
    process.shelf.clear()
    answer = tracking_out(token, process.settings.base_url)
    return await retry.answer(answer, location=f"/v1/entries/{entry}", secret=token)
