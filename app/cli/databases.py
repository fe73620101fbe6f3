"""Which database a command works on: the one that is set, or the embedded one."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from pydantic import SecretStr

from app.core.config import Settings
from app.core.embedded import AlreadyRunningError, EmbeddedServer, running_url

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def own_database(settings: Settings) -> Iterator[Settings]:
    """Give settings whose `database_url` answers; an embedded server stops with the block.

    Raises:
        EmbeddedServerError: it cannot run, or another process runs it.
    """
    if settings.database_url is not None:
        yield settings
        return
    server = EmbeddedServer(settings.data_dir)
    server.start()
    try:
        yield _at(settings, server.url)
    finally:
        with _undisturbed():
            server.stop()


@contextmanager
def any_database(settings: Settings) -> Iterator[Settings]:
    """Give what `own_database` gives, or the embedded server that another process runs now."""
    with ExitStack() as stack:
        try:
            connected = stack.enter_context(own_database(settings))
        except AlreadyRunningError:
            url = running_url(settings.data_dir)
            if url is None:
                raise
            connected = _at(settings, url)
        yield connected


def _at(settings: Settings, url: str) -> Settings:
    return settings.model_copy(update={"database_url": SecretStr(url)})


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Ignore a second Ctrl-C: it would leave the server behind."""
    handlers = {one: signal.signal(one, signal.SIG_IGN) for one in STOPPING}
    try:
        yield
    finally:
        for one, handler in handlers.items():
            signal.signal(one, handler)
