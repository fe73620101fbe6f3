"""What a passage costs, for anybody who asks."""

from fastapi import APIRouter, Response
from pydantic_core import to_json

from app.api.caching import JSON
from app.api.deps import Spoken, Visitor, anyone
from app.api.problems import problem_responses
from app.api.schemas.quotes import QuotesIn, QuotesOut, quotes_document
from app.api.strict_json import StrictRoute
from app.domain.errors import (
    DeclaredValueMissingError,
    GoodsGroupNotForDirectionError,
    ModeNotInTariffError,
    NoTariffInForceError,
    ReceivingVehicleNotForJourneyError,
    UnknownCodeError,
    VehicleClassUnknownError,
)
from app.services.declarations.quotes import quote_all

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
    ),
)
async def quote_fees(body: QuotesIn, visitor: Visitor, language: Spoken) -> Response:
    """Price vehicles without registering them, for any past or announced day.

    Every line tells its cell, multiplier and share, the edition, and what each rests on. Where the
    tariff refuses one vehicle nothing is priced: the problem has the code of the first refusal,
    and its `errors` name every vehicle and reason.
    """
    on = body.on or visitor.day
    quotes = quote_all(visitor.reference, [one.asked() for one in body.vehicles], on, body.known_on)
    found = quotes_document(quotes, on, body.known_on, language)
    return Response(to_json(found), media_type=JSON)
