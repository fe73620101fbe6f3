"""What yards, guards and cameras saw: movements and arrivals, never refused."""

from uuid import UUID

from fastapi import APIRouter, Response

from app.api.deps import Caller, OfProcess, Retry, Spoken, Uow, may
from app.api.idempotency import RETRIED
from app.api.paging import AskedPage, Listing
from app.api.problems import problem_responses
from app.api.schemas.answers import exception_out, place_out
from app.api.schemas.queues import (
    ArrivalIn,
    MovementIn,
    ObservationOut,
    ObservationsOut,
    SeenOut,
    SightingIn,
)
from app.api.schemas.types import Sought
from app.api.strict_json import StrictRoute
from app.api.texts import Language
from app.domain.authorisation import Action
from app.domain.errors import (
    EntryNotFoundError,
    OccurredInFutureError,
    ReasonRequiredError,
    UnknownCodeError,
    YardNotFoundError,
)
from app.domain.vocabulary import Role
from app.services.crossing.positions import Positions, Seen
from app.services.crossing.sightings import Observation, Sighting, Sightings

router = APIRouter(prefix="/v1", tags=["observations"], route_class=StrictRoute)

READERS = (
    Role.COMPANY, Role.APP, Role.OFFICER, Role.AGENCY, Role.YARD, Role.BOARD, Role.AUDITOR,
)  # fmt: skip
FAILURES = (
    EntryNotFoundError, OccurredInFutureError, ReasonRequiredError, UnknownCodeError,
    *RETRIED,
)  # fmt: skip


@router.post(
    "/yards/{yard}/movements",
    status_code=201,
    response_model=SeenOut,
    dependencies=[may(Role.YARD, Role.OFFICER, Role.AGENCY)],
    responses=problem_responses(YardNotFoundError, *FAILURES),
)
async def record_movement(
    yard: Sought, body: MovementIn, uow: Uow, caller: Caller, retry: Retry, language: Spoken
) -> Response:
    """Record a vehicle that goes into a yard or out of it.

    In a yard that counts it is in position: ready entries begin to wait and get their call number.
    An unknown plate opens an unregistered entry.
    """
    seen = await Positions(uow, caller).record_movement(
        yard, _sighting(body), way=body.way, gate=body.gate
    )
    return await retry.answer(_seen_out(seen, language))


@router.post(
    "/arrivals",
    status_code=201,
    response_model=SeenOut,
    dependencies=[may(Role.OFFICER, Role.AGENCY)],
    responses=problem_responses(*FAILURES),
)
async def record_arrival(
    body: ArrivalIn, uow: Uow, caller: Caller, retry: Retry, language: Spoken
) -> Response:
    """Record a vehicle at the gate itself; the day of it decides the tariff edition."""
    seen = await Positions(uow, caller).record_arrival(body.gate, _sighting(body))
    return await retry.answer(_seen_out(seen, language))


@router.get(
    "/entries/{entry}/observations",
    dependencies=[may(*READERS, on=Action.READ)],
    responses=problem_responses(EntryNotFoundError),
)
async def list_observations(
    entry: UUID, paging: AskedPage, uow: Uow, caller: Caller, process: OfProcess
) -> ObservationsOut:
    """List what was seen of an entry, the newest first: by yards, guards and the other side."""
    listing = Listing(process.cursors, "observations", paging, {"entry": entry})
    found = await Sightings(uow, caller).of(entry, listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: (one.recorded_at, one.id))
    return ObservationsOut(items=[_observation_out(one) for one in page], next_cursor=cursor)


def _observation_out(seen: Observation) -> ObservationOut:
    return ObservationOut(
        id=seen.id,
        kind=seen.kind,
        gate=seen.gate_code,
        yard=seen.yard_code,
        occurred_at=seen.occurred_at,
        recorded_at=seen.recorded_at,
        backfilled=seen.backfilled,
        reason=seen.reason,
        acceptance_number=seen.acceptance_number,
    )


def _sighting(body: SightingIn) -> Sighting:
    return Sighting(
        reference=body.reference,
        plate=body.plate,
        direction=body.direction,
        occurred_at=body.occurred_at,
        reason=body.reason,
        source_reference=body.source_reference,
        vehicle=body.vehicle_seen(),
    )


def _seen_out(seen: Seen, language: Language) -> SeenOut:
    observation, entry = seen.observation, seen.entry
    return SeenOut(
        id=observation.id,
        kind=observation.kind,
        occurred_at=observation.occurred_at,
        recorded_at=observation.recorded_at,
        backfilled=observation.backfilled,
        entry=entry.id if entry else None,
        reference=entry.reference if entry else None,
        plate=entry.tractor_plate if entry else observation.plate,
        state=entry.state if entry else None,
        lane=entry.lane if entry else None,
        unregistered=entry is not None and entry.organisation_id is None,
        call_number=entry.call_number if entry else None,
        place=place_out(seen.place) if seen.place else None,
        exceptions=[exception_out(case, language) for case in seen.exceptions],
    )
