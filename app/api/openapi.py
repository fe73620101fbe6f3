"""The OpenAPI 3.1 document: what FastAPI derives from the code, plus every operation's manners.

Each operation also fails in ways that no route declares: a body that is no JSON, a used-up
allowance. Those are added here, so that nothing undeclared is ever answered.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.security import HTTPBearer
from fastapi.telemetry import TelemetryConfig
from starlette.types import Lifespan

from app.api.event_documents import webhooks_of
from app.api.examples import JSON, show_examples
from app.api.failures import (
    BodyTooLargeError,
    InternalError,
    InvalidRequestError,
    MalformedBodyError,
    NoSuchPathError,
    NotJsonMediaTypeError,
    RateExceededError,
)
from app.api.front import FrontedFastAPI, Kept
from app.api.oauth import SCHEME, SECURITY
from app.api.problems import MEDIA_TYPE, Problem, problem_responses
from app.api.routing import KnownPaths
from app.api.same_site import PLAIN_NAME, SECURE_NAME
from app.api.tidying import tidy
from app.domain.errors import (
    BusyError,
    CrossSiteError,
    DomainError,
    KeyInvalidError,
    OrganisationUnverifiedError,
    RoleForbiddenError,
    ScopeMissingError,
    SessionEndedError,
)

OPENAPI_VERSION: Final = "3.1.0"  # generators refuse 3.2
# What the framework would record has whole addresses and validated input; we record our own.
UNTRACED: Final[TelemetryConfig] = {
    "tracing": False, "metrics": False, "logs": False, "auto_configure": False
}  # fmt: skip
METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
ALWAYS: Final = (RateExceededError, BodyTooLargeError, InternalError, BusyError)
WITH_BODY: Final = (MalformedBodyError, NotJsonMediaTypeError)
WITH_INPUT: Final = (InvalidRequestError,)
WITH_PATH: Final = (NoSuchPathError,)
WITH_KEY: Final = (
    KeyInvalidError,
    RoleForbiddenError,
    ScopeMissingError,
    OrganisationUnverifiedError,
    SessionEndedError,
    CrossSiteError,
)

FOREIGN: Final[Mapping[str, frozenset[str]]] = {"issue_token": frozenset({"400", "401"})}
"""Operations whose form another standard sets, and the statuses that it has a format for."""

_DEFAULT_SCHEMAS: Final = ("HTTPValidationError", "ValidationError")

_DESCRIPTION: Final = """\
Register vehicles, know what blocks them, what they pay and when they are called.

* **Failures** are `application/problem+json`; sentences in Vietnamese, English or Chinese by
  `Accept-Language`, codes never change. A link names its language itself: `?language=zh`, on any
  path, goes before the header.
* **Unknown fields** of a request, and filters that a list has not, are refused by name. Answers
  may grow: ignore fields and accept values that you do not know.
* **Keys** go into `Authorization: Bearer`, and so do the access tokens that `/oauth/token`
  gives for them.
* **People** sign in at `/sign-in`; the cookie of their session opens what a key of their scopes
  does, for pages of this service only.
* **Retries**: send `Idempotency-Key` with a POST, and the same again gets the stored answer.
* **Changes** name the version they were made on in `If-Match`.
* **Lists** are pages; `next_cursor` asks for the next one.
* **Allowances** are per client and class of operation (public, read, write, heavy), and per
  organisation over all its clients: the tightest stands in `RateLimit`, all in `RateLimit-Policy`.
  After a 429 wait for `Retry-After` seconds. Many wrong keys or links from an address end in 429,
  too.
