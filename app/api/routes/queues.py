"""Queues: what everybody may see, and calling."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from app.api.deps import Caller, OfProcess, RetryRequired, Spoken, Uow, Visitor, anyone, may
from app.api.event_stream import PATH, STREAMED, EventStream, LastEventId
from app.api.failures import ListenersFullError, TooManyListenersError
from app.api.frames import Which
from app.api.front import shelve
from app.api.idempotency import RETRIED
from app.api.problems import problem_responses
from app.api.rate_limits import client_of
from app.api.readings import UNCHANGED
from app.api.schemas.queues import CallOut, CallsIn, CallsOut, HeadOut, QueueOut, QueuesOut, SkipOut
from app.api.schemas.types import Sought
from app.api.strict_json import StrictRoute
from app.api.texts import CATALOGUE, Language
from app.domain.errors import (
    CallsPausedError,
    GateClosedError,
    GateNotFoundError,
    NoPolicyInForceError,
    QueueCallsNobodyError,
    QueueNotFoundError,
)
from app.domain.vocabulary import Direction, Queue, Role
from app.services.act import Today
from app.services.declarations.views import Call, Entry
from app.services.queues.calling import Calling, queue_at

router = APIRouter(prefix="/v1", tags=["queues"], route_class=StrictRoute)


@router.get("/queues", response_model=QueuesOut, dependencies=[anyone()], responses=UNCHANGED)
async def list_queues(request: Request, _: Visitor, process: OfProcess) -> Response:
    """Return all queues of today: numbers, call numbers, expected waits; no plates."""
    boards = await process.boards()
    return shelve(process.shelf, request, boards.all, until=process.boards_until)


# A coroutine: the framework runs a dependency that is none in a thread.
async def get_which(gate: Sought | None = None, direction: Direction | None = None) -> Which:
    """Return the queues that a stream is narrowed to."""
    return Which(gate, direction)


@router.get(
    PATH,
    response_class=Response,
    dependencies=[anyone()],
    responses={
        200: STREAMED,
        **problem_responses(
            GateNotFoundError, QueueNotFoundError, TooManyListenersError, ListenersFullError
        ),
    },
)
async def stream_queues(
    which: Annotated[Which, Depends(get_which)],
    request: Request,
    visitor: Visitor,
    process: OfProcess,
    known: LastEventId = None,
) -> Response:
    """Send boards as they change, as server-sent events; at first each as it is now.

    * `board`: what `GET /v1/gates/{gate}/queues/{direction}` answers, byte for byte. It comes
      when something changes; where only time has passed, once a minute. Who reads slowly gets the
      newest and misses those in between.
    * `gone`: that queue is no more.
    * `still`: what was told before holds as of that instant; it comes every 15 seconds, with a
      comment that keeps the line open, and fails to come while the service cannot know.

    The `id` of the last board of several names what they show together: who comes back with it
    in `Last-Event-ID` gets nothing again that it has. Streams end now and then: come back after
    `retry`. Only the opening counts in your allowance. Where streams are refused, or do not
    reach you, ask `GET /v1/queues` now and then.
    """
    _ensure_known(visitor, which)
    boards, client = await process.boards(), client_of(request.scope)
    live = process.live
    return EventStream(live, lambda: live.listen(which, client, known, boards))


def _ensure_known(today: Today, which: Which) -> None:
    """Refuse to listen to a queue for ever that is none."""
    if which.gate is None:
        return
    if which.direction is not None:
        queue_at(today, Queue(which.gate, which.direction))
    elif which.gate not in today.reference.gates:
        raise GateNotFoundError(gate=which.gate)


@router.get(
    "/gates/{gate}/queues/{direction}",
    response_model=QueueOut,
    dependencies=[anyone()],
    responses={**UNCHANGED, **problem_responses(GateNotFoundError, QueueNotFoundError)},
)
async def get_queue(
    gate: Sought, direction: Direction, request: Request, visitor: Visitor, process: OfProcess
) -> Response:
    """Return one queue: open or closed and until when, who waits per lane, who is called now."""
    queue = Queue(gate, direction)
    queue_at(visitor, queue)
    boards = await process.boards()
    return shelve(process.shelf, request, boards.one[queue], until=process.boards_until)


@router.post(
    "/gates/{gate}/queues/{direction}/calls",
    status_code=201,
    response_model=CallsOut,
    dependencies=[may(Role.OFFICER)],
    responses=problem_responses(
        GateNotFoundError, QueueNotFoundError, QueueCallsNobodyError, GateClosedError,
        CallsPausedError, NoPolicyInForceError, *RETRIED,
    ),
)  # fmt: skip
async def call_next_vehicles(
    gate: Sought,
    direction: Direction,
    uow: Uow,
    caller: Caller,
    retry: RetryRequired,
    language: Spoken,
    body: CallsIn | None = None,
) -> Response:
    """Call the next vehicles by the rule, each with the reason why it was chosen.

    Fewer come back where nobody else may be called; `stopped` then says whom a closure or a limit
    keeps back. Needs an `Idempotency-Key`: a retry never
    calls again.
    """
    count = body.count if body else 1
    called = await Calling(uow, caller, Queue(gate, direction)).call_next(count)
    calls = [_call_out(call, called.entries[call.id], language) for call in called.calls]
    stopped = _skip_out(called.stopped, language) if called.stopped else None
    message = _why_no_more(stopped, language) if len(calls) < count else None
    return await retry.answer(CallsOut(calls=calls, stopped=stopped, message=message))


def _why_no_more(stopped: SkipOut | None, language: Language) -> str:
    return stopped.message if stopped else CATALOGUE.say("calls.exhausted", language)


def _call_out(call: Call, entry: Entry, language: Language) -> CallOut:
    return CallOut(
        id=call.id,
        entry=entry.id,
        reference=entry.reference,
        plate=entry.tractor_plate,
        yard=entry.yard_code,
        call_number=call.call_number,
        called_at=call.called_at,
        window_ends_at=call.window_ends_at,
        lane=call.lane,
        points=call.points,
        open_wait_seconds=call.open_wait,
        open_clock=call.clock,
        policy=call.policy_code,
        compared=[_head_out(head) for head in call.heads],
        skips=[_skip_out(skip, language) for skip in call.skips],
    )


def _head_out(head: Mapping[str, Any]) -> HeadOut:
    return HeadOut(
        lane=head["lane"],
        rate=head["rate"],
        points=head["points"],
        open_wait_seconds=head["open_wait"],
        waits_from=head["waits_from"],
    )


def _skip_out(skip: Mapping[str, Any], language: Language) -> SkipOut:
    return SkipOut(
        call_number=skip["call_number"],
        lane=skip["lane"],
        points=skip["points"],
        reason=skip["reason"],
        message=CATALOGUE.say("call.skipped", language, {"why": skip["reason"]}),
        posted_by=skip["posted_by"],
        cause=skip["cause"],
        route=skip.get("route"),
        notice=skip.get("notice"),
    )
