"""Signing in and out: by a provider, in a sandbox without one by choosing somebody."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Final
from urllib.parse import parse_qsl
from uuid import UUID

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from app.api.credentials import count_stranger
from app.api.same_site import ensure_same_site, forget_session, session_token
from app.api.sign_in_desk import signing_in
from app.api.state import Process
from app.core.config import Settings
from app.domain.errors import DomainError, NotKnownHereError, SignInUnavailableError
from app.web import provider
from app.web.answers import local_path, signed_in
from app.web.pages import failure, page
from app.web.preferences import prefer
from app.web.visits import lead

MOST_PEOPLE: Final = 200
MOST_FIELDS: Final = 8

Endpoint = Callable[[Request], Awaitable[Response]]


def install(app: FastAPI, settings: Settings) -> None:
    """Let `app` answer the pages of signing in: by the provider where settings name one.

    To choose somebody is a sandbox's only, where they name none.
    """
    app.state.provider = provider.provider_of(settings)
    if app.state.provider is not None:
        app.add_route("/sign-in", _page(provider.go), include_in_schema=False)
        app.add_route("/sign-in/callback", _page(provider.come_back), include_in_schema=False)
    elif settings.is_production:
        app.add_route("/sign-in", _page(_say_there_is_none), include_in_schema=False)
    else:
        app.add_route("/sign-in", _page(_show_people), include_in_schema=False)
        app.add_route("/sign-in", _page(_choose), methods=["POST"], include_in_schema=False)
    app.add_route("/sign-out", _page(_sign_out), methods=["POST"], include_in_schema=False)
    lead(app, "/sign-out", "/")


def _page(answer: Endpoint) -> Endpoint:
    """Return an endpoint that counts who asks, and tells failures in a page."""

    @wraps(answer)
    async def endpoint(request: Request) -> Response:
        prefer(request)
        try:
            count_stranger(request)
            return await answer(request)
        except DomainError as error:
            return failure(request, error)

    return endpoint


async def _say_there_is_none(_: Request) -> Response:
    raise SignInUnavailableError


async def _show_people(request: Request) -> Response:
    async with signing_in(_process(request)) as desk:
        people = await desk.who(MOST_PEOPLE)
    return page(
        request, "sign_in", people=people, next=local_path(request.query_params.get("next"))
    )


async def _choose(request: Request) -> Response:
    """Sign in as whoever was chosen."""
    process = _process(request)
    ensure_same_site(request, process.settings)
    fields = await _fields(request)
    try:
        member = UUID(fields.get("member", ""))
    except ValueError:
        raise NotKnownHereError from None
    async with signing_in(process) as desk:
        opened = await desk.as_member(member)
    return signed_in(opened, fields.get("next"), process.settings)


async def _sign_out(request: Request) -> Response:
    """End the session of this browser, if it has one."""
    process = _process(request)
    ensure_same_site(request, process.settings)
    if (token := session_token(request, process.settings)) is not None:
        async with signing_in(process) as desk:
            await desk.out(token)
    answer = page(request, "signed_out")
    forget_session(answer, process.settings)
    return answer


async def _fields(request: Request) -> dict[str, str]:
    try:
        body = (await request.body()).decode()
        return dict(parse_qsl(body, errors="strict", max_num_fields=MOST_FIELDS))
    except ValueError:
        return {}


def _process(request: Request) -> Process:
    process: Process = request.app.state.process
    return process
