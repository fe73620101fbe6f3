"""Principals, and the one statement that opens every authenticated request."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    SQLColumnExpression,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    literal,
    literal_column,
    select,
    text,
    tuple_,
)
from sqlalchemy.dialects.postgresql import INTERVAL, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import join
from sqlalchemy.sql.dml import ReturningInsert
from sqlalchemy.types import DateTime, SmallInteger, Text

from app.domain.log.checkpoints import Sealed
from app.domain.members import MemberRole, scopes_of
from app.domain.organisations import OrganisationKind
from app.domain.principal import Credential, CredentialKind, Principal
from app.domain.questions import ClockRow
from app.domain.vocabulary import Agency, Direction, Queue, Role, Scope
from app.models import (
    ApiKey,
    BusinessClock,
    LogTree,
    Member,
    MemberSession,
    Organisation,
    ReferenceRevision,
    StoredAnswer,
)
from app.models import Principal as PrincipalRow
from app.repositories.keys import opens
from app.repositories.prepared import Prepared, Wire
from app.repositories.sessions import open_since

KEPT = timedelta(hours=24)
# Idempotency keys share PostgreSQL's one space of advisory locks with the queues; seeds part them.
RETRY_SEED = 1
# The id of a table's only row. The planner takes a table that nobody has counted for thousands of
# rows unless it is told so, and for what they would cost it planned each opening anew.
ONLY = literal_column("1", SmallInteger)
SERVICE, SERVICE_ORGANISATION = "gate-work", "Border-gate service"


@dataclass(frozen=True, slots=True)
class Answer:
    """A stored 2xx answer and the fingerprint of the request it answered."""

    fingerprint: bytes
    status: int
    location: str | None
    body: bytes


class ByKey(NamedTuple):
    """Whoever presents an API key of this hash."""

    key_hash: bytes


class ByToken(NamedTuple):
    """Whoever presents an access token that was given to a principal for one of its keys."""

    key_id: UUID
    principal_id: UUID


class BySession(NamedTuple):
    """Whoever shows the token of a session that was used since an instant, at a later one."""

    token_hash: bytes
    at: datetime
    idle_since: datetime


Presented = ByKey | ByToken | BySession
"""By what a request may be opened; each kind has its own form of the one statement."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What a request must know before it begins, in one statement."""

    principal: Principal
    revision: int
    clock: ClockRow | None
    retry_taken: bool
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class Pulse:
    """What a process polls to keep its caches honest."""

    revision: int
    clock: ClockRow | None
    logs: Mapping[Queue, Sealed]


