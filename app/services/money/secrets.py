"""The secrets with which banks sign their notifications: made and rotated by who looks after them.

A secret is shown once, and kept encrypted, for every notification is checked with it. The one
before is taken beside it for a while. Times are the machine's.
"""

import base64
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.core.signed_words import SECRET_PREFIX, SignedWords
from app.domain.errors import (
    FieldError,
    OrganisationNotFoundError,
    OrganisationUnfitError,
    SignatureRefusedError,
)
from app.domain.organisations import OrganisationKind, ensure_manages
from app.models import BankSecret
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act

# The edges show these rows and never ask for them: they import them from here.
__all__ = ["BankSecret", "BankSecrets", "Signing"]


@dataclass(frozen=True, slots=True)
class Signing:
    """What only the edge has: the machine's time and chance."""

    now: datetime
    random: Callable[[int], bytes]


class BankSecrets:
    """Makes secrets of banks, and asks whether a bank has signed."""

    def __init__(self, uow: UnitOfWork, act: Act, tools: Signing) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act
        self._tools = tools

    async def renew(self, organisation_id: UUID, overlap: timedelta) -> tuple[BankSecret, str]:
        """Give a bank a new secret, which nobody sees again; the one before ends after `overlap`.

        Raises:
            OrganisationNotFoundError: there is none that the principal manages.
            OrganisationUnfitError: it is no bank.
        """
        ensure_manages(self._act.principal, organisation_id)
        bank = await self._uow.organisations.get(organisation_id)
        if bank is None:
            raise OrganisationNotFoundError
        if bank.kind != OrganisationKind.BANK.value:
            error = FieldError("path:organisation", "not-a-bank", bank.kind)
            raise OrganisationUnfitError(errors=(error,))
        secret = SECRET_PREFIX + base64.b64encode(self._tools.random(32)).decode()
        row = await self._uow.payments.locked_secret(organisation_id)
        if row is None:
            row = BankSecret(id=self._act.tools.new_id(), organisation_id=organisation_id)
            self._uow.add(row)
        elif overlap:
            row.old_secret, row.old_secret_until = row.secret, self._tools.now + overlap
        else:
            row.old_secret = row.old_secret_until = None
        row.secret = self._act.tools.cipher.encrypt(secret)
        row.made_at, row.made_by = self._tools.now, self._act.principal.id
        await self._uow.flush()
        facts = {"organisation": str(organisation_id), "rotated": row.old_secret is not None}
        event = self._act.event("bank_secret.made", None, None, None, **facts)
        await self._uow.records.insert_events([event])
        return row, secret

    async def ensure_signed(self, words: SignedWords) -> str:
        """Refuse what the principal's own bank has not signed, or not just now; return its name.

        Raises:
            SignatureRefusedError: saying why.
        """
        if not words.is_of(self._tools.now):
            raise SignatureRefusedError(reason="out-of-window")
        found = await self._uow.payments.secret(self._act.principal.organisation_id)
        if found is None:
            raise SignatureRefusedError(reason="no-secret")
        row, name = found
        if not any(words.is_signed_by(one) for one in self._opened(self._good(row))):
            raise SignatureRefusedError(reason="wrong-signature")
        return name

    def _good(self, row: BankSecret) -> Iterator[bytes]:
        yield row.secret
        if row.old_secret and row.old_secret_until and self._tools.now < row.old_secret_until:
            yield row.old_secret

    def _opened(self, sealed: Iterable[bytes]) -> Iterator[str]:
        return map(self._act.tools.cipher.decrypt, sealed)
