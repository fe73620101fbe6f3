"""The rules of the document (docs and CONTRIBUTING name them), each a test."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel

from app.api.openapi import FOREIGN, dump, operations
from app.api.problems import STATUS_BY_KIND
from tests.contract.operations import APP, DOCUMENT, routes

ROOT: Final = Path(__file__).parents[2]
PROBLEM: Final = "application/problem+json"
JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
SCHEMA_PATH: Final = "#/components/schemas/"
SCHEMAS: Final[Mapping[str, Any]] = DOCUMENT["components"]["schemas"]
# Words of the code that say nothing to a reader of the document.
OUR_WORDS: Final = re.compile(r"\b(?:None|True|False|[A-Z]\w+Error|Raises|Args)\b|->|:class:")
INSTANT_NAMES: Final = re.compile(r".*_(?:at|before|after)|.*_from|now|as_of")
DAY_NAMES: Final = re.compile(r"on|.*_on|(?:valid|known)_(?:from|to)")
SHAPES: Final = {"date", "date-time", "uuid"}
ENDS: Final = {"minimum", "maximum"}
ENDLESS: Final = re.compile(r"[*+]|,\}")
ENTITY_TAGS: Final = "If-None-Match"  # no rule of a field: as long as a head may be
FILES: Final = {
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
HEAVY: Final = {
    "get_revenue",
    "get_revenue_summary",
    "get_treasury_list",
    "get_tariff_effect",
    *("register_batch", "export_entries", "get_queue_sheet"),
    *("search_entries", "export_subject", "erase_subject", "get_certificate"),
    "send_statement",
}
MONEY_NAMES: Final = re.compile(r"amount|total|balance|due|fee|price")


def parts(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        yield from (part for name, part in value.items() if name not in {"example", "examples"})
    elif isinstance(value, list):
        yield from value


def walk(value: object) -> Iterator[dict[str, Any]]:
    """Yield every object in `value`, examples left out."""
    if isinstance(value, dict):
        yield value
    for part in parts(value):
        yield from walk(part)


def reached(value: object) -> dict[str, Any]:
    """Return the schemas that `value` leads to, by name."""
    found: dict[str, Any] = {}
    waiting = [value]
    while waiting:
        for one in walk(waiting.pop()):
            name = str(one.get("$ref", "")).removeprefix(SCHEMA_PATH)
            if name in SCHEMAS and name not in found:
                found[name] = SCHEMAS[name]
                waiting.append(SCHEMAS[name])
    return found


def inputs() -> dict[str, Any]:
    asked = [[one.get("requestBody"), one.get("parameters")] for one in operations(DOCUMENT)]
    return reached(asked)


def outputs() -> dict[str, Any]:
    return reached(
        [
            response
            for one in operations(DOCUMENT)
            for status, response in one["responses"].items()
            if status < "4"
        ]
    )


def properties(schemas: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for name, schema in schemas.items():
        for field, one in schema.get("properties", {}).items():
            yield name, field, one


def texts(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the kinds of text that a field may be."""
    for one in schema.get("anyOf", [schema]):
        if one.get("type") == "string":
            yield one


def test_no_two_schemas_have_one_name() -> None:
    """Else both are named by their modules, and generated clients lose what they had."""
    assert [] == [name for name in SCHEMAS if "__" in name]


def test_the_committed_document_is_what_the_code_says() -> None:
    committed = (ROOT / "openapi.json").read_text("utf-8")
    assert dump(APP) == committed, "make openapi"


def test_the_command_writes_the_same_document_whatever_the_order_of_sets() -> None:
    written = subprocess.run(
        [sys.executable, "-m", "app.cli", "openapi"],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "4711", "GATE_MODE": "sandbox"},
        capture_output=True,
        check=True,
    ).stdout.decode()
    assert dump(APP) == written


def test_the_document_is_valid_openapi_3_1() -> None:
    assert "3.1.0" == DOCUMENT["openapi"]
    OpenAPIV31SpecValidator(dict(DOCUMENT)).validate()


def test_operation_ids_are_the_names_of_the_functions_and_unique() -> None:
    ids = [one["operationId"] for one in operations(DOCUMENT)]
    assert sorted(route.endpoint.__name__ for route in routes()) == sorted(ids)
    assert 1 == max(Counter(ids).values())


def test_each_operation_has_one_tag_and_each_tag_a_description() -> None:
    described = {tag["name"] for tag in DOCUMENT["tags"] if tag["description"]}
    used = [one["tags"] for one in operations(DOCUMENT)]
    assert all(1 == len(tags) for tags in used)
    assert described == {tag for tags in used for tag in tags}


