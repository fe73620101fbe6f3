"""All tables, so that one import knows the whole schema."""

from app.models.access import ApiKey, Member, Organisation, Principal, StoredAnswer
from app.models.base import Base
from app.models.batches import Batch, BatchRow
from app.models.books import BookCheck, BookClose, PostingRow, Remittance
from app.models.delegations import Delegation
from app.models.difficulties import Difficulty
from app.models.driver_messages import DriverMessage, DriverMessageProgress
from app.models.editions import PolicyProposal, ReductionProposal, TariffProposal
from app.models.entries import (
    Check,
    CheckRequest,
    Claim,
    Entry,
    ExceptionCase,
    Hold,
    Inspection,
    Observation,
    ScopedHold,
)
from app.models.exchange import Message, Source
from app.models.feed import FeedItem, FeedProgress, FeedReader
from app.models.forecasts import WaitEstimate, WaitScore
from app.models.lane_grounds import LaneGroundWord
from app.models.limits import SharedAllowance
from app.models.log import (
    LogCheckpoint,
    LogCosignature,
    LogDisclosure,
    LogLeaf,
    LogOpening,
    LogProgress,
    LogStop,
    LogTile,
    LogTree,
)
from app.models.money import (
    BankSecret,
    BundledOrder,
    Charge,
    Order,
    Payment,
    PaymentBundle,
    PaymentReview,
    QuoteRow,
)
from app.models.moves import Diversion, Reception, Substitution
from app.models.notices import Notice
from app.models.overrides import Override
from app.models.passes import HandedPass
from app.models.personal import PersonalRead, ResealProgress, SubjectErasure
from app.models.prices import PriceCheck
from app.models.queues import (
    Call,
    CallCounter,
    Deadline,
    Event,
    Outage,
    QueueEdition,
    SeasonDay,
)
from app.models.receipts import Receipt, ReceiptCorrection, ReceiptDispatch, ReceiptSeries
from app.models.reference import (
    BusinessClock,
    EditionConfirmation,
    Gate,
    GateClosure,
    GateHours,
    GreenLaneDays,
    LaneGroundRow,
    OverrideReasonRow,
    PolicyEdition,
    Product,
    ProductAccess,
    ProductPaper,
    ReferenceDocument,
    ReferenceRevision,
    RequiredCheckRow,
    RetentionRow,
    Route,
    Season,
    StayLimitRow,
    TariffEdition,
    TariffForce,
    TravelTimeRow,
    TwoWayRuleRow,
    Yard,
)
from app.models.refunds import Refund
from app.models.reports import PublishedVolume, Stay, StayProgress
from app.models.sessions import MemberSession
from app.models.strikes import Strike
from app.models.tills import Shift
from app.models.upkeep import WorkerPulse
from app.models.webhooks import Delivery, DeliveryAttempt, Webhook

__all__ = [
    "ApiKey",
    "BankSecret",
    "Base",
    "Batch",
    "BatchRow",
    "BookCheck",
    "BookClose",
    "BundledOrder",
    "BusinessClock",
    "Call",
    "CallCounter",
    "Charge",
    "Check",
    "CheckRequest",
    "Claim",
    "Deadline",
    "Delegation",
    "Delivery",
    "DeliveryAttempt",
    "Difficulty",
    "Diversion",
    "DriverMessage",
    "DriverMessageProgress",
    "EditionConfirmation",
    "Entry",
    "Event",
    "ExceptionCase",
    "FeedItem",
    "FeedProgress",
    "FeedReader",
    "Gate",
    "GateClosure",
    "GateHours",
    "GreenLaneDays",
    "HandedPass",
    "Hold",
    "Inspection",
    "LaneGroundRow",
    "LaneGroundWord",
    "LogCheckpoint",
    "LogCosignature",
    "LogDisclosure",
    "LogLeaf",
    "LogOpening",
    "LogProgress",
    "LogStop",
    "LogTile",
    "LogTree",
    "Member",
    "MemberSession",
    "Message",
    "Notice",
    "Observation",
    "Order",
    "Organisation",
    "Outage",
    "Override",
    "OverrideReasonRow",
    "Payment",
    "PaymentBundle",
    "PaymentReview",
    "PersonalRead",
    "PolicyEdition",
    "PolicyProposal",
    "PostingRow",
    "PriceCheck",
    "Principal",
    "Product",
    "ProductAccess",
    "ProductPaper",
    "PublishedVolume",
    "QueueEdition",
    "QuoteRow",
    "Receipt",
    "ReceiptCorrection",
    "ReceiptDispatch",
    "ReceiptSeries",
    "Reception",
    "ReductionProposal",
    "ReferenceDocument",
    "ReferenceRevision",
    "Refund",
    "Remittance",
    "RequiredCheckRow",
    "ResealProgress",
    "RetentionRow",
    "Route",
    "ScopedHold",
    "Season",
    "SeasonDay",
    "SharedAllowance",
    "Shift",
    "Source",
    "Stay",
    "StayLimitRow",
    "StayProgress",
    "StoredAnswer",
    "Strike",
    "SubjectErasure",
    "Substitution",
    "TariffEdition",
    "TariffForce",
    "TariffProposal",
    "TravelTimeRow",
    "TwoWayRuleRow",
    "WaitEstimate",
    "WaitScore",
    "Webhook",
    "WorkerPulse",
    "Yard",
]
