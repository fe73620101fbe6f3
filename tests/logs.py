"""A log as it is stored, checked from one end to the other by what its rows say alone."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.config import Settings
from app.core.signing import LogSigner, Signers, has_signed
from app.domain.log.checkpoints import (
    Checkpoint,
    KeyType,
    NamedKey,
    read_checkpoint,
    read_note,
)
from app.domain.log.leaves import LOGGED, SALT_BYTES, Clock, What, commitment, commits
from app.domain.log.merkle import consistency, leaf_hash, proves_consistency, root
from app.domain.log.tiles import Tile, grow, hash_in
from app.domain.vocabulary import Queue
from app.models import Event, FeedItem, LogCheckpoint, LogLeaf, LogOpening, LogTile, LogTree
from app.services.log.sealing import Sealer

SERVICE = Settings().log_origin
Sessions = async_sessionmaker[AsyncSession]


def signer() -> LogSigner:
    return Signers(Settings().signing_seeds).log


def sealer() -> Sealer:
    return Sealer(SERVICE, signer(), Clock.SANDBOX, partial(os.urandom, SALT_BYTES))


@dataclass(frozen=True)
class Log:
    """What is stored of one queue's log."""

    queue: Queue
    texts: Sequence[str]
    numbers: Sequence[int]
    tiles: dict[Tile, bytes]
    trees: Sequence[tuple[int, bytes]]
    notes: Sequence[str]
    openings: Sequence[LogOpening]
    fed: Sequence[int]

    @property
    def leaves(self) -> list[dict[str, Any]]:
        """The leaves, read."""
        return [json.loads(text) for text in self.texts]

    @property
    def checkpoints(self) -> list[Checkpoint]:
        """What was signed, oldest first."""
        return [read_checkpoint(read_note(note).text) for note in self.notes]

    def events(self, kind: str) -> list[dict[str, Any]]:
        """Return the leaves of a kind."""
        return [leaf for leaf in self.leaves if leaf["kind"] == kind]


async def log_of(sessions: Sessions, queue: Queue) -> Log:
    """Return everything that is stored of a log; `fed` are its events in the order of the feed."""
    async with sessions() as session:

        async def rows(table: Any, *order: Any) -> Sequence[Any]:
            mine = (table.gate_code == queue.gate, table.direction == queue.direction.value)
            return (await session.scalars(select(table).where(*mine).order_by(*order))).all()

        leaves = await rows(LogLeaf, LogLeaf.index)
        assert [*range(len(leaves))] == [one.index for one in leaves]
        fed = await session.scalars(
            select(Event.number)
            .join(FeedItem, FeedItem.event_number == Event.number)
            .where(Event.gate_code == queue.gate, Event.direction == queue.direction.value)
            .order_by(FeedItem.position)
        )
        tiles = await rows(LogTile, LogTile.level)
        trees = await rows(LogTree)
        checkpoints = await rows(LogCheckpoint, LogCheckpoint.size)
        return Log(
            queue=queue,
            texts=[one.leaf for one in leaves],
            numbers=[one.event_number for one in leaves if one.event_number is not None],
            tiles={Tile(one.level, one.number): one.hashes for one in tiles},
            trees=[(one.size, one.root) for one in trees],
            notes=[one.note for one in checkpoints],
            openings=await rows(LogOpening, LogOpening.index, LogOpening.field),
            fed=fed.all(),
        )


def ensure_whole(log: Log) -> None:
    """Ensure that a log is one tree, with a signed checkpoint after each batch and nothing else."""
    hashes = [leaf_hash(text.encode()) for text in log.texts]
    assert grow({}, 0, hashes) == log.tiles
    assert len(log.numbers) == len(set(log.numbers))
    _ensure_batches(log)

    def known(node: Any) -> bytes:
        return hash_in(log.tiles, node)

    found = log.checkpoints
    assert [(found[-1].size, found[-1].root)] == log.trees
    assert len(hashes) == found[-1].size
    key = NamedKey(f"{SERVICE}/{log.queue.gate}/{log.queue.direction}", KeyType.NOTE, public())
    for text, checkpoint in zip(log.notes, found, strict=True):
        note = read_note(text)
        (line,) = note.signatures
        assert key.made(line)
        assert has_signed(key.public, note.text, line.value)
        assert (key.name, root(checkpoint.size, known)) == (checkpoint.origin, checkpoint.root)
    for old, new in pairwise(found):
        proof = consistency(old.size, new.size, known)
        assert proves_consistency((old.size, new.size), (old.root, new.root), proof)


def _ensure_batches(log: Log) -> None:
    """Ensure that leaves come in batches as their seals say, and that these never go back."""
    at, ends, sealed = 0, [], []
    leaves = log.leaves
    while at < len(leaves):
        seal = leaves[at]
        assert ("seal", "sandbox") == (seal["kind"], seal["clock"])
        batch = leaves[at + 1 : at + 1 + seal["leaves"]]
        assert seal["leaves"] == len(batch) > 0
        assert all(leaf["kind"] != "seal" for leaf in batch)
        assert sorted(batch, key=lambda leaf: leaf["number"]) == batch
        at += 1 + len(batch)
        ends.append(at)
        sealed.append(seal["sealed_at"])
    assert ends == [one.size for one in log.checkpoints]
    assert sealed == sorted(sealed)


def ensure_openings(log: Log) -> None:
    """Ensure that each opening opens its commitment, and that no commitment is without one."""
    leaves = log.leaves
    opened = {}
    for one in log.openings:
        said = leaves[one.index]["data"][one.field]
        assert said == commitment(one.salt, What(one.what), one.value)
        opened[one.index, one.field] = said
    made = {
        (index, name): value
        for index, leaf in enumerate(leaves)
        for name, value in leaf.get("data", {}).items()
        if leaf["kind"] in LOGGED and name in commits(leaf["kind"])
    }
    assert made == opened


def public() -> bytes:
    """Return the key that logs are signed by in tests."""
    return signer().publics[0]
