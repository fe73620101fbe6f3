"""Signing in and out: in a sandbox by choosing somebody, with a session that is a real one."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Final
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.api.deps import count_stranger
from app.api.same_site import ensure_same_site, forget_session, session_token, set_session
from app.api.sign_in_desk import signing_in
from app.api.state import Process
from app.core.config import Settings
from app.domain.errors import DomainError, NotKnownHereError, SignInUnavailableError
from app.services.access.sessions import Opened
from app.web.pages import failure, page

HOME: Final = "/docs"
MOST_PEOPLE: Final = 200
MOST_FIELDS: Final = 8
LONGEST_PATH: Final = 1000
SEE_OTHER: Final = 303

Endpoint = Callable[[Request], Awaitable[Response]]


def install(app: FastAPI, settings: Settings) -> None:
    """Let `app` answer the pages of signing in; choosing somebody is a sandbox's only."""
    is_sandbox = not settings.is_production
    show = _show_people if is_sandbox else _say_there_is_none
    app.add_route("/sign-in", _page(show), include_in_schema=False)
    if is_sandbox:
        app.add_route("/sign-in", _page(_choose), methods=["POST"], include_in_schema=False)
    app.add_route("/sign-out", _page(_sign_out), methods=["POST"], include_in_schema=False)


def _page(answer: Endpoint) -> Endpoint:
    """Return an endpoint that counts who asks, and tells failures in a page."""

    @wraps(answer)
    async def endpoint(request: Request) -> Response:
        try:
            await count_stranger(request)
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


def signed_in(opened: Opened, wanted: str | None, settings: Settings) -> Response:
    """Return the answer that gives a browser its cookie and sends it where it wanted to go."""
    answer = RedirectResponse(local_path(wanted), SEE_OTHER)
    set_session(answer, opened.token, settings)
    return answer


def local_path(wanted: str | None) -> str:
    """Return a path of this service to go to; anything else would lead a person elsewhere."""
    if not wanted or len(wanted) > LONGEST_PATH or not wanted.isascii() or not wanted.isprintable():
        return HOME
    is_local = wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return HOME
    return wanted if is_local and not (parts.scheme or parts.netloc) else HOME


async def _fields(request: Request) -> dict[str, str]:
    try:
        body = (await request.body()).decode()
        return dict(parse_qsl(body, errors="strict", max_num_fields=MOST_FIELDS))
    except ValueError:
        return {}


def _process(request: Request) -> Process:
    process: Process = request.app.state.process
    return process
