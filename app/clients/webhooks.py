"""Webhooks on their way: a guarded, pinned, signed POST, and no more of its answer than the status.

A name is resolved once; every address is judged (`app/core/egress.py`), and the connection goes to
one of those, so that a name that says something else a moment later reaches nothing. Redirects are
not followed. Each receiver has connections of its own, which no other name at that address uses.
"""

import asyncio
import socket
import ssl
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

import httpx
from standardwebhooks import Webhook

from app.core.egress import fault_of, is_public, port_of
from app.domain.webhooks import Answer, AttemptError, Message

ATTEMPT_SECONDS: Final = 10.0
CONNECT_SECONDS: Final = 3.0
RESOLVE_SECONDS: Final = 3.0
BODY_SECONDS: Final = 0.5
# Shorter than servers keep an idle connection: one that they close just then fails an attempt.
IDLE_SECONDS: Final = 2.0
BODY_BYTES: Final = 4096
RECEIVERS_KEPT: Final = 256
RESOLVERS: Final = 16
REDIRECTS: Final = range(300, 400)
SUCCESSES: Final = range(200, 300)

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
Read = Callable[[httpx.Response], Awaitable[bytes]]
Place = tuple[str, str, int]
"""Where connections go: the name, the address that it was pinned to, the port."""


class RefusedAddressError(Exception):
    """A name leads to where nothing may be sent."""


class UnresolvedNameError(Exception):
    """A name leads nowhere."""


class WebhookClient:
    """Sends to receivers; one per process, to be closed."""

    def __init__(
        self,
        *,
        is_open: bool,
        resolve: Resolve | None = None,
        seconds: float = ATTEMPT_SECONDS,
        verify: ssl.SSLContext | bool = True,
    ) -> None:
        """Guard addresses unless `is_open`; give up an attempt after so many seconds."""
        self._is_open = is_open
        self._resolvers = ThreadPoolExecutor(RESOLVERS, thread_name_prefix="resolve")
        self._resolve = resolve or self._look_up
        self._seconds = seconds
        self._verify = ssl.create_default_context() if verify is True else verify
        self._kept: OrderedDict[Place, httpx.AsyncClient] = OrderedDict()

    async def send(self, message: Message) -> Answer:
        """Send a message and return the answer; whatever goes wrong is an answer too."""
        return await self.post(message.url, message.body, headers_of(message))

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send a body to an address and return the answer, as `send` does."""
        return (await self._sent(url, body, headers, _drain))[0]

    async def ask(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[Answer, bytes]:
        """Send a body to an address and return the answer with the begin of what it says."""
        return await self._sent(url, body, headers, _begin_of)

    async def _sent(
        self, url: str, body: bytes, headers: Mapping[str, str], read: Read
    ) -> tuple[Answer, bytes]:
        if fault_of(url, is_open=self._is_open) is not None:
            return Answer(None, AttemptError.ADDRESS), b""
        try:
            async with asyncio.timeout(self._seconds):
                status, said = await self._exchanged(url, body, headers, read)
        except (OSError, RefusedAddressError, UnresolvedNameError, httpx.HTTPError) as error:
            return Answer(None, _named(error)), b""
        return _judged(status), said

    async def aclose(self) -> None:
        """Close all connections."""
        self._resolvers.shutdown(wait=False, cancel_futures=True)
        while self._kept:
            _, client = self._kept.popitem()
            await client.aclose()

    async def _exchanged(
        self, url: str, body: bytes, headers: Mapping[str, str], read: Read
    ) -> tuple[int, bytes]:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = port_of(url)
        address = await self._pinned(host, port)
        at = f"[{address}]" if ":" in address else address
        pinned = parts._replace(netloc=f"{at}:{port}").geturl()
        whole = {**headers, "Host": parts.netloc}
        client = await self._client((host, address, port))
        sent = client.build_request("POST", pinned, content=body, headers=whole)
        sent.extensions["sni_hostname"] = host
        answer = await client.send(sent, stream=True)
        try:
            said = await read(answer)
        finally:
            await answer.aclose()
        return answer.status_code, said

    async def _pinned(self, host: str, port: int) -> str:
        """Return the one address that a name is taken for.

        Raises:
            UnresolvedNameError, RefusedAddressError: any of its addresses is not public.
        """
        found = await self._resolve(host, port)
        if not found:
            raise UnresolvedNameError
        if not self._is_open and not all(map(is_public, found)):
            raise RefusedAddressError
        return found[0]

    async def _look_up(self, host: str, port: int) -> Sequence[str]:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(RESOLVE_SECONDS):
                found = await loop.run_in_executor(
                    self._resolvers, socket.getaddrinfo, host, port, 0, socket.SOCK_STREAM
                )
        except (OSError, UnicodeError, TimeoutError):
            return ()
        return list(dict.fromkeys(str(address[0]) for *_, address in found))

    async def _client(self, place: Place) -> httpx.AsyncClient:
        """Return the connections to a place; those used longest ago are closed."""
        client = self._kept.pop(place, None)
        if client is None:
            client = httpx.AsyncClient(
                verify=self._verify,
                trust_env=False,
                follow_redirects=False,
                limits=httpx.Limits(keepalive_expiry=IDLE_SECONDS),
                timeout=httpx.Timeout(self._seconds, connect=CONNECT_SECONDS),
            )
        self._kept[place] = client
        if len(self._kept) > RECEIVERS_KEPT:
            _, oldest = self._kept.popitem(last=False)
            await oldest.aclose()
        return client


def headers_of(message: Message) -> dict[str, str]:
    """Return the headers of Standard Webhooks, with a signature by each secret."""
    body = message.body.decode()
    signed = (Webhook(one).sign(str(message.id), message.at, body) for one in message.secrets)
    return {
        "Content-Type": "application/json",
        "User-Agent": "border-gate-webhooks/1",
        "webhook-id": str(message.id),
        "webhook-timestamp": str(int(message.at.timestamp())),
        "webhook-signature": " ".join(signed),
    }


def _judged(status: int) -> Answer:
    if status in SUCCESSES:
        return Answer(status, None)
    return Answer(status, AttemptError.REDIRECT if status in REDIRECTS else AttemptError.STATUS)


async def _begin_of(answer: httpx.Response) -> bytes:
    """Return what somebody says, cut where it is more than such an answer is."""
    said = bytearray()
    async for part in answer.aiter_raw():
        said += part
        if len(said) > BODY_BYTES:
            break
    return bytes(said[:BODY_BYTES])


async def _drain(answer: httpx.Response) -> bytes:
    """Read what little a receiver may say, so that the connection can be used again."""
    read = 0
    with suppress(TimeoutError, httpx.HTTPError):
        async with asyncio.timeout(BODY_SECONDS):
            async for part in answer.aiter_raw():
                read += len(part)
                if read > BODY_BYTES:
                    break
    return b""


def _named(error: Exception) -> AttemptError:
    """Return why there is no answer."""
    if any(isinstance(one, ssl.SSLError) for one in _causes(error)):
        return AttemptError.TLS
    return next(name for kind, name in _NAMES if isinstance(error, kind))


_NAMES: Final[Sequence[tuple[type[Exception], AttemptError]]] = (
    (TimeoutError, AttemptError.TIMEOUT),
    (httpx.TimeoutException, AttemptError.TIMEOUT),
    (RefusedAddressError, AttemptError.ADDRESS),
    (UnresolvedNameError, AttemptError.NAME),
    (OSError, AttemptError.CONNECTION),
    (httpx.NetworkError, AttemptError.CONNECTION),
    (Exception, AttemptError.PROTOCOL),
)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what led to it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
