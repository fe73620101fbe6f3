"""All tables, so that one import knows the whole schema."""

from app.models.access import Organisation, Principal, StoredAnswer
from app.models.base import Base
from app.models.entries import Check, Claim, Entry, ExceptionCase, Hold, Observation
from app.models.money import Charge, Order, Payment
from app.models.queues import Call, CallCounter, Event, QueueEdition, SeasonDay
from app.models.reference import (
    BusinessClock,
    EditionConfirmation,
    Gate,
    GateClosure,
    GateHours,
    GreenLaneDays,
    PolicyEdition,
    Product,
    ProductAccess,
    ProductPaper,
    ReferenceDocument,
    ReferenceRevision,
    RequiredCheckRow,
    Route,
    Season,
    TariffEdition,
    TariffForce,
    Yard,
)

__all__ = [
    "Base", "BusinessClock", "Call", "CallCounter", "Charge", "Check", "Claim",
    "EditionConfirmation", "Entry", "Event", "ExceptionCase", "Gate", "GateClosure", "GateHours",
    "GreenLaneDays", "Hold", "Observation", "Order", "Organisation", "Payment", "PolicyEdition",
    "Principal", "Product", "ProductAccess", "ProductPaper", "QueueEdition", "ReferenceDocument",
    "ReferenceRevision", "RequiredCheckRow", "Route", "Season", "SeasonDay", "StoredAnswer", "TariffEdition",
    "TariffForce", "Yard",
]  # fmt: skip
