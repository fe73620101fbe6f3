"""What others sign with a secret that both know, as Standard Webhooks writes it: id, time, body."""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from standardwebhooks import Webhook

WINDOW: Final = timedelta(minutes=5)
"""So far may the sender's clock be from ours, on either side."""
SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - what every such secret begins with


@dataclass(frozen=True, slots=True)
class SignedWords:
    """A message with what its sender says of it: its id, when it was signed, the signatures."""

    id: str
    seconds: int
    signatures: str
    body: bytes

    def is_of(self, at: datetime) -> bool:
        """Tell whether it was signed about `at`, the machine's time: who replays it comes late."""
        return abs(at - datetime.fromtimestamp(self.seconds, UTC)) <= WINDOW

    def is_signed_by(self, secret: str) -> bool:
        """Tell whether one of the signatures is made with `secret`."""
        signed_at = datetime.fromtimestamp(self.seconds, UTC)
        expected = Webhook(secret).sign(self.id, signed_at, self.body.decode("utf-8", "replace"))
        return any(
            hmac.compare_digest(expected.encode(), one.encode("utf-8", "surrogatepass"))
            for one in self.signatures.split(" ")
        )
