"""What a passage costs, for anybody who asks."""

from fastapi import APIRouter, Response
from pydantic_core import to_json

from app.api.caching import JSON
from app.api.deps import Spoken, Visitor, anyone
from app.api.problems import problem_responses
from app.api.schemas.quotes import QuotesIn, QuotesOut, quotes_document
from app.api.schemas.yard_services import estimates_out
from app.api.strict_json import StrictRoute
from app.domain.charges import known_by
from app.domain.errors import (
    DeclaredValueMissingError,
    GoodsGroupNotForDirectionError,
    ModeNotInTariffError,
    NoTariffInForceError,
    NoYardPriceError,
    ReceivingVehicleNotForJourneyError,
    UnknownCodeError,
    VehicleClassUnknownError,
)
from app.services.declarations.quotes import estimate_all, quote_all

router = APIRouter(prefix="/v1/fees", tags=["fees"], route_class=StrictRoute)


@router.post(
    "/quotes",
    response_model=QuotesOut,
    dependencies=[anyone()],
    responses=problem_responses(
        UnknownCodeError,
        NoTariffInForceError,
        ModeNotInTariffError,
        VehicleClassUnknownError,
        GoodsGroupNotForDirectionError,
        ReceivingVehicleNotForJourneyError,
        DeclaredValueMissingError,
        NoYardPriceError,
    ),
)
async def quote_fees(body: QuotesIn, visitor: Visitor, language: Spoken) -> Response:
    """Price vehicles without registering them, for any past or announced day.

    It is the price that is known now, or was known on some day or at some instant.

    Every line tells its cell, multiplier and share, the edition, and what each rests on. Where the
    tariff refuses one vehicle nothing is priced: the problem has the code of the first refusal,
    and its `errors` name every vehicle and reason. What `yard_services` asks of
    a yard is estimated apart, in no total, by prices that are ours: only a sandbox knows them.
    """
    on, reference, known_at = body.on or visitor.day, visitor.reference, body.known_at
    if body.known_on is not None:
        known_at = known_by(body.known_on, reference.zone)
    quotes = quote_all(reference, [one.asked() for one in body.vehicles], on, known_at)
    stays = estimate_all(reference, [one.stay() for one in body.vehicles], on)
    services = estimates_out(stays, reference.yards, language)
    known = (body.known_on, known_at or reference.tariffs.known_at)
    found = quotes_document(quotes, on, known, language, services)
    return Response(to_json(found), media_type=JSON)
