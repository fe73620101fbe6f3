"""Every failure the rules know, by kind; `app/api/problems.py` gives each kind its status.

A refusal that must be remembered is data and never an exception: an exception rolls back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

Fact = str | int | bool | None


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with a request: JSON pointer, rule, the value unless it is personal."""

    pointer: str
    rule: str
    value: Fact = None


class DomainError(Exception):
    """A failure with a code that never changes; its sentences stand in the catalogue."""

    code: ClassVar[str] = ""

    def __init__(self, *, errors: Sequence[FieldError] = (), **facts: Fact) -> None:
        """Keep the `facts` that the sentence of this code names, and the fields at fault."""
        super().__init__(self.code, facts)
        self.facts = facts
        self.errors = tuple(errors)

    def within(self, pointer: str) -> Self:
        """Say that one part of a request failed, which `pointer` names, and return the failure."""
        at_fault = (replace(one, pointer=f"{pointer}{one.pointer}") for one in self.errors)
        self.errors = tuple(at_fault) or (FieldError(pointer, self.code),)
        return self


class NotFoundError(DomainError):
    """What was asked for is not there, or not for this principal."""


class ConflictError(DomainError):
    """The state must change before the request can succeed."""


class StaleError(DomainError):
    """The request was made on a version that is no longer current."""


class UnfitError(DomainError):
    """The request itself must change."""


class ForbiddenError(DomainError):
    """The principal's role may not do this."""


class UnauthenticatedError(DomainError):
    """No principal, or one that is no longer valid."""


class EmptyValidityError(UnfitError):
    """A range of days ends before it begins, or on the same day."""

    code: ClassVar[str] = "empty-validity"


class OverlappingValidityError(ConflictError):
    """Two values were given for one day."""

    code: ClassVar[str] = "overlapping-validity"


class NoValueError(ConflictError):
    """No value is in force on that day; a hole is an error, never zero."""

    code: ClassVar[str] = "no-value-in-force"


class HoursOrderError(UnfitError):
    """Opening hours close before they open."""

    code: ClassVar[str] = "hours-order"


class ReferenceDataError(UnfitError):
    """Reference data contradict themselves or have a hole; the errors name each place."""

    code: ClassVar[str] = "reference-data-unfit"


class TariffRefusalError(UnfitError):
    """The tariff has no price for what was asked; each subclass is one refusal."""


class NoTariffInForceError(TariffRefusalError):
    """No tariff edition is in force on that day; never a price of zero."""

    code: ClassVar[str] = "no-tariff-in-force"


class ModeNotInTariffError(TariffRefusalError):
    """The tariff does not cover this way of travelling."""

    code: ClassVar[str] = "mode-not-in-tariff"


class VehicleClassUnknownError(TariffRefusalError):
    """Neither payload nor container length gives a class."""

    code: ClassVar[str] = "vehicle-class-unknown"


class GoodsGroupNotForDirectionError(TariffRefusalError):
    """The goods group does not exist in this direction, or not at all."""

    code: ClassVar[str] = "goods-group-not-for-direction"


class ReceivingVehicleNotForJourneyError(TariffRefusalError):
    """Receiving vehicles were named on a journey without transshipment."""

    code: ClassVar[str] = "receiving-vehicle-not-for-journey"


class DeclaredValueMissingError(TariffRefusalError):
    """A mixed load has a goods line without a declared customs value."""

    code: ClassVar[str] = "declared-value-missing"


class TariffUnfitError(UnfitError):
    """A tariff edition has holes or contradicts itself, or its day is not to be had."""

    code: ClassVar[str] = "tariff-unfit"


class OverlappingForceError(ConflictError):
    """Two tariff editions would be in force on one day by the knowledge of one day."""

    code: ClassVar[str] = "overlapping-force"


class StepRefusedError(ConflictError):
    """The table of steps has no such step from where the entry stands."""

    code: ClassVar[str] = "step-refused"


