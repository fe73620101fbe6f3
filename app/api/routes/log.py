"""The public log of each queue, as C2SP tlog-tiles serves one, and its proofs as JSON.

Whatever has a size or a full path never changes, and may be kept for ever.
"""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from app.api.caching import FOREVER, conditional
from app.api.deps import OfProcess, Visitor, anyone, get_visitor
from app.api.fleet.exporting import NDJSON
from app.api.log_desk import cosign, reading_log
from app.api.paging import Limit
from app.api.problems import problem_responses
from app.api.readings import AT_ONCE, MINUTES, UNCHANGED
from app.api.schemas.log import (
    CheckpointOut,
    CheckpointsOut,
    ConsistencyOut,
    CosignatureIn,
    InclusionOut,
    LogKeysOut,
    checkpoint_out,
    checkpoints_out,
    consistency_out,
    inclusion_out,
    log_keys_out,
)
from app.api.schemas.types import Out, Sought
from app.api.strict_json import StrictRoute
from app.domain.errors import (
    BeyondLogError,
    CheckpointNotFoundError,
    CosignatureRefusedError,
    LogNotFoundError,
    TileNotFoundError,
)
from app.domain.log.tiles import read_path
from app.domain.vocabulary import Direction, Queue
from app.services.log.reading import MOST_LEAVES

router = APIRouter(
    prefix="/v1/log", tags=["log"], route_class=StrictRoute, dependencies=[Depends(get_visitor)]
)

PLAIN: Final = "text/plain; charset=utf-8"
BYTES: Final = "application/octet-stream"
NOTE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "A signed note (C2SP): three lines, an empty one, one a signature.",
        "content": {"text/plain": {"schema": {"type": "string"}}},
    }
}
TILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "Hashes of 32 bytes one behind the other, or leaves after their lengths.",
        "content": {BYTES: {"schema": {"type": "string", "format": "binary"}}},
    }
}
LEAVES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "A leaf a line, in the only JSON that says it.",
        "content": {NDJSON: {"schema": {"type": "string"}}},
    }
}

MOST: Final = 2**53
"""More leaves than any log will have."""

After = Annotated[
    int, Query(ge=0, le=MOST, description="Above this size; 0: from the first.", examples=[903])
]
Number = Annotated[int, Query(ge=0, le=MOST)]
Later = Annotated[int | None, Query(ge=0, le=MOST)]
Sized = Annotated[int, Path(ge=0, le=MOST)]


@router.get("/key", response_model=LogKeysOut, dependencies=[anyone()], responses=UNCHANGED)
async def get_log_keys(request: Request, visitor: Visitor, process: OfProcess) -> Response:
    """Return the keys by which anybody checks checkpoints and cosignatures.

    A key is made for logs alone and signs nothing else. One that has signed stays here; keep a
    copy, and you need not trust this answer next year.
    """
    queues = visitor.reference.queues(visitor.day)
    signer, service = process.tools.signers.log, process.settings.log_origin
    return _json(request, log_keys_out(signer, service, queues, process.witnesses), MINUTES)


@router.get(
    "/{gate}/{direction}/checkpoint",
    response_class=Response,
    dependencies=[anyone()],
    responses={**NOTE, **UNCHANGED, **problem_responses(LogNotFoundError)},
)
async def get_checkpoint(
    request: Request, gate: Sought, direction: Direction, process: OfProcess
) -> Response:
    """Return the newest checkpoint of a queue's log, with the lines of its witnesses.

    Keep one, and ask later for the proof that the log goes on with it: so a fork is found.
    """
    async with reading_log(process, Queue(gate, direction)) as log:
        found = await log.checkpoint()
    return conditional(request, found.note.encode(), AT_ONCE, media_type=PLAIN)


@router.get("/{gate}/{direction}/checkpoints", dependencies=[anyone()])
async def list_checkpoints(
    gate: Sought, direction: Direction, process: OfProcess, after: After = 0, limit: Limit = 50
) -> CheckpointsOut:
    """List the checkpoints of a queue's log after a size, oldest first: one for each batch."""
    async with reading_log(process, Queue(gate, direction)) as log:
        found = await log.checkpoints(after, limit + 1)
    return checkpoints_out(found, limit)


