"""Entries: found by what people know of them, locked and stored."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    false,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    true,
    tuple_,
    union,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.types import Text

from app.domain.authorisation import Action, Relation, decide, relations_to
from app.domain.delegations import GRANTED
from app.domain.hold_scope import Scope, ScopeKind, scopes_of
from app.domain.principal import Principal
from app.domain.questions import EntryCounts, EntryFilter
from app.domain.vocabulary import Direction, Party, State
from app.models import (
    Call,
    Charge,
    Delegation,
    Entry,
    Event,
    Order,
    PostingRow,
    ReferenceRevision,
    ScopedHold,
)
from app.repositories.delegations import granted, grantors_to, open_to
from app.repositories.pages import Order as Columns
from app.repositories.pages import page_of
from app.repositories.prepared import Prepared, Wire
from app.repositories.rows import insert_rows

# Plates share PostgreSQL's one space of advisory locks with queues (0) and retry keys (1).
PLATE_SEED = 2
FEW_HAVE = 4
"""So many signs are on the plates of few vehicles; three may be those of a whole province."""
Row = Mapping[str, Any]

# Nobody places a scoped hold while somebody registers, so that neither misses the other.
HOLDS_LOCKED = func.hashtextextended("scoped-holds", PLATE_SEED)
PLATE_LOCK = Prepared(
    select(
        func.pg_advisory_xact_lock(
            func.hashtextextended(bindparam("name", type_=Text), PLATE_SEED)
        ),
        func.pg_advisory_xact_lock_shared(HOLDS_LOCKED),
    )
)
# A planner that has not counted the table yet takes all open entries of a direction for as few as
# those of one plate, so nothing here but the plate is for an index, and only one has the order.
OPEN_OF_PLATE = (
    select(Entry.id, false())
    .where(
        Entry.tractor_plate == bindparam("plate"),
        Entry.direction.concat(literal_column("''")) == bindparam("direction"),
        Entry.ended_at.is_(None),
    )
    .order_by(Entry.direction, Entry.organisation_id)
)
OPEN_WITH_PLATE = Prepared(OPEN_OF_PLATE)
OPEN_OR_HELD = Prepared(
    union_all(
        OPEN_OF_PLATE,
        select(ScopedHold.id, true()).where(
            ScopedHold.lifted_at.is_(None),
            tuple_(ScopedHold.scope, ScopedHold.value).in_(
                select(
                    func.unnest(bindparam("scopes", type_=ARRAY(Text))),
                    func.unnest(bindparam("values", type_=ARRAY(Text))),
                )
            ),
        ),
    )
)


class Locked(NamedTuple):
    """An entry, when its queue last called, and the revision of the reference data."""

    entry: Entry
    called_at: datetime | None
    revision: int


class Related(NamedTuple):
    """An entry, and what somebody's organisation is to it."""

    entry: Entry
    relations: frozenset[Relation]