class NoPolicyInForceError(ConflictError):
    """No policy edition is in force on that day, so nobody can be ordered."""

    code: ClassVar[str] = "no-policy-in-force"


class PolicyUnfitError(UnfitError):
    """A policy edition contradicts itself or leaves out what a queue needs."""

    code: ClassVar[str] = "policy-unfit"


class SharesOverCapacityError(UnfitError):
    """The lanes' shares are more than the capacity that they share, or less than nothing."""

    code: ClassVar[str] = "shares-over-capacity"


class EntryNotFoundError(NotFoundError):
    """No entry of that id, or none that this principal may see."""

    code: ClassVar[str] = "entry-not-found"


class OrderNotFoundError(NotFoundError):
    """No order of that id, or none that this principal may see."""

    code: ClassVar[str] = "order-not-found"


class QuoteNotFoundError(NotFoundError):
    """No quote of that id, or none that this principal may see."""

    code: ClassVar[str] = "quote-not-found"


class ReceiptNotFoundError(NotFoundError):
    """No receipt of that lookup code or id."""

    code: ClassVar[str] = "receipt-not-found"


class ReceiptVoidedError(ConflictError):
    """The receipt counts no more."""

    code: ClassVar[str] = "receipt-voided"


class CorrectionOpenError(ConflictError):
    """Somebody has asked already that the receipt be corrected."""

    code: ClassVar[str] = "correction-open"


class CorrectionNotAskedError(ConflictError):
    """Nobody has asked that the receipt be corrected."""

    code: ClassVar[str] = "correction-not-asked"


class RefundNotFoundError(NotFoundError):
    """No refund of that id."""

    code: ClassVar[str] = "refund-not-found"


class RefundStepRefusedError(ConflictError):
    """The refund is not so far, or further."""

    code: ClassVar[str] = "refund-step-refused"


class RefundReferenceTakenError(ConflictError):
    """Another refund was paid by that reference."""

    code: ClassVar[str] = "refund-reference-taken"


class SubstitutionNotFoundError(NotFoundError):
    """No such substitution of this entry."""

    code: ClassVar[str] = "substitution-not-found"


class HoldNotFoundError(NotFoundError):
    """The entry has no hold of that id."""

    code: ClassVar[str] = "hold-not-found"


class CallNotFoundError(NotFoundError):
    """No call of that id."""

    code: ClassVar[str] = "call-not-found"


class GateNotFoundError(NotFoundError):
    """No gate of that code."""

    code: ClassVar[str] = "gate-not-found"


class YardNotFoundError(NotFoundError):
    """No yard of that code."""

    code: ClassVar[str] = "yard-not-found"


class QueueNotFoundError(NotFoundError):
    """The gate has no queue in this direction today."""

    code: ClassVar[str] = "queue-not-found"


class EditionNotFoundError(NotFoundError):
    """No tariff or policy edition of that code."""

    code: ClassVar[str] = "edition-not-found"


class TrackingNotFoundError(NotFoundError):
    """The tracking link is not valid, or no longer."""

    code: ClassVar[str] = "tracking-not-found"


class KeyInvalidError(UnauthenticatedError):
    """No API key was given, or it is unknown or revoked."""

    code: ClassVar[str] = "key-invalid"


class SessionEndedError(KeyInvalidError):
    """The session of that cookie has ended, or there never was one."""

    code: ClassVar[str] = "session-ended"


class SessionNotFoundError(NotFoundError):
    """The principal has no such session."""

    code: ClassVar[str] = "session-not-found"


class CrossSiteError(ForbiddenError):
    """A page that is not of this service made a browser ask, with the cookie of a session."""

    code: ClassVar[str] = "cross-site"


class NotKnownHereError(ForbiddenError):
    """Whoever signs in is nobody's member, or is disabled."""

    code: ClassVar[str] = "not-known-here"


