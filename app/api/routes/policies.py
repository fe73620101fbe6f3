"""Policy editions: the rules of the queues, and the board's word on unofficial ones."""

from fastapi import APIRouter, Request, Response

from app.api.deps import Caller, Retry, Spoken, Uow, Visitor, anyone, may
from app.api.idempotency import RETRIED
from app.api.problems import problem_responses
from app.api.readings import MINUTES, UNCHANGED, read
from app.api.schemas.editions import (
    ConfirmationOut,
    DifferencesOut,
    confirmation_out,
    differences_out,
)
from app.api.schemas.policies import PoliciesOut, PolicyOut, policies_out, policy_out
from app.api.schemas.types import Sought
from app.api.strict_json import StrictRoute
from app.domain.editions import differences
from app.domain.errors import (
    ConfirmationNotNeededError,
    EditionNotFoundError,
)
from app.domain.vocabulary import Role
from app.services.upkeep.confirmations import Confirmations, EditionKind

router = APIRouter(prefix="/v1/policies", tags=["policies"], route_class=StrictRoute)


@router.get("", response_model=PoliciesOut, dependencies=[anyone()], responses=UNCHANGED)
async def list_policies(request: Request, visitor: Visitor, language: Spoken) -> Response:
    """List all policy editions: their days, rates and promise to the public."""
    return read(request, policies_out(visitor, language), MINUTES)


@router.get(
    "/{code}",
    response_model=PolicyOut,
    dependencies=[anyone()],
    responses={**UNCHANGED, **problem_responses(EditionNotFoundError)},
)
async def get_policy(
    code: Sought, request: Request, visitor: Visitor, language: Spoken
) -> Response:
    """Return a policy edition: rates, windows, misses, and the slow-down it predicts."""
    document = visitor.reference.documents["policies"].get(code)
    if document is None:
        raise EditionNotFoundError
    return read(request, policy_out(visitor, document, language), MINUTES)


@router.get(
    "/{code}/differences",
    response_model=DifferencesOut,
    dependencies=[anyone()],
    responses={**UNCHANGED, **problem_responses(EditionNotFoundError)},
)
async def compare_policies(
    code: Sought, other: Sought, request: Request, visitor: Visitor
) -> Response:
    """Return in what a policy edition differs from another, by JSON pointer into its document."""
    documents = visitor.reference.documents["policies"]
    if code not in documents or other not in documents:
        raise EditionNotFoundError
    return read(request, differences_out(documents[code], documents[other], differences), MINUTES)


@router.post(
    "/{code}/confirmations",
    response_model=ConfirmationOut,
    dependencies=[may(Role.BOARD)],
    responses=problem_responses(EditionNotFoundError, ConfirmationNotNeededError, *RETRIED),
)
async def confirm_policy(code: Sought, uow: Uow, caller: Caller, retry: Retry) -> Response:
    """Confirm a policy edition that is not official.

    Two members of the board are needed before queues may follow it; a second word of the same
    member changes nothing.
    """
    confirmed = await Confirmations(uow, caller).confirm(EditionKind.POLICY, code)
    return await retry.answer(confirmation_out(confirmed), status=200)