"""

API_KEY: Final = HTTPBearer(
    scheme_name="ApiKey",
    bearerFormat="API key",
    description="`Authorization: Bearer` and the key that the operator of the gate gave you.",
    auto_error=False,
)
"""The security scheme of every operation with a key; the credentials are None where none came."""


SESSION: Final = "Session"
SESSION_SECURITY: Final[Mapping[str, Any]] = {
    "type": "apiKey",
    "in": "cookie",
    "name": SECURE_NAME,
    "description": f"The cookie of a person who has signed in at `/sign-in`; `{PLAIN_NAME}` where"
    " a sandbox is reached by plain HTTP. What is no read needs `Sec-Fetch-Site` or `Origin`.",
}


def operation_id(route: APIRoute) -> str:
    """Return the name of the route's function; clients get methods of that name."""
    return route.name


def application(
    *,
    version: str,
    tags: Sequence[Mapping[str, str]],
    lifespan: Lifespan[FastAPI] | None = None,
) -> FrontedFastAPI:
    """Return an application without routes; `tags` are `{"name", "description"}` in their order.

    `app.api.manners.install` adds the document's own paths.
    """
    app = FrontedFastAPI(
        title="Border gate",
        summary="An open service behind a border gate's digital platform.",
        description=_DESCRIPTION,
        version=version,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        servers=[{"url": "/", "description": "This server."}],
        openapi_tags=[dict(tag) for tag in tags],
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=operation_id,
        lifespan=lifespan,
        telemetry=UNTRACED,
    )
    app.state = Kept()
    return app


def install_routes(app: FastAPI, routers: Iterable[APIRouter]) -> None:
    """Let `app` answer the routes of `routers`, in their order.

    Routers that it includes it asks one by one, and whichever answers it asks twice: that took
    longer than sending a board. So the routes become its own.
    """
    routers = list(routers)
    app.router.routes.append(KnownPaths(route for one in routers for route in one.routes))
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute):
                route.unique_id = operation_id(route)
        app.router.routes.extend(router.routes)


def install_document(app: FastAPI) -> None:
    """Make `app.openapi()` return the document of this module, made once."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign] # FastAPI's documented way


def document(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of `app` as it is now."""
    made = get_openapi(
        title=app.title,
        version=app.version,
        openapi_version=OPENAPI_VERSION,
        summary=app.summary,
        description=app.description,
        routes=app.routes,
        webhooks=app.webhooks.routes,
        tags=app.openapi_tags,
        servers=app.servers,
        license_info=app.license_info,
    )
    _describe_problem(made)
    for operation in operations(made):
        _drop_default_422(operation)
        _declare(operation, _common(operation))
        operation["responses"] = dict(sorted(operation["responses"].items()))
    if sent := webhooks_of(made):
        made["webhooks"] = sent
    _name_roles(app, made)
    made["components"].setdefault("securitySchemes", {})[SCHEME] = SECURITY
    made["components"]["securitySchemes"][SESSION] = SESSION_SECURITY
    _share_examples(made)
    tidy(made)
    show_examples(made)
    return made


def dump(app: FastAPI) -> str:
    """Return the document as text, the same for the same code.

    Raises:
        ValueError: it breaks a rule of the house; see `faults`.
    """
    made = document(app)
    if found := list(faults(made)):
        raise ValueError("\n".join(found))
    return json.dumps(made, ensure_ascii=False, indent=2) + "\n"


def failures_of(route: APIRoute) -> frozenset[str]:
    """Return the codes of all failures that the document declares for the operation of a route."""
    (operation,) = operations(get_openapi(title="", version="", routes=[route]))
    _declare(operation, _common(operation))
    answers = (one.get("content", {}) for one in operation["responses"].values())
    return frozenset(
        code for one in answers for code in one.get(MEDIA_TYPE, {}).get("examples", ())
    )


