"""Tariff editions: what they cost, when they rule, and the board's word on unofficial ones."""

from fastapi import APIRouter, Request, Response

from app.api.deps import Caller, Retry, Spoken, Uow, Visitor, anyone, may
from app.api.idempotency import RETRIED
from app.api.problems import problem_responses
from app.api.readings import MINUTES, UNCHANGED, read
from app.api.schemas.editions import (
    ConfirmationOut,
    DifferencesOut,
    confirmation_out,
    difference_rows,
    differences_out,
)
from app.api.schemas.tariffs import TariffOut, TariffsOut, tariff_out, tariffs_out
from app.api.schemas.types import Sought
from app.api.strict_json import StrictRoute
from app.api.tariff_files import DOCUMENT, document_file
from app.api.written import FILE, How
from app.domain.charges.comparison import tariff_differences
from app.domain.errors import (
    ConfirmationNotNeededError,
    EditionNotFoundError,
)
from app.domain.vocabulary import Role
from app.services.upkeep.confirmations import Confirmations, EditionKind

router = APIRouter(prefix="/v1/tariffs", tags=["tariffs"], route_class=StrictRoute)


@router.get("", response_model=TariffsOut, dependencies=[anyone()], responses=UNCHANGED)
async def list_tariffs(request: Request, visitor: Visitor, language: Spoken) -> Response:
    """List all tariff editions: when each is in force, official or not, who must still confirm."""
    return read(request, tariffs_out(visitor, language), MINUTES)


@router.get(
    "/{code}",
    response_model=TariffOut,
    dependencies=[anyone()],
    responses={**UNCHANGED, **problem_responses(EditionNotFoundError)},
)
async def get_tariff(
    code: Sought, request: Request, visitor: Visitor, language: Spoken
) -> Response:
    """Return a tariff edition: every cell, multiplier and share with what it rests on."""
    document = visitor.reference.documents["tariffs"].get(code)
    if document is None:
        raise EditionNotFoundError
    return read(request, tariff_out(visitor, document, language), MINUTES)


@router.get(
    "/{code}/document",
    response_class=Response,
    dependencies=[anyone()],
    responses={**DOCUMENT, **UNCHANGED, **problem_responses(EditionNotFoundError)},
)
async def export_tariff(code: Sought, visitor: Visitor, how: How) -> Response:
    """Return a tariff edition whole, as JSON or as a table, without when it is in force.

    The table has a row for each price, factor and share with what it rests on, then all the rest;
    the board brings either in again as it is, or changed.
    """
    document = visitor.reference.documents["tariffs"].get(code)
    if document is None:
        raise EditionNotFoundError
    return document_file(how, document, public=True, max_age=MINUTES)


@router.get(
    "/{code}/differences",
    response_model=DifferencesOut,
    dependencies=[anyone()],
    responses={**FILE, **UNCHANGED, **problem_responses(EditionNotFoundError)},
)
async def compare_tariffs(code: Sought, other: Sought, visitor: Visitor, how: How) -> Response:
    """Return in what a tariff edition differs from another: JSON, or a table.

    Rows are named by their codes; where both have a number, the table tells by how much it rose.
    """
    documents = visitor.reference.documents["tariffs"]
    if code not in documents or other not in documents:
        raise EditionNotFoundError
    found = differences_out(documents[code], documents[other], tariff_differences)
    return how.answer(f"{code}-against-{other}", found, lambda: difference_rows(found), MINUTES)


@router.post(
    "/{code}/confirmations",
    response_model=ConfirmationOut,
    dependencies=[may(Role.BOARD)],
    responses=problem_responses(EditionNotFoundError, ConfirmationNotNeededError, *RETRIED),
)
async def confirm_tariff(code: Sought, uow: Uow, caller: Caller, retry: Retry) -> Response:
    """Confirm a tariff edition that is not official.

    Two members of the board are needed before money may be asked for by it; a second word of the
    same member changes nothing.
    """
    confirmed = await Confirmations(uow, caller).confirm(EditionKind.TARIFF, code)
    return await retry.answer(confirmation_out(confirmed), status=200)
