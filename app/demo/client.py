"""The public API as the people at the gate use it: few requests at once, each of them timed."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from time import perf_counter
from typing import Any

import httpx

from app.demo.failures import DemoError

AT_ONCE = 4
TOO_MANY = 429
LONGEST_TEXT = 300

Json = dict[str, Any]


class Client:
    """Sends requests in the name of members of the sandbox, and keeps how long each took."""

    def __init__(
        self, http: httpx.AsyncClient, keys: Mapping[str, str], at_once: int = AT_ONCE
    ) -> None:
        """Ask over `http`, whose base is the service, with the sandbox's keys by name."""
        self._http = http
        self._keys = keys
        self._turns = asyncio.Semaphore(at_once)
        self.seconds: defaultdict[str, list[float]] = defaultdict(list)
        """By operation: how long each answer took."""

    async def get(self, operation: str, path: str, who: str | None = None, **params: Any) -> Json:  # noqa: ANN401 - of any operation
        """Return what is read; without `who` as anybody may."""
        answer = await self._send(operation, "GET", path, who, params=params)
        return self._read(answer, path, who)

    async def post(
        self, operation: str, path: str, who: str, body: Json | None = None, retry: str = ""
    ) -> Json:
        """Return what became of a request; `retry` is its idempotency key."""
        answer = await self._post(operation, path, who, body, retry)
        return self._read(answer, path, who)

    async def try_post(self, operation: str, path: str, who: str) -> tuple[bool, Json]:
        """Return whether a permission was given, and the answer or the problem."""
        answer = await self._post(operation, path, who, None, "")
        if answer.status_code == httpx.codes.CONFLICT:
            return False, answer.json()
        return True, self._read(answer, path, who)

    async def patch(self, operation: str, path: str, who: str, body: Json, version: int) -> Json:
        """Return what was amended, as it is now."""
        headers = {"If-Match": f'"{version}"'}
        answer = await self._send(operation, "PATCH", path, who, json=body, headers=headers)
        return self._read(answer, path, who)

    async def move_clock(self, now: str) -> None:
        """Set the business clock, which stands still until it is moved again."""
        path, body = "/v1/sandbox/clock", {"now": now, "speed": 0}
        answer = await self._send("move_clock", "PUT", path, "admin", json=body)
        if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
            message = f"This sandbox already lives after {now}: the day needs an empty one."
            raise DemoError(message)
        self._read(answer, path, "admin")

    async def _post(
        self, operation: str, path: str, who: str, body: Json | None, retry: str
    ) -> httpx.Response:
        headers = {"Idempotency-Key": retry} if retry else {}
        more = {} if body is None else {"json": body}
        return await self._send(operation, "POST", path, who, headers=headers, **more)

    async def ask(
        self,
        method: str,
        path: str,
        who: str | None,
        headers: Mapping[str, str] | None = None,
        **more: Any,  # noqa: ANN401 - of httpx
    ) -> tuple[httpx.Response, float]:
        """Return whatever is answered to one request, and after how many seconds.

        Raises:
            DemoError: nothing is.
        """
        said = {"Accept-Language": "en", **(headers or {})}
        if who is not None:
            said["Authorization"] = f"Bearer {self._keys[who]}"
        async with self._turns:
            begun = perf_counter()
            try:
                answer = await self._http.request(method, path, headers=said, **more)
            except httpx.HTTPError as error:
                message = f"{method} {path} was not answered: {type(error).__name__} {error}"
                raise DemoError(message) from error
            return answer, perf_counter() - begun

    async def _send(
        self,
        operation: str,
        method: str,
        path: str,
        who: str | None,
        **more: Any,  # noqa: ANN401 - of httpx
    ) -> httpx.Response:
        """Send a request as often as the rate limit asks to come again; time what was answered."""
        while True:
            answer, took = await self.ask(method, path, who, **more)
            if answer.status_code != TOO_MANY:
                self.seconds[operation].append(took)
                return answer
            await asyncio.sleep(int(answer.headers["Retry-After"]))

    def _read(self, answer: httpx.Response, path: str, who: str | None) -> Json:
        if not answer.is_success:
            asked = f"{answer.request.method} {path} as {who or 'anybody'}"
            message = f"{asked}: {answer.status_code} {problem_of(answer)}"
            raise DemoError(message)
        found: Json = answer.json()
        return found


def problem_of(answer: httpx.Response) -> str:
    """Return what a refusal says: its code, its sentence and the fields it names."""
    try:
        problem = answer.json()
        said = [f"{problem['code']}: {problem['title']}", problem.get("detail") or ""]
    except (ValueError, KeyError, TypeError):
        return answer.text[:LONGEST_TEXT]
    fields = [f"{one['pointer']} {one['message']}" for one in problem.get("errors", ())]
    return " - ".join(part for part in (*said, *fields) if part)
