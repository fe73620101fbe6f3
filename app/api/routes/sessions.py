"""Who asks, and where somebody is signed in."""

from uuid import UUID

from fastapi import APIRouter

from app.api.deps import Caller, OfProcess, Uow, may
from app.api.paging import AskedPage, Listing
from app.api.problems import problem_responses
from app.api.schemas.sessions import SessionOut, SessionsOut, WhoOut, session_out, who_out
from app.api.strict_json import StrictRoute
from app.domain.errors import SessionNotFoundError
from app.domain.vocabulary import Role, Scope
from app.services.access.sessions import Sessions

router = APIRouter(prefix="/v1", tags=["sessions"], route_class=StrictRoute)
ANYBODY = may(*Role, scope=Scope.READ)


@router.get("/session", dependencies=[ANYBODY])
async def get_session(uow: Uow, caller: Caller, process: OfProcess) -> WhoOut:
    """Tell who you are by the credential that you show: organisation, role, scopes, its end."""
    return who_out(await Sessions(uow, caller, process.session_clock).mine())


@router.get("/sessions", dependencies=[ANYBODY])
async def list_sessions(
    paging: AskedPage, uow: Uow, caller: Caller, process: OfProcess
) -> SessionsOut:
    """List where you are signed in, newest first; a client has no sessions."""
    clock, current = process.session_clock, _current(caller)
    mine = {"principal": caller.principal.id}
    listing = Listing(process.cursors, "sessions", paging, mine)
    found = await Sessions(uow, caller, clock).page(listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: (one.created_at, one.id))
    items = [session_out(one, current, clock) for one in page]
    return SessionsOut(items=items, next_cursor=cursor)


@router.post(
    "/sessions/{session}/revocation",
    dependencies=[ANYBODY],
    responses=problem_responses(SessionNotFoundError),
)
async def revoke_session(session: UUID, uow: Uow, caller: Caller, process: OfProcess) -> SessionOut:
    """Sign out somewhere: that session opens nothing once this has answered, on any process.

    To do it again changes nothing, so `Idempotency-Key` is not needed here.
    """
    clock = process.session_clock
    ended = await Sessions(uow, caller, clock).end(session)
    return session_out(ended, _current(caller), clock)


def _current(caller: Caller) -> UUID:
    assert caller.principal.credential is not None
    return caller.principal.credential.id
