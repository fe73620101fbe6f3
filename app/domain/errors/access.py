"""Failures of who asks: keys, sessions, organisations, what one party may do for another."""

from typing import ClassVar

from app.domain.errors.kinds import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
    UnauthenticatedError,
    UnavailableError,
    UnfitError,
)


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


class SignInProviderAwayError(UnavailableError):
    """The provider at which people sign in does not answer, or not as one does."""

    code: ClassVar[str] = "sign-in-provider-away"


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


class PartForbiddenError(ForbiddenError):
    """A carrier amends more than the vehicle and its driver; the errors name what."""

    code: ClassVar[str] = "part-forbidden"


class PurposeForbiddenError(ForbiddenError):
    """Personal data are not read for this purpose by this role."""

    code: ClassVar[str] = "purpose-forbidden"


class SubjectAmbiguousError(ConflictError):
    """Several persons are found by that number."""

    code: ClassVar[str] = "subject-ambiguous"
