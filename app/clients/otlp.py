"""Spans on their way to an OpenTelemetry collector: OTLP over HTTP, as JSON.

Source: https://opentelemetry.io/docs/specs/otlp/ (version 1). Written here, for the libraries'
exporter brings a second HTTP client and protobuf, and what the framework records by itself has
whole addresses, in which tokens and plates stand (docs/adr/0027).
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote
from uuid import uuid4

import structlog

from app.core.config import Settings
from app.core.spans import Span, Spans

if TYPE_CHECKING:
    import httpx

PATH: Final = "/v1/traces"
SEND_SECONDS: Final = 5.0
TIMEOUT_SECONDS: Final = 5.0
BATCH: Final = 512
PASSING: Final = frozenset({429, 502, 503, 504})
ERROR: Final = 2

log = structlog.get_logger()


def spans_of(settings: Settings) -> Spans | None:
    """Return where to record spans; None, and nothing is recorded, while no endpoint is set."""
    return Spans(settings.trace_ratio) if settings.otlp_endpoint else None


@asynccontextmanager
async def sending(settings: Settings, spans: Spans | None) -> AsyncIterator[None]:
    """Send spans while the block runs, and what is left at its end; nothing where there are none.

    A collector that is away holds up nobody: it is asked again later.
    """
    if spans is None:
        yield
        return
    import httpx  # noqa: PLC0415 - who sends nothing does without

    headers = headers_of(settings.otlp_headers.get_secret_value())
    async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, headers=headers) as http:
        sender = Sender(http, address_of(settings), spans, resource_of(settings))
        sends = asyncio.create_task(sender.keep_sending())
        try:
            yield
        finally:
            sends.cancel()
            with suppress(asyncio.CancelledError):
                await sends
            await sender.send()


class Sender:
    """Sends what was recorded; one per process."""

    def __init__(
        self,
        http: "httpx.AsyncClient",
        address: str,
        spans: Spans,
        resource: Mapping[str, str],
    ) -> None:
        """Send `spans` to `address` in the name of `resource`."""
        self._http = http
        self._address = address
        self._spans = spans
        self._resource = resource
        self._is_away = False

    async def keep_sending(self, seconds: float = SEND_SECONDS) -> None:
        """Send every so many seconds, until it is cancelled."""
        while True:
            await asyncio.sleep(seconds)
            await self.send()

    async def send(self) -> None:
        """Send all that was recorded; what a collector cannot take now is kept for later."""
        spans = self._spans.take()
        while spans:
            batch, rest = spans[:BATCH], spans[BATCH:]
            if not await self._taken(batch):
                self._spans.give_back(spans)
                return
            spans = rest

    async def _taken(self, batch: Sequence[Span]) -> bool:
        """Tell whether a batch is done with; one that is refused for good is."""
        import httpx  # noqa: PLC0415 - as above

        try:
            answer = await self._http.post(self._address, json=request_of(batch, self._resource))
        except httpx.HTTPError as error:
            return self._told(type(error).__name__)
        if answer.status_code in PASSING:
            return self._told(str(answer.status_code))
        if answer.is_error:
            log.warning("spans refused", status=answer.status_code, spans=len(batch))
        self._is_away = False
        return True

    def _told(self, error: str) -> bool:
        """Log once that the collector is away."""
        if not self._is_away:
            log.warning("collector away", error=error)
        self._is_away = True
        return False


def resource_of(settings: Settings) -> Mapping[str, str]:
    """Return what tells the spans of this process from others."""
    return {
        "service.name": settings.otel_service_name,
        "service.instance.id": str(uuid4()),
        "deployment.environment.name": settings.mode.value,
    }


def address_of(settings: Settings) -> str:
    """Return where traces are sent to: the standard's path behind the endpoint."""
    return f"{(settings.otlp_endpoint or '').rstrip('/')}{PATH}"


def headers_of(text: str) -> dict[str, str]:
    """Return the headers of `name=value,name=value`, whose values may be percent-encoded."""
    pairs = (one.partition("=") for one in text.split(",") if "=" in one)
    return {name.strip(): unquote(value.strip()) for name, _, value in pairs}


def request_of(spans: Sequence[Span], resource: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the document of an ExportTraceServiceRequest."""
    scope = {"scope": {"name": "gate"}, "spans": [_span(one) for one in spans]}
    return {"resourceSpans": [{"resource": {"attributes": _all(resource)}, "scopeSpans": [scope]}]}


def _span(span: Span) -> Mapping[str, Any]:
    """Return a span; 64-bit numbers are texts, as JSON of protobuf has them."""
    return {
        "traceId": span.trace_id,
        "spanId": span.span_id,
        **({"parentSpanId": span.parent_id} if span.parent_id else {}),
        "name": span.name,
        "kind": span.kind.value,
        "startTimeUnixNano": str(span.began_at),
        "endTimeUnixNano": str(span.ended_at),
        "attributes": _all(span.attributes),
        "status": {"code": ERROR} if span.failed else {},
    }


def _all(attributes: Mapping[str, str | int | Sequence[str]]) -> Sequence[Mapping[str, Any]]:
    return [{"key": key, "value": _value(value)} for key, value in attributes.items()]


def _value(value: str | int | Sequence[str]) -> Mapping[str, Any]:
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, str):
        return {"stringValue": value}
    return {"arrayValue": {"values": [_value(one) for one in value]}}
