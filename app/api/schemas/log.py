"""The public log on the wire: bytes in base64 as checkpoints have them, leaves as their texts."""

import base64
from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field, StringConstraints

from app.api.examples import COSIGNED
from app.api.schemas.types import LARGEST, SAFE_RAW, Code, In, Instant, Open, Out
from app.core.signing import LogSigner
from app.domain.log.checkpoints import LONGEST, KeyType, NamedKey, Sealed, origin_of
from app.domain.vocabulary import Direction, Queue
from app.services.log.reading import Continued, Included, Published

Size = Annotated[int, Field(ge=0, le=LARGEST, examples=[1742])]
"""How many leaves a log has, or had."""
Hash = Annotated[str, Field(examples=["CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="])]
"""A SHA-256 hash in base64."""
Text = Annotated[str, Field(examples=[COSIGNED])]
"""A signed note (C2SP): three lines, an empty one, and a line for each signature."""


class SealedOut(Out):
    """How a log stood when this was told: keep it, and nobody can rewrite what was before."""

    size: Size
    root: Hash
    sealed_at: Instant


class LogSealedOut(SealedOut):
    """How the log of a queue stood when this was told."""

    gate: Code
    direction: Annotated[Direction, Open]


class CosignatureOut(Out):
    """A witness's word that it has seen a checkpoint and the log before it."""

    witness: Annotated[str, Field(examples=["witness.example/w1"])]
    seen_at: Instant
    """When it says to have seen it."""


class CheckpointOut(SealedOut):
    """What was signed of a log when a batch had been sealed."""

    note: Text
    """The whole of it, cosignatures included: its bytes are what a verifier reads."""
    cosignatures: list[CosignatureOut]


class CheckpointsOut(Out):
    """A part of the archive of a log's checkpoints, oldest first."""

    items: list[CheckpointOut]
    more: bool
    """Whether there are more: ask again after the last `size`."""


class CosignatureIn(In):
    """A checkpoint with a line of a witness that is known here."""

    note: Annotated[
        str, StringConstraints(max_length=LONGEST, pattern=SAFE_RAW), Field(examples=[COSIGNED])
    ]


class InclusionOut(Out):
    """A leaf and the proof that it is in the log (RFC 9162, 2.1.3)."""

    index: Size
    leaf: Annotated[str, Field(examples=['{"clock":"time","kind":"seal","leaves":3}'])]
    """The text that is hashed, after a zero byte, to begin with."""
    size: Size
    root: Hash
    proof: list[Hash]


class ConsistencyOut(Out):
    """The proof that a log goes on with what it was (RFC 9162, 2.1.4)."""

    old: Size
    new: Size
    old_root: Hash
    new_root: Hash
    proof: list[Hash]


class LogKeyOut(Out):
    """A public key that has signed checkpoints."""

    algorithm: Annotated[str, Field(examples=["Ed25519"])]
    public: Hash
    """Its 32 bytes in base64."""
    signs: bool
    """Whether it signs now; one that does not still proves what it has signed."""


class LogOut(Out):
    """The log of one queue, and by what its checkpoints are checked."""

    gate: Code
    direction: Annotated[Direction, Open]
    origin: Annotated[str, Field(examples=["border-gate/tan-thanh/export"])]
    """The first line of its checkpoints, and the name that signs them."""
    keys: list[str]
    """The keys as verifiers of signed notes take them (C2SP: vkey), the one that signs first."""


class LogKeysOut(Out):
    """The keys of the logs: of the service, for each queue, and of the witnesses."""

    keys: list[LogKeyOut]
    logs: list[LogOut]
    witnesses: list[str]
    """The keys of those whose cosignatures are taken, as C2SP writes them."""


def known_sealed_out(head: Sealed | None) -> SealedOut | None:
    """Return how a log stands, where it has a leaf."""
    return sealed_out(head) if head else None


def sealed_out(head: Sealed) -> SealedOut:
    """Return how a log stands."""
    return SealedOut(size=head.size, root=_written(head.root), sealed_at=head.sealed_at)


def logs_out(heads: Mapping[Queue, Sealed]) -> list[LogSealedOut]:
    """Return how logs stand, in order of their queues."""
    return [
        LogSealedOut(gate=queue.gate, direction=queue.direction, **dict(sealed_out(heads[queue])))
        for queue in sorted(heads)
    ]


def checkpoint_out(published: Published) -> CheckpointOut:
    """Return a checkpoint with what witnesses have said of it."""
    one = published.checkpoint
    return CheckpointOut(
        size=one.size,
        root=_written(one.root),
        sealed_at=one.sealed_at,
        note=published.note,
        cosignatures=[
            CosignatureOut(witness=line.witness, seen_at=line.seen_at)
            for line in published.cosignatures
        ],
    )


def checkpoints_out(found: Sequence[Published], limit: int) -> CheckpointsOut:
    """Return up to `limit` checkpoints of what was found."""
    items = [checkpoint_out(one) for one in found[:limit]]
    return CheckpointsOut(items=items, more=len(found) > limit)


def inclusion_out(one: Included) -> InclusionOut:
    """Return the proof of a leaf."""
    return InclusionOut(
        index=one.index,
        leaf=one.leaf,
        size=one.size,
        root=_written(one.root),
        proof=[_written(beside) for beside in one.proof],
    )


def consistency_out(one: Continued) -> ConsistencyOut:
    """Return the proof of two sizes."""
    return ConsistencyOut(
        old=one.sizes[0],
        new=one.sizes[1],
        old_root=_written(one.roots[0]),
        new_root=_written(one.roots[1]),
        proof=[_written(beside) for beside in one.proof],
    )


def log_keys_out(
    signer: LogSigner, service: str, queues: Sequence[Queue], witnesses: Sequence[NamedKey]
) -> LogKeysOut:
    """Return the keys of the logs of some queues."""
    return LogKeysOut(
        keys=[
            LogKeyOut(algorithm="Ed25519", public=_written(public), signs=number == 0)
            for number, public in enumerate(signer.publics)
        ],
        logs=[_log_out(signer, queue, origin_of(service, *queue)) for queue in queues],
        witnesses=[str(key) for key in witnesses],
    )


def _log_out(signer: LogSigner, queue: Queue, origin: str) -> LogOut:
    keys = [str(NamedKey(origin, KeyType.NOTE, public)) for public in signer.publics]
    return LogOut(gate=queue.gate, direction=queue.direction, origin=origin, keys=keys)


def _written(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