class SignInUnavailableError(NotFoundError):
    """The operator has set up nowhere to sign in, and this is no sandbox."""

    code: ClassVar[str] = "sign-in-unavailable"


class SignInFailedError(ForbiddenError):
    """What came back from the provider is not of this sign-in, or it is over."""

    code: ClassVar[str] = "sign-in-failed"


class RoleForbiddenError(ForbiddenError):
    """The principal's role may not call this operation."""

    code: ClassVar[str] = "role-forbidden"


class ScopeMissingError(ForbiddenError):
    """The credential has not the scope that this operation asks for."""

    code: ClassVar[str] = "scope-missing"


class OrganisationUnverifiedError(ForbiddenError):
    """The board has not confirmed this company; until then it reads, and manages itself."""

    code: ClassVar[str] = "organisation-unverified"


class OrganisationNotFoundError(NotFoundError):
    """There is no such organisation, or it is not for this principal to see."""

    code: ClassVar[str] = "organisation-not-found"


class OrganisationUnfitError(UnfitError):
    """An organisation cannot be made so; the errors name each field."""

    code: ClassVar[str] = "organisation-unfit"


class OrganisationExistsError(ConflictError):
    """An organisation of that name or tax code is there already."""

    code: ClassVar[str] = "organisation-exists"


class DelegationUnfitError(UnfitError):
    """Nobody can be let in so; the errors name each field."""

    code: ClassVar[str] = "delegation-unfit"


class DelegationExistsError(ConflictError):
    """The organisation is that party already."""

    code: ClassVar[str] = "delegation-exists"


class DelegationNotFoundError(NotFoundError):
    """There is no such delegation, or it is between others."""

    code: ClassVar[str] = "delegation-not-found"


class DelegationEndedError(ConflictError):
    """The delegation has ended otherwise."""

    code: ClassVar[str] = "delegation-ended"


class PartiesFullError(ConflictError):
    """An entry has as many parties as it may have at a time."""

    code: ClassVar[str] = "parties-full"


class VerificationNotNeededError(ConflictError):
    """Only companies are verified; what else there is was made by the board."""

    code: ClassVar[str] = "verification-not-needed"


class NameTakenError(ConflictError):
    """Somebody of that name acts already."""

    code: ClassVar[str] = "name-taken"


class ClientNotFoundError(NotFoundError):
    """There is no such client, or it is not for this principal to see."""

    code: ClassVar[str] = "client-not-found"


class ClientDisabledError(ConflictError):
    """A client that is disabled gets no keys."""

    code: ClassVar[str] = "client-disabled"


class KeyNotFoundError(NotFoundError):
    """There is no such key, or it is not for this principal to see."""

    code: ClassVar[str] = "key-not-found"


class KeyEndedError(ConflictError):
    """The key is revoked or has expired."""

    code: ClassVar[str] = "key-ended"


class MemberNotFoundError(NotFoundError):
    """There is no such member, or it is not for this principal to see."""

    code: ClassVar[str] = "member-not-found"


class MemberExistsError(ConflictError):
    """That address is a member's of this organisation already."""

    code: ClassVar[str] = "member-exists"


class LastManagerError(ConflictError):
    """Nobody would be left who can manage the organisation."""

    code: ClassVar[str] = "last-manager"


class CheckNotYoursError(ForbiddenError):
    """An agency records only its own kinds of check."""

    code: ClassVar[str] = "check-not-yours"


class GroundNotYoursError(ForbiddenError):
    """A ground is confirmed by the authorities that its rows name, and taken back by them."""

    code: ClassVar[str] = "ground-not-yours"


class HoldScopeUnfitError(UnfitError):
    """A hold is on a plate, a container number or a declaration number that can be read."""

    code: ClassVar[str] = "hold-scope-unfit"


class ExceptionNotFoundError(NotFoundError):
    """No exception of that id."""

    code: ClassVar[str] = "exception-not-found"


