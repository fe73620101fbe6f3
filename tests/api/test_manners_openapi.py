import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from openapi_spec_validator import validate

from app.api.manners import install
from app.api.openapi import application, document, dump, faults, operations
from app.domain.vocabulary import Lane
from tests.api.manners_app import TAGS, TruckIn, make_app, make_client


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async for client in make_client(make_app()):
        yield client


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return document(make_app())


def operation(made: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in operations(made) if one["operationId"] == name)


def test_the_document_is_valid_and_of_version_3_1_0(made: dict[str, Any]) -> None:
    assert made["openapi"] == "3.1.0"
    validate(made)


def test_the_document_is_the_same_each_time() -> None:
    assert dump(make_app()) == dump(make_app())
    assert json.loads(dump(make_app())) == document(make_app())


def test_operations_have_the_names_of_their_functions(made: dict[str, Any]) -> None:
    assert {"add_truck", "list_trucks", "amend_truck", "remove_truck"} <= {
        one["operationId"] for one in operations(made)
    }


def test_what_any_operation_answers_is_declared(made: dict[str, Any]) -> None:
    always = {"413", "429", "500", "503"}

    assert set(operation(made, "cached_truck")["responses"]) == {"200"} | always
    assert set(operation(made, "list_trucks")["responses"]) == {"200", "422"} | always
    assert set(operation(made, "add_truck")["responses"]) == ({"201", "400", "415", "422"} | always)
    assert set(operation(made, "remove_truck")["responses"]) == {
        "204", "401", "403", "404", "422"
    } | always  # fmt: skip


def test_failures_are_problems_and_nothing_is_left_of_the_frameworks_own(
    made: dict[str, Any],
) -> None:
    assert "HTTPValidationError" not in made["components"]["schemas"]
    for one in operations(made):
        for status, response in one["responses"].items():
            if status >= "4":
                assert list(response["content"]) == ["application/problem+json"]
                content = response["content"]["application/problem+json"]
                assert content["schema"] == {"$ref": "#/components/schemas/Problem"}


def test_a_routes_own_failures_stand_beside_the_common_ones(made: dict[str, Any]) -> None:
    content = operation(made, "add_truck")["responses"]["422"]["content"]
    examples = content["application/problem+json"]["examples"]

    assert set(examples) == {"invalid-request", "unknown-code"}
    assert examples["unknown-code"] == {"$ref": "#/components/examples/unknown-code"}
    assert made["components"]["examples"]["unknown-code"]["value"]["status"] == 422


def test_answers_have_open_enumerations_and_requests_closed_ones(made: dict[str, Any]) -> None:
    schemas = made["components"]["schemas"]
    out = schemas["TruckOut"]["properties"]["lane"]["anyOf"][0]

    assert "enum" not in out
    assert out["x-extensible-enum"] == list(Lane)
    assert schemas["Lane"]["enum"] == list(Lane)


def test_answers_have_every_field_and_requests_no_other(made: dict[str, Any]) -> None:
    schemas = made["components"]["schemas"]

    assert schemas["TruckOut"]["required"] == ["plate", "lane", "arrives_at"]
    assert schemas["TruckIn"]["additionalProperties"] is False
    assert schemas["DriverIn"]["properties"]["phone"]["x-personal"] is True


def test_the_security_scheme_is_a_bearer_key(made: dict[str, Any]) -> None:
    assert made["components"]["securitySchemes"]["ApiKey"]["scheme"] == "bearer"
    assert operation(made, "remove_truck")["security"] == [{"ApiKey": []}]
    assert "security" not in operation(made, "add_truck")


async def test_the_key_is_looked_for_in_the_header(client: httpx.AsyncClient) -> None:
    assert (await client.delete("/v1/trucks/abc")).status_code == 204


def test_a_document_that_breaks_our_rules_is_not_written() -> None:
    app = application(version="1", tags=TAGS)

    async def twice() -> None: ...

    app.add_api_route("/a", twice, tags=["trucks", "others"])
    app.add_api_route("/b", twice, responses={409: {"description": "no problem"}})

    with pytest.warns(UserWarning, match="Duplicate Operation ID"):
        found = list(faults(document(app)))

    assert found == [
        "twice: one tag is needed, and it must be described",
        "twice: the endpoint has no docstring",
        "twice: the operation id is not unique",
        "twice: one tag is needed, and it must be described",
        "twice: the endpoint has no docstring",
        "twice: 409 is not declared as a problem",
    ]
    with (
        pytest.warns(UserWarning, match="Duplicate"),
        pytest.raises(ValueError, match="not unique"),
    ):
        dump(app)


def test_a_body_that_is_not_read_strictly_is_found_at_the_start() -> None:
    app = FastAPI()
    loose = APIRouter()

    @loose.post("/loose")
    async def loosely(body: TruckIn) -> None: ...

    app.include_router(loose)

    with pytest.raises(TypeError, match="route_class"):
        install(app)


async def test_the_document_is_served_and_cached(client: httpx.AsyncClient) -> None:
    first = await client.get("/openapi.json")
    again = await client.get("/openapi.json", headers={"if-none-match": first.headers["etag"]})

    assert first.json() == document(make_app())
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("page", "scripts"),
    [
        ("/docs", ["/docs/assets/swagger-ui-bundle.js", "/docs/swagger.js"]),
        ("/redoc", ["/docs/assets/redoc.standalone.js", "/docs/redoc.js"]),
    ],
)
async def test_pages_need_no_other_server_and_have_no_script_of_their_own(
    client: httpx.AsyncClient, page: str, scripts: list[str]
) -> None:
    response = await client.get(page)

    policy = response.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "default-src 'none'" in policy
    assert "://" not in response.text
    assert response.text.count("<script ") == response.text.count("<script src=") == 2
    for script in scripts:
        assert f'"{script}"' in response.text
        answer = await client.get(script)
        assert answer.status_code == 200
        assert "javascript" in answer.headers["content-type"]
        assert "max-age=3600" in answer.headers["cache-control"]


async def test_a_script_that_is_not_there_is_a_404(client: httpx.AsyncClient) -> None:
    assert (await client.get("/docs/other.js")).status_code == 404
    assert (await client.get("/docs/assets/..%2fcore.py")).status_code == 404


async def test_the_type_of_a_problem_explains_it(client: httpx.AsyncClient) -> None:
    explained = (await client.get("/problems/busy")).json()

    assert explained["status"] == 503
    assert set(explained["title"]) == {"vi", "en", "zh"}
    assert (await client.get("/problems/none")).status_code == 404
