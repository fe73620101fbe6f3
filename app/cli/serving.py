"""`gate serve`: the API in this process until it is told to stop, then nothing left running."""

import signal
import socket
from types import FrameType
from typing import NoReturn

import typer
import uvicorn

from app.core.config import Settings
from app.main import create_app

KEEP_ALIVE_SECONDS = 20


class PortError(Exception):
    """The API cannot listen where the settings say; the text is one line for an operator."""


class Server(uvicorn.Server):
    """A server that says how to begin once it answers."""

    def __init__(self, config: uvicorn.Config, greeting: str) -> None:
        super().__init__(config)
        self._greeting = greeting

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to answer, and say so."""
        await super().startup(sockets=sockets)
        typer.echo(self._greeting)


def leave_when_told() -> None:
    """Have every request to stop end this process in good order, before and after serving."""
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, _leave)
    signal.signal(signal.SIGHUP, _hang_up)  # a closed terminal drains too


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


def run_server(settings: Settings, listener: socket.socket, greeting: str) -> None:
    """Answer requests on `listener` until told to stop, then finish those that are running."""
    config = uvicorn.Config(
        create_app(settings),
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=settings.drain_seconds,
    )
    Server(config, greeting).run(sockets=[listener])


def _leave(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def _hang_up(_signal: int, _frame: FrameType | None) -> None:
    signal.raise_signal(signal.SIGTERM)
