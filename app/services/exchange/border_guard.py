"""The border guard's confirmations: of one vehicle, by its plate or the entry's reference."""

from app.domain.vocabulary import Agency
from app.services.exchange.confirming import confirm, decide
from app.services.exchange.told import Adapter

ADAPTER = Adapter(
    senders={Agency.BORDER_GUARD}, witnesses={Agency.BORDER_GUARD}, decide=decide, apply=confirm
)
