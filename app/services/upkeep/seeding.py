"""Reference data from their published documents into rows, as often as one likes."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any

from app.domain.charges import Tariffs, parse_edition, parse_force
from app.domain.gates import parse_gates, parse_yards
from app.domain.green_lane import parse_lane_days, parse_products
from app.domain.lane_grounds import parse_lane_grounds
from app.domain.overrides import parse_override_reasons
from app.domain.policy import parse_policy
from app.domain.required_checks import parse_required_checks
from app.domain.retention import parse_retention
from app.domain.stay_limits import parse_stay_limits
from app.domain.two_way import parse_two_way
from app.domain.volumes import parse_volume
from app.domain.yard_services import YardServices, parse_schedule
from app.models import (
    Base,
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
    PublishedVolume,
    ReferenceDocument,
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
from app.repositories.reference import days
from app.repositories.unit_of_work import UnitOfWork

Row = Mapping[str, Any]
Rows = list[dict[str, Any]]
DAYS = ("valid_from", "valid_to")
NAMES = ("gates", "yards", "produce", "required-checks")
"""Documents that have facts of their own, besides the rows that they list."""
TABLES: Sequence[tuple[type[Base], str, str]] = (
    (RequiredCheckRow, "required-checks", "kind"),
    (StayLimitRow, "stay-limits", "vehicles"),
    (TwoWayRuleRow, "two-way", "rule"),
    (RetentionRow, "retention", "record"),
    (OverrideReasonRow, "override-reasons", "code"),
    (LaneGroundRow, "lane-grounds", "code"),
)
"""Tables of dated rows: which document lists them, and what names a row besides its days."""


def published_documents() -> dict[str, Row]:
    """Return the documents that ship with the service, by file name without ending."""
    folder = files("app") / "reference"
    paths = sorted(folder.iterdir(), key=lambda path: path.name)
    return {
        path.name.rpartition(".")[0]: READERS[path.name.rpartition(".")[2]](path.read_text("utf-8"))
        for path in paths
        if path.name.endswith((".json", ".csv"))
    }


def _table(text: str) -> Row:
    return {"rows": list(csv.DictReader(io.StringIO(text)))}


READERS: Mapping[str, Callable[[str], Row]] = {"json": json.loads, "csv": _table}


class Seeding:
    """Loads what is new and leaves what is there, but for a row that now ends.

    The database refuses any other edit of what was announced: a changed row is a new one, from a
    day on which the old one has ended.
    """

    def __init__(self, uow: UnitOfWork) -> None:
        """Work within one transaction."""
        self._uow = uow

    async def load(self, documents: Mapping[str, Row]) -> int:
        """Check `documents`, add the rows that are missing, close those that end; return how many.

        Raises:
            DomainError: a document contradicts itself or what is in force; nothing is stored.
        """
        _check(documents)
        reference = self._uow.reference
        await reference.lock()
        changed = 0
        for table, rows in _tables(documents):
            changed += await reference.add_rows(table, rows)
        if changed:
            await reference.bump()
        return changed


def _check(documents: Mapping[str, Row]) -> None:
    """Read every document once as the rules will; what cannot be read is not stored."""
    parse_gates(documents["gates"])
    for gate in documents["gates"]["gates"]:
        parse_lane_days(gate)
    parse_yards(documents["yards"])
    parse_products(documents["produce"])
    parse_required_checks(documents["required-checks"])
    parse_stay_limits(documents["stay-limits"]["rows"])
    parse_two_way(documents["two-way"]["rows"])
    parse_retention(documents["retention"]["rows"])
    parse_override_reasons(documents["override-reasons"]["rows"])
    parse_lane_grounds(documents["lane-grounds"]["rows"])
    parse_policy(documents["queue-policy"])
    for row in documents["daily-volumes"]["rows"]:
        parse_volume(row)
    YardServices(parse_schedule(one) for name, one in documents.items() if is_of_yards(name))
    editions = _editions(documents)
    force = [row for edition in editions for row in parse_force(edition)]
    Tariffs([parse_edition(edition) for edition in editions], force)


def is_of_yards(name: str) -> bool:
    """Tell whether a document of that name has the prices of yards: it is kept whole."""
    return name.startswith("yard-services-")


def _editions(documents: Mapping[str, Row]) -> list[Row]:
    return [document for name, document in documents.items() if name.startswith("tariff-")]


def _tables(documents: Mapping[str, Row]) -> Iterator[tuple[type[Base], Rows]]:
    """Yield the rows of each table, owners first."""
    yield (
        ReferenceDocument,
        [
            {"code": name, "facts": _without(documents[name], "gates", "yards", "products", "rows")}
            for name in [*NAMES, *filter(is_of_yards, documents)]
        ],
    )
    yield from _of_gates(documents["gates"]["gates"])
    yield from _of_yards(documents["yards"]["yards"])
    yield from _of_produce(documents["produce"]["products"])
    for table, name, key in TABLES:
        rows = documents[name]["rows"]
        yield table, [{key: row[key], **_dated(row)} for row in rows]
    yield from _of_tariffs(_editions(documents))
    yield from _of_policy(documents["queue-policy"])
    yield (
        PublishedVolume,
        [{"code": row["row_id"], "facts": row} for row in documents["daily-volumes"]["rows"]],
    )


def _of_gates(gates: Iterable[Row]) -> Iterator[tuple[type[Base], Rows]]:
    apart = ("hours", "closures", "green_lane_rows", "routes")
    gates = list(gates)
    yield Gate, [{"code": gate["code"], "facts": _without(gate, *apart)} for gate in gates]
    yield (
        Route,
        [
            {"gate_code": gate["code"], "code": route["code"], "facts": route}
            for gate in gates
            for route in gate["routes"]
        ],
    )
    for table, key in (
        (GateHours, "hours"), (GateClosure, "closures"), (GreenLaneDays, "green_lane_rows"),
    ):  # fmt: skip
        yield (
            table,
            [{"gate_code": gate["code"], **_dated(row)} for gate in gates for row in gate[key]],
        )


def _of_yards(yards: Iterable[Row]) -> Iterator[tuple[type[Base], Rows]]:
    yards = list(yards)
    own = ("code", "location", "serves")
    yield (
        Yard,
        [
            {**{name: yard[name] for name in own}, "facts": _without(yard, "travel_times")}
            for yard in yards
        ],
    )
    yield (
        TravelTimeRow,
        [
            {"yard_code": yard["code"], "gate_code": row["gate_code"], **_dated(row)}
            for yard in yards
            for row in yard["travel_times"]
        ],
    )


def _of_produce(products: Iterable[Row]) -> Iterator[tuple[type[Base], Rows]]:
    apart = ("market_access", "required_documents", "seasons")
    products = list(products)
    yield Product, [{"code": one["code"], "facts": _without(one, *apart)} for one in products]
    yield (
        ProductAccess,
        [
            {"product_code": one["code"], "market": row["market"], **_dated(row)}
            for one in products
            for row in one["market_access"]
        ],
    )
    yield (
        ProductPaper,
        [
            {
                "product_code": one["code"],
                "market": row["market"],
                "document": row["document"],
                **_dated(row),
            }
            for one in products
            for row in one["required_documents"]
        ],
    )
    yield (
        Season,
        [
            {"product_code": one["code"], "gate_code": row["gate_code"], **_dated(row)}
            for one in products
            for row in one["seasons"]
        ],
    )


def _of_tariffs(tariffs: Iterable[Row]) -> Iterator[tuple[type[Base], Rows]]:
    tariffs = list(tariffs)
    yield TariffEdition, [_edition(one, _without(one, "force", *DAYS)) for one in tariffs]
    yield (
        TariffForce,
        [
            {
                "code": one["code"],
                "valid_on": days(row),
                "known_on": days(row, "known_from", "known_to"),
                "facts": {"basis": row["basis"], "source": row["source"]},
            }
            for one in tariffs
            for row in one["force"]
        ],
    )


def _of_policy(policy: Row) -> Iterator[tuple[type[Base], Rows]]:
    yield PolicyEdition, [{**_edition(policy, _without(policy, *DAYS)), "valid_on": days(policy)}]


def _edition(row: Row, document: Row) -> dict[str, Any]:
    return {"code": row["code"], "official": row["official"], "document": document}


def _dated(row: Row) -> dict[str, Any]:
    return {"valid_on": days(row), "facts": _without(row, *DAYS)}


def _without(row: Row, *keys: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in keys}
