"""The one edge: transactions, principals, clocks and retries, wired for endpoints.

A request has one transaction, committed after the endpoint returns and before the answer leaves.
The first statement authenticates, tells the time and the state of caches, and takes a retry key.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.security import HTTPAuthorizationCredentials
from pydantic import BaseModel

from app.api.idempotency import IdempotencyKey, Replay, RequiredIdempotencyKey, fingerprint, key_of
from app.api.openapi import API_KEY
from app.api.rate_limits import RateLimits, client_of
from app.api.state import Process
from app.api.texts import Language, language_of
from app.core.ciphers import hash_of_key
from app.domain.errors import (
    KeyInvalidError,
    RetryCollisionError,
    RetryMismatchError,
    RoleForbiddenError,
)
from app.domain.vocabulary import Agency, Role
from app.repositories.access import Answer, Opening
from app.repositories.constraints import named_failures
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act, Today

# Stands in a stored answer for the tracking token, which no table may hold.
TOKEN_MARK = b"{tracking-token}"


async def get_process(request: Request) -> Process:
    """Return what this process keeps."""
    process: Process = request.app.state.process
    return process


OfProcess = Annotated[Process, Depends(get_process)]


async def get_uow(process: OfProcess) -> AsyncIterator[UnitOfWork]:
    """One transaction a request: commit if the endpoint returns, roll back if it raises.

    A query stores what is pending first, so a constraint may break anywhere.
    """
    with named_failures():
        async with process.sessions.begin() as session:
            yield UnitOfWork(session)


# scope="function" commits before the response is sent: no client holds a 201 of a failed commit.
Uow = Annotated[UnitOfWork, Depends(get_uow, scope="function")]


async def get_opening(
    request: Request,
    uow: Uow,
    process: OfProcess,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(API_KEY)],
) -> Opening:
    """Return who asks, in the one statement that opens a request.

    Raises:
        KeyInvalidError: no key, or one that is unknown or revoked.
    """
    limits: RateLimits = request.app.state.rate_limits
    opening = None
    if credentials is not None:
        key_hash = hash_of_key(credentials.credentials, process.settings.pepper.get_secret_value())
        retry_key = key_of(request) if request.method == "POST" else None
        opening = await uow.access.open_request(key_hash, retry_key)
    if opening is None:
        # Who guesses keys is counted by address, or guessing would be free.
        limits.admit(request.scope, "public", client_of(request.scope))
        raise KeyInvalidError
    limits.admit(request.scope, "key", str(opening.principal.id))
    return opening


async def get_caller(
    process: OfProcess,
    uow: Uow,
    opening: Annotated[Opening, Depends(get_opening, scope="function")],
) -> Act:
    """Return one principal's act: who, when, on which reference data."""
    process.clock = opening.clock
    return Act(
        now=process.now(opening.clock),
        reference=await process.reference_at(opening.revision, uow),
        principal=opening.principal,
        tools=process.tools,
    )


Caller = Annotated[Act, Depends(get_caller, scope="function")]


async def get_visitor(request: Request, process: OfProcess) -> Today:
    """Return what anybody may ask with, from memory."""
    limits: RateLimits = request.app.state.rate_limits
    limits.admit(request.scope, "public", client_of(request.scope))
    return await process.today()


Visitor = Annotated[Today, Depends(get_visitor)]


@dataclass(frozen=True)
class May:
    """Who may call an operation; declared once, on its route.

    `Role.AGENCY` is every agency; an `Agency` is that one alone.
    """

    allowed: frozenset[Role | Agency]

    async def __call__(self, caller: Caller) -> None:
        """Refuse everybody else.

        Raises:
            RoleForbiddenError: neither the principal's role nor its agency is among them.
        """
        principal = caller.principal
        if not self.allowed & {principal.role, principal.agency}:
            raise RoleForbiddenError(role=principal.authority)


@dataclass(frozen=True)
class Anyone:
    """Marks an operation that needs no key."""

    async def __call__(self) -> None:
        """Let everybody in."""


def may(*allowed: Role | Agency) -> Any:  # noqa: ANN401 - what FastAPI takes among `dependencies`
    """Return the route's word on who may call it."""
    return Depends(May(frozenset(allowed)), scope="function")


def anyone() -> Any:  # noqa: ANN401 - as above
    """Return the route's word that no key is needed."""
    return Depends(Anyone())


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


async def get_retry(
    request: Request,
    uow: Uow,
    caller: Caller,
    opening: Annotated[Opening, Depends(get_opening, scope="function")],
    key: IdempotencyKey = None,
) -> RetryGuard:
    """Return the guard of a POST; a retry ends here with the stored answer.

    Raises:
        RetryCollisionError: the first request with this key is still being answered.
        RetryMismatchError: the key came before with another request.
    """
    if key is None:
        return RetryGuard(uow, caller, None, b"")
    if not opening.retry_taken:
        raise RetryCollisionError
    mark = await fingerprint(request)
    if opening.answer is not None:
        raise await _replay(opening.answer, mark, uow, caller)
    return RetryGuard(uow, caller, key, mark)


async def get_required_retry(
    _: RequiredIdempotencyKey, guard: Annotated[RetryGuard, Depends(get_retry, scope="function")]
) -> RetryGuard:
    """Return the guard of a POST that must not be made twice by accident."""
    return guard


Retry = Annotated[RetryGuard, Depends(get_retry, scope="function")]
RetryRequired = Annotated[RetryGuard, Depends(get_required_retry, scope="function")]


async def _replay(answer: Answer, mark: bytes, uow: UnitOfWork, caller: Act) -> Replay:
    if answer.fingerprint != mark:
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
