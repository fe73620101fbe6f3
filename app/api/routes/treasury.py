"""The treasury list, and the payments of the budget's part to the state treasury."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import TypeVar

from fastapi import APIRouter, Response

from app.api.book_files import FILES, AskedFile, BookFormat, Rows
from app.api.deps import Caller, OfProcess, RetryRequired, Uow, may
from app.api.idempotency import RETRIED
from app.api.paging import AskedPage, Listing
from app.api.problems import problem_responses
from app.api.rate_limits import Work
from app.api.schemas.treasury import (
    HEADING,
    RemittanceIn,
    RemittanceOut,
    RemittancesOut,
    TreasuryOut,
    remittance_out,
    treasury_cells,
    treasury_out,
)
from app.api.schemas.types import Day, Sought
from app.api.strict_json import StrictRoute
from app.domain.books.periods import Period
from app.domain.errors import (
    AmountMismatchError,
    BookDayNotOverError,
    BookDayOpenError,
    EmptyValidityError,
    NothingToRemitError,
    PeriodTooLongError,
    RemittanceReferenceTakenError,
)
from app.domain.vocabulary import Role
from app.services.money.treasury import Treasury

router = APIRouter(prefix="/v1/treasury", tags=["books"], route_class=StrictRoute)

T = TypeVar("T", bytes, Rows)
READERS = (Role.COLLECTOR, Role.BOARD, Role.AUDITOR)


@router.get(
    "",
    response_model=TreasuryOut,
    dependencies=[may(*READERS, work=Work.HEAVY)],
    responses={**FILES, **problem_responses(EmptyValidityError, PeriodTooLongError)},
)
async def get_treasury_list(
    file: AskedFile,
    uow: Uow,
    caller: Caller,
    gate: Sought | None = None,
    from_day: Day | None = None,
    to_day: Day | None = None,
) -> Response:
    """Return what is due to the state budget of each book day and gate, and what paid it.

    It stands under the item and sub-item of the tariff edition (2250/2267), as JSON, CSV or XLSX.
    Without days it is about this month, at most 366 days in one answer.
    """
    end = to_day or caller.day + timedelta(days=1)
    period = Period(from_day or (end - timedelta(days=1)).replace(day=1), end)
    found = await Treasury(uow, caller).due(period, gate)
    if file.format is BookFormat.JSON:
        out = treasury_out(period, found, caller.reference)
        return file.answer("treasury", _once(out.model_dump_json().encode()))
    rows = [treasury_cells(one, caller.reference) for one in found]
    name = f"treasury-{period.first}"
    return file.answer(name, file.table("treasury", HEADING, _once(rows)))


@router.get("/remittances", dependencies=[may(*READERS)])
async def list_remittances(
    paging: AskedPage, uow: Uow, caller: Caller, process: OfProcess
) -> RemittancesOut:
    """List the payments to the state treasury, newest first."""
    listing = Listing(process.cursors, "remittances", paging)
    found = await Treasury(uow, caller).page(listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: (one.remittance.recorded_at, one.remittance.id))
    return RemittancesOut(items=[remittance_out(one) for one in page], next_cursor=cursor)


@router.post(
    "/remittances",
    status_code=201,
    response_model=RemittanceOut,
    dependencies=[may(Role.COLLECTOR)],
    responses=problem_responses(
        BookDayNotOverError, BookDayOpenError, NothingToRemitError, AmountMismatchError,
        RemittanceReferenceTakenError, *RETRIED,
    ),
)  # fmt: skip
async def record_remittance(
    body: RemittanceIn, uow: Uow, caller: Caller, retry: RetryRequired
) -> Response:
    """Record by its reference that all was paid that is due to the budget of closed days.

    It is of exactly that amount: what came in of the days before `to_day`, less what was given back
    and what was paid before.
    """
    paid = await Treasury(uow, caller).remit(body.to_day, body.amount.amount, body.reference)
    return await retry.answer(remittance_out(paid))


async def _once(whole: T) -> AsyncIterator[T]:
    yield whole
