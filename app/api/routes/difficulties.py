"""Difficulties: reported by companies and drivers, assigned, answered, published without names."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from app.api.deps import Caller, OfProcess, Retry, Uow, Visitor, anyone, by_link, may
from app.api.idempotency import RETRIED
from app.api.paging import AskedPage, Listing
from app.api.problems import problem_responses
from app.api.public_desk import linked_difficulties, published_difficulties, report_by_link
from app.api.readings import MOMENT, UNCHANGED, read
from app.api.routes.tracking import Token
from app.api.schemas.difficulties import (
    DifficultiesOut,
    DifficultyAnswerIn,
    DifficultyBriefOut,
    DifficultyIn,
    DifficultyOut,
    LinkedDifficultiesOut,
    LinkedDifficultyIn,
    LinkedDifficultyOut,
    PublicationIn,
    PublishedDifficultiesOut,
    difficulty_brief_out,
    difficulty_out,
    published_out,
    published_place,
)
from app.api.schemas.review import AssignmentIn
from app.api.schemas.types import Id, Sought
from app.api.strict_json import StrictRoute
from app.api.texts import CATALOGUE
from app.domain.authorisation import Action
from app.domain.errors import (
    DifficultyAnsweredError,
    DifficultyNotForPublicationError,
    DifficultyNotFoundError,
    DifficultyNotYoursError,
    DifficultyUnansweredError,
    EntryNotFoundError,
    TrackingNotFoundError,
    UnknownCodeError,
    WordingNamesError,
)
from app.domain.questions import DifficultyFilter
from app.domain.vocabulary import Role
from app.services.crossing.difficulties import Difficulties

router = APIRouter(prefix="/v1", tags=["difficulties"], route_class=StrictRoute)

REPORTERS = (Role.COMPANY, Role.APP)
ANSWERERS = (Role.OFFICER, Role.BOARD, Role.AGENCY, Role.YARD)
RULE = "/rule"
OPEN_ONE = (DifficultyNotFoundError, DifficultyAnsweredError)


# A coroutine: the framework runs a dependency that is none in a thread.
async def get_filter(
    gate: Sought | None = None,
    rule: Sought | None = None,
    entry: Id | None = None,
    assigned_to: Sought | None = None,
    *,
    answered: bool = False,
) -> DifficultyFilter:
    """Return what a list of difficulties is narrowed to."""
    return DifficultyFilter(
        gate=gate, rule=rule, entry=entry, assigned_to=assigned_to, answered=answered
    )


@router.post(
    "/difficulties",
    status_code=201,
    response_model=DifficultyBriefOut,
    dependencies=[may(*REPORTERS)],
    responses=problem_responses(EntryNotFoundError, UnknownCodeError, *RETRIED),
)
async def report_difficulty(body: DifficultyIn, uow: Uow, caller: Caller, retry: Retry) -> Response:
    """Report a difficulty with an entry of yours, a gate or a rule.

    Its words are kept encrypted and read only by you and those who answer. What everybody may read,
    where you agree, is a wording of the board in which nobody is named.
    """
    _ensure_known(body.rule)
    found = await Difficulties(uow, caller).report(
        body.subject, body.words, may_publish=body.may_publish
    )
    location = f"/v1/difficulties/{found.difficulty.id}"
    return await retry.answer(difficulty_brief_out(found), location=location)


@router.get("/difficulties", dependencies=[may(*REPORTERS, *ANSWERERS, Role.AUDITOR)])
async def list_difficulties(
    where: Annotated[DifficultyFilter, Depends(get_filter)],
    paging: AskedPage,
    uow: Uow,
    caller: Caller,
    process: OfProcess,
) -> DifficultiesOut:
    """List difficulties without their words: the open ones oldest first, or the answered newest.

    A company sees those it reported, an agency or yard those assigned to it.
    """
    listing = Listing(process.cursors, "difficulties", paging, asdict(where))
    found = await Difficulties(uow, caller).page(where, listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: (one.difficulty.reported_at, one.difficulty.id))
    return DifficultiesOut(items=[difficulty_brief_out(one) for one in page], next_cursor=cursor)


@router.get(
    "/difficulties/published",
    response_model=PublishedDifficultiesOut,
    dependencies=[anyone()],
    responses=UNCHANGED,
)
async def list_published_difficulties(
    request: Request, paging: AskedPage, visitor: Visitor, process: OfProcess
) -> Response:
    """List answered difficulties as everybody may read them, the last published first.

    Both question and answer are the board's words; no person, company or vehicle is named.
    """
    listing = Listing(process.cursors, "published-difficulties", paging)
    found = await published_difficulties(process, listing.after, listing.wanted)
    page, cursor = listing.cut(found, published_place)
    items = [published_out(one, visitor.reference) for one in page]
    return read(request, PublishedDifficultiesOut(items=items, next_cursor=cursor), MOMENT)


@router.get(
    "/difficulties/{difficulty}",
    dependencies=[may(*REPORTERS, *ANSWERERS, Role.AUDITOR, on=Action.DIFFICULTY)],
    responses=problem_responses(DifficultyNotFoundError),
)
async def get_difficulty(difficulty: UUID, uow: Uow, caller: Caller) -> DifficultyOut:
    """Return a difficulty with its words and its answer."""
    return difficulty_out(await Difficulties(uow, caller).get(difficulty))


@router.post(
    "/difficulties/{difficulty}/assignment",
    response_model=DifficultyBriefOut,
    dependencies=[may(Role.OFFICER, Role.BOARD, on=Action.DIFFICULTY)],
    responses=problem_responses(*OPEN_ONE, UnknownCodeError, *RETRIED),
)
async def assign_difficulty(
    difficulty: UUID,
    uow: Uow,
    caller: Caller,
    retry: Retry,
    body: AssignmentIn | None = None,
) -> Response:
    """Say whose turn a difficulty is, by the name of an officer, a board member, an agency or yard.

    Nobody named, it is the caller's.
    """
    name = body.assigned_to if body else None
    found = await Difficulties(uow, caller).assign(difficulty, name)
    return await retry.answer(difficulty_brief_out(found), status=200)


@router.post(
    "/difficulties/{difficulty}/answer",
    response_model=DifficultyBriefOut,
    dependencies=[may(*ANSWERERS, on=Action.DIFFICULTY)],
    responses=problem_responses(*OPEN_ONE, DifficultyNotYoursError, *RETRIED),
)
async def answer_difficulty(
    difficulty: UUID, body: DifficultyAnswerIn, uow: Uow, caller: Caller, retry: Retry
) -> Response:
    """Answer a difficulty with a reason, once: what is done about it, or why not.

    Officers and the board may, whoever it is assigned to; an agency or yard where it is assigned.
    """
    found = await Difficulties(uow, caller).answer(difficulty, body.reason)
    return await retry.answer(difficulty_brief_out(found), status=200)


@router.post(
    "/difficulties/{difficulty}/publication",
    response_model=DifficultyBriefOut,
    dependencies=[may(Role.BOARD, on=Action.DIFFICULTY)],
    responses=problem_responses(
        DifficultyNotFoundError, DifficultyUnansweredError, DifficultyNotForPublicationError,
        WordingNamesError, *RETRIED,
    ),
)  # fmt: skip
async def publish_difficulty(
    difficulty: UUID, body: PublicationIn, uow: Uow, caller: Caller, retry: Retry
) -> Response:
    """Publish an answered difficulty in words of your own, where its reporter agreed.

    Words in which a name, a plate, an address or a long number can be recognised are refused. Sent
    again, new words replace the old ones.
    """
    found = await Difficulties(uow, caller).publish(difficulty, body.question, body.answer)
    return await retry.answer(difficulty_brief_out(found), status=200)


@router.post(
    "/tracking/{token}/difficulties",
    status_code=201,
    dependencies=[by_link()],
    responses=problem_responses(TrackingNotFoundError, UnknownCodeError),
)
async def report_difficulty_by_link(
    token: Token,
    body: LinkedDifficultyIn,
    request: Request,
    visitor: Visitor,
    process: OfProcess,
) -> LinkedDifficultyOut:
    """Report a difficulty as a driver, by the entry's tracking link; a link may do so a few times.

    Its words are kept encrypted and read only by those who answer.
    """
    _ensure_known(body.rule)
    return await report_by_link(request, process, visitor, token, body)


@router.get(
    "/tracking/{token}/difficulties",
    dependencies=[by_link()],
    responses=problem_responses(TrackingNotFoundError),
)
async def list_difficulties_by_link(
    token: Token, _visitor: Visitor, process: OfProcess
) -> LinkedDifficultiesOut:
    """List what was reported by a tracking link, with the answers; the words are not repeated."""
    return LinkedDifficultiesOut(items=await linked_difficulties(process, token))


def _ensure_known(rule: str | None) -> None:
    """Refuse the code of a rule that no answer of this service ever named.

    Raises:
        UnknownCodeError.
    """
    if rule is not None and not CATALOGUE.knows_rule(rule):
        raise UnknownCodeError.at(RULE, rule)
