"""Difficulties: for those who answer them, for who reported them, and counted for everybody."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    cast,
    extract,
    false,
    func,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.types import BigInteger

from app.domain.authorisation import Action, decide
from app.domain.difficulties import REPORTERS
from app.domain.principal import Principal
from app.domain.questions import DifficultyFilter
from app.domain.reports import DifficultiesCounted
from app.models import Difficulty, Entry, Organisation
from app.models import Principal as PrincipalRow
from app.repositories.pages import page_of
from app.repositories.stays import RANKS

ORDER = (Difficulty.reported_at, Difficulty.id)


class Reported(NamedTuple):
    """A difficulty with what a reader asks: of which entry, given to whom, answered by whom."""

    difficulty: Difficulty
    reference: str | None
    assigned_to: str | None
    answered_by: str | None


class DifficultiesRepository:
    """Questions about difficulties."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within `session`."""
        self._session = session

    async def locked(self, difficulty_id: UUID) -> Difficulty | None:
        """Return a difficulty as it is now, kept from other writers until the transaction ends."""
        statement = select(Difficulty).where(Difficulty.id == difficulty_id).with_for_update()
        return await self._session.scalar(statement.execution_options(populate_existing=True))

    async def get(self, difficulty_id: UUID) -> Reported | None:
        """Return a difficulty, whoever asks."""
        row = (
            await self._session.execute(_reported().where(Difficulty.id == difficulty_id))
        ).one_or_none()
        return Reported(*row) if row else None

    async def page(
        self,
        principal: Principal,
        where: DifficultyFilter,
        after: Sequence[Any] | None,
        limit: int,
    ) -> Sequence[Reported]:
        """Return up to `limit` that `principal` may read: open oldest first, answered newest."""
        statement = _reported().where(_readable(principal), *_narrowed(where))
        page = page_of(statement, ORDER, after, limit, newest_first=where.answered)
        return [Reported(*row) for row in await self._session.execute(page)]

    async def by_link(self, entry_id: UUID, limit: int) -> Sequence[Difficulty]:
        """Return the newest that were reported by the tracking link of an entry."""
        statement = select(Difficulty).where(
            Difficulty.entry_id == entry_id, Difficulty.reported_by.is_(None)
        )
        page = page_of(statement, ORDER, None, limit, newest_first=True)
        return (await self._session.scalars(page)).all()

    async def published(self, after: Sequence[Any] | None, limit: int) -> Sequence[Difficulty]:
        """Return up to `limit` that everybody may read, after a cursor, newest first."""
        order = (Difficulty.published_at, Difficulty.id)
        statement = select(Difficulty).where(Difficulty.published_at.is_not(None))
        page = page_of(statement, order, after, limit, newest_first=True)
        return (await self._session.scalars(page)).all()

    async def names_around(self, difficulty: Difficulty) -> Sequence[str]:
        """Return the names of the organisations and principals that a difficulty involves."""
        people = [difficulty.reported_by, difficulty.assigned_to, difficulty.answered_by]
        of_entry = select(Entry.organisation_id).where(Entry.id == difficulty.entry_id)
        organisation = select(Organisation.name).where(
            or_(
                Organisation.id == difficulty.organisation_id,
                Organisation.id == of_entry.scalar_subquery(),
            )
        )
        principal = select(PrincipalRow.name).where(PrincipalRow.id.in_(filter(None, people)))
        return (await self._session.scalars(organisation.union(principal))).all()

    async def counted(
        self, first: datetime, end: datetime, gates: Sequence[str] | None
    ) -> Sequence[DifficultiesCounted]:
        """Return what was reported and answered from one instant to another, and open at its end.

        One row per gate that has any, and one without gate for all; no `gates` means every
        difficulty, those about a rule alone included.
        """
        answered = and_(Difficulty.answered_at >= first, Difficulty.answered_at < end)
        is_open = or_(Difficulty.answered_at.is_(None), Difficulty.answered_at >= end)
        seconds = extract("epoch", Difficulty.answered_at - Difficulty.reported_at)
        ranks = func.percentile_disc(RANKS).within_group(cast(seconds, BigInteger))
        statement = (
            select(
                Difficulty.gate_code,
                func.count().filter(Difficulty.reported_at >= first),
                func.count().filter(answered),
                func.count().filter(is_open),
                func.min(Difficulty.reported_at).filter(is_open),
                ranks.filter(answered),
                func.grouping(Difficulty.gate_code),
            )
            .where(Difficulty.reported_at < end)
            .where(or_(Difficulty.reported_at >= first, answered, is_open))
            .group_by(func.grouping_sets(Difficulty.gate_code, tuple_()))
        )
        if gates is not None:
            statement = statement.where(Difficulty.gate_code.in_(gates))
        rows = (await self._session.execute(statement)).all()
        return [
            DifficultiesCounted(gate, reported, done, still, oldest, tuple(found or ()))
            for gate, reported, done, still, oldest, found, is_all in rows
            if gate is not None or is_all
        ]


def _reported() -> Select[*tuple[Any, ...]]:
    answerer = aliased(PrincipalRow)
    return (
        select(Difficulty, Entry.reference, PrincipalRow.name, answerer.name)
        .outerjoin(Entry, Entry.id == Difficulty.entry_id)
        .outerjoin(PrincipalRow, PrincipalRow.id == Difficulty.assigned_to)
        .outerjoin(answerer, answerer.id == Difficulty.answered_by)
    )


def _readable(principal: Principal) -> ColumnElement[bool]:
    """Return `app.domain.difficulties.may_read` as a condition."""
    if decide(principal, Action.DIFFICULTY):
        return true()
    of_company = Difficulty.organisation_id == principal.organisation_id
    own = of_company if principal.role in REPORTERS else false()
    return or_(own, Difficulty.assigned_to == principal.id)


def _narrowed(where: DifficultyFilter) -> Iterator[ColumnElement[bool]]:
    answered = Difficulty.answered_at
    yield answered.is_not(None) if where.answered else answered.is_(None)
    if where.gate is not None:
        yield Difficulty.gate_code == where.gate
    if where.rule is not None:
        yield Difficulty.rule == where.rule
    if where.entry is not None:
        yield Difficulty.entry_id == where.entry
    if where.assigned_to is not None:
        named = select(PrincipalRow.id).where(PrincipalRow.name == where.assigned_to)
        yield Difficulty.assigned_to == named.scalar_subquery()
