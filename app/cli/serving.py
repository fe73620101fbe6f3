"""`gate serve`: the API in this process until it is told to stop, then nothing left running."""

import asyncio
import gc
import resource
import signal
import socket
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from functools import partial
from types import FrameType
from typing import Any, NoReturn, TypeVar

import typer
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from app.cli.ready import Ready
from app.cli.watch import Cut, Watch
from app.cli.wire import bounded
from app.core.config import Settings
from app.main import create_app, running_jobs
from app.workers import work

SPARE_FILES = 200  # for the database, the logs and what a library opens
# A request makes thousands of objects, and all but a few are gone with it: the default of 700
# looks for cycles several times while it is answered, at a tenth of its cost.
YOUNG_OBJECTS = 20_000
TOLD_BY = (signal.SIGINT, signal.SIGTERM)

T = TypeVar("T")
Work = Callable[[], Coroutine[Any, Any, None]]


class PortError(Exception):
    """The API cannot listen where the settings say; the text is one line for an operator."""


class Server(uvicorn.Server):
    """A server that says how to begin once it answers, and may do the workers' work beside."""

    def __init__(
        self,
        config: uvicorn.Config,
        greeting: str,
        work: Work | None,
        let_go: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        super().__init__(config)
        self._let_go = let_go
        self._greeting = greeting
        self._work = work
        self._working: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to answer, and say so."""
        await super().startup(sockets=sockets)
        # What was loaded stays: looked through again, it would hold up every answer for 50 ms.
        gc.collect()
        gc.freeze()
        gc.set_threshold(YOUNG_OBJECTS)
        if self._work is not None:
            self._working = asyncio.create_task(self._work())
        typer.echo(self._greeting)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish what runs, then stop the work beside; it may be stopped at any instant.

        Whoever waits for events or listens to boards is let go first: the end would wait for them.
        """
        if self._let_go is not None:
            await self._let_go()
        await super().shutdown(sockets=sockets)
        if self._working is not None:
            self._working.cancel()
            await asyncio.wait([self._working])


def allow_files(settings: Settings) -> None:
    """Have the system let this process open a file for each connection, as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = settings.max_connections + SPARE_FILES
    if soft < wanted and soft != resource.RLIM_INFINITY:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def leave_when_told() -> None:
    """Have every request to stop end this process in good order, before and after serving."""
    for one in TOLD_BY:
        signal.signal(one, _leave)
    signal.signal(signal.SIGHUP, _hang_up)  # a closed terminal drains too


def until_told(work: Coroutine[Any, Any, T]) -> T:
    """Do `work` in a loop of its own; told to stop, end it where it waits, and not wherever it is.

    An exception out of a signal's handler may come in the middle of a switch between coroutines,
    which no library is made for: the process hung, or crashed and left its database behind.

    Raises:
        SystemExit: it was told to stop, be it in the last step of the work.
    """
    is_told = False

    async def do() -> T:
        loop, doing = asyncio.get_running_loop(), asyncio.ensure_future(work)

        def end(_signal: int, _frame: FrameType | None) -> None:
            nonlocal is_told
            is_told = True
            with suppress(RuntimeError):  # the loop is closed: nothing is left to be ended
                loop.call_soon_threadsafe(doing.cancel)

        for one in TOLD_BY:
            signal.signal(one, end)
        return await doing

    try:
        done = asyncio.run(do())
    except asyncio.CancelledError:
        raise SystemExit(0) from None
    finally:
        leave_when_told()
    if is_told:
        raise SystemExit(0)
    return done


def listen(settings: Settings) -> socket.socket:
    """Return the socket that the API will listen on, taken before anything slow starts.

    Raises:
        PortError: the address is taken or not this machine's.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        message = f"HOST, PORT: cannot listen on {settings.host}:{settings.port}: {error.strerror}"
        raise PortError(message) from error
    return listener


def run_server(
    settings: Settings, listener: socket.socket, greeting: str, *, is_alone: bool
) -> None:
    """Answer requests on `listener` until told to stop, then finish those that are running.

    Where it `is_alone` on its database, it does the workers' work too.
    """
    allow_files(settings)
    server_of(settings, greeting, is_alone=is_alone).run([listener])


def server_of(settings: Settings, greeting: str, *, is_alone: bool) -> Server:
    """Return the service, which does the workers' work too where it `is_alone`."""
    app = create_app(settings)
    do_work = partial(work, settings, running_jobs(settings), app.state.bell)

    async def let_go() -> None:
        await app.state.process.end()

    config = config_of_service(app, settings)
    return Server(config, greeting, do_work if is_alone else None, let_go)


def config_of_service(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """Return how the service is served, telling in its metrics whom it cuts off."""
    words = "Connections that this process ended, and why."
    tell = app.state.metrics.counted("gate_connections_cut", words, "reason", Cut)
    front = getattr(app, "front", None)
    ready = Ready(front.sends, settings.trusted_proxies) if front is not None else None
    return config_of(app, settings, tell, ready)


def config_of(
    app: ASGIApp,
    settings: Settings,
    tell: Callable[[Cut], None] = lambda _: None,
    ready: Ready | None = None,
) -> uvicorn.Config:
    """Return how an application is served; what we are measured beside is served alike."""
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=bounded(settings, Watch(settings, tell), ready),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_keep_alive=settings.keep_alive_seconds,
        timeout_graceful_shutdown=settings.drain_seconds,
    )


def _leave(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def _hang_up(_signal: int, _frame: FrameType | None) -> None:
    signal.raise_signal(signal.SIGTERM)