class ExceptionSettledError(ConflictError):
    """The exception has been settled already."""

    code: ClassVar[str] = "exception-settled"


class ExceptionNotYoursError(ForbiddenError):
    """An exception is settled by officers, the board, or who it is assigned to."""

    code: ClassVar[str] = "exception-not-yours"


class EntryNotOnPlateError(UnfitError):
    """The entry named is not one that the exception is about."""

    code: ClassVar[str] = "entry-not-on-plate"


class SourceNotFoundError(NotFoundError):
    """No source of that code, or none that this principal may see."""

    code: ClassVar[str] = "source-not-found"


class SourceUnfitError(UnfitError):
    """A source stands where its messages could not be applied."""

    code: ClassVar[str] = "source-unfit"


class SourceExistsError(ConflictError):
    """There is a source of that code already."""

    code: ClassVar[str] = "source-exists"


class SourceRetiredError(ConflictError):
    """A source that is retired sends no more messages."""

    code: ClassVar[str] = "source-retired"


class SourceNotYoursError(ForbiddenError):
    """Another role or agency than the source's adapter asks for."""

    code: ClassVar[str] = "source-not-yours"


class MessageNotOfSourceError(UnfitError):
    """A source sends messages of its own adapter only."""

    code: ClassVar[str] = "message-not-of-source"


class MessageChangedError(UnfitError):
    """A message came before under its reference, and said something else."""

    code: ClassVar[str] = "message-changed"


class MessageNotFoundError(NotFoundError):
    """No message of that id, or none that this principal may see."""

    code: ClassVar[str] = "message-not-found"


class MessageResolvedError(ConflictError):
    """The message waits in quarantine no more."""

    code: ClassVar[str] = "message-resolved"


class MessageNotYoursError(ForbiddenError):
    """A message is resolved by its organisation, or by who may say the same themselves."""

    code: ClassVar[str] = "message-not-yours"


class OutageNotFoundError(NotFoundError):
    """No outage of that id."""

    code: ClassVar[str] = "outage-not-found"


class OutageUnfitError(UnfitError):
    """An outage begins before it ends, and has ended."""

    code: ClassVar[str] = "outage-unfit"


class SecondOfficerNeededError(ForbiddenError):
    """What two officers must say was said twice by one."""

    code: ClassVar[str] = "second-officer-needed"


class ProposalNotFoundError(NotFoundError):
    """No proposal of that id."""

    code: ClassVar[str] = "proposal-not-found"


class EditionCodeTakenError(ConflictError):
    """Another edition has the code, announced or proposed."""

    code: ClassVar[str] = "edition-code-taken"


class EditionRefusedError(ConflictError):
    """The edition can no longer be announced or withdrawn; the errors say why."""

    code: ClassVar[str] = "edition-refused"

    @classmethod
    def because(cls, pointer: str, rule: str) -> "EditionRefusedError":
        """Return the error that names the field and the rule."""
        return cls(errors=(FieldError(pointer, rule),))


class OverrideNotFoundError(NotFoundError):
    """No override of that id."""

    code: ClassVar[str] = "override-not-found"


class OverrideRefusedError(ConflictError):
    """The vehicle may not be called now, whoever's turn it is, or it is its turn."""

    code: ClassVar[str] = "override-refused"

    @classmethod
    def because(cls, rule: str) -> "OverrideRefusedError":
        """Return the error that says why: a rule of this list, or what keeps the vehicle back."""
        return cls(errors=(FieldError("/entry", rule),))


class OverrideLapsedError(ConflictError):
    """The override was proposed on a legal day that is over."""

    code: ClassVar[str] = "override-lapsed"


class OverrideNotConfirmedError(ConflictError):
    """A second officer confirms an override before the board approves it."""

    code: ClassVar[str] = "override-not-confirmed"


