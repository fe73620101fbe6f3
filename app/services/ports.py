"""What comes from outside: protocols that clients fulfil, so that services know no HTTP."""

from typing import Protocol

from app.domain.driver_messages import TextMessage
from app.domain.receipts.numbering import ProviderAnswer, ReceiptMessage
from app.domain.webhooks import Answer, Message


class Receivers(Protocol):
    """Whoever listens at the addresses of webhooks."""

    async def send(self, message: Message) -> Answer:
        """Send a message and return the answer; whatever goes wrong is an answer too."""


class Gateway(Protocol):
    """What sends text messages to telephones."""

    async def send(self, message: TextMessage) -> Answer:
        """Send a message and return the answer; whatever goes wrong is an answer too."""


class ReceiptProvider(Protocol):
    """Who makes receipts of payment confirmations: gives them series, number, authority code."""

    async def tell(self, message: ReceiptMessage) -> ProviderAnswer:
        """Tell of a receipt and return the answer; whatever goes wrong is an answer too."""
