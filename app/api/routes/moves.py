"""Other vehicles, other gates and receiving vehicles for entries that are on their way."""

from uuid import UUID

from fastapi import APIRouter, Response

from app.api.deps import Caller, Retry, Spoken, Uow, may
from app.api.idempotency import RETRIED
from app.api.problems import problem_responses
from app.api.schemas.answers import exception_out, standing_out
from app.api.schemas.entries import StandingOut
from app.api.schemas.moves import (
    DiversionIn,
    DiversionsOut,
    ReceivedOut,
    ReceiversOut,
    ReceptionIn,
    SubstitutionIn,
    SubstitutionOut,
    SubstitutionRefusalIn,
    SubstitutionsOut,
    diversion_out,
    receiver_out,
    reception_fields,
    substitution_out,
)
from app.api.strict_json import StrictRoute
from app.domain.authorisation import Action
from app.domain.errors import (
    BusyError,
    DiversionAfterCallError,
    DiversionUnfitError,
    EntryEndedError,
    EntryNotFoundError,
    NoPolicyInForceError,
    NothingSubstitutedError,
    OccurredInFutureError,
    PlateAlreadyRegisteredError,
    PlateMissingError,
    ReasonRequiredError,
    StepRefusedError,
    SubstituteInPositionError,
    SubstitutionDecidedError,
    SubstitutionNotFoundError,
    SubstitutionOpenError,
    SubstitutionsUsedUpError,
    UnknownCodeError,
    VehicleNotInYardError,
)
from app.domain.vocabulary import Agency, Role
from app.services.crossing.passage import Report
from app.services.crossing.receiving import Receiving
from app.services.declarations.entries import Entries
from app.services.declarations.substitution import Substitutions
from app.services.queues.diversion import Diverting

router = APIRouter(prefix="/v1/entries", tags=["moves"], route_class=StrictRoute)

DECLARANTS = (Role.COMPANY, Role.APP)
WITNESSES = (Role.OFFICER, Role.YARD)
READERS = (*DECLARANTS, *WITNESSES, Role.AGENCY, Role.BOARD, Role.AUDITOR)
VEHICLE = (
    EntryNotFoundError, EntryEndedError, UnknownCodeError, PlateMissingError,
    PlateAlreadyRegisteredError, SubstituteInPositionError, BusyError,
    *RETRIED,
)  # fmt: skip
DECISION = (SubstitutionNotFoundError, SubstitutionDecidedError, VehicleNotInYardError)


@router.post(
    "/{entry}/substitutions",
    status_code=201,
    response_model=SubstitutionOut,
    dependencies=[may(*DECLARANTS, on=Action.SUBSTITUTE)],
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
    dependencies=[may(*READERS, on=Action.READ)],
    responses=problem_responses(EntryNotFoundError),
)
async def list_substitutions(entry: UUID, uow: Uow, caller: Caller) -> SubstitutionsOut:
    """List the substitutions of an entry, oldest first."""
    found = await Substitutions(uow, caller).of_entry(entry)
    return SubstitutionsOut(items=[substitution_out(one) for one in found])


@router.post(
    "/{entry}/substitutions/{substitution}/confirmation",
    response_model=SubstitutionOut,
    dependencies=[may(*WITNESSES, on=Action.RECORD)],
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
    dependencies=[may(*WITNESSES, on=Action.RECORD)],
    responses=problem_responses(
        EntryNotFoundError, EntryEndedError, BusyError, *DECISION,
        *RETRIED,
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


@router.post(
    "/{entry}/substitutions/{substitution}/withdrawal",
    response_model=SubstitutionOut,
    dependencies=[may(*DECLARANTS, on=Action.SUBSTITUTE)],
    responses=problem_responses(
        EntryNotFoundError, EntryEndedError, BusyError, SubstitutionNotFoundError,
        SubstitutionDecidedError, *RETRIED,
    ),
)  # fmt: skip
async def withdraw_substitution(
    entry: UUID, substitution: UUID, uow: Uow, caller: Caller, retry: Retry
) -> Response:
    """Take back a proposal of one's own before anybody has decided it; it does not count."""
    withdrawn = await Substitutions(uow, caller).withdraw(entry, substitution)
    return await retry.answer(substitution_out(withdrawn), status=200)


@router.post(
    "/{entry}/diversion",
    response_model=StandingOut,
    dependencies=[may(*DECLARANTS, Role.OFFICER, on=Action.DIVERT)],
    responses=problem_responses(
        EntryNotFoundError, UnknownCodeError, DiversionUnfitError, DiversionAfterCallError,
        StepRefusedError, NoPolicyInForceError, BusyError, *RETRIED,
    ),
)  # fmt: skip
async def divert_entry(
    entry: UUID, body: DiversionIn, uow: Uow, caller: Caller, retry: Retry, language: Spoken
) -> Response:
    """Send a vehicle to another gate: it waits there with the points and open seconds it has.

    A company does so before the call, an officer until the vehicle is in the gate. It is judged and
    priced anew, gets a call number of the other gate, and where its yard does not serve that gate
    it has to come into position there first.
    """
    diverted = await Diverting(uow, caller).divert(entry, body.gate, body.reason)
    standing = await Entries(uow, caller).standing(diverted.id)
    return await retry.answer(standing_out(standing, caller, language), status=200)


@router.get(
    "/{entry}/diversions",
    dependencies=[may(*READERS, on=Action.READ)],
    responses=problem_responses(EntryNotFoundError),
)
async def list_diversions(entry: UUID, uow: Uow, caller: Caller) -> DiversionsOut:
    """List the gates from which an entry turned round, oldest first."""
    found = await Diverting(uow, caller).of_entry(entry)
    return DiversionsOut(items=[diversion_out(one) for one in found])


@router.post(
    "/{entry}/receiving-vehicles",
    status_code=201,
    response_model=ReceivedOut,
    dependencies=[may(Agency.BORDER_GUARD, Agency.CUSTOMS, on=Action.RECORD)],
    responses=problem_responses(
        EntryNotFoundError, OccurredInFutureError, ReasonRequiredError, *RETRIED,
    ),
)  # fmt: skip
async def record_receiving_vehicle(
    entry: UUID, body: ReceptionIn, uow: Uow, caller: Caller, retry: Retry, language: Spoken
) -> Response:
    """Record a receiving vehicle that goes into the gate or leaves it, each on its own.

    It has entered when the border guard and customs have both said so. Goods count as moved over
    when one that was declared has; an observation is never refused, but opens an exception.
    """
    report = Report(
        occurred_at=body.occurred_at, reason=body.reason, source_reference=body.source_reference
    )
    seen, opened = await Receiving(uow, caller).record(entry, body.plate, body.way, report)
    exceptions = [exception_out(case, language) for case in opened]
    return await retry.answer(ReceivedOut(**reception_fields(seen), exceptions=exceptions))


@router.get(
    "/{entry}/receiving-vehicles",
    dependencies=[may(*READERS, on=Action.READ)],
    responses=problem_responses(EntryNotFoundError),
)
async def list_receiving_vehicles(entry: UUID, uow: Uow, caller: Caller) -> ReceiversOut:
    """List the receiving vehicles of an entry, with what was seen of each."""
    found = await Receiving(uow, caller).vehicles(entry)
    return ReceiversOut(items=[receiver_out(one) for one in found])