class DifficultyNotFoundError(NotFoundError):
    """No difficulty of that id, or none that this principal may see."""

    code: ClassVar[str] = "difficulty-not-found"


class DifficultyAnsweredError(ConflictError):
    """The difficulty has its answer already."""

    code: ClassVar[str] = "difficulty-answered"


class DifficultyUnansweredError(ConflictError):
    """A difficulty is published with its answer, so not before there is one."""

    code: ClassVar[str] = "difficulty-unanswered"


class DifficultyNotForPublicationError(ConflictError):
    """Who reported the difficulty did not agree that it be published."""

    code: ClassVar[str] = "difficulty-not-for-publication"


class DifficultyNotYoursError(ForbiddenError):
    """A difficulty is answered by officers, the board, or who it is assigned to."""

    code: ClassVar[str] = "difficulty-not-yours"


class WordingNamesError(UnfitError):
    """A public wording has a name, a plate, an address or a long number in it."""

    code: ClassVar[str] = "wording-names"


class NoticeNotFoundError(NotFoundError):
    """No notice of that id."""

    code: ClassVar[str] = "notice-not-found"


class NoticeUnfitError(UnfitError):
    """A notice begins in the past, ends before it begins, or has no limit where it needs one."""

    code: ClassVar[str] = "notice-unfit"


class NoticeEndedError(ConflictError):
    """The notice has ended or was lifted already."""

    code: ClassVar[str] = "notice-ended"


class StrikeNotFoundError(NotFoundError):
    """No strike of that id, or none that this principal may see."""

    code: ClassVar[str] = "strike-not-found"


class StrikeAppealedError(ConflictError):
    """A strike is appealed once."""

    code: ClassVar[str] = "strike-appealed"


class AppealTooLateError(ConflictError):
    """The days in which a strike may be appealed are over."""

    code: ClassVar[str] = "appeal-too-late"


class StrikeNotAppealedError(ConflictError):
    """Nobody has appealed the strike, so there is nothing to decide."""

    code: ClassVar[str] = "strike-not-appealed"


class StrikeDecidedError(ConflictError):
    """An appeal is decided once."""

    code: ClassVar[str] = "strike-decided"


class OtherDeciderNeededError(ForbiddenError):
    """An appeal is decided by another than who made the call that was missed."""

    code: ClassVar[str] = "other-decider-needed"


class WaiverNotYoursError(ForbiddenError):
    """A check is waived by the supervisor of the agency whose kind it is, or by the board."""

    code: ClassVar[str] = "waiver-not-yours"


class GroundNotDeclaredError(ConflictError):
    """The entry does not declare this ground, so that nobody confirms it."""

    code: ClassVar[str] = "ground-not-declared"


class GroundNotConfirmedError(ConflictError):
    """There is no confirmation of this ground that could be taken back."""

    code: ClassVar[str] = "ground-not-confirmed"


class CheckNotNeededError(ConflictError):
    """The entry has no need of this kind of check, so it is neither requested nor waived."""

    code: ClassVar[str] = "check-not-needed"


class HoldNotYoursError(ForbiddenError):
    """A hold is lifted by the authority that placed it."""

    code: ClassVar[str] = "hold-not-yours"


class PeriodTooLongError(UnfitError):
    """A report is asked for more days than one answer holds."""

    code: ClassVar[str] = "period-too-long"


class UnknownCodeError(UnfitError):
    """A code that the reference data do not know."""

    code: ClassVar[str] = "unknown-code"

    @classmethod
    def at(cls, pointer: str, value: str) -> "UnknownCodeError":
        """Return the error that names the field and its value."""
        return cls(errors=(FieldError(pointer, cls.code, value),), value=value)


class PlateMissingError(UnfitError):
    """A vehicle has a tractor plate, or a unit id where nobody drives it."""

    code: ClassVar[str] = "tractor-plate-missing"


