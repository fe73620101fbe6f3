"""Whether every charge is still what the law of its day gives."""

from fastapi import APIRouter

from app.api.deps import Caller, OfProcess, Spoken, Uow, may
from app.api.paging import AskedPage, Listing
from app.api.schemas.prices import PriceChecksOut, price_check_out
from app.api.strict_json import StrictRoute
from app.domain.vocabulary import Role
from app.services.money.price_checking import PriceChecks

router = APIRouter(prefix="/v1/price-checks", tags=["fees"], route_class=StrictRoute)


@router.get("", dependencies=[may(Role.BOARD, Role.COLLECTOR, Role.AUDITOR)])
async def list_price_checks(
    paging: AskedPage, uow: Uow, _: Caller, process: OfProcess, language: Spoken
) -> PriceChecksOut:
    """List the checks of all charges, the last first; each day all of them are derived again.

    A charge froze its facts, its day and by which knowledge of the editions it was priced: they
    give the edition and the price anew, and whatever is not the same is named.
    """
    listing = Listing(process.cursors, "price-checks", paging)
    found = await PriceChecks(uow).page(listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: (one.started_at, one.id))
    items = [price_check_out(one, language) for one in page]
    return PriceChecksOut(items=items, next_cursor=cursor)
