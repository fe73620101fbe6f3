"""Who pays an order: a Vietnamese or Chinese company, or anybody without a code of either.

Where nobody is named it is the payer that the entry declares, and else its declarant.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.domain import identifiers
from app.domain.errors import FieldError, PayerUnfitError
from app.domain.identifiers import Kind


class PayerCountry(StrEnum):
    """Whose tax authority has given the payer its code."""

    VIETNAM = "VN"
    CHINA = "CN"


KINDS: Mapping[PayerCountry, tuple[Kind, ...]] = {
    PayerCountry.VIETNAM: (Kind.TAX_CODE, Kind.PERSONAL_TAX_NUMBER),
    PayerCountry.CHINA: (Kind.CREDIT_CODE,),
}


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays, as a receipt names it; its code is normalised where it has one."""

    name: str | None
    country: PayerCountry
    tax_code: str | None = None
    address: str | None = None

    @property
    def known_as(self) -> str | None:
        """By what two orders are seen to have one payer: its code, or else its name."""
        return self.tax_code or self.name

    def document(self) -> dict[str, Any]:
        """Return the payer as it is stored with an order."""
        return {
            "name": self.name,
            "country": self.country.value,
            "tax_code": self.tax_code,
            "address": self.address,
        }


def admitted(name: str, country: PayerCountry, tax_code: str | None, address: str | None) -> Payer:
    """Return somebody who may pay, the code in its one spelling.

    Raises:
        PayerUnfitError: the code is none of that country's.
    """
    if tax_code is None:
        return Payer(name, country, None, address)
    readings = (identifiers.read(kind, tax_code) for kind in KINDS[country])
    code = next((one.normalised for one in readings if one.normalised), None)
    if code is None:
        rule = f"{KINDS[country][0]}-invalid"
        raise PayerUnfitError(errors=(FieldError("/tax_code", rule, tax_code),))
    return Payer(name, country, code, address)


def payer_of(
    named: Mapping[str, Any] | None,
    declared: Mapping[str, Any] | None,
    tax_code: str | None,
    declarant: Payer,
) -> Payer:
    """Return who pays an order: who was named for it, whom its entry declares, or the declarant.

    `tax_code` is the declared payer's in its one spelling, where it has one.
    """
    if named:
        return Payer(
            named["name"], PayerCountry(named["country"]), named["tax_code"], named["address"]
        )
    declared = declared or {}
    if declared.get("name") or declared.get("tax_code"):
        code = tax_code or declared.get("tax_code")
        return Payer(declared.get("name"), PayerCountry.VIETNAM, code, declared.get("address"))
    return declarant
