"""That events stand in the log: their leaves, and the way from each to the newest checkpoint."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from app.domain.log.merkle import Known, inclusion
from app.domain.log.tiles import hash_in, needed
from app.domain.vocabulary import Queue
from app.repositories.log import Published
from app.repositories.unit_of_work import UnitOfWork

__all__ = ["Proof", "Proofs", "Published", "of_tiles", "proofs_of"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Proof:
    """A leaf of a log, and the hashes that lead from it to the root."""

    index: int
    leaf: str
    hashes: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Proofs:
    """Proofs against one checkpoint, by the number of the event; what is not sealed is left out."""

    checkpoint: Published
    of: Mapping[int, Proof]


async def proofs_of(uow: UnitOfWork, queue: Queue, events: Mapping[int, UUID]) -> Proofs | None:
    """Return the proofs of events, given by number with their entries; None: no log yet."""
    published = await uow.log.checkpoint(queue)
    if published is None:
        return None
    size = published.checkpoint.size
    found = await uow.log.leaves_of(queue, set(events.values()), set(events))
    # Sealed since the checkpoint was read: it proves nothing of them yet.
    leaves = {number: leaf for number, leaf in found.items() if leaf[0] < size}

    def ask(known: Known) -> Mapping[int, Proof]:
        return {
            number: Proof(index, leaf, inclusion(index, size, known))
            for number, (index, leaf) in leaves.items()
        }

    return Proofs(published, await of_tiles(uow, queue, ask))


async def of_tiles(uow: UnitOfWork, queue: Queue, ask: Callable[[Known], T]) -> T:
    """Return an answer that is made of a log's hashes, of the tiles that it needs."""
    tiles = (await uow.log.tiles({queue: needed(ask)}))[queue]
    return ask(lambda node: hash_in(tiles, node))
