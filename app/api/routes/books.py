"""The books: what each day of a gate comes to, and closing it."""

from datetime import timedelta

from fastapi import APIRouter, Response

from app.api.deps import Caller, Retry, Uow, may
from app.api.idempotency import RETRIED
from app.api.problems import problem_responses
from app.api.schemas.books import BookDayOut, BookDaysOut, book_day_out, book_days_out
from app.api.schemas.types import Day, Sought
from app.api.strict_json import StrictRoute
from app.domain.books.periods import Period
from app.domain.errors import (
    BookDayClosedError,
    BookDayNotOverError,
    EarlierBookDayOpenError,
    EmptyValidityError,
    GateNotFoundError,
    PeriodTooLongError,
    ShiftsOpenError,
)
from app.domain.vocabulary import Role
from app.services.money.days import BookDays

router = APIRouter(prefix="/v1/gates/{gate}/books", tags=["books"], route_class=StrictRoute)

READERS = (Role.COLLECTOR, Role.BOARD, Role.AUDITOR)
USUAL = timedelta(days=31)


@router.get(
    "",
    dependencies=[may(*READERS)],
    responses=problem_responses(GateNotFoundError, EmptyValidityError, PeriodTooLongError),
)
async def list_book_days(
    gate: Sought,
    uow: Uow,
    caller: Caller,
    from_day: Day | None = None,
    to_day: Day | None = None,
) -> BookDaysOut:
    """List the days of a gate's books: what each comes to, open or closed, the newest first.

    `centre` instead of a gate has what came in for none. Without days it is about the last 31, at
    most 366 in one answer.
    """
    end = to_day or caller.day + timedelta(days=1)
    period = Period(from_day or end - USUAL, end)
    found = await BookDays(uow, caller).between(gate, period)
    return book_days_out(gate, period.days, [book_day_out(one) for one in found])


@router.get("/{day}", dependencies=[may(*READERS)], responses=problem_responses(GateNotFoundError))
async def get_book_day(gate: Sought, day: Day, uow: Uow, caller: Caller) -> BookDayOut:
    """Return a day of a gate's books: the turnover of each account, and what each cashier took.

    A closed day is as it was when it was closed; an open one is as it stands.
    """
    return book_day_out(await BookDays(uow, caller).get(gate, day))


@router.post(
    "/{day}/close",
    status_code=201,
    response_model=BookDayOut,
    dependencies=[may(Role.COLLECTOR)],
    responses=problem_responses(
        GateNotFoundError, BookDayNotOverError, BookDayClosedError, EarlierBookDayOpenError,
        ShiftsOpenError, *RETRIED,
    ),
)  # fmt: skip
async def close_book_day(
    gate: Sought, day: Day, uow: Uow, caller: Caller, retry: Retry
) -> Response:
    """Close a day of a gate's books that is over, in the order of days, when its tills are counted.

    What belongs to it and comes later is posted to the next open day.
    """
    return await retry.answer(book_day_out(await BookDays(uow, caller).close(gate, day)))
