"""Bundles: many orders of one payer, paid by one code."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.api.deps import Caller, OfProcess, Retry, Uow, may
from app.api.idempotency import RETRIED
from app.api.paging import AskedPage, Listing
from app.api.problems import problem_responses
from app.api.qr_desk import PICTURES, How, OfCollection, transfer_answer
from app.api.readings import UNCHANGED
from app.api.routes.orders import READERS
from app.api.schemas.orders import (
    BundleIn,
    BundleOut,
    BundlesOut,
    TransferOut,
    bundle_brief_out,
    bundle_out,
)
from app.api.strict_json import StrictRoute
from app.domain.authorisation import Action
from app.domain.errors import (
    BundleNotDueError,
    BundleNotFoundError,
    BundleUnfitError,
    NoCollectionAccountError,
)
from app.domain.vocabulary import Role
from app.services.money.bundles import Bundles

router = APIRouter(prefix="/v1/payment-bundles", tags=["orders"], route_class=StrictRoute)


@router.post(
    "",
    status_code=201,
    response_model=BundleOut,
    dependencies=[may(Role.COMPANY, Role.APP, Role.COLLECTOR)],
    responses=problem_responses(BundleUnfitError, *RETRIED),
)
async def make_bundle(body: BundleIn, uow: Uow, caller: Caller, retry: Retry) -> Response:
    """Let up to 500 orders of one payer be paid by one code: all of them at once, or none.

    An order stays payable by itself, and may be in several bundles. Once one was paid, replaced or
    cancelled the bundle is `broken`: money that comes for it waits for a review, which knows what
    of it is due still. Each order has a receipt of its own.
    """
    bundle = await Bundles(uow, caller).make(body.orders)
    location = f"/v1/payment-bundles/{bundle.row.id}"
    return await retry.answer(bundle_out(bundle), location=location)


@router.get("", dependencies=[may(*READERS)])
async def list_bundles(
    paging: AskedPage, uow: Uow, caller: Caller, process: OfProcess
) -> BundlesOut:
    """List bundles, newest first; a company those that it made."""
    listing = Listing(process.cursors, "bundles", paging)
    found = await Bundles(uow, caller).page(listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: (one.row.created_at, one.row.id))
    return BundlesOut(items=[bundle_brief_out(one) for one in page], next_cursor=cursor)


@router.get(
    "/{bundle}",
    dependencies=[may(*READERS, on=Action.ORDERS)],
    responses=problem_responses(BundleNotFoundError),
)
async def get_bundle(bundle: UUID, uow: Uow, caller: Caller) -> BundleOut:
    """Return a bundle with its orders as they stand."""
    return bundle_out(await Bundles(uow, caller).get(bundle))


@router.get(
    "/{bundle}/qr",
    response_model=TransferOut,
    dependencies=[may(*READERS, on=Action.ORDERS)],
    responses={
        **PICTURES,
        **UNCHANGED,
        **problem_responses(BundleNotFoundError, BundleNotDueError, NoCollectionAccountError),
    },
)
async def get_bundle_qr(
    bundle: UUID, request: Request, asking: OfCollection, written: How
) -> Response:
    """Return how a bundle is paid by one transfer: JSON, or its VietQR code as PNG or SVG."""
    return await transfer_answer(request, await asking.bundle(bundle), written)
