"""Customs' confirmations: of a declaration: of all entries that carry it, or of the one named."""

from app.domain.vocabulary import Agency
from app.services.exchange.confirming import confirm, decide
from app.services.exchange.told import Adapter

ADAPTER = Adapter(
    senders={Agency.CUSTOMS}, witnesses={Agency.CUSTOMS}, decide=decide, apply=confirm
)
