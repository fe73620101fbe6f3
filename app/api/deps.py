"""The one edge: transactions, principals, clocks and retries, wired for endpoints.

A request has one transaction, committed after the endpoint returns and before the answer leaves.
The first statement authenticates, tells the time and the state of caches, and takes a retry key.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.params import Depends as Word
from fastapi.security.base import SecurityBase
from pydantic import BaseModel

from app.api.credentials import count_stranger, opened_by
from app.api.guesses import Guess, Guesses
from app.api.idempotency import IdempotencyKey, Replay, RequiredIdempotencyKey, fingerprint
from app.api.middleware import ABOUT
from app.api.openapi import API_KEY
from app.api.rate_limits import Work
from app.api.state import Process
from app.api.texts import Language, language_of
from app.domain.authorisation import Action
from app.domain.errors import (
    OrganisationUnverifiedError,
    ReceiptNotFoundError,
    RetryCollisionError,
    RetryMismatchError,
    RoleForbiddenError,
    ScopeMissingError,
    TrackingNotFoundError,
)
from app.domain.principal import Principal
from app.domain.receipts.receipt import read_lookup
from app.domain.vocabulary import Agency, Role, Scope
from app.repositories.access import Answer, Opening
from app.repositories.constraints import named_failures
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act, Today

# Stands in a stored answer for the tracking token, which no table may hold; JSON escapes such a
# sign, so that nobody's own words can be taken for it.
TOKEN_MARK = b"\x1a"
DESK = "desk"
# What a company may do before the board has confirmed it: look around, and manage itself.
UNVERIFIED_MAY = frozenset({Scope.READ, Scope.MANAGE})


async def get_process(request: Request) -> Process:
    """Return what this process keeps."""
    process: Process = request.app.state.process
    return process


OfProcess = Annotated[Process, Depends(get_process)]


@dataclass(frozen=True, slots=True)
class Desk:
    """What a request with a key works with: its transaction, what that began with, its act.

    `release` ends the transaction before the answer: who waits for something keeps no connection.
    """

    uow: UnitOfWork
    opening: Opening
    act: Act
    release: Callable[[], Awaitable[None]]


class May(SecurityBase):
    """Who may call an operation; declared once, on its route, and asked before anything else.

    `Role.AGENCY` is every agency; an `Agency` is that one alone. What it opens stands in the
    request's scope, where `Uow`, `Caller` and `Retry` find it. In the document it is the API key.
    """

    def __init__(
        self,
        allowed: frozenset[Role | Agency],
        scope: Scope | None = None,
        work: Work | None = None,
        on: Action | None = None,
    ) -> None:
        """Let in whose role or agency is `allowed`, by a credential of that scope.

        None is `read` for what only reads, and `act` for all else; of the class of operation alike.
        `on` is what is done with the one thing that the path names: its service asks whether that
        may be done with it.
        """
        self.allowed = allowed
        self.on = on
        self._scope = scope
        self._work = work
        self.model = API_KEY.model
        self.scheme_name = API_KEY.scheme_name

    async def __call__(self) -> None:
        """Do nothing where the framework asks: who got that far was let in."""

    def scope_for(self, method: str) -> Scope:
        """Return the scope that a request of that method asks for."""
        return self._scope or (Scope.READ if method in {"GET", "HEAD"} else Scope.ACT)

    def work_for(self, method: str) -> Work:
        """Return the class of operation that a request of that method counts in."""
        return self._work or (Work.READ if method in {"GET", "HEAD"} else Work.WRITE)

    def admit(self, principal: Principal, method: str) -> None:
        """Let in whoever may call this operation by that method.

        Raises:
            RoleForbiddenError: neither the principal's role nor its agency is among those allowed.
            ScopeMissingError: its credential has not the scope.
            OrganisationUnverifiedError: its company must be confirmed before it does this.
        """
        if not self.allowed & {principal.role, principal.agency}:
            raise RoleForbiddenError(role=principal.authority)
        scope = self.scope_for(method)
        if scope not in principal.scopes:
            raise ScopeMissingError(scope=scope.value)
        if not principal.verified and scope not in UNVERIFIED_MAY:
            raise OrganisationUnverifiedError

    @asynccontextmanager
    async def opened(self, request: Request) -> AsyncIterator[None]:
        """Open the request's one transaction: commit if the endpoint returns, else roll back.

        It commits before the answer leaves: no client holds a 201 of a failed commit. A query
        stores what is pending first, so a constraint may break anywhere.

        Raises:
            KeyInvalidError: no key, or one that is unknown, revoked or expired.
            SessionEndedError, CrossSiteError: no key, but the cookie of a session.
            ForbiddenError: the key is not one for this operation; see `admit`.
        """
        process = await get_process(request)
        with named_failures():
            async with process.sessions.begin() as session:
                uow = UnitOfWork(session)
                opening = await opened_by(request, process, uow, self.work_for(request.method))
                act = await _act(process, uow, opening)
                self.admit(act.principal, request.method)
                request.scope[DESK] = Desk(uow, opening, act, session.commit)
                yield
                request.scope[ABOUT] = uow.entries_told


async def _act(process: Process, uow: UnitOfWork, opening: Opening) -> Act:
    process.clock = opening.clock
    return Act(
        now=process.now(opening.clock),
        reference=await process.reference_at(opening.revision, uow),
        forecasts=process.forecasts,
        logs=process.logs,
        principal=opening.principal,
        tools=process.tools,
    )


async def get_uow(request: Request) -> UnitOfWork:
    """Return the request's one transaction."""
    return _desk(request).uow


