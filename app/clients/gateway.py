"""The operator's gateway for text messages, by HTTP: one POST a message, known again by its id.

Whatever speaks SMS or push stands behind it. Sent as webhooks are: a guarded, pinned address, no
redirect, and no more of the answer than its status.
"""

from typing import Final

import phonenumbers
from pydantic_core import to_json

from app.clients.webhooks import ATTEMPT_SECONDS, Resolve, WebhookClient
from app.domain.driver_messages import TextMessage
from app.domain.webhooks import Answer

LONGEST_PHONE: Final = 40
HOME: Final = "VN"


class GatewayClient:
    """Sends to the gateway; one per process, to be closed."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        is_open: bool,
        resolve: Resolve | None = None,
        seconds: float = ATTEMPT_SECONDS,
    ) -> None:
        """Send to `url` as the bearer of `token`; guard the address unless `is_open`."""
        self._url = url
        self._token = token
        self._client = WebhookClient(is_open=is_open, resolve=resolve, seconds=seconds)

    async def send(self, message: TextMessage) -> Answer:
        """Send a message and return the answer; whatever goes wrong is an answer too."""
        body = {
            "id": str(message.id),
            "to": message.to,
            "text": message.text,
            "kind": message.kind.value,
        }
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "border-gate-notifier/1",
            "Idempotency-Key": str(message.id),
        }
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        return await self._client.post(self._url, to_json(body), headers)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()


def e164(phone: str, country: str) -> str | None:
    """Return a phone as `+84912345678`, dialled in a country; None where it can be nobody's.

    Without a country code it is taken for the vehicle's country, then for Viet Nam's.
    """
    if len(phone) > LONGEST_PHONE:
        return None
    dialled = (_dialled(phone, one) for one in dict.fromkeys((country, HOME)))
    return next((one for one in dialled if one is not None), None)


def _dialled(phone: str, country: str) -> str | None:
    try:
        number = phonenumbers.parse(phone, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
