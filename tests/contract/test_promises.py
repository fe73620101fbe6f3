"""Every operation is asked whether it keeps what the document says: by everybody, at random."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import strategies
from schemathesis.config import SchemathesisConfig
from schemathesis.core import NOT_SET
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    unsupported_method,
)

from app.api.openapi import FOREIGN
from app.api.rate_limits import Work
from app.api.workbooks import XLSX
from tests.contract.asking import chance_of, ground, hurry, key
from tests.contract.conftest import ServiceOf
from tests.contract.known import Known
from tests.contract.operations import DOCUMENT, NAMES, welcome
from tests.live import Live, live

ALL_REFUSALS: Final = ("400", "401", "403", "404", "409", "412", "413", "415", "422", "428")
CONFIG: Final[Mapping[str, Any]] = {
    "seed": 20261123,
    "generation": {
        "max-examples": 20,
        "deterministic": True,
        "database": "none",
        "no-shrink": True,
    },
    "checks": {
        # A request of the right shape may name a gate that is not there: 422, by a rule.
        "positive_data_acceptance": {
            "expected-statuses": ["2xx", "304", "401", "403", "404", "409", "412", "422"]
        },
        "missing_required_header": {"expected-statuses": ["401", "403", "404", "422", "428"]},
        "negative_data_rejection": {"expected-statuses": ALL_REFUSALS},
    },
}
# The days and instants that are taken; JSON Schema's formats begin in the year 1.
DAYS: Final = strategies.dates(date(1990, 1, 2), date(2199, 12, 30)).map(date.isoformat)
schemathesis.openapi.format("date", DAYS)
schemathesis.openapi.format("date-time", DAYS.map("{}T08:15:30+07:00".format))


@schemathesis.serializer(XLSX)
def as_it_is(_: object, value: Any) -> bytes:
    """Send what stands in for a workbook as it was made."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


SCHEMA: Final = schemathesis.openapi.from_dict(
    dict(DOCUMENT), config=SchemathesisConfig.from_dict(dict(CONFIG))
)
OPERATIONS: Final = {
    found.ok().definition.raw["operationId"]: found.ok()
    for found in SCHEMA.get_all_operations()
    if isinstance(found, Ok)
}
IN_PLACE_OF_AN_ENTRY: Final = frozenset({"/v1/entries/searches"})
# What a schema cannot say: rules between fields, that 3.0 is not written for 3, and how long a part
# of a plate is once its marks are left out.
UNSAID: Final = frozenset(
    {
        "reference-or-plate",
        "certificate-of-plant-quarantine",
        "one-scope",
        "one-organisation",
        "entry-or-discard",
        "about-nothing",
        "day-or-emergency",
        "one-knowledge",
        "nothing-found",
        "one-number",
        "names-nobody",
        "gate-of-entry",
        "not-a-whole-number",
        "not-as-in-query",
        "plate-part",
    }
)


@SCHEMA.exclude(operation_id=[*FOREIGN]).parametrize()
def test_an_operation_keeps_its_promises(case: Any, service_of: ServiceOf) -> None:
    operation = case.operation.definition.raw["operationId"]
    asked, chance = service_of(operation), chance_of(case)
    hurry(case)
    if chance % 8:
        ground(case, asked.known, chance // 8)
    response = case.call(base_url=asked.live.url, headers=key(somebody(operation, chance // 8)))
    case.validate_response(response, excluded_checks=excluded(case))
    is_told = case.media_type in {None, "application/json"}  # a schema says nothing of files
    is_sound = case.meta.generation.mode.is_positive and is_told
    if is_sound and response.status_code in {400, 422}:
        refused_by = {error["rule"] for error in response.json()["errors"]}
        assert "invalid-request" != response.json()["code"] or refused_by <= UNSAID


def somebody(operation: str, chance: int) -> str | None:
    """Return who asks: four times of eight whose entries are known, once anybody at all."""
    people = welcome(operation)
    if "company-1" in people and chance % 8 < 4:
        return "company-1"
    people = NAMES if chance % 8 == 7 else people
    return people[chance // 8 % len(people)]


def excluded(case: Any) -> list[Any]:
    """Return the checks that would be wrong: leaving out what may be left out is no fault.

    The rows of a batch are judged one by one, after it was accepted.
    By the methods of an entry, what stands in an entry's place is an id that is none: 422, and
    they are allowed there.
    """
    is_left_out = case.body is None or case.body is NOT_SET
    is_later = case.operation.definition.raw["operationId"] == "register_batch"
    found = [negative_data_rejection] if is_left_out or is_later else []
    found += [positive_data_acceptance] if is_later else []
    in_place = case.operation.path in IN_PLACE_OF_AN_ENTRY
    return [*found, *((unsupported_method, allow_header_conformance) if in_place else ())]


def example_of(operation: str, known: Known) -> Any:
    """Return the request that the document shows for an operation, about something known."""
    asked = OPERATIONS[operation]
    raw = asked.definition.raw
    shown = {one["name"]: one for one in raw.get("parameters", ()) if one["required"]}
    values = {
        name: next(iter(known.at(asked.path, name)), None)
        or one.get("example", one["schema"].get("examples", [None])[0])
        for name, one in shown.items()
    }
    content = raw.get("requestBody", {}).get("content", {}).get("application/json", {})
    examples = content.get("examples", {})
    body = {"body": examples["example-1"]["value"]} if examples else {}
    return asked.Case(
        path_parameters={name: values[name] for name in values if shown[name]["in"] == "path"},
        headers={name: str(values[name]) for name in values if shown[name]["in"] == "header"},
        query={name: values[name] for name in values if shown[name]["in"] == "query"},
        media_type="application/json" if examples else None,
        **body,
    )


@pytest.mark.parametrize("who", NAMES)
def test_the_keys_of_others_open_nothing(who: str | None, service_of: ServiceOf) -> None:
    for operation in OPERATIONS.keys() - FOREIGN:
        asked = service_of(operation)
        case = example_of(operation, asked.known)
        if "Idempotency-Key" in case.headers:
            case.headers["Idempotency-Key"] = f"{operation}-{who}"
        response = case.call(base_url=asked.live.url, headers=key(who))
        case.validate_response(response)
        if who not in welcome(operation):
            expected = 403 if who else 401
            assert expected == response.status_code, operation
        else:
            assert response.status_code not in {400, 401, 415, 422, 428} or (
                response.json()["code"] != "invalid-request"
            ), operation


@pytest.fixture(scope="module")
def stingy(server_url: str) -> Iterator[Live]:
    stingily = {f"rate_limit_{work}": "1/hour" for work in Work}
    with live(server_url, **stingily) as started:
        yield started


def test_an_allowance_used_up_is_refused_as_declared(stingy: Live) -> None:
    unlimited = {"check_live", "check_ready", "get_metrics"}
    for operation in sorted(OPERATIONS.keys() - unlimited):
        case = example_of(operation, Known())
        headers = key(welcome(operation)[0])
        case.call(base_url=stingy.url, headers=headers)
        response = case.call(base_url=stingy.url, headers=headers)
        case.validate_response(response)
        assert 429 == response.status_code, operation
        assert int(response.headers["retry-after"][0]) > 0