def faults(made: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the document breaks of our rules: ids, tags, descriptions, problem bodies."""
    described = {tag["name"] for tag in made.get("tags", ()) if tag.get("description")}
    seen: set[str] = set()
    for operation in operations(made):
        name = operation["operationId"]
        if name in seen:
            yield f"{name}: the operation id is not unique"
        seen.add(name)
        if len(operation.get("tags", ())) != 1 or operation["tags"][0] not in described:
            yield f"{name}: one tag is needed, and it must be described"
        if not operation.get("description"):
            yield f"{name}: the endpoint has no docstring"
        yield from _undocumented(name, operation["responses"])


def _undocumented(name: str, responses: Mapping[str, Any]) -> Iterator[str]:
    own = FOREIGN.get(name, frozenset())
    for status, response in responses.items():
        if (
            status not in own
            and status[0] in "45"
            and MEDIA_TYPE not in response.get("content", ())
        ):
            yield f"{name}: {status} is not declared as a problem"


def operations(made: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every operation of a document."""
    for item in made.get("paths", {}).values():
        yield from (item[method] for method in METHODS if method in item)


def _describe_problem(made: dict[str, Any]) -> None:
    """Add the schema that every declared failure refers to."""
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    parts = schema.pop("$defs")
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    for name in _DEFAULT_SCHEMAS:
        schemas.pop(name, None)
    made["components"]["schemas"] = dict(sorted((schemas | parts | {"Problem": schema}).items()))


def _name_roles(app: FastAPI, made: Mapping[str, Any]) -> None:
    """Say who may call an operation and in which class it counts, as its route declares it."""
    said = {
        operation_id(route): {
            "x-roles": sorted(map(str, word.allowed)),
            "x-scope": (scope := str(word.scope_for(min(route.methods or ())))),
            "x-allowance": str(word.work_for(min(route.methods or ()))),
            "security": [{API_KEY.scheme_name: []}, {SCHEME: [scope]}, {SESSION: []}],
        }
        for route, word in _words(app)
        if hasattr(word, "scope_for")
    }
    for operation in operations(made):
        operation.update(said.get(operation["operationId"], {}))


def _words(app: FastAPI) -> Iterator[tuple[APIRoute, Any]]:
    """Yield what routes declare beside their function; `app.api.deps` has the words."""
    for context in iter_route_contexts(app.routes):
        if isinstance(route := context.original_route, APIRoute):
            yield from ((route, word.dependency) for word in route.dependencies)


def _drop_default_422(operation: dict[str, Any]) -> None:
    """Remove FastAPI's own 422, which this service never answers."""
    content = operation["responses"].get("422", {}).get("content", {})
    if "application/json" in content:
        del operation["responses"]["422"]


def _common(operation: Mapping[str, Any]) -> Iterator[type[DomainError]]:
    yield from ALWAYS
    is_json = JSON in operation.get("requestBody", {}).get("content", ())
    if is_json:
        yield from WITH_BODY
    if is_json or operation.get("parameters"):
        yield from WITH_INPUT
    if any(one["in"] == "path" for one in operation.get("parameters", ())):
        yield from WITH_PATH
    if operation.get("security"):
        yield from WITH_KEY


def _declare(operation: dict[str, Any], errors: Iterator[type[DomainError]]) -> None:
    """Add failures to what the route declares, beside its own examples of the same status."""
    for status, response in problem_responses(*errors).items():
        known = operation["responses"].setdefault(str(status), response)
        for media_type, content in response["content"].items():
            contents = known.setdefault("content", {})
            examples = contents.setdefault(media_type, content).setdefault("examples", {})
            examples.update(content["examples"])


def _share_examples(made: dict[str, Any]) -> None:
    """Write each failure's example once; operations refer to it."""
    shared: dict[str, Any] = {}
    for content in _problem_contents(made):
        shared |= content["examples"]
        content["examples"] = {
            code: {"$ref": f"#/components/examples/{code}"} for code in sorted(content["examples"])
        }
    made["components"]["examples"] = dict(sorted(shared.items()))


def _problem_contents(made: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for operation in operations(made):
        for response in operation["responses"].values():
            if MEDIA_TYPE in response.get("content", ()):
                yield response["content"][MEDIA_TYPE]