async def get_caller(request: Request) -> Act:
    """Return one principal's act: who, when, on which reference data."""
    return _desk(request).act


async def get_release(request: Request) -> Callable[[], Awaitable[None]]:
    """Return what ends the request's transaction early; nothing is asked in it afterwards."""
    return _desk(request).release


def _desk(request: Request) -> Desk:
    desk: Desk = request.scope[DESK]
    return desk


Uow = Annotated[UnitOfWork, Depends(get_uow)]
Caller = Annotated[Act, Depends(get_caller)]
Release = Annotated[Callable[[], Awaitable[None]], Depends(get_release)]


async def get_visitor(request: Request) -> Today:
    """Return what anybody may ask with, from memory."""
    count_stranger(request)
    return await (await get_process(request)).today()


async def get_heavy_visitor(request: Request) -> Today:
    """Return what anybody may ask with for work that takes long."""
    count_stranger(request, Work.HEAVY)
    return await (await get_process(request)).today()


Visitor = Annotated[Today, Depends(get_visitor)]
HeavyVisitor = Annotated[Today, Depends(get_heavy_visitor)]


@dataclass(frozen=True)
class Anyone:
    """Marks an operation that needs no key."""

    async def __call__(self) -> None:
        """Let everybody in."""


class ByLink(Anyone):
    """Marks an operation that a tracking link opens: its path has the `token`."""

    @asynccontextmanager
    async def opened(self, request: Request) -> AsyncIterator[None]:
        """Let in who does not guess.

        Raises:
            RateExceededError: too many wrong links came from there.
        """
        guesses: Guesses = request.app.state.guesses
        token = request.path_params["token"].encode("utf-8", "surrogatepass")
        with guesses.judged(request.scope, Guess.LINK, token, TrackingNotFoundError):
            yield


class ByLookup(Anyone):
    """Marks an operation that a lookup code of a receipt opens: its path has the `lookup`."""

    @asynccontextmanager
    async def opened(self, request: Request) -> AsyncIterator[None]:
        """Let in who does not guess.

        Raises:
            RateExceededError: too many wrong codes came from there.
        """
        guesses: Guesses = request.app.state.guesses
        code = read_lookup(request.path_params["lookup"]).encode("utf-8", "surrogatepass")
        with guesses.judged(request.scope, Guess.LOOKUP, code, ReceiptNotFoundError):
            yield


