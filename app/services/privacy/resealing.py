"""Encrypted columns under the current key, so that an older one may be forgotten.

A turn takes one window of one column and remembers where it ended: it may be killed at any instant
and run in any number. A value is stored only where the one that was read still is, so that who
amends an entry meanwhile wins. What an old process seals behind a pass, the next one finds.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag

from app.core.ciphers import Cipher
from app.models import ResealProgress
from app.repositories.resealing import PARTS, Part, Resealed, Sealed
from app.repositories.unit_of_work import UnitOfWork
from app.services.declarations.declaring import key_of

WINDOW: Final = 500
AGAIN: Final = timedelta(hours=24)
"""After a pass, how long until the next one: a process may go on with yesterday's settings."""


class Resealing:
    """Seals by the current key what another has sealed."""

    def __init__(self, uow: UnitOfWork, cipher: Cipher, machine: datetime) -> None:
        """Work within one transaction; `machine` is the machine's time."""
        self._uow = uow
        self._cipher = cipher
        self._machine = machine
        self._key = cipher.names[0]

    async def turn(self, size: int = WINDOW) -> int | None:
        """Go through the next rows of the first column that is not done; None: all are.

        Return how many values were sealed anew.
        """
        progress = await self._uow.resealing.progress()
        for part in PARTS:
            known = progress.get(part.name)
            if known is None or self._is_to_do(known):
                return await self._window(part, self._after(known), size)
        return None

    def _is_to_do(self, known: ResealProgress) -> bool:
        if known.key_name != self._key or known.passed_at is None:
            return True
        return self._machine - known.passed_at >= AGAIN

    def _after(self, known: ResealProgress | None) -> UUID | None:
        """Return where a pass for this key stands; None begins one."""
        if known is None or known.key_name != self._key or known.passed_at is not None:
            return None
        return known.after_id

    async def _window(self, part: Part, after: UUID | None, size: int) -> int:
        sealing = self._uow.resealing
        end = await sealing.end_of(part, after, size)
        found = await sealing.sealed_otherwise(part, self._cipher.mark, after, end)
        values = list(self._anew(part, found))
        if values:
            await sealing.replace(part, values)
        await sealing.note(part, self._key, end, None if end else self._machine)
        return len(values)

    def _anew(self, part: Part, found: Sequence[Sealed]) -> Iterator[Resealed]:
        """Yield what takes the place of what was found; what no key opens is left to `doctor`."""
        for one in found:
            try:
                text = self._cipher.decrypt(one.sealed)
            except (KeyError, InvalidTag):
                continue
            sought = key_of(part.field, text) if part.field else text
            is_found = part.hashed is not None and sought
            hashed = self._cipher.hash_to_find(sought) if is_found else None
            yield Resealed(one.id, one.sealed, self._cipher.encrypt(text), hashed)
