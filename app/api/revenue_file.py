"""Revenue as a file: read month by month, so that a year by day is never whole in memory."""

from collections.abc import AsyncIterator, Iterator, Sequence

from pydantic_core import to_json

from app.api.book_files import BookFile, BookFormat, Rows
from app.api.schemas.revenue import (
    revenue_cells,
    revenue_heading,
    revenue_line_out,
    revenue_out,
)
from app.api.state import Process
from app.domain.books.periods import Period
from app.domain.books.revenue import (
    Dimension,
    Revenue,
    RevenueFilter,
    RevenueLine,
    months_of,
    total_of,
)
from app.repositories.unit_of_work import UnitOfWork
from app.services.money.revenue import RevenueBook

IN_TIME = frozenset({Dimension.MONTH, Dimension.DAY})
Lines = AsyncIterator[Sequence[RevenueLine]]


async def revenue_lines(
    process: Process, period: Period, by: Sequence[Dimension], where: RevenueFilter
) -> Lines:
    """Yield the lines of a period, those of a month in a transaction of its own where they can."""
    parts = months_of(period) if IN_TIME & set(by) else [period]
    for one in parts:
        async with process.sessions.begin() as session:
            lines = await RevenueBook(UnitOfWork(session)).lines(one, by, where)
        yield lines


def revenue_file(
    file: BookFile, period: Period, by: Sequence[Dimension], lines: Lines
) -> AsyncIterator[bytes]:
    """Yield revenue as the caller wants it written."""
    if file.format is BookFormat.JSON:
        return _as_json(period, by, lines)
    return file.table("revenue", revenue_heading(by), _as_rows(lines))


async def _as_rows(lines: Lines) -> AsyncIterator[Rows]:
    async for some in lines:
        yield map(revenue_cells, some)


async def _as_json(period: Period, by: Sequence[Dimension], lines: Lines) -> AsyncIterator[bytes]:
    """Yield a `RevenueReportOut`, of which `total` is the sum of the lines that were sent."""
    head = to_json({"from_day": period.first, "to_day": period.end, "by": list(by)})
    yield head[:-1] + b',"lines":['
    total, is_first = Revenue(), True
    async for some in lines:
        total += total_of(some)
        if some:
            yield (b"" if is_first else b",") + b",".join(_json_of(some))
            is_first = False
    yield b'],"total":' + revenue_out(total).model_dump_json().encode() + b"}"


def _json_of(lines: Sequence[RevenueLine]) -> Iterator[bytes]:
    return (revenue_line_out(one).model_dump_json().encode() for one in lines)