class PlateAlreadyRegisteredError(ConflictError):
    """The same company has an open entry on this plate in this direction."""

    code: ClassVar[str] = "plate-already-registered"


class DuplicateReferenceError(ConflictError):
    """The company has used this reference of its own before."""

    code: ClassVar[str] = "client-reference-taken"


class RetryCollisionError(ConflictError):
    """Another request with the same key or source reference is being answered right now."""

    code: ClassVar[str] = "retry-in-progress"


class RetryMismatchError(UnfitError):
    """The idempotency key or source reference was used for something else."""

    code: ClassVar[str] = "retry-mismatch"


class StaleVersionError(StaleError):
    """The entry was amended since it was read."""

    code: ClassVar[str] = "stale-version"


class NotAmendableError(UnfitError):
    """The field changes only by substitution, or by cancelling and registering anew."""

    code: ClassVar[str] = "not-amendable"


class NothingSubstitutedError(UnfitError):
    """The change names nothing that binds a place; an amendment does."""

    code: ClassVar[str] = "nothing-substituted"


class SubstitutionOpenError(ConflictError):
    """A substitution of the entry waits for somebody to look at the vehicle."""

    code: ClassVar[str] = "substitution-open"


class SubstitutionsUsedUpError(ConflictError):
    """The entry has been substituted as often as the edition allows; nothing transfers a place."""

    code: ClassVar[str] = "substitutions-used-up"


class SubstitutionDecidedError(ConflictError):
    """The substitution has been confirmed or refused."""

    code: ClassVar[str] = "substitution-decided"


class SubstituteInPositionError(ConflictError):
    """Another entry in position holds the plate or a container."""

    code: ClassVar[str] = "substitute-in-position"


class VehicleNotInYardError(ConflictError):
    """A yard tells of what stands on its ground; no yard that serves the gate has the vehicle."""

    code: ClassVar[str] = "vehicle-not-in-yard"


class EntryEndedError(ConflictError):
    """The entry has ended; endings are final."""

    code: ClassVar[str] = "entry-ended"


class GateClosedError(ConflictError):
    """Nobody is called while the gate is closed, nor earlier than the lead before it opens."""

    code: ClassVar[str] = "gate-closed"


class CallsPausedError(ConflictError):
    """Nobody is called while a notice pauses the queue."""

    code: ClassVar[str] = "calls-paused"


class QueueCallsNobodyError(ConflictError):
    """The queue runs in arrival order: the other side lets vehicles come."""

    code: ClassVar[str] = "queue-calls-nobody"


class CallEndedError(ConflictError):
    """The call was answered, missed or withdrawn, or the vehicle's way has ended."""

    code: ClassVar[str] = "call-ended"


class DeferralUsedUpError(ConflictError):
    """The entry has put itself off as often as the edition allows."""

    code: ClassVar[str] = "deferral-used-up"


class DeferralNotOfferedError(UnfitError):
    """The edition does not offer to put an entry off for so long."""

    code: ClassVar[str] = "deferral-not-offered"


class DiversionUnfitError(UnfitError):
    """The gate is the entry's own, or has no queue in its direction."""

    code: ClassVar[str] = "diversion-unfit"


class DiversionAfterCallError(ConflictError):
    """The vehicle is called or has come; from then on an officer diverts it."""

    code: ClassVar[str] = "diversion-after-call"


class ReleaseRefusedError(ConflictError):
    """Something is still missing; the errors list all of it."""

    code: ClassVar[str] = "release-refused"


class PartForbiddenError(ForbiddenError):
    """A carrier amends more than the vehicle and its driver; the errors name what."""

    code: ClassVar[str] = "part-forbidden"


class PurposeForbiddenError(ForbiddenError):
    """Personal data are not read for this purpose by this role."""

    code: ClassVar[str] = "purpose-forbidden"


class NoPassError(ConflictError):
    """An entry that is in the gate or has ended has no pass, nor has one without a plate."""

    code: ClassVar[str] = "no-pass"