class AccessRepository:
    """Who acts, and what they were answered before."""

    def __init__(self, session: AsyncSession, wire: Wire) -> None:
        """Ask within the transaction of `session`, of which `wire` is the connection."""
        self._session = session
        self._wire = wire

    async def open_request(self, presented: Presented, retry_key: str | None) -> Opening | None:
        """Return whose credential it is, the state of caches, and any stored answer to a retry.

        The retry key is taken by a try-lock until the transaction ends; `retry_taken` is False
        while another request holds it. None where the credential opens nothing: it is unknown,
        revoked or expired, or its principal is disabled.
        """
        plain, with_retry = OPENINGS[type(presented)]
        values = presented._asdict()
        if retry_key is None:
            found = await self._wire.ask(plain, **values)
        else:
            found = await self._wire.ask(with_retry, **values, retry_key=retry_key)
        kind = WAYS[type(presented)].kind
        return _read_opening(_Row(*found[0]), kind) if found else None

    async def pulse(self) -> Pulse:
        """Return the revision of reference data, the business clock, and how the logs stand."""
        found = await self._wire.ask(PULSE)
        logs, revision, *clock = found[0]
        return Pulse(revision, _clock(*clock), _logs(logs))

    async def schema_and_time(self) -> tuple[str | None, datetime]:
        """Return the migration that is applied, and the database's time."""
        statement = text("SELECT (SELECT version_num FROM alembic_version), clock_timestamp()")
        applied, now = (await self._session.execute(statement)).one()
        return applied, now

    async def store_answer(self, principal_id: UUID, key: str, answer: Answer) -> bool:
        """Keep `answer` for retries; False where another request stored one in the meantime."""
        stored = await self._wire.ask(
            ANSWER,
            principal_id=principal_id,
            key=key,
            fingerprint=answer.fingerprint,
            status=answer.status,
            location=answer.location,
            body=answer.body,
        )
        return bool(stored)

    async def forget_answers(self, limit: int) -> int:
        """Delete up to `limit` stored answers that are too old to be replayed; return how many."""
        old = (
            select(StoredAnswer.principal_id, StoredAnswer.key)
            .where(StoredAnswer.stored_at <= func.clock_timestamp() - cast(KEPT, INTERVAL))
            .limit(limit)
        )
        statement = (
            delete(StoredAnswer)
            .where(tuple_(StoredAnswer.principal_id, StoredAnswer.key).in_(old))
            .returning(StoredAnswer.key)
        )
        return len((await self._session.execute(statement)).all())

    async def set_clock(self, clock: ClockRow) -> None:
        """Move the sandbox's business clock, for every process."""
        values = {
            "machine_at": clock.machine_at,
            "business_at": clock.business_at,
            "speed": clock.speed,
        }
        row = insert(BusinessClock).values(id=1, **values)
        await self._session.execute(
            row.on_conflict_do_update(constraint="pk_business_clock", set_=values)
        )

    async def organisation(self, name: str) -> Organisation | None:
        """Return an organisation by its name."""
        return await self._session.scalar(select(Organisation).where(Organisation.name == name))

    async def service(self) -> Principal:
        """Return the principal for which the service acts by itself; no key opens anything for it.

        The first to ask makes it, whoever else asks at that moment.
        """
        known = await self._wire.ask(SERVICE_IDS)
        if not known:
            name = insert(Organisation).values(
                name=SERVICE_ORGANISATION, kind=OrganisationKind.OPERATOR.value, verified=True
            )
            await self._session.execute(name.on_conflict_do_nothing())
            of = select(Organisation.id).where(Organisation.name == SERVICE_ORGANISATION)
            row = insert(PrincipalRow).values(
                organisation_id=of.scalar_subquery(),
                name=SERVICE,
                role=Role.ADMIN.value,
                revoked_at=func.clock_timestamp(),
            )
            await self._session.execute(row.on_conflict_do_nothing())
            known = await self._wire.ask(SERVICE_IDS)
        principal_id, organisation_id = known[0]
        return Principal(principal_id, organisation_id, SERVICE, Role.ADMIN)

    async def acting(self, principal_id: UUID) -> Principal | None:
        """Return the principal of an id for whom something is still done.

        None once it is disabled, or its organisation is no longer one that acts on entries.
        """
        statement = (
            select(PrincipalRow, Organisation.tax_code)
            .join(Organisation, Organisation.id == PrincipalRow.organisation_id)
            .where(
                PrincipalRow.id == principal_id,
                PrincipalRow.revoked_at.is_(None),
                Organisation.verified,
            )
        )
        found = (await self._session.execute(statement)).one_or_none()
        if found is None:
            return None
        row, tax_code = found
        agency = Agency(row.agency) if row.agency else None
        return Principal(
            row.id, row.organisation_id, row.name, Role(row.role), agency, tax_code, row.supervisor
        )

    async def principal(self, name: str) -> PrincipalRow | None:
        """Return a principal by its name."""
        return await self._session.scalar(select(PrincipalRow).where(PrincipalRow.name == name))


class _Way(NamedTuple):
    """How a kind of credential is found: its id, its scopes, whose it is, and when it opens."""

    kind: CredentialKind
    identity: SQLColumnExpression[UUID]
    scopes: SQLColumnExpression[Any]
    whose: FromClause
    opens: tuple[ColumnElement[bool], ...]


def _opening(way: _Way) -> Select[*tuple[Any, ...]]:
    return (
        select(
            way.identity,
            way.scopes,
            PrincipalRow.id,
            PrincipalRow.organisation_id,
            PrincipalRow.name,
            PrincipalRow.role,
            PrincipalRow.agency,
            PrincipalRow.supervisor,
            Organisation.tax_code,
            Organisation.verified,
            *STATE,
        )
        .select_from(way.whose)
        .join(Organisation, Organisation.id == PrincipalRow.organisation_id)
        .join(ReferenceRevision, ReferenceRevision.id == ONLY)
        .outerjoin(BusinessClock, BusinessClock.id == ONLY)
        .where(*way.opens)
    )


def _opening_with_retry(way: _Way) -> Select[*tuple[Any, ...]]:
    retry_key = bindparam("retry_key", type_=Text)
    name = cast(PrincipalRow.id, Text) + literal(":", Text) + retry_key
    lock = func.pg_try_advisory_xact_lock(func.hashtextextended(name, RETRY_SEED))
    return (
        _opening(way)
        .add_columns(lock.label("taken"), *ANSWERED)
        .outerjoin(StoredAnswer, is_answer_of(PrincipalRow.id, retry_key))
    )


def is_answer_of(
    principal_id: SQLColumnExpression[UUID], retry_key: ColumnElement[str]
) -> ColumnElement[bool]:
    """Return what is true of the answer that a principal's retry key still gets."""
    is_young = StoredAnswer.stored_at > func.clock_timestamp() - cast(KEPT, INTERVAL)
    return (StoredAnswer.principal_id == principal_id) & (StoredAnswer.key == retry_key) & is_young


def _answer() -> ReturningInsert[Any]:
    columns = ("principal_id", "key", "fingerprint", "status", "location", "body")
    values = {name: bindparam(name, type_=StoredAnswer.__table__.c[name].type) for name in columns}
    row = insert(StoredAnswer).values(values)
    return row.on_conflict_do_update(
        constraint="pk_stored_answers",
        set_={**values, "stored_at": func.clock_timestamp()},
        where=StoredAnswer.stored_at <= func.clock_timestamp() - cast(KEPT, INTERVAL),
    ).returning(StoredAnswer.key)


