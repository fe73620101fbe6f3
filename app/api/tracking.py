"""Answers to tracking links, kept for a second each: many drivers look, little changes."""

from app.api.schemas.answers import next_step_out, orders_due, place_out
from app.api.schemas.entries import TrackedOut
from app.api.state import Process
from app.api.texts import Language
from app.domain.vocabulary import State
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Today
from app.services.entries import Tracked, tracked


async def tracked_bytes(process: Process, today: Today, token: str, language: Language) -> bytes:
    """Return the answer to a token, from memory where it is less than a second old.

    Raises:
        TrackingNotFoundError: the token is wrong or has been revoked.
    """
    key = (token, language)
    kept = process.tracked.get(key)
    if kept is not None:
        return kept
    async with process.sessions() as session:
        found = await tracked(UnitOfWork(session), today, token)
    answer = _tracked_out(found, today, language)
    body = answer.__pydantic_serializer__.to_json(answer)
    process.tracked.put(key, body)
    return body


def _tracked_out(found: Tracked, today: Today, language: Language) -> TrackedOut:
    view, entry = found.view, found.view.entry
    called = entry.state == State.CALLED and found.call is not None
    return TrackedOut(
        reference=entry.reference,
        gate=entry.gate_code,
        direction=entry.direction,
        state=entry.state,
        lane=entry.lane,
        conditional=entry.verdict["conditional"],
        call_number=entry.call_number,
        place=place_out(view.place) if view.place else None,
        call_window_ends_at=found.call.window_ends_at if called and found.call else None,
        next_steps=[next_step_out(step, language) for step in view.next_steps],
        due=orders_due(view.orders),
        changed_because=found.moved_by,
        as_of=today.now,
    )