def may(
    *allowed: Role | Agency,
    scope: Scope | None = None,
    work: Work | None = None,
    on: Action | None = None,
) -> Word:
    """Return the route's word on who may call it, by what, what for, what it costs; see `May`."""
    return Word(May(frozenset(allowed), scope, work, on))


def anyone() -> Word:
    """Return the route's word that no key is needed."""
    return Word(Anyone())


def by_link() -> Word:
    """Return the route's word that a tracking link opens it."""
    return Word(ByLink())


def by_lookup() -> Word:
    """Return the route's word that the lookup code of a receipt opens it."""
    return Word(ByLookup())


async def get_language(request: Request) -> Language:
    """Return the language to answer in."""
    return language_of(request.scope)


Spoken = Annotated[Language, Depends(get_language)]


@dataclass(frozen=True, slots=True)
class RetryGuard:
    """Keeps the answer of a request that came with an idempotency key."""

    uow: UnitOfWork
    caller: Act
    key: str | None
    fingerprint: bytes

    async def answer(
        self,
        model: BaseModel,
        *,
        status: int = 201,
        location: str | None = None,
        secret: str | None = None,
    ) -> Response:
        """Return `model` as bytes, kept for retries without the tracking token `secret`.

        Raises:
            RetryCollisionError: another request with this key was answered in the meantime.
        """
        body = model.__pydantic_serializer__.to_json(model)
        if self.key is not None:
            kept = body.replace(secret.encode(), TOKEN_MARK) if secret else body
            answer = Answer(self.fingerprint, status, location, kept)
            if not await self.uow.access.store_answer(self.caller.principal.id, self.key, answer):
                raise RetryCollisionError
        headers = {"Location": location} if location else None
        return Response(body, status, headers, "application/json")


async def get_retry(request: Request, retry_key: IdempotencyKey = None) -> RetryGuard:
    """Return the guard of a POST; a retry ends here with the stored answer.

    Raises:
        RetryCollisionError: the first request with this key is still being answered.
        RetryMismatchError: the key came before with another request.
    """
    desk = _desk(request)
    if retry_key is None:
        return RetryGuard(desk.uow, desk.act, None, b"")
    if not desk.opening.retry_taken:
        raise RetryCollisionError
    mark = await fingerprint(request)
    if desk.opening.answer is not None:
        raise await _replay(desk.opening.answer, mark, desk.uow, desk.act)
    return RetryGuard(desk.uow, desk.act, retry_key, _keyed(desk.act, mark))


async def get_required_retry(request: Request, retry_key: RequiredIdempotencyKey) -> RetryGuard:
    """Return the guard of a POST that must not be made twice by accident."""
    return await get_retry(request, retry_key)


Retry = Annotated[RetryGuard, Depends(get_retry)]
RetryRequired = Annotated[RetryGuard, Depends(get_required_retry)]


def _keyed(caller: Act, mark: bytes) -> bytes:
    """Return what is stored of a fingerprint: keyed, or a phone could be guessed from it."""
    return caller.tools.cipher.hash_to_find(mark.hex())


def _marks(caller: Act, mark: bytes) -> Collection[bytes]:
    """Return as what a fingerprint may be stored, also by the release before: as it is."""
    return (*caller.tools.cipher.hashes_to_find(mark.hex()), mark)


async def _replay(answer: Answer, mark: bytes, uow: UnitOfWork, caller: Act) -> Replay:
    if answer.fingerprint not in _marks(caller, mark):
        raise RetryMismatchError
    body = answer.body
    if TOKEN_MARK in body and answer.location:
        entry = await uow.entries.by_id(UUID(answer.location.rpartition("/")[2]))
        version = entry.tracking_version if entry else 1
        token = caller.tools.tokens.tracking(UUID(answer.location.rpartition("/")[2]), version)
        body = body.replace(TOKEN_MARK, token.encode())
    headers = {"Content-Type": "application/json"}
    if answer.location:
        headers["Location"] = answer.location
    return Replay(answer.status, headers, body)
