"""Scenarios: what a client asks the sandbox to do to one request, to see how it takes that.

`Gate-Scenario: delay=1500, lose-answer` has the answer come late and then never. Each is done at
the edge: nothing behind it knows, and nothing of it is stored. An answer that was changed says so
by the same header, so that nobody takes it for real. Production never loads this module.
"""

import asyncio
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from fastapi.routing import APIRoute
from starlette.middleware import Middleware
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.failures import InvalidRequestError, RateExceededError
from app.api.field_errors import RequestFieldError, storable
from app.api.front import FrontedFastAPI
from app.api.openapi import failures_of
from app.api.problems import codes, example_of, problem_response
from app.api.texts import CATALOGUE, Language, language_of
from app.domain.errors import BusyError, DomainError
from app.domain.vocabulary import Severity

HEADER: Final = "Gate-Scenario"
FIELD: Final = HEADER.lower().encode()
POINTER: Final = f"header:{HEADER}"
LONGEST_DELAY: Final = (
    30_000  # milliseconds; the longest that a list of events is waited for is 25 s
)
MOST: Final = 10
JUDGED: Final = frozenset({"register_entry", "amend_entry"})
"""The operations whose answers have findings of what was just declared."""
BODILESS: Final = frozenset({204, 304})
OK: Final = 200
FIRST_FAILURE: Final = 300
# Of an answer that is changed: its length is another, and nobody may keep it.
REPLACED: Final = frozenset({b"content-length", b"cache-control"})


class Name(StrEnum):
    """The scenarios there are."""

    DELAY = "delay"
    BUSY = "busy"
    RATE_LIMITED = "rate-limited"
    REFUSE = "refuse"
    FINDING = "finding"
    LOSE_ANSWER = "lose-answer"


@dataclass(frozen=True, slots=True)
class Scenario:
    """How a scenario is written, which values it takes, and what it does."""

    form: str
    sentence: str
    takes: Callable[[str], bool]


def _takes_nothing(value: str) -> bool:
    return not value


def _takes_delay(value: str) -> bool:
    return re.fullmatch("[0-9]{1,5}", value) is not None and int(value) <= LONGEST_DELAY


def _takes_code(value: str) -> bool:
    return value in codes()


def _takes_finding(value: str) -> bool:
    rule, _, severity = value.partition(";")
    return f"finding.{rule}" in CATALOGUE and severity in {"", *Severity}


SCENARIOS: Final[Mapping[Name, Scenario]] = {
    Name.DELAY: Scenario(
        "delay=1500",
        f"The work is done at once, and its answer comes so many milliseconds late, {LONGEST_DELAY}"
        " at most.",
        _takes_delay,
    ),
    Name.BUSY: Scenario(
        "busy", "Answers 503 `busy` with `Retry-After`, and does nothing.", _takes_nothing
    ),
    Name.RATE_LIMITED: Scenario(
        "rate-limited",
        "Answers 429 `rate-exceeded` with `Retry-After`, and does nothing; no allowance is used.",
        _takes_nothing,
    ),
    Name.REFUSE: Scenario(
        "refuse=gate-closed",
        "Answers with the problem of that code, one that the operation declares, and does nothing:"
        " neither key nor body is looked at. Its facts are examples, its `errors` are empty.",
        _takes_code,
    ),
    Name.FINDING: Scenario(
        "finding=weight-zero;blocking",
        "Registers or amends, and adds a finding of that rule to the answer, a `warning` unless it"
        " says `blocking`. It is in this answer only (`findings`, `ready`): nothing is stored.",
        _takes_finding,
    ),
    Name.LOSE_ANSWER: Scenario(
        "lose-answer",
        "Does the work and stores it, then cuts the connection within the answer. The answer to a"
        " retry, which is marked `Idempotency-Replayed`, comes whole.",
        _takes_nothing,
    ),
}
"""Every scenario; several are separated by commas, and of those that refuse the first answers."""


@dataclass
class Asked:
    """What a request asks for."""

    told: str
    delay: int = 0
    refusals: list[DomainError] = field(default_factory=list)
    findings: list[Mapping[str, Any]] = field(default_factory=list)
    loses: bool = False


def install(app: FrontedFastAPI) -> None:
    """Have `app` play scenarios, and its document tell of them; call it when all else is there.

    They stand inside the manners, so that what they answer has ids, headers, metrics and a line in
    the log as everything has.
    """
    app.user_middleware.append(Middleware(Scenarios, app=app))
    if app.front is not None:
        app.front.long_way |= {FIELD}
    app.description += _description()


def _description() -> str:
    listed = "\n".join(f"  * `{one.form}`: {one.sentence}" for one in SCENARIOS.values())
    return f"* **Scenarios**, in a sandbox only, by the header `{HEADER}`:\n{listed}\n"


