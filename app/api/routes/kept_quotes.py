"""Quotes that are kept: what a company was promised a passage for, and until when."""

from uuid import UUID

from fastapi import APIRouter, Response

from app.api.deps import Caller, OfProcess, Retry, Uow, may
from app.api.idempotency import RETRIED
from app.api.paging import AskedPage, Listing
from app.api.problems import problem_responses
from app.api.schemas.answers import kept_quote_out
from app.api.schemas.quotes import KeptQuoteIn, KeptQuoteOut, KeptQuotesOut
from app.api.strict_json import StrictRoute
from app.domain.authorisation import Action
from app.domain.errors import (
    DeclaredValueMissingError,
    GoodsGroupNotForDirectionError,
    ModeNotInTariffError,
    NoTariffInForceError,
    QuoteNotFoundError,
    QuoteUnfitError,
    ReceivingVehicleNotForJourneyError,
    UnknownCodeError,
    VehicleClassUnknownError,
)
from app.domain.vocabulary import Role
from app.services.declarations.kept_quotes import KeptQuotes

router = APIRouter(prefix="/v1/quotes", tags=["fees"], route_class=StrictRoute)

DECLARANTS = (Role.COMPANY, Role.APP)


@router.post(
    "",
    status_code=201,
    response_model=KeptQuoteOut,
    dependencies=[may(*DECLARANTS)],
    responses=problem_responses(
        UnknownCodeError, NoTariffInForceError, ModeNotInTariffError, VehicleClassUnknownError,
        GoodsGroupNotForDirectionError, ReceivingVehicleNotForJourneyError,
        DeclaredValueMissingError, QuoteUnfitError, *RETRIED,
    ),
)  # fmt: skip
async def keep_quote(body: KeptQuoteIn, uow: Uow, caller: Caller, retry: Retry) -> Response:
    """Be promised the price of one vehicle for 72 hours, or until its edition ends before that.

    Register with its id as `quote`: the price is charged if the vehicle, its goods and its journey
    are as quoted and it is to arrive on a day of the same edition, whatever edition is announced
    meanwhile. What it arrives under decides still, and says so.
    """
    kept = await KeptQuotes(uow, caller).make(body.asked(), body.on or caller.day)
    answer = kept_quote_out(kept)
    return await retry.answer(answer, location=f"/v1/quotes/{kept.quote.id}")


@router.get("", dependencies=[may(*DECLARANTS)])
async def list_kept_quotes(
    paging: AskedPage, uow: Uow, caller: Caller, process: OfProcess
) -> KeptQuotesOut:
    """List the quotes that your company was promised, newest first."""
    listing = Listing(process.cursors, "quotes", paging)
    found = await KeptQuotes(uow, caller).page(listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: (one.quote.created_at, one.quote.id))
    return KeptQuotesOut(items=[kept_quote_out(one) for one in page], next_cursor=cursor)


@router.get(
    "/{quote}",
    dependencies=[may(*DECLARANTS, on=Action.KEEP)],
    responses=problem_responses(QuoteNotFoundError),
)
async def get_kept_quote(quote: UUID, uow: Uow, caller: Caller) -> KeptQuoteOut:
    """Return a quote: what was promised, until when, and which entry was registered with it."""
    return kept_quote_out(await KeptQuotes(uow, caller).get(quote))
