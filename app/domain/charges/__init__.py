"""The infrastructure fee: what a vehicle pays, from which edition, and why."""

from app.domain.charges.edition import Edition, parse_edition
from app.domain.charges.facts import FeeFacts, GoodsValue
from app.domain.charges.force import Force, Tariffs, parse_force
from app.domain.charges.lines import LINES, Line
from app.domain.charges.quote import Quote, quote, quote_document
from app.domain.charges.rates import Payload, Rate, VehicleRole
from app.domain.charges.refusals import REFUSALS, refusals_of

__all__ = [
    "LINES",
    "REFUSALS",
    "Edition",
    "FeeFacts",
    "Force",
    "GoodsValue",
    "Line",
    "Payload",
    "Quote",
    "Rate",
    "Tariffs",
    "VehicleRole",
    "parse_edition",
    "parse_force",
    "quote",
    "quote_document",
    "refusals_of",
]
