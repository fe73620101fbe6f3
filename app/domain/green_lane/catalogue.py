"""The list of produce: which product a goods line is, read from the reference document."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

from app.domain.errors import FieldError
from app.domain.green_lane.facts import UNLISTED
from app.domain.green_lane.produce import (
    HsPrefix,
    MarketAccess,
    MonthDay,
    Named,
    Paper,
    Product,
    Season,
)
from app.domain.rows import Row, evidence, evidence_of, text, unfit
from app.domain.validity import Validity
from app.domain.vocabulary import Lane

MONTH_DAY = re.compile(r"[0-9]{2}-[0-9]{2}")
LEAP_YEAR = 2024
NOT_A_DIGIT = re.compile(r"[^0-9]")


@dataclass(frozen=True, slots=True)
class Produce:
    """Every listed product by code, with the labels of what its rows name."""

    products: Mapping[str, Product]
    documents: Mapping[str, Named]
    access_statuses: Mapping[str, Named]
    shelf_life_classes: Mapping[str, Named]
    by_prefix: Mapping[str, tuple[Product, ...]]

    @property
    def seasons(self) -> Iterator[Season]:
        """Every season of every product."""
        return (season for product in self.products.values() for season in product.seasons)

    def product_of(self, hs_code: str | None, declared_code: str | None) -> Product | None:
        """Return the product of a goods line, or None where it is not on the list.

        The longest HS prefix decides; where products share it, the declared one of them. A line
        without an HS code of the list is what it was declared to be.
        """
        found = self._by_hs_code(NOT_A_DIGIT.sub("", hs_code or ""))
        declared = self.products.get(declared_code or "")
        if not found:
            return declared
        return declared if declared in found else found[0]

    def code_of(self, hs_code: str | None, declared_code: str | None) -> str:
        """Return the product code of a goods line for the rules, as declared where not listed."""
        product = self.product_of(hs_code, declared_code)
        return product.code if product else declared_code or UNLISTED

    def is_contradicted(self, hs_code: str | None, declared_code: str | None) -> bool:
        """Tell whether the HS code names another product than was declared."""
        product = self.product_of(hs_code, declared_code)
        return bool(declared_code) and product is not None and product.code != declared_code

    def _by_hs_code(self, digits: str) -> tuple[Product, ...]:
        for length in range(len(digits), 0, -1):
            if found := self.by_prefix.get(digits[:length]):
                return found
        return ()


def parse_products(document: Mapping[str, Any]) -> Produce:
    """Return the list of produce in a reference document.

    Raises:
        ReferenceDataError: a product twice, an unknown status, document or shelf life, an HS prefix
            that is not digits, a season day that no year has, two access rows on one day.
    """
    if faults := tuple(_faults(document)):
        raise unfit(*faults)
    is_open = {row["code"]: row["open"] for row in document["access_status_values"]}
    products = [_product(row, is_open) for row in document["products"]]
    return Produce(
        products={product.code: product for product in products},
        documents=_named(document["documents"]),
        access_statuses=_named(document["access_status_values"]),
        shelf_life_classes=_named(document["shelf_life_classes"]),
        by_prefix=_by_prefix(products),
    )


def _named(rows: list[Row]) -> dict[str, Named]:
    return {row["code"]: Named(row["code"], text(row["label"]), evidence(row)) for row in rows}


def _by_prefix(products: list[Product]) -> dict[str, tuple[Product, ...]]:
    found: dict[str, tuple[Product, ...]] = {}
    for product in products:
        for prefix in product.hs_prefixes:
            found[prefix.digits] = (*found.get(prefix.digits, ()), product)
    return found


def _product(row: Row, is_open: Mapping[str, bool]) -> Product:
    shelf_life = row["shelf_life_class"]
    return Product(
        code=row["code"],
        names=text(row["names"]),
        hs_prefixes=tuple(HsPrefix(one["prefix"], evidence(one)) for one in row["hs_prefixes"]),
        form=row["form"],
        fee_goods_group=row["fee_goods_group"],
        green_lane=row["green_lane"],
        market_access=tuple(_access(one, is_open) for one in row["market_access"]),
        papers=tuple(_paper(one) for one in row["required_documents"]),
        shelf_life_class=shelf_life["code"],
        shelf_life_evidence=evidence(shelf_life),
        seasons=tuple(_season(one, row["code"]) for one in row["seasons"]),
        note=row.get("note"),
        evidence=evidence(row),
    )


def _access(row: Row, is_open: Mapping[str, bool]) -> MarketAccess:
    status, precision = row["status"], row["date_precision"]
    valid = Validity.parse(row)
    return MarketAccess(row["market"], status, is_open[status], valid, precision, evidence(row))


def _paper(row: Row) -> Paper:
    return Paper(row["document"], row["market"], Validity.parse(row), evidence(row))


def _season(row: Row, product: str) -> Season:
    return Season(
        product=product,
        gate_code=row["gate_code"],
        lane=Lane(row["lane"]),
        first_day=_month_day(row["first_day"]),
        last_day=_month_day(row["last_day"]),
        valid=Validity.parse(row),
        daily_allotment=row["daily_allotment"],
        evidence=evidence(row),
        allotment_evidence=evidence_of(row, "daily_allotment"),
    )


def _month_day(value: str) -> MonthDay:
    month, day = value.split("-")
    return int(month), int(day)


def _faults(document: Row) -> Iterator[FieldError]:
    known = {
        part: {row["code"] for row in document[part]}
        for part in ("access_status_values", "documents", "shelf_life_classes")
    }
    seen: set[str] = set()
    for index, row in enumerate(document["products"]):
        at = f"/products/{index}"
        if row["code"] in seen:
            yield FieldError(f"{at}/code", "twice", row["code"])
        seen.add(row["code"])
        yield from _unknown_codes(row, at, known)
        yield from _unfit_values(row, at)


def _unknown_codes(row: Row, at: str, known: Mapping[str, set[str]]) -> Iterator[FieldError]:
    for access in row["market_access"]:
        if access["status"] not in known["access_status_values"]:
            yield FieldError(f"{at}/market_access", "unknown-status", access["status"])
    for paper in row["required_documents"]:
        if paper["document"] not in known["documents"]:
            yield FieldError(f"{at}/required_documents", "unknown-document", paper["document"])
    if row["shelf_life_class"]["code"] not in known["shelf_life_classes"]:
        yield FieldError(f"{at}/shelf_life_class", "unknown", row["shelf_life_class"]["code"])


def _unfit_values(row: Row, at: str) -> Iterator[FieldError]:
    for prefix in row["hs_prefixes"]:
        if not prefix["prefix"] or NOT_A_DIGIT.search(prefix["prefix"]):
            yield FieldError(f"{at}/hs_prefixes", "digits-only", prefix["prefix"])
    for season in row["seasons"]:
        for name in ("first_day", "last_day"):
            if not _is_month_day(season[name]):
                yield FieldError(f"{at}/seasons/{name}", "not-a-day-of-the-year", season[name])
    for one, other in combinations(row["market_access"], 2):
        same = one["market"] == other["market"]
        if same and Validity.parse(one).overlaps(Validity.parse(other)):
            yield FieldError(f"{at}/market_access", "overlap", row["code"])


def _is_month_day(value: str) -> bool:
    """Tell whether a leap year has this day."""
    try:
        date.fromisoformat(f"{LEAP_YEAR}-{value}")
    except ValueError:
        return False
    return MONTH_DAY.fullmatch(value) is not None
