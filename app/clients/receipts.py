"""Providers of electronic receipts: one by HTTP, known again by our ids; one that is pretended.

Sent as webhooks are: a guarded, pinned address and no redirect. The contract is `docs/receipts.md`.
"""

import hashlib
from typing import Final

from pydantic_core import from_json, to_json

from app.clients.webhooks import ATTEMPT_SECONDS, Resolve, WebhookClient
from app.domain.receipts.numbering import (
    Numbered,
    ProviderAnswer,
    ProviderFault,
    ReceiptMessage,
    Told,
    read_number,
)

SANDBOX_SERIES: Final = "SANDBOX"


class ReceiptProviderClient:
    """Tells the operator's provider; one per process, to be closed."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        is_open: bool,
        resolve: Resolve | None = None,
        seconds: float = ATTEMPT_SECONDS,
    ) -> None:
        """Tell at `url` as the bearer of `token`; guard the address unless `is_open`."""
        self._url = url.rstrip("/")
        self._token = token
        self._client = WebhookClient(is_open=is_open, resolve=resolve, seconds=seconds)

    async def tell(self, message: ReceiptMessage) -> ProviderAnswer:
        """Tell of a receipt and return the answer; whatever goes wrong is an answer too."""
        path = "" if message.told is Told.ISSUED else f"/{message.receipt}/void"
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "User-Agent": "border-gate-receipts/1",
            "Idempotency-Key": f"{message.receipt}-{message.told}",
        }
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        url = f"{self._url}/receipts{path}"
        answer, body = await self._client.ask(url, to_json(message.document), headers)
        if answer.error is not None or message.told is Told.VOIDED:
            return ProviderAnswer(answer.status, answer.error)
        numbered = _read(body)
        fault = None if numbered else ProviderFault.NONSENSE
        return ProviderAnswer(answer.status, fault, numbered)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()


class SandboxProvider:
    """Numbers every receipt at once, and says that it is no real one; no production has it."""

    async def tell(self, message: ReceiptMessage) -> ProviderAnswer:
        """Return the same number for the same receipt."""
        if message.told is Told.VOIDED:
            return ProviderAnswer(200, None)
        number = f"{message.document['series']}-{message.document['number']}"
        mark = hashlib.sha256(message.receipt.bytes).hexdigest()[:16].upper()
        numbered = Numbered(SANDBOX_SERIES, number, f"{SANDBOX_SERIES}-{mark}")
        return ProviderAnswer(200, None, numbered)

    async def aclose(self) -> None:
        """Hold nothing."""


def _read(body: bytes) -> Numbered | None:
    try:
        return read_number(from_json(body))
    except ValueError:
        return None
