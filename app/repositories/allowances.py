"""What all processes together say of allowances."""

from collections.abc import Mapping, Sequence

from sqlalchemy import BigInteger, LargeBinary, cast, delete, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, INTERVAL, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningInsert

from app.models import SharedAllowance

MICROSECOND = literal("1 microsecond")


class AllowancesRepository:
    """The one number per client and allowance."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within `session`."""
        self._session = session

    async def exchange(self, used: Mapping[bytes, int]) -> Mapping[bytes, int]:
        """Add what was used here, in microseconds of refilling, and return what is used in all.

        Rows are taken in the order of their keys, so that two processes never wait for each other.
        """
        keys = sorted(used)
        found = await self._session.execute(_exchange(keys, [used[key] for key in keys]))
        return dict(found.all())

    async def forget(self, limit: int) -> int:
        """Delete up to `limit` allowances that are whole; return how many.

        Locked in the order of `exchange`; one that was used while this waited for it stays.
        """
        whole = (
            select(SharedAllowance.key)
            .where(SharedAllowance.whole_at <= func.clock_timestamp())
            .order_by(SharedAllowance.key)
            .limit(limit)
            .with_for_update()
        )
        statement = (
            delete(SharedAllowance)
            .where(SharedAllowance.key.in_(whole))
            .returning(SharedAllowance.key)
        )
        return len((await self._session.execute(statement)).all())


def _exchange(keys: Sequence[bytes], used: Sequence[int]) -> ReturningInsert[bytes, int]:
    now = func.statement_timestamp()
    told = func.unnest(literal(keys, ARRAY(LargeBinary)), literal(used, ARRAY(BigInteger)))
    rows = told.table_valued("key", "used").render_derived()
    whole_at = now + rows.c.used * cast(MICROSECOND, INTERVAL)
    asked = select(rows.c.key, whole_at).order_by(rows.c.key)
    row = insert(SharedAllowance).from_select(["key", "whole_at"], asked)
    known = func.greatest(SharedAllowance.whole_at, now)
    added = row.on_conflict_do_update(
        constraint="pk_shared_allowances",
        set_={"whole_at": known + (row.excluded.whole_at - now)},
    )
    total = func.extract("epoch", SharedAllowance.whole_at - now) * 1_000_000
    return added.returning(SharedAllowance.key, cast(total, BigInteger))
