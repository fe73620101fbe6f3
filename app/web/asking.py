"""What a page asks: this service's own API, the way every client takes, without a wire between.

So a page knows nothing that a client could not know, and may do nothing that a client may not:
who asks, from where, in which language and for the how manieth time is judged in one place.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote

import httpx
from starlette.requests import Request

from app.api.problems import request_id_of

PASSED_ON: Final = (
    "accept-language", "authorization", "cookie", "host", "origin", "sec-fetch-site", "user-agent",
)  # fmt: skip
"""What the API judges a browser by, which includes the page from which a form was sent."""
FIRST_REFUSAL: Final = 400
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})

Json = Any
"""What an answer says; the API's document has its shape."""
Document = Mapping[str, Json]
Query = Mapping[str, str | int | bool | Sequence[str] | None]


class Faults(dict[str, str]):
    """What is wrong with fields, by their pointers; what a page tells of it, it tells once.

    A field asks by `get` as it is drawn. What none asked for is `untold`: it stands above them.
    """

    def __init__(self, problem: Document, known: Mapping[str, str] = NOTHING) -> None:
        """Take a problem's faults, and what was `known` of other fields before."""
        self._errors: Sequence[Document] = problem.get("errors", ())
        self._asked: set[str] = set()
        told: dict[str, list[str]] = {}
        for one in self._errors:
            told.setdefault(one["pointer"], []).append(one["message"])
        super().__init__({**known, **{pointer: " ".join(ones) for pointer, ones in told.items()}})

    def get(self, pointer: str, default: Any = None) -> Any:  # noqa: ANN401 - as of any mapping
        """Return what is wrong with a field, which tells it."""
        self._asked.add(pointer)
        return super().get(pointer, default)

    @property
    def untold(self) -> Sequence[Document]:
        """Return what is wrong with what no field was drawn of."""
        return [one for one in self._errors if one["pointer"] not in self._asked]


@dataclass(frozen=True)
class RefusedError(Exception):
    """The API answered with a problem, which is said in the reader's language already."""

    problem: Document
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """Return the problem's status."""
        return int(self.problem["status"])

    @property
    def errors(self) -> Faults:
        """Return what is wrong with fields."""
        return Faults(self.problem)


class Api:
    """The API, asked as the browser that asks for a page."""

    def __init__(self, request: Request) -> None:
        """Ask as `request` came: its credentials, its address, its language."""
        client = request.scope.get("client") or ("127.0.0.1", 0)
        root = request.scope.get("root_path", "")
        self._transport = httpx.ASGITransport(request.app, client=tuple(client), root_path=root)
        self._base = httpx.URL(f"{request.url.scheme}://{request.url.netloc}")
        self._headers = {
            name: value for name in PASSED_ON if (value := request.headers.get(name)) is not None
        } | {"x-request-id": request_id_of(request.scope)}

    async def get(self, path: str, query: Query | None = None) -> Json:
        """Return what `path` answers, as JSON.

        Raises:
            RefusedError
        """
        return (await self.send("GET", path, query=query)).json()

    async def post(
        self, path: str, document: Document | None = None, key: str | None = None
    ) -> Json:
        """Do what `path` does, once for each `key`, and return its answer.

        Raises:
            RefusedError
        """
        answer = await self.send("POST", path, document=document or {}, key=key)
        return answer.json() if answer.content else None

    async def send(  # noqa: PLR0913 - each is a part of a request
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        document: Document | None = None,
        content: bytes | None = None,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Return the answer to a request of any kind, read to its end.

        Raises:
            RefusedError
        """
        named = self._headers | dict(headers or {})
        if document is not None:
            content = json.dumps(document).encode()
            named["content-type"] = "application/json"
        if key is not None:
            named["idempotency-key"] = key
        url = self._base.copy_with(path=quote(path)).copy_merge_params(_asked(query))
        asked = httpx.Request(method, url, headers=named, content=content)
        answer = await self._transport.handle_async_request(asked)
        await answer.aread()
        if answer.status_code >= FIRST_REFUSAL:
            raise RefusedError(answer.json(), dict(answer.headers))
        return answer


def _asked(query: Query | None) -> dict[str, Any]:
    """Return the parameters that were given."""
    return {name: value for name, value in (query or {}).items() if value not in (None, "")}
