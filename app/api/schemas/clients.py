"""Clients and their keys on the wire; a key itself stands in one answer only."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.api.paging import Page
from app.api.schemas.types import Choice, Code, In, Instant, Open, Out
from app.domain.vocabulary import Agency, Role, Scope
from app.services.access.clients import ApiKey, Given, Principal, has_ended

Days = Annotated[int, Field(ge=1, le=730, examples=[365])]
Hours = Annotated[int, Field(ge=0, le=168, examples=[24])]


class Standing(StrEnum):
    """Whether a client may act."""

    ACTIVE = "active"
    DISABLED = "disabled"


class KeyState(StrEnum):
    """Whether a key opens anything."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


class ClientIn(In):
    """A new client."""

    name: Annotated[Code, Field(examples=["fleet-desk"])]
    """By which acts are told and work is assigned; nobody else has it. No person's name."""
    supervisor: bool = False
    """Of an agency: it answers for the agency's other desks, too. The board makes those."""


class ClientOut(Out):
    """A system that acts for an organisation."""

    id: UUID
    """Its `client_id`, as its name is."""
    organisation: UUID
    name: Annotated[str, Field(examples=["company-1"])]
    role: Annotated[Role, Open]
    agency: Annotated[Agency, Open] | None
    supervisor: bool
    state: Annotated[Standing, Open]
    created_at: Instant


class ClientsOut(Page[ClientOut]):
    """One page of clients, newest first."""


class KeyIn(In):
    """What a new key is for, and how long."""

    scopes: Annotated[list[Choice[Scope]], Field(min_length=1, max_length=len(Scope))]
    """What it may be used for; you give none that your own key has not."""
    valid_days: Days = 365
    """After so many days it opens nothing any more."""


class RotationIn(In):
    """How a new key takes the place of an old one."""

    overlap_hours: Hours = 24
    """For so long both open; 0: the old one opens nothing from now on."""
    valid_days: Days = 365
    """After so many days the new one opens nothing any more."""


class KeyOut(Out):
    """A key, without itself."""

    id: UUID
    client: UUID
    prefix: Annotated[str, Field(examples=["gate_company_Zx3vQ0"])]
    """How it begins, to tell it from others."""
    scopes: list[Annotated[Scope, Open]]
    state: Annotated[KeyState, Open]
    created_at: Instant
    expires_at: Instant | None
    """Null: never; such keys are given on the machine of the service only."""
    last_used_at: Instant | None
    """To within ten seconds; null: never."""
    revoked_at: Instant | None


class NewKeyOut(KeyOut):
    """A key with itself, this once: nobody can tell it again."""

    key: Annotated[str, Field(examples=["gate_company_Zx3vQ0m1b7n2k9s4"])]


class KeysOfClientOut(Page[KeyOut]):
    """One page of keys, newest first."""


def client_out(one: Principal) -> ClientOut:
    """Return a client."""
    return ClientOut(
        id=one.id,
        organisation=one.organisation_id,
        name=one.name,
        role=Role(one.role),
        agency=Agency(one.agency) if one.agency else None,
        supervisor=one.supervisor,
        state=Standing.DISABLED if one.revoked_at else Standing.ACTIVE,
        created_at=one.created_at,
    )


def key_out(one: ApiKey, now: datetime) -> KeyOut:
    """Return a key as it is at an instant of the machine's clock."""
    return KeyOut(**_key(one, now))


def new_key_out(given: Given, now: datetime) -> NewKeyOut:
    """Return a key that was given just now, with itself."""
    return NewKeyOut(**_key(given.key, now), key=given.text)


def _key(one: ApiKey, now: datetime) -> dict[str, object]:
    return {
        "id": one.id,
        "client": one.principal_id,
        "prefix": one.prefix,
        "scopes": [Scope(scope) for scope in one.scopes],
        "state": _state(one, now),
        "created_at": one.created_at,
        "expires_at": one.expires_at,
        "last_used_at": one.last_used_at,
        "revoked_at": one.revoked_at,
    }


def _state(one: ApiKey, now: datetime) -> KeyState:
    if one.revoked_at is not None:
        return KeyState.REVOKED
    return KeyState.EXPIRED if has_ended(one, now) else KeyState.ACTIVE