def test_failures_are_declared_as_problems_with_examples() -> None:
    for one in operations(DOCUMENT):
        for status, response in one["responses"].items():
            if status >= "4" and status not in FOREIGN.get(one["operationId"], ()):
                content = response["content"][PROBLEM]
                assert {"$ref": "#/components/schemas/Problem"} == content["schema"]
                assert content["examples"], (one["operationId"], status)


def test_every_operation_declares_what_any_request_may_meet() -> None:
    for one in operations(DOCUMENT):
        declared = set(one["responses"])
        assert {"429", "500", "503"} <= declared
        if one.get("security"):
            assert {"401", "403"} <= declared
        if JSON in one.get("requestBody", {}).get("content", ()):
            assert {"400", "413", "415", "422"} <= declared
        if any("path" == parameter["in"] for parameter in one.get("parameters", ())):
            assert "404" in declared


def test_every_operation_with_a_key_names_the_allowance_that_it_counts_in() -> None:
    named = {one["operationId"]: one.get("x-allowance") for one in operations(DOCUMENT)}
    keyed = {one["operationId"] for one in operations(DOCUMENT) if one.get("security")}
    assert keyed == {name for name, work in named.items() if work}
    assert HEAVY == {name for name, work in named.items() if "heavy" == work}


def test_declared_failures_have_a_status_of_the_one_table() -> None:
    known = {str(status) for status in STATUS_BY_KIND.values()}
    for one in operations(DOCUMENT):
        assert {status for status in one["responses"] if status >= "4"} <= known


def test_examples_of_failures_are_problems() -> None:
    problem = OAS31Validator({**SCHEMAS["Problem"], "components": DOCUMENT["components"]})
    for name, example in DOCUMENT["components"]["examples"].items():
        problem.validate(example["value"])
        assert name == example["value"]["code"]
        assert "{" not in example["value"]["detail"], name


def test_requests_refuse_fields_that_they_do_not_know() -> None:
    found = [
        name
        for name, schema in inputs().items()
        if "object" == schema.get("type") and schema.get("additionalProperties") is not False
    ]
    assert [] == found


def test_answers_have_every_field_each_time() -> None:
    found = [
        name
        for name, schema in outputs().items()
        if set(schema.get("properties", ())) != set(schema.get("required", ()))
        and name != "ProblemError"  # a problem leaves out a value that is long or personal
    ]
    assert [] == found


def test_answers_and_requests_share_no_schema() -> None:
    assert set() == set(inputs()) & set(outputs())


def test_enumerations_of_answers_are_open() -> None:
    closed = [
        name
        for name, schema in outputs().items()
        for one in walk(schema)
        if "enum" in one or "const" in one
    ]
    assert [] == closed
    assert any("x-extensible-enum" in one for one in walk(outputs()))


def test_money_is_an_amount_with_its_currency() -> None:
    for name, field, one in properties(outputs()):
        if name == "Amount":
            continue
        if MONEY_NAMES.fullmatch(field):
            assert "Amount" in reached(one), (name, field)
        assert not field.endswith("_vnd"), (name, field)
    assert ["amount", "currency"] == SCHEMAS["Amount"]["required"]
    assert "integer" == SCHEMAS["Amount"]["properties"]["amount"]["type"]


def test_instants_have_an_offset_and_days_have_none() -> None:
    for name, field, one in properties({**inputs(), **outputs()}):
        formats = {text.get("format") for text in texts(one)}
        if DAY_NAMES.fullmatch(field):
            assert {"date"} == formats, (name, field)
        elif INSTANT_NAMES.fullmatch(field):
            assert {"date-time"} == formats, (name, field)


def test_bounds_of_whole_numbers_are_whole_and_fit_64_bits() -> None:
    for one in walk(DOCUMENT):
        if "integer" == one.get("type"):
            bounds = [one[bound] for bound in ("minimum", "maximum") if bound in one]
            assert all(type(bound) is int and -(2**63) <= bound < 2**63 for bound in bounds), one