class SubjectAmbiguousError(ConflictError):
    """Several persons are found by that number."""

    code: ClassVar[str] = "subject-ambiguous"


class ReasonRequiredError(UnfitError):
    """What is recorded more than ten minutes after it happened needs a reason."""

    code: ClassVar[str] = "reason-required"


class OccurredInFutureError(UnfitError):
    """Nothing can be seen before it happens."""

    code: ClassVar[str] = "occurred-in-future"


class HoldLiftedError(ConflictError):
    """The hold has been lifted already."""

    code: ClassVar[str] = "hold-already-lifted"


class AmountMismatchError(UnfitError):
    """A payment is of exactly the amount that is due."""

    code: ClassVar[str] = "amount-mismatch"


class QuoteUnfitError(UnfitError):
    """A quote is not the price of what is registered with it; `errors` say what differs."""

    code: ClassVar[str] = "quote-unfit"


class QuoteUsedError(ConflictError):
    """An entry was registered with the quote already."""

    code: ClassVar[str] = "quote-used"


class OrderNotDueError(ConflictError):
    """The order is paid, cancelled or superseded."""

    code: ClassVar[str] = "order-not-due"


class PaymentNotFoundError(NotFoundError):
    """No payment of that id."""

    code: ClassVar[str] = "payment-not-found"


class PaymentNotUnderReviewError(ConflictError):
    """The payment has paid what it names, or somebody has decided about it."""

    code: ClassVar[str] = "payment-not-under-review"


class PaymentTooSmallError(UnfitError):
    """What a payment is to pay asks for more than came in."""

    code: ClassVar[str] = "payment-too-small"


class PayerUnfitError(UnfitError):
    """A payer's code is not one of its country."""

    code: ClassVar[str] = "payer-unfit"


class BundleNotFoundError(NotFoundError):
    """No bundle of that id, or not for this principal to see."""

    code: ClassVar[str] = "bundle-not-found"


class BundleUnfitError(UnfitError):
    """Orders are bundled that are due and have one payer; the errors name those that do not fit."""

    code: ClassVar[str] = "bundle-unfit"


class BundleNotDueError(ConflictError):
    """A bundle is paid, or one of its orders was paid, replaced or cancelled meanwhile."""

    code: ClassVar[str] = "bundle-not-due"


class NoCollectionAccountError(ConflictError):
    """This service has not been told into which account fees are collected."""

    code: ClassVar[str] = "no-collection-account"


class ShiftNotFoundError(NotFoundError):
    """No shift of that id."""

    code: ClassVar[str] = "shift-not-found"


class ShiftOpenError(ConflictError):
    """The cashier has a shift that is open."""

    code: ClassVar[str] = "shift-open"


class ShiftClosedError(ConflictError):
    """The shift is closed: its till takes nothing more."""

    code: ClassVar[str] = "shift-closed"


class ShiftNotYoursError(ForbiddenError):
    """Money goes into one's own till."""

    code: ClassVar[str] = "shift-not-yours"


class ShiftsOpenError(ConflictError):
    """Tills of a book day are open; the errors name them."""

    code: ClassVar[str] = "shifts-open"


class CountUnfitError(UnfitError):
    """What was counted is neither one total nor notes that there are."""

    code: ClassVar[str] = "count-unfit"


class SignatureRefusedError(ForbiddenError):
    """A bank's notification is not signed with the bank's secret, or not just now."""

    code: ClassVar[str] = "signature-refused"


class ConfirmationNotNeededError(ConflictError):
    """An official edition rules without confirmation."""

    code: ClassVar[str] = "confirmation-not-needed"


class ClockBackwardsError(UnfitError):
    """Something has happened: from then on the business clock moves forward only."""

    code: ClassVar[str] = "clock-backwards"


class GoneError(DomainError):
    """What was asked for is kept no more."""