class EntriesRepository:
    """Questions about entries."""

    def __init__(self, session: AsyncSession, wire: Wire) -> None:
        """Ask within the transaction of `session`, of which `wire` is the connection."""
        self._session = session
        self._wire = wire

    async def related(self, entry_id: UUID, principal: Principal, at: datetime) -> Related | None:
        """Return an entry, whoever asks, with what the organisation of `principal` is to it."""
        found = await self.all_related([entry_id], principal, at)
        return found[0] if found else None

    async def all_related(
        self, entry_ids: Collection[UUID], principal: Principal, at: datetime
    ) -> Sequence[Related]:
        """Return those of some entries that are there, as `related` does at an instant.

        One statement. Authorities are nothing to any entry, and their right does not ask for it.
        """
        parties = literal(None) if decide(principal, Action.READ) else granted(principal, at)
        statement = select(Entry, parties).where(Entry.id.in_(entry_ids))
        return [
            Related(one, _relations(principal, one, names or ()))
            for one, names in await self._session.execute(statement)
        ]

    async def by_id(self, entry_id: UUID) -> Entry | None:
        """Return an entry, whoever asks."""
        return await self._session.get(Entry, entry_id, populate_existing=True)

    async def by_reference(self, reference: str) -> Entry | None:
        """Return the entry of a short reference."""
        return await self._session.scalar(select(Entry).where(Entry.reference == reference))

    async def locked(self, entry_id: UUID) -> Entry:
        """Return an entry as it is now, kept from other writers until the transaction ends.

        Not from those who only add rows that refer to it: a payment must not wait for a movement
        that waits for the payment's order.
        """
        statement = (
            select(Entry)
            .where(Entry.id == entry_id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
        return (await self._session.scalars(statement)).one()

    async def all_locked(self, entry_ids: Collection[UUID]) -> Sequence[Entry]:
        """Return entries as `locked` does, in the order of their ids, in which all wait."""
        statement = (
            select(Entry)
            .where(Entry.id.in_(entry_ids))
            .order_by(Entry.id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
        return (await self._session.scalars(statement)).all()

    async def locked_in_queue(self, entry_id: UUID) -> Locked:
        """Return an entry as `locked` does, with what else is true now; ask under its lock."""
        return (await self.all_locked_in_queue([entry_id]))[0]

    async def all_locked_in_queue(self, entry_ids: Collection[UUID]) -> Sequence[Locked]:
        """Return entries as `locked_in_queue` does, in the order of their ids, in which all wait.

        Ask under the locks of all their queues.
        """
        revision = select(ReferenceRevision.revision).scalar_subquery()
        last_call = (
            select(func.max(Call.called_at))
            .where(Call.gate_code == Entry.gate_code, Call.direction == Entry.direction)
            .correlate(Entry)
            .scalar_subquery()
        )
        statement = (
            select(Entry, last_call, revision)
            .where(Entry.id.in_(entry_ids))
            .order_by(Entry.id)
            .with_for_update(key_share=True, of=Entry)
            .execution_options(populate_existing=True)
        )
        found = await self._session.execute(statement)
        return [Locked(*row) for row in found]

    async def lock_plate(self, plate: str, direction: Direction) -> None:
        """Let one transaction at a time open entries on a plate, until it ends.

        A statement of its own, and before any queue's lock.
        """
        await self._wire.ask(PLATE_LOCK, name=f"plate:{plate}:{direction}")

    async def lock_plates(self, plates: Iterable[tuple[str, Direction]]) -> None:
        """Do for several plates what `lock_plate` does for one, in one order for everybody.

        The lock of the scoped holds comes last: who waits for a plate has none of it.
        """
        for plate, direction in sorted(set(plates)):
            name = func.hashtextextended(f"plate:{plate}:{direction}", PLATE_SEED)
            await self._session.execute(select(func.pg_advisory_xact_lock(name)))
        await self.lock_holds()

    async def try_lock_plate(self, plate: str, direction: Direction) -> bool:
        """Take a plate's lock as `lock_plate` does, where nobody else has it; never wait for it.

        Who holds a queue's lock must not wait for a plate's.
        """
        name = func.hashtextextended(f"plate:{plate}:{direction}", PLATE_SEED)
        return bool(await self._session.scalar(select(func.pg_try_advisory_xact_lock(name))))

    async def has_reference(self, organisation_id: UUID, client_reference: str) -> bool:
        """Tell whether a company has used a reference of its own before."""
        found = select(Entry.id).where(
            Entry.organisation_id == organisation_id, Entry.client_reference == client_reference
        )
        return await self._session.scalar(found) is not None

    async def touch(self, entry_id: UUID, at: datetime) -> None:
        """Note that something beside an entry changed, for those who ask for changes."""
        await self._session.execute(update(Entry).where(Entry.id == entry_id).values(changed_at=at))

    async def open_with_plate(self, plate: str, direction: Direction) -> Sequence[Entry]:
        """Return the entries on a plate that have not ended, oldest first."""
        found = await self._wire.ask(OPEN_WITH_PLATE, plate=plate, direction=direction)
        return await self._oldest_first([row[0] for row in found])

    async def open_or_held(
        self, plate: str, direction: Direction, scopes: Iterable[Scope]
    ) -> tuple[Sequence[Entry], Sequence[UUID]]:
        """Return what `open_with_plate` does, and the open holds on any of these scopes."""
        scopes = list(scopes)
        found = await self._wire.ask(
            OPEN_OR_HELD,
            plate=plate,
            direction=direction,
            scopes=[one.kind.value for one in scopes],
            values=[one.value for one in scopes],
        )
        open_ = await self._oldest_first([identity for identity, is_hold in found if not is_hold])
        return open_, [identity for identity, is_hold in found if is_hold]

    async def holds_met(self, entry: Entry) -> Sequence[UUID]:
        """Return the open scoped holds that match an entry; ask under `lock_holds`."""
        scopes = scopes_of(entry.tractor_plate, entry.container_numbers, entry.declaration_numbers)
        pairs = [(one.kind.value, one.value) for one in scopes]
        statement = select(ScopedHold.id).where(
            ScopedHold.lifted_at.is_(None), tuple_(ScopedHold.scope, ScopedHold.value).in_(pairs)
        )
        return (await self._session.scalars(statement)).all()

    async def lock_holds(self, *, exclusive: bool = False) -> None:
        """Let nobody else place or lift scoped holds until the transaction ends.

        A statement of its own, before any queue's lock. Shared for who registers or declares.
        """
        take = func.pg_advisory_xact_lock if exclusive else func.pg_advisory_xact_lock_shared
        await self._session.execute(select(take(HOLDS_LOCKED)))

    async def open_matching(self, scope: Scope) -> Sequence[Entry]:
        """Return the entries of a scope that have not ended."""
        matches = {
            ScopeKind.PLATE: Entry.tractor_plate == scope.value,
            ScopeKind.CONTAINER: and_(
                Entry.container_numbers.contains([scope.value]), Entry.container_numbers != []
            ),
            ScopeKind.DECLARATION: Entry.declaration_numbers.contains([scope.value]),
        }
        statement = select(Entry).where(matches[scope.kind], Entry.ended_at.is_(None))
        return (await self._session.scalars(statement)).all()

    async def _oldest_first(self, ids: Sequence[UUID]) -> Sequence[Entry]:
        if not ids:  # as most registrations find it
            return ()
        statement = select(Entry).where(Entry.id.in_(ids)).order_by(Entry.registered_at, Entry.id)
        return (await self._session.scalars(statement)).all()

    async def insert(
        self,
        entry: Row,
        charge: Row | None = None,
        orders: Sequence[Row] = (),
        events: Sequence[Row] = (),
        postings: Sequence[Row] = (),
    ) -> None:
        """Store a new entry with its price, events and postings from columns, in one statement.

        Raises:
            DomainError: the rule that a broken constraint guards.
        """
        await insert_rows(
            self._wire,
            (Entry, [entry]),
            (Charge, [charge] if charge else []),
            (Order, orders),
            (PostingRow, postings),
            (Event, events),
        )

    async def page(
        self,
        principal: Principal,
        where: EntryFilter,
        after: Sequence[Any] | None,
        limit: int,
        *,
        at: datetime,
    ) -> Sequence[Entry]:
        """Return up to `limit` entries after a cursor: newest first, or by change when asked so.

        Those that a principal may read at an instant: authorities all, a company what it is a
        party of.
        """
        if decide(principal, Action.READ):
            source: type[Entry] = Entry
            statement = select(Entry).where(*_conditions(where))
        else:
            source = aliased(Entry, _of_parties(principal, where, after, limit, at).subquery())
            statement = select(source)
        if _is_narrow(where):
            source, statement = _few(statement)
        page = page_of(statement, _order(source, where), after, limit, newest_first=_newest(where))
        return (await self._session.scalars(page)).all()

    async def counts(self, principal: Principal, *, at: datetime) -> EntryCounts:
        """Count the open entries that a principal may read at an instant, and what it may pay."""
        theirs = and_(Entry.ended_at.is_(None), _open(principal, at, Action.READ))
        unready = func.count().filter(_BLOCKED)
        held = func.count().filter(Entry.held)
        by_state = select(Entry.state, func.count(), unready, held).where(theirs)
        found = (await self._session.execute(by_state.group_by(Entry.state))).all()
        amounts = select(func.count(), func.coalesce(func.sum(Order.amount_vnd), 0))
        payable = and_(Entry.ended_at.is_(None), _open(principal, at, Action.ORDERS))
        of_theirs = amounts.join(Entry, Entry.id == Order.entry_id).where(payable, _DUE)
        orders, due = (await self._session.execute(of_theirs)).one()
        return EntryCounts(
            states={State(state): count for state, count, _, _ in found},
            unready=sum(one[2] for one in found),
            held=sum(one[3] for one in found),
            orders_due=orders,
            due_vnd=int(due),
        )


_BLOCKED: Final = Entry.findings.contains([{"severity": "blocking"}])
_DUE: Final = Order.state == "due"


def _open(principal: Principal, at: datetime, action: Action) -> ColumnElement[bool]:
    """Return the condition that one may do something with an entry: the ranges of `_of_parties`."""
    if decide(principal, action):
        return true()
    let_in = select(Delegation.entry_id).where(
        *open_to(principal, at, action), Delegation.entry_id.is_not(None)
    )
    theirs = [
        Entry.organisation_id == principal.organisation_id,
        Entry.organisation_id.in_(grantors_to(principal, at, action)),
        Entry.id.in_(let_in),
    ]
    if principal.tax_code:
        theirs.append(Entry.payer_tax_code == principal.tax_code)
    return or_(*theirs)


def _relations(principal: Principal, entry: Entry, names: Iterable[str]) -> frozenset[Relation]:
    parties = map(Party, names)
    return relations_to(principal, entry.organisation_id, entry.payer_tax_code, parties)


def _of_parties(
    principal: Principal, where: EntryFilter, after: Sequence[Any] | None, limit: int, at: datetime
) -> Select[Entry]:
    """Return the entries of a company's page, found in the first so many of each range.

    One range is what it declared, one what it pays by its tax code, one what it was let into one by
    one, and one for each that lets it into everything: each is read by an index of its own.
    What is due is so to whoever may pay it.
    """
    action = Action.ORDERS if where.due else Action.READ
    order, newest = _order(Entry, where), _newest(where)
    found = select(*order).where(*_conditions(where))
    own = (
        Entry.organisation_id == principal.organisation_id,
        Entry.payer_tax_code == principal.tax_code,
    )
    ranges: list[Select[*tuple[Any, ...]]] = [
        page_of(found.where(one), order, after, limit, newest_first=newest)
        for one in own[: 2 if principal.tax_code else 1]
    ]
    let_in = found.join(Delegation, Delegation.entry_id == Entry.id)
    let_in = let_in.where(*open_to(principal, at, action), Delegation.entry_id.is_not(None))
    listed = (Delegation.registered_at, Delegation.entry_id) if newest else order
    # An entry comes once for each party that one organisation is.
    ranges.append(page_of(let_in, listed, after, limit * len(GRANTED), newest_first=newest))
    grantors = grantors_to(principal, at, action).subquery()
    of_one = found.where(Entry.organisation_id == grantors.c.grantor_id)
    of_each = page_of(of_one, order, after, limit, newest_first=newest).lateral()
    ranges.append(select(*of_each.c).select_from(grantors).join(of_each, true()))
    every = union(*(select(*one.subquery().c) for one in ranges)).subquery()
    by = [column.desc() if newest else column for column in every.c]
    first = select(every.c.id).order_by(*by).limit(limit)
    return select(Entry).where(Entry.id.in_(first))


def _newest(where: EntryFilter) -> bool:
    return where.changed_after is None


def _order(entry: type[Entry], where: EntryFilter) -> Columns:
    return (entry.registered_at if _newest(where) else entry.changed_at, entry.id)


def _is_narrow(where: EntryFilter) -> bool:
    """Tell whether only a few entries, whenever they came, can be what is asked for."""
    names = (where.declaration_number, where.client_reference, where.reference)
    return any(name is not None for name in names) or len(where.plate or "") >= FEW_HAVE


def _few(statement: Select[Entry]) -> tuple[type[Entry], Select[Entry]]:
    """Return a statement of few rows as a source, which is found first and sorted then.

    Else the planner may walk all entries by date until it has a page of these few.
    """
    few = aliased(Entry, statement.offset(0).subquery())
    return few, select(few)


def _conditions(where: EntryFilter) -> Iterator[ColumnElement[bool]]:
    equal = {
        Entry.gate_code: where.gate,
        Entry.route_code: where.route,
        Entry.direction: where.direction,
        Entry.state: where.state,
        Entry.lane: where.lane,
        Entry.client_reference: where.client_reference,
        Entry.reference: where.reference,
        Entry.yard_code: where.yard,
    }
    yield from (column == value for column, value in equal.items() if value is not None)
    if where.plate is not None:
        yield Entry.tractor_plate.contains(where.plate, autoescape=True)
    if where.declaration_number is not None:
        yield Entry.declaration_numbers.contains([where.declaration_number])
    if where.registered_from is not None:
        yield Entry.registered_at >= where.registered_from
    if where.registered_before is not None:
        yield Entry.registered_at < where.registered_before
    if where.changed_after is not None:
        yield Entry.changed_at > where.changed_after
    yield from _told_apart(where)


def _told_apart(where: EntryFilter) -> Iterator[ColumnElement[bool]]:
    due = select(Order.id).where(Order.entry_id == Entry.id, _DUE).exists()
    asked = (
        (where.ended, Entry.ended_at.is_not(None)),
        (where.ready, not_(_BLOCKED)),
        (where.held, Entry.held.is_(True)),
        (where.due, due),
    )
    yield from (one if wanted else not_(one) for wanted, one in asked if wanted is not None)