def asked() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every schema of what is sent: parameters, bodies and what these lead to."""
    for one in operations(DOCUMENT):
        for parameter in one.get("parameters", ()):
            yield f"{one['operationId']} {parameter['name']}", parameter["schema"]
    for name, schema in inputs().items():
        yield from ((name, part) for part in walk(schema))


def is_bounded(text: Mapping[str, Any]) -> bool:
    """Tell whether what a text may be ends somewhere; a format is read by its whole length."""
    if {"maxLength", "enum", "const"} & {*text} or text.get("format") in SHAPES:
        return True
    pattern = text.get("pattern", "")
    return pattern[:1] == "^" and pattern[-1:] == "$" and not ENDLESS.search(pattern)


def test_every_text_of_a_request_is_bounded() -> None:
    found = {name for name, one in asked() if "string" == one.get("type") and not is_bounded(one)}
    assert set() == {name for name in found if not name.endswith(ENTITY_TAGS)}


def test_every_list_of_a_request_is_bounded() -> None:
    assert [] == [
        name for name, one in asked() if "array" == one.get("type") and "maxItems" not in one
    ]


def test_every_number_of_a_request_is_bounded() -> None:
    numbers = {"integer", "number"}
    found = [(name, one) for name, one in asked() if one.get("type") in numbers]
    assert found
    assert [] == [name for name, one in found if not ENDS <= {*one}]


def test_a_part_of_a_request_is_never_just_anything() -> None:
    kinds = {"type", "anyOf", "oneOf", "allOf", "enum", "const", "$ref"}
    schemas = [(name, part) for name, one in inputs().items() for part in fields(one)]
    assert [] == [name for name, one in schemas if not kinds & {*one}]


def fields(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the schemas of the fields and items within `schema`."""
    for one in walk(schema):
        yield from one.get("properties", {}).values()
        yield from ([one["items"]] if "items" in one else ())


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        pytest.param({"type": "string"}, False, id="nothing"),
        pytest.param({"type": "string", "pattern": "^[a-z]+$"}, False, id="an endless pattern"),
        pytest.param({"type": "string", "pattern": "^[a-z]{2,}$"}, False, id="at least so many"),
        pytest.param({"type": "string", "pattern": "[a-z]{2}"}, False, id="a part of the text"),
        pytest.param({"type": "string", "pattern": "^[A-Z][0-9]{2}$"}, True, id="a pattern"),
        pytest.param({"type": "string", "format": "date"}, True, id="a day"),
        pytest.param({"type": "string", "maxLength": 3}, True, id="a length"),
    ],
)
def test_what_bounds_a_text(schema: Mapping[str, Any], *, said: bool) -> None:
    assert said is is_bounded(schema)


@pytest.mark.parametrize("one", list(operations(DOCUMENT)), ids=lambda one: one["operationId"])
def test_a_reader_can_paste_every_request(one: Mapping[str, Any]) -> None:
    for parameter in one.get("parameters", ()):
        where = (one["operationId"], parameter["name"])
        assert parameter["description"], where
        example = parameter.get("example", parameter["schema"].get("examples", [None])[0])
        assert example is not None, where
        validator({**parameter["schema"]}).validate(example)
    content = one.get("requestBody", {}).get("content", {})
    written = set(content) - FILES
    assert written <= ({FORM} if one["operationId"] in FOREIGN else {JSON})
    pasted = {media: body for media, body in content.items() if media in (written or FILES)}
    for body in pasted.values():
        assert body["examples"]
        for example in body["examples"].values():
            assert example["summary"]
            validator(body["schema"]).validate(example["value"])


def validator(schema: Mapping[str, Any]) -> OAS31Validator:
    return OAS31Validator({**schema, "components": DOCUMENT["components"]})


def test_everything_is_described_in_the_words_of_a_reader() -> None:
    for one in operations(DOCUMENT):
        assert one["description"].endswith((".", "`")), one["operationId"]
    for name, schema in {**inputs(), **outputs()}.items():
        assert "enum" in schema or schema.get("description"), name
    described = [one for one in walk(DOCUMENT) if isinstance(one.get("description"), str)]
    ours = {one["description"] for one in described if OUR_WORDS.search(one["description"])}
    assert set() == ours


def test_a_parameter_is_never_null() -> None:
    for one in operations(DOCUMENT):
        for parameter in one.get("parameters", ()):
            assert {"type": "null"} not in list(walk(parameter["schema"]))


def test_models_of_answers_have_no_defaults() -> None:
    for route in routes():
        model = route.response_model
        if isinstance(model, type) and issubclass(model, BaseModel):
            assert all(field.is_required() for field in model.model_fields.values()), model


def test_the_document_holds_nothing_of_the_machine_that_wrote_it() -> None:
    written = json.dumps(DOCUMENT)
    assert str(ROOT) not in written
    assert "localhost" not in written
    assert "127.0.0.1" not in written