class Scenarios:
    """Plays what a request asks for; it passes every other request on."""

    def __init__(self, inner: ASGIApp, app: FrontedFastAPI) -> None:
        """Stand before `inner`, which routes the requests of `app`."""
        self._inner = inner
        self._app = app
        self._failures: dict[str, frozenset[str]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request as it asks to be.

        Raises:
            InvalidRequestError: there is no such scenario, or the operation has it not.
        """
        texts = [value for name, value in scope.get("headers", ()) if name == FIELD]
        if not texts:
            await self._inner(scope, receive, send)
            return
        asked = self._read(b",".join(texts).decode("latin-1"), scope)
        answer = _Answer(asked, send)
        if asked.refusals:
            await problem_response(asked.refusals[0], scope)(scope, receive, answer.send)
        else:
            await self._inner(scope, receive, answer.send)

    def _route(self, scope: Scope) -> APIRoute | None:
        """Return the route that would answer, and note it for metrics and logs."""
        for route in self._app.router.routes:
            if isinstance(route, APIRoute):
                match, found = route.matches(scope)
                if match is Match.FULL:
                    scope.update(found)
                    return route
        return None

    def _read(self, text: str, scope: Scope) -> Asked:
        """Return what a header asks for of the operation that a request is for."""
        route = self._route(scope)
        parts = [part.strip() for part in text.split(",")]
        asked = Asked(", ".join(parts))
        for name, value in known(parts):
            match name:
                case Name.DELAY:
                    asked.delay = min(asked.delay + int(value), LONGEST_DELAY)
                case Name.BUSY:
                    asked.refusals.append(BusyError())
                case Name.RATE_LIMITED:
                    asked.refusals.append(RateExceededError(1))
                case Name.REFUSE:
                    _ensure_here(f"{name}={value}", is_here=value in self._failures_of(route))
                    asked.refusals.append(example_of(codes()[value]))
                case Name.FINDING:
                    is_judged = route is not None and route.name in JUDGED
                    _ensure_here(f"{name}={value}", is_here=is_judged)
                    asked.findings.append(_finding(value, language_of(scope)))
                case Name.LOSE_ANSWER:
                    asked.loses = True
        return asked

    def _failures_of(self, route: APIRoute | None) -> frozenset[str]:
        """Return what an operation may fail by; finding that out takes long, so it is kept."""
        if route is None:
            return frozenset()
        if route.name not in self._failures:
            self._failures[route.name] = failures_of(route)
        return self._failures[route.name]


def known(parts: Sequence[str]) -> Iterator[tuple[Name, str]]:
    """Yield the scenarios that the parts of a header name, each with its value.

    Raises:
        InvalidRequestError: one of them is none, or there are too many.
    """
    forms = ", ".join(one.form for one in SCENARIOS.values())
    if len(parts) > MOST:
        raise InvalidRequestError(
            errors=[RequestFieldError(POINTER, "too-many", facts={"max": MOST})]
        )
    for part in parts:
        word, _, value = part.partition("=")
        if word not in set(Name) or not SCENARIOS[Name(word)].takes(value):
            at_fault = RequestFieldError(
                POINTER, "scenario-unknown", storable(part), {"expected": forms}
            )
            raise InvalidRequestError(errors=[at_fault])
        yield Name(word), value


def _ensure_here(part: str, *, is_here: bool) -> None:
    if not is_here:
        at_fault = RequestFieldError(POINTER, "scenario-not-here", storable(part))
        raise InvalidRequestError(errors=[at_fault])


def _finding(value: str, language: Language) -> Mapping[str, Any]:
    """Return a finding as answers tell it; it is of the whole declaration."""
    rule, _, severity = value.partition(";")
    return {
        "rule": rule,
        "severity": severity or Severity.WARNING.value,
        "pointer": "",
        "value": None,
        "message": CATALOGUE.say(f"finding.{rule}", language),
    }


class _Answer:
    """The answer to one request, on its way through the scenarios that it asked for."""

    def __init__(self, asked: Asked, send: Send) -> None:
        self._asked = asked
        self._send = send
        self._is_lost = False
        self._start: Message | None = None  # held back until the body is whole
        self._body = b""

    async def send(self, message: Message) -> None:
        """Pass a part of the answer on as the scenarios want it."""
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif self._start is not None:
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._end(self._start)
        elif not self._is_lost:
            await self._send(message)

    async def _begin(self, message: Message) -> None:
        await asyncio.sleep(self._asked.delay / 1000)
        headers = [*message["headers"], (FIELD, self._asked.told.encode("latin-1"))]
        replayed = any(name == b"idempotency-replayed" for name, _ in headers)
        if self._asked.loses and not replayed:
            await self._lose(message["status"], headers)
        elif self._asked.findings and message["status"] < FIRST_FAILURE:
            self._start = {**message, "headers": headers}
        else:
            kept = [one for one in headers if one[0] != b"cache-control"]
            await self._send({**message, "headers": kept})

    async def _lose(self, status: int, headers: Sequence[tuple[bytes, bytes]]) -> None:
        """Send how an answer begins and nothing of what it says; the server then cuts it off."""
        self._is_lost = True
        bare = [one for one in headers if one[0] == FIELD]
        status = OK if status in BODILESS else status  # else the beginning would be all of it
        headers = [*bare, (b"content-length", b"1")]
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def _end(self, start: Message) -> None:
        """Send what was held back, with the findings in it."""
        entry = json.loads(self._body)
        entry["findings"] += self._asked.findings
        entry["ready"] = all(one["severity"] != Severity.BLOCKING for one in entry["findings"])
        body = json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode()
        kept = [one for one in start["headers"] if one[0] not in REPLACED]
        headers = [*kept, (b"content-length", b"%d" % len(body))]
        await self._send({**start, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})
