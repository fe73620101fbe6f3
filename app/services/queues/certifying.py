"""Certificates: who came later and went before an entry, each with the rule that let it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.authorisation import Action
from app.domain.certificate import STARTED, Certificate, certify
from app.domain.log.retelling import KINDS
from app.domain.policy import PolicyEdition
from app.domain.vocabulary import QueueMode, State
from app.models import Entry
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act, Today
from app.services.authorising import reached
from app.services.declarations.entries import entry_of_link
from app.services.log.proving import Proofs, proofs_of
from app.services.queues.waiting import kept_edition, queue_of

IN_LINE = frozenset({State.QUEUED, State.CALLED, State.REGISTERED})
"""States in which an entry's wait may go on."""


@dataclass(frozen=True, slots=True)
class Certified:
    """An entry with its certificate, under the edition of its queue; no mode: it has no queue.

    `proofs` is None while nothing of the queue is sealed.
    """

    entry: Entry
    edition: PolicyEdition
    mode: QueueMode | None
    certificate: Certificate
    proofs: Proofs | None
    as_of: datetime


class Certifying:
    """Makes certificates for the parties of an entry, authorities, and who holds its link."""

    def __init__(self, uow: UnitOfWork, today: Today) -> None:
        """Work within one transaction that only reads."""
        self._uow = uow
        self._today = today

    async def of_entry(self, entry_id: UUID, act: Act) -> Certified:
        """Return the certificate of an entry that the principal may see.

        Raises:
            EntryNotFoundError: none of that id, or not the principal's to see.
            NoPolicyInForceError: no edition says what its lane earns.
        """
        return await self._certified(await reached(self._uow, act, entry_id, Action.READ))

    async def of_link(self, token: str) -> Certified:
        """Return the certificate of the entry that a tracking token opens.

        Raises:
            TrackingNotFoundError: the token is wrong or has been revoked.
            NoPolicyInForceError: no edition says what its lane earns.
        """
        return await self._certified(await entry_of_link(self._uow, token))

    async def _certified(self, entry: Entry) -> Certified:
        today, queue = self._today.not_before(entry.changed_at), queue_of(entry)
        certificate = await self._certificate(entry)
        marks = certificate.marks
        return Certified(
            entry=entry,
            edition=await kept_edition(self._uow, today, queue),
            mode=today.reference.mode(queue, today.day),
            certificate=certificate,
            proofs=await proofs_of(self._uow, queue, marks) if marks else None,
            as_of=today.now,
        )

    async def _certificate(self, entry: Entry) -> Certificate:
        records, queue = self._uow.records, queue_of(entry)
        waited = await records.waited(queue, entry.id)
        if waited is None:
            return Certificate(entry.id, None, None, ())
        began, left = waited
        ended = None if entry.state in IN_LINE else left
        told = await records.told_while(queue, entry.id, KINDS, began, ended)
        starts = {one.entry for one in told if one.kind == STARTED and one.entry is not None}
        before = await records.started_before(queue, starts - {entry.id}, began)
        return certify(entry.id, told, before)
