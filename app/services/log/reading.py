"""What anybody reads of the logs: checkpoints, tiles, leaves, proofs; and what witnesses add."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from app.core.signing import has_signed
from app.domain.errors import (
    BeyondLogError,
    CheckpointNotFoundError,
    CosignatureRefusedError,
    LogNotFoundError,
    TileNotFoundError,
)
from app.domain.log.checkpoints import (
    Checkpoint,
    KeyType,
    NamedKey,
    Note,
    NoteError,
    Sealed,
    Signature,
    cosigned,
    read_checkpoint,
    read_key,
    read_note,
    time_of,
)
from app.domain.log.merkle import HASH_BYTES, consistency, inclusion, root
from app.domain.log.tiles import WIDTH, Wanted, bundle
from app.domain.vocabulary import Queue
from app.repositories.log import Published
from app.repositories.unit_of_work import UnitOfWork
from app.services.log.proving import of_tiles

__all__ = ["MOST_LEAVES", "Continued", "Included", "Log", "Published", "witnesses_of"]

MOST_LEAVES: Final = 1000


class Reason(StrEnum):
    """Why a cosignature is not taken."""

    UNREADABLE = "unreadable"
    UNKNOWN_CHECKPOINT = "unknown-checkpoint"
    UNKNOWN_WITNESS = "unknown-witness"
    WRONG_SIGNATURE = "wrong-signature"


@dataclass(frozen=True, slots=True)
class Included:
    """A leaf, and the proof that it is in the log of that size and root."""

    index: int
    leaf: str
    size: int
    root: bytes
    proof: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Continued:
    """Two sizes of a log with their roots, and the proof that one goes on with the other."""

    sizes: tuple[int, int]
    roots: tuple[bytes, bytes]
    proof: Sequence[bytes]


def witnesses_of(keys: str) -> Sequence[NamedKey]:
    """Return the keys of witnesses, which stand after one another's commas.

    Raises:
        NoteError: one is no key, or not one that cosigns.
    """
    found = [read_key(key) for key in keys.split(",") if key]
    for key in found:
        if key.type is not KeyType.COSIGNATURE:
            raise NoteError(key.name)
    return found


class Log:
    """The log of one queue."""

    def __init__(self, uow: UnitOfWork, queue: Queue) -> None:
        """Ask within one transaction."""
        self._uow = uow
        self._queue = queue

    async def checkpoint(self, size: int | None = None) -> Published:
        """Return the newest checkpoint, or that of a size.

        Raises:
            LogNotFoundError: there is none at all.
            CheckpointNotFoundError: none of that size.
        """
        found = await self._uow.log.checkpoint(self._queue, size)
        if found is None:
            raise LogNotFoundError if size is None else CheckpointNotFoundError
        return found

    async def checkpoints(self, after: int, limit: int) -> Sequence[Published]:
        """Return up to `limit` checkpoints above a size, lowest first."""
        return await self._uow.log.checkpoints(self._queue, after, limit)

    async def tile(self, wanted: Wanted) -> bytes:
        """Return a tile, or the leaves of one.

        Raises:
            TileNotFoundError: there is none, or it has fewer hashes so far.
        """
        if wanted.is_entries:
            start = wanted.tile.number * WIDTH
            leaves = await self._uow.log.leaves(self._queue, start, start + wanted.width)
            if len(leaves) == wanted.width:
                return bundle([leaf.encode() for leaf in leaves])
            raise TileNotFoundError
        tiles = (await self._uow.log.tiles({self._queue: [wanted.tile]}))[self._queue]
        hashes = tiles.get(wanted.tile, b"")[: wanted.width * HASH_BYTES]
        if len(hashes) < wanted.width * HASH_BYTES:
            raise TileNotFoundError
        return hashes

    async def leaves(self, start: int, limit: int) -> Sequence[str]:
        """Return up to `limit` leaves from an index on, as the texts that are hashed."""
        return await self._uow.log.leaves(self._queue, start, start + limit)

    async def inclusion(self, index: int, size: int | None) -> Included:
        """Return the proof that a leaf is in the log, as it was at a size or is now.

        Raises:
            LogNotFoundError.
            BeyondLogError: the log has not that many leaves, or the leaf is not among them.
        """
        head = await self._head()
        size = head.size if size is None else size
        if not index < size <= head.size:
            raise BeyondLogError(size=head.size)
        (leaf,) = await self._uow.log.leaves(self._queue, index, index + 1)
        proof, whole = await of_tiles(
            self._uow,
            self._queue,
            lambda known: (inclusion(index, size, known), root(size, known)),
        )
        return Included(index, leaf, size, whole, proof)

    async def consistency(self, old: int, new: int | None) -> Continued:
        """Return the proof that the log of one size goes on with that of another, or of now.

        Raises:
            LogNotFoundError.
            BeyondLogError: the log has not that many leaves, or they are in the wrong order.
        """
        head = await self._head()
        new = head.size if new is None else new
        if not old <= new <= head.size:
            raise BeyondLogError(size=head.size)
        proof, was, now = await of_tiles(
            self._uow,
            self._queue,
            lambda known: (consistency(old, new, known), root(old, known), root(new, known)),
        )
        return Continued((old, new), (was, now), proof)

    async def cosign(
        self, text: str, origin: str, witnesses: Sequence[NamedKey], now: datetime
    ) -> Published:
        """Keep what known witnesses have signed of a checkpoint, and return it with all such lines.

        Lines of others are passed over, as signed notes want it. `now` is the machine's time.

        Raises:
            CosignatureRefusedError.
        """
        try:
            note = read_note(text)
            checkpoint = read_checkpoint(note.text)
            lines = [(_signer(witnesses, line), line) for line in note.signatures]
            rows = [_row(note, line, key, now) for key, line in lines if key is not None]
        except (ValueError, OverflowError) as error:
            raise CosignatureRefusedError(reason=Reason.UNREADABLE) from error
        await self._ensure_published(checkpoint, origin)
        if not rows:
            raise CosignatureRefusedError(reason=Reason.UNKNOWN_WITNESS)
        await self._uow.log.cosign(self._queue, checkpoint.size, rows)
        return await self.checkpoint(checkpoint.size)

    async def _ensure_published(self, checkpoint: Checkpoint, origin: str) -> None:
        found = await self._uow.log.checkpoint(self._queue, checkpoint.size)
        told = (origin, found.checkpoint.root) if found else None
        if told != (checkpoint.origin, checkpoint.root):
            raise CosignatureRefusedError(reason=Reason.UNKNOWN_CHECKPOINT)

    async def _head(self) -> Sealed:
        heads = await self._uow.log.sealed([self._queue])
        if self._queue not in heads:
            raise LogNotFoundError
        return heads[self._queue]


def _signer(witnesses: Sequence[NamedKey], line: Signature) -> NamedKey | None:
    return next((key for key in witnesses if key.made(line)), None)


def _row(note: Note, line: Signature, key: NamedKey, now: datetime) -> dict[str, str | datetime]:
    """Return what is kept of a witness's line.

    Raises:
        ValueError, OverflowError: it has no time, or one that no calendar has.
        CosignatureRefusedError: the witness has not signed this.
    """
    at, signature = time_of(line)
    seen_at = datetime.fromtimestamp(at, UTC)
    if not has_signed(key.public, cosigned(note.text, at), signature):
        raise CosignatureRefusedError(reason=Reason.WRONG_SIGNATURE)
    return {"witness": key.name, "line": line.line, "seen_at": seen_at, "received_at": now}
