"""What every use case is given from outside: who acts, when, on which reference data."""

from collections.abc import Callable, Hashable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Protocol, Self
from uuid import UUID

from app.core.access_tokens import AccessTokens
from app.core.ciphers import ApiKeys, Cipher, Tokens
from app.core.signing import Signers
from app.domain.errors import NoPolicyInForceError
from app.domain.log.checkpoints import Sealed
from app.domain.policy import PolicyEdition
from app.domain.principal import Principal
from app.domain.reference import Reference
from app.domain.vocabulary import Queue


@dataclass(frozen=True, slots=True)
class Tools:
    """What only the edge can make: identities, tokens, keys, ciphertexts, signatures."""

    new_id: Callable[[], UUID]
    reference_of: Callable[[UUID], str]
    tokens: Tokens
    cipher: Cipher
    keys: ApiKeys
    signers: Signers
    access_tokens: AccessTokens


class Kept(Protocol):
    """What a process keeps of its queues for a few seconds; it may be old, and is looked at so."""

    @property
    def turn(self) -> AbstractAsyncContextManager[None]:
        """Held by the one who makes what is not kept, so that all others find it."""

    def get(self, key: Hashable, /) -> Any | None:  # noqa: ANN401 - what was put
        """Return what was kept, None where that is too long ago."""

    def last(self, key: Hashable, /) -> Any | None:  # noqa: ANN401 - what was put
        """Return the same however long ago that is, None where it is forgotten."""

    def put(self, key: Hashable, value: Any, /) -> None:  # noqa: ANN401 - what is to be kept
        """Keep something of a queue."""


@dataclass(frozen=True, slots=True)
class Today:
    """What anybody may ask with: business time in whole seconds, and the reference data.

    `forecasts` is where the process keeps how its queues go on; without it each is made anew.
    `orders` is where it keeps them for those who only look; without it the rows are asked. `logs`
    are how the queues' logs stood when the process last looked.
    """

    now: datetime
    reference: Reference
    forecasts: Kept | None = field(default=None, kw_only=True)
    orders: Kept | None = field(default=None, kw_only=True)
    logs: Mapping[Queue, Sealed] = field(default_factory=dict, kw_only=True)

    @property
    def day(self) -> date:
        """The legal day of `now`."""
        return self.reference.day(self.now)

    @property
    def policy(self) -> PolicyEdition:
        """The policy edition that rules now.

        Raises:
            NoPolicyInForceError: none does; no other stands in for it.
        """
        found = self.reference.policy_at(self.now)
        if found is None:
            raise NoPolicyInForceError(day=self.day.isoformat())
        return found

    def not_before(self, *instants: datetime | None) -> Self:
        """Return the same question or act, its clock read no earlier than any of `instants`.

        The edge reads the clock before a transaction waits for a queue's lock. What others did
        meanwhile happened first, so an act that follows it is dated no earlier: then the order of
        events and the order of their clock readings agree, whoever's machine clock is behind.
        """
        return replace(self, now=max((self.now, *filter(None, instants))))


@dataclass(frozen=True, slots=True)
class Act(Today):
    """One principal's act."""

    principal: Principal
    tools: Tools

    def event(
        self,
        kind: str,
        queue: Queue | None,
        entry_id: UUID | None,
        occurred_at: datetime | None = None,
        **data: object,
    ) -> Mapping[str, Any]:
        """Return the columns of an event that this act causes; `data` names no person or goods."""
        return {
            "id": self.tools.new_id(),
            "kind": kind,
            "entry_id": entry_id,
            "gate_code": queue.gate if queue else None,
            "direction": queue.direction.value if queue else None,
            "occurred_at": occurred_at or self.now,
            "recorded_at": self.now,
            "principal_id": self.principal.id,
            "data": data,
        }