@router.get(
    "/{gate}/{direction}/checkpoints/{size}",
    response_model=CheckpointOut,
    dependencies=[anyone()],
    responses={**UNCHANGED, **problem_responses(CheckpointNotFoundError)},
)
async def get_old_checkpoint(
    request: Request, gate: Sought, direction: Direction, size: Sized, process: OfProcess
) -> Response:
    """Return the checkpoint of a queue's log at a size, as it was signed, and who cosigned it."""
    async with reading_log(process, Queue(gate, direction)) as log:
        found = checkpoint_out(await log.checkpoint(size))
    return _json(request, found, MINUTES)


@router.get(
    "/{gate}/{direction}/tile/{path:path}",
    response_class=Response,
    dependencies=[anyone()],
    responses={**TILE, **UNCHANGED, **problem_responses(TileNotFoundError)},
)
async def get_tile(
    request: Request, gate: Sought, direction: Direction, path: Sought, process: OfProcess
) -> Response:
    """Return a tile by its path in C2SP tlog-tiles, such as `0/x001/067` or `0/000.p/12`.

    `entries/000` are the leaves under tile 000 of level 0, each after its length in two bytes.
    """
    wanted = read_path(path)
    if wanted is None:
        raise TileNotFoundError
    async with reading_log(process, Queue(gate, direction)) as log:
        body = await log.tile(wanted)
    return conditional(request, body, FOREVER, media_type=BYTES)


@router.get(
    "/{gate}/{direction}/leaves",
    response_class=Response,
    dependencies=[anyone()],
    responses={**LEAVES, **UNCHANGED},
)
async def list_leaves(
    request: Request,
    gate: Sought,
    direction: Direction,
    process: OfProcess,
    start: Annotated[int, Query(alias="from", ge=0, le=MOST)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_LEAVES)] = MOST_LEAVES,
) -> Response:
    """Return the leaves of a queue's log from an index on, one a line; fewer than asked: the end.

    A line without its end is what is hashed, after a zero byte. What each kind says is told in
    `docs/log-format.md`.
    """
    async with reading_log(process, Queue(gate, direction)) as log:
        found = await log.leaves(start, limit)
    body = "".join(f"{leaf}\n" for leaf in found).encode()
    max_age = FOREVER if len(found) == limit else AT_ONCE
    return conditional(request, body, max_age, media_type=NDJSON)


@router.get(
    "/{gate}/{direction}/proofs/inclusion",
    response_model=InclusionOut,
    dependencies=[anyone()],
    responses={**UNCHANGED, **problem_responses(LogNotFoundError, BeyondLogError)},
)
async def prove_inclusion(
    request: Request,
    gate: Sought,
    direction: Direction,
    process: OfProcess,
    index: Number,
    size: Later = None,
) -> Response:
    """Return a leaf with the proof that it is in a queue's log, as that was at a size or is now."""
    async with reading_log(process, Queue(gate, direction)) as log:
        found = inclusion_out(await log.inclusion(index, size))
    return _json(request, found, AT_ONCE if size is None else FOREVER)


@router.get(
    "/{gate}/{direction}/proofs/consistency",
    response_model=ConsistencyOut,
    dependencies=[anyone()],
    responses={**UNCHANGED, **problem_responses(LogNotFoundError, BeyondLogError)},
)
async def prove_consistency(
    request: Request,
    gate: Sought,
    direction: Direction,
    process: OfProcess,
    old: Number,
    new: Later = None,
) -> Response:
    """Return the proof that a queue's log goes on with what it was at an old size."""
    async with reading_log(process, Queue(gate, direction)) as log:
        found = consistency_out(await log.consistency(old, new))
    return _json(request, found, AT_ONCE if new is None else FOREVER)


@router.post(
    "/{gate}/{direction}/cosignatures",
    status_code=201,
    dependencies=[anyone()],
    responses=problem_responses(CosignatureRefusedError),
)
async def cosign_checkpoint(
    gate: Sought, direction: Direction, body: CosignatureIn, process: OfProcess
) -> CheckpointOut:
    """Keep what a known witness has signed of a checkpoint (C2SP tlog-cosignature, Ed25519).

    It is shown with the checkpoint from then on. Sending it again changes nothing; lines of those
    who are not known are passed over.
    """
    return await cosign(process, Queue(gate, direction), body.note)


def _json(request: Request, found: Out, max_age: int) -> Response:
    return conditional(request, found.model_dump_json().encode(), max_age)
