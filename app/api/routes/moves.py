"""Other vehicles for entries that are on their way."""

from uuid import UUID

from fastapi import APIRouter, Response

from app.api.deps import Caller, Retry, Uow, may
from app.api.problems import problem_responses
from app.api.schemas.moves import (
    SubstitutionIn,
    SubstitutionOut,
    SubstitutionRefusalIn,
    SubstitutionsOut,
    substitution_out,
)
from app.api.strict_json import StrictRoute
from app.domain.errors import (
    BusyError,
    EntryEndedError,
    EntryNotFoundError,
    NoPolicyInForceError,
    NothingSubstitutedError,
    PlateAlreadyRegisteredError,
    PlateMissingError,
    RetryCollisionError,
    RetryMismatchError,
    SubstituteInPositionError,
    SubstitutionDecidedError,
    SubstitutionNotFoundError,
    SubstitutionOpenError,
    SubstitutionsUsedUpError,
    UnknownCodeError,
    VehicleNotInYardError,
)
from app.domain.vocabulary import Role
from app.services.declarations.substitution import Substitutions

router = APIRouter(prefix="/v1/entries", tags=["moves"], route_class=StrictRoute)

DECLARANTS = (Role.COMPANY, Role.APP)
WITNESSES = (Role.OFFICER, Role.YARD)
VEHICLE = (
    EntryNotFoundError, EntryEndedError, UnknownCodeError, PlateMissingError,
    PlateAlreadyRegisteredError, SubstituteInPositionError, BusyError,
    RetryCollisionError, RetryMismatchError,
)  # fmt: skip
DECISION = (SubstitutionNotFoundError, SubstitutionDecidedError, VehicleNotInYardError)


@router.post(
    "/{entry}/substitutions",
    status_code=201,
    response_model=SubstitutionOut,
    dependencies=[may(*DECLARANTS)],
    responses=problem_responses(
        *VEHICLE, NothingSubstitutedError, SubstitutionOpenError, SubstitutionsUsedUpError,
        NoPolicyInForceError,
    ),
)  # fmt: skip
async def substitute_vehicle(
    entry: UUID, body: SubstitutionIn, uow: Uow, caller: Caller, retry: Retry
) -> Response:
    """Name another tractor, trailer, container, seal or receiving vehicle for the same goods.

    The place is kept, as often as the queue policy allows; to another company none is given. A
    vehicle that has come is looked at first where the policy says so: until an officer or its yard
    has confirmed it, the entry is in the ordinary lane. Who has not come yet is changed at once.
    """
    proposed = await Substitutions(uow, caller).propose(entry, body.document(), body.reason)
    return await retry.answer(substitution_out(proposed))


@router.get(
    "/{entry}/substitutions",
    dependencies=[may(*DECLARANTS, *WITNESSES, Role.AGENCY, Role.BOARD, Role.AUDITOR)],
    responses=problem_responses(EntryNotFoundError),
)
async def list_substitutions(entry: UUID, uow: Uow, caller: Caller) -> SubstitutionsOut:
    """List the substitutions of an entry, oldest first."""
    found = await Substitutions(uow, caller).of_entry(entry)
    return SubstitutionsOut(items=[substitution_out(one) for one in found])


@router.post(
    "/{entry}/substitutions/{substitution}/confirmation",
    response_model=SubstitutionOut,
    dependencies=[may(*WITNESSES)],
    responses=problem_responses(*VEHICLE, *DECISION),
)
async def confirm_substitution(
    entry: UUID, substitution: UUID, uow: Uow, caller: Caller, retry: Retry
) -> Response:
    """Confirm that the vehicle is as proposed: judged and priced anew, it has the entry's place."""
    confirmed = await Substitutions(uow, caller).confirm(entry, substitution)
    return await retry.answer(substitution_out(confirmed), status=200)


@router.post(
    "/{entry}/substitutions/{substitution}/refusal",
    response_model=SubstitutionOut,
    dependencies=[may(*WITNESSES)],
    responses=problem_responses(
        EntryNotFoundError, EntryEndedError, BusyError, *DECISION,
        RetryCollisionError, RetryMismatchError,
    ),
)  # fmt: skip
async def refuse_substitution(
    entry: UUID,
    substitution: UUID,
    body: SubstitutionRefusalIn,
    uow: Uow,
    caller: Caller,
    retry: Retry,
) -> Response:
    """Refuse a substitution with a reason; the vehicle differs until it is seen as declared."""
    refused = await Substitutions(uow, caller).refuse(entry, substitution, body.reason)
    return await retry.answer(substitution_out(refused), status=200)
