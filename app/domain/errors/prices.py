"""Failures of prices: what the tariff has no price for, and quotes."""

from typing import ClassVar

from app.domain.errors.kinds import ConflictError, NotFoundError, UnfitError


class TariffRefusalError(UnfitError):
    """The tariff has no price for what was asked; each subclass is one refusal."""


class NoTariffInForceError(TariffRefusalError):
    """No tariff edition is in force on that day; never a price of zero."""

    code: ClassVar[str] = "no-tariff-in-force"


class NoYardPriceError(UnfitError):
    """No price is known of a yard's service on that day, or for that kind of vehicle."""

    code: ClassVar[str] = "no-yard-price"


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


class QuoteNotFoundError(NotFoundError):
    """No quote of that id, or none that this principal may see."""

    code: ClassVar[str] = "quote-not-found"


class QuoteUnfitError(UnfitError):
    """A quote is not the price of what is registered with it; `errors` say what differs."""

    code: ClassVar[str] = "quote-unfit"


class QuoteUsedError(ConflictError):
    """An entry was registered with the quote already."""

    code: ClassVar[str] = "quote-used"
