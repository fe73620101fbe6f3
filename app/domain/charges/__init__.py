"""The infrastructure fee: what a vehicle pays, from which edition, and why."""

from app.domain.charges.derivation import Difference, Frozen, differences_of
from app.domain.charges.edition import BudgetLine, Edition, parse_edition
from app.domain.charges.facts import FeeFacts, GoodsValue, facts_document, read_facts
from app.domain.charges.force import (
    AnnouncedTariff,
    Force,
    Tariffs,
    parse_force,
    with_force,
)
from app.domain.charges.knowledge import Known, known_by
from app.domain.charges.lines import LINES, Line
from app.domain.charges.quote import Quote, quote, quote_document
from app.domain.charges.rates import Payload, Rate, Split, VehicleRole
from app.domain.charges.reductions import (
    NO_REDUCTIONS,
    AnnouncedReduction,
    Reduction,
    Reductions,
    Scope,
    Taken,
    parse_scope,
)
from app.domain.charges.refusals import REFUSALS, refusals_of

__all__ = [
    "LINES",
    "NO_REDUCTIONS",
    "REFUSALS",
    "AnnouncedReduction",
    "AnnouncedTariff",
    "BudgetLine",
    "Difference",
    "Edition",
    "FeeFacts",
    "Force",
    "Frozen",
    "GoodsValue",
    "Known",
    "Line",
    "Payload",
    "Quote",
    "Rate",
    "Reduction",
    "Reductions",
    "Scope",
    "Split",
    "Taken",
    "Tariffs",
    "VehicleRole",
    "differences_of",
    "facts_document",
    "known_by",
    "parse_edition",
    "parse_force",
    "parse_scope",
    "quote",
    "quote_document",
    "read_facts",
    "refusals_of",
    "with_force",
]