class FeedForgottenError(GoneError):
    """Events after that position are kept no more; `oldest` is where to begin anew."""

    code: ClassVar[str] = "feed-forgotten"


class FeedPositionUnknownError(UnfitError):
    """No event has a position that high; `newest` is the last."""

    code: ClassVar[str] = "feed-position-unknown"


class LogNotFoundError(NotFoundError):
    """No such queue has a log, or nothing of it has been sealed yet."""

    code: ClassVar[str] = "log-not-found"


class CheckpointNotFoundError(NotFoundError):
    """No batch of the log ended at that size."""

    code: ClassVar[str] = "checkpoint-not-found"


class TileNotFoundError(NotFoundError):
    """The log has no tile of that path, or not as many hashes yet."""

    code: ClassVar[str] = "tile-not-found"


class BeyondLogError(UnfitError):
    """A proof is asked for about more than the log has, or about sizes in the wrong order."""

    code: ClassVar[str] = "beyond-log"


class CosignatureRefusedError(UnfitError):
    """What was sent is no word of a known witness on a checkpoint of the log; `reason` says why."""

    code: ClassVar[str] = "cosignature-refused"


class WebhookNotFoundError(NotFoundError):
    """No webhook of that id, or none of the principal's organisation."""

    code: ClassVar[str] = "webhook-not-found"


class WebhookUrlError(UnfitError):
    """Nothing may be sent to that address; the error names why."""

    code: ClassVar[str] = "webhook-url"


class WebhooksUsedUpError(ConflictError):
    """An organisation has as many webhooks as it may."""

    code: ClassVar[str] = "webhooks-used-up"


class WebhookNotActiveError(ConflictError):
    """A webhook that is paused or disabled is sent nothing."""

    code: ClassVar[str] = "webhook-not-active"


class BookDayNotOverError(ConflictError):
    """A legal day that is not over is not closed."""

    code: ClassVar[str] = "book-day-not-over"


class BookDayClosedError(ConflictError):
    """The book day is closed already; what belongs to it is posted to the next open one."""

    code: ClassVar[str] = "book-day-closed"


class BookDayOpenError(ConflictError):
    """What is due to the budget of a day is paid when all books of that day are closed."""

    code: ClassVar[str] = "book-day-open"


class NothingToRemitError(ConflictError):
    """Nothing is due to the budget of the days before that day, or no more."""

    code: ClassVar[str] = "nothing-to-remit"


class RemittanceReferenceTakenError(ConflictError):
    """Another payment to the treasury was recorded by that reference."""

    code: ClassVar[str] = "remittance-reference-taken"


class EarlierBookDayOpenError(ConflictError):
    """Book days are closed in order, and an earlier one is open."""

    code: ClassVar[str] = "earlier-book-day-open"


class UnavailableError(DomainError):
    """The service lacks something for the moment; the same request may succeed later."""


class SignInProviderAwayError(UnavailableError):
    """The provider at which people sign in does not answer, or not as one does."""

    code: ClassVar[str] = "sign-in-provider-away"


class BusyError(UnavailableError):
    """Others held what the request waited for until the time to wait was over."""

    code: ClassVar[str] = "busy"

    def __init__(self, retry_after: int = 1) -> None:
        """Keep the seconds after which trying again makes sense."""
        super().__init__(retry_after=retry_after)


class BatchNotFoundError(NotFoundError):
    """No batch of that id, or not this company's."""

    code: ClassVar[str] = "batch-not-found"


class BatchEndedError(ConflictError):
    """The batch has ended; what became of its rows stands in its results."""

    code: ClassVar[str] = "batch-ended"


class TooManyBatchesError(ConflictError):
    """The company has as many open batches as it may have."""

    code: ClassVar[str] = "too-many-batches"


class RowFailedError(ConflictError):
    """A row of a batch broke something that nobody foresaw; it was not registered."""

    code: ClassVar[str] = "row-failed"