def _by_key(kind: CredentialKind, *which: ColumnElement[bool]) -> _Way:
    whose = join(ApiKey, PrincipalRow, PrincipalRow.id == ApiKey.principal_id)
    return _Way(kind, ApiKey.id, ApiKey.scopes, whose, (*which, *opens()))


def _by_session() -> _Way:
    at, idle_since = (bindparam(name, type_=DateTime(timezone=True)) for name in INSTANTS)
    whose = join(MemberSession, Member, Member.id == MemberSession.principal_id)
    return _Way(
        CredentialKind.SESSION,
        MemberSession.id,
        _scopes_of_member(),
        join(whose, PrincipalRow, PrincipalRow.id == Member.id),
        (
            MemberSession.token_hash == bindparam("token_hash"),
            *open_since(at, idle_since),
            PrincipalRow.revoked_at.is_(None),
        ),
    )


def _scopes_of_member() -> ColumnElement[Any]:
    """Return what a member may do as its row is when the statement runs."""
    return case(
        *(
            (
                and_(Member.role == role.value, Member.personal == personal),
                _array(role, personal=personal),
            )
            for role in MemberRole
            for personal in (False, True)
        ),
    )


def _array(role: MemberRole, *, personal: bool) -> ColumnElement[Any]:
    scopes = ", ".join(f"'{scope}'" for scope in sorted(scopes_of(role, personal=personal)))
    return literal_column(f"ARRAY[{scopes}]")


STATE = (
    ReferenceRevision.revision,
    BusinessClock.machine_at,
    BusinessClock.business_at,
    BusinessClock.speed,
)
"""What caches go by."""
ANSWERED = (
    StoredAnswer.fingerprint,
    StoredAnswer.status,
    StoredAnswer.location,
    StoredAnswer.body,
)
"""What a retry is answered by."""
# As a text: the driver's own connection gives no JSON.
LOGS = select(
    cast(
        func.json_agg(
            func.json_build_array(
                LogTree.gate_code, LogTree.direction, LogTree.size,
                func.encode(LogTree.root, "hex"), LogTree.sealed_at,
            )
        ),
        Text,
    )
).scalar_subquery()  # fmt: skip
PULSE = Prepared(
    select(LOGS, *STATE)
    .select_from(ReferenceRevision)
    .outerjoin(BusinessClock, BusinessClock.id == ONLY)
    .where(ReferenceRevision.id == ONLY)
)
SERVICE_IDS = Prepared(
    select(PrincipalRow.id, PrincipalRow.organisation_id).where(PrincipalRow.name == SERVICE)
)
INSTANTS = ("at", "idle_since")
WAYS: Mapping[type[Presented], _Way] = {
    ByKey: _by_key(CredentialKind.KEY, ApiKey.key_hash == bindparam("key_hash")),
    ByToken: _by_key(
        CredentialKind.TOKEN,
        ApiKey.id == bindparam("key_id"),
        PrincipalRow.id == bindparam("principal_id"),
    ),
    BySession: _by_session(),
}
OPENINGS = {
    kind: (Prepared(_opening(way)), Prepared(_opening_with_retry(way)))
    for kind, way in WAYS.items()
}
ANSWER = Prepared(_answer())


def _logs(text: str | None) -> Mapping[Queue, Sealed]:
    return {
        Queue(gate, Direction(direction)): Sealed(
            size, bytes.fromhex(root), datetime.fromisoformat(sealed_at)
        )
        for gate, direction, size, root, sealed_at in json.loads(text or "[]")
    }


class _Row(NamedTuple):
    """A row of either opening statement, its columns in their order."""

    credential_id: UUID
    scopes: Sequence[str]
    id: UUID
    organisation_id: UUID
    name: str
    role: str
    agency: str | None
    supervisor: bool
    tax_code: str | None
    verified: bool
    revision: int
    machine_at: datetime | None
    business_at: datetime | None
    speed: int | None
    taken: bool = True
    fingerprint: bytes = b""
    status: int | None = None
    location: str | None = None
    body: bytes = b""


def _read_opening(row: _Row, kind: CredentialKind) -> Opening:
    agency = Agency(row.agency) if row.agency else None
    principal = Principal(
        row.id,
        row.organisation_id,
        row.name,
        Role(row.role),
        agency,
        # Nobody has confirmed it yet, and what others let it pay is not for anybody to see.
        row.tax_code if row.verified else None,
        row.supervisor,
        frozenset(map(Scope, row.scopes)),
        Credential(kind, row.credential_id),
        row.verified,
    )
    answer = None
    if row.status is not None:
        answer = Answer(row.fingerprint, row.status, row.location, row.body)
    clock = _clock(row.machine_at, row.business_at, row.speed)
    return Opening(principal, row.revision, clock, row.taken, answer)


def _clock(
    machine_at: datetime | None, business_at: datetime | None, speed: int | None
) -> ClockRow | None:
    if machine_at is None or business_at is None or speed is None:
        return None
    return ClockRow(machine_at, business_at, speed)
