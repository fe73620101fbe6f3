"""`/openapi.json`, `/docs`, `/redoc` and `/problems/{code}`: everything served from here.

The pages need no internet and run under a strict policy: no script stands in a page, none comes
from another server.
"""

import asyncio
import html
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from app.api.caching import conditional
from app.api.failures import NoSuchPathError
from app.api.problems import codes, status_of
from app.api.texts import CATALOGUE

ASSETS: Final = "/docs/assets"
AN_HOUR: Final = 3600
POLICY: Final = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; worker-src 'self' blob:;"
    " style-src 'self' 'unsafe-inline';"  # both pages write their styles by script
    " img-src 'self' data:; font-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"
)
_PAGE: Final = """\
<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{root}/docs/assets/swagger-ui.css">
<body style="margin:0"><main id="page" data-document="{root}/openapi.json"></main>
<script src="{root}/docs/assets/{library}"></script>
<script src="{root}/docs/{start}"></script>
"""
_STARTS: Final[Mapping[str, str]] = {
    "swagger.js": """\
SwaggerUIBundle({
  url: document.getElementById("page").dataset.document,
  dom_id: "#page",
  deepLinking: true,
  validatorUrl: null,
  persistAuthorization: false,
});
""",
    "redoc.js": """\
const page = document.getElementById("page");
Redoc.init(page.dataset.document, {disableGoogleFont: true, hideLoading: true}, page);
""",
}


class Assets(StaticFiles):
    """The scripts and styles of the pages; they change with a release only."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 - passed on
        """Return a file that may be kept for an hour."""
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = f"public, max-age={AN_HOUR}"
        return response


def install_pages(app: FastAPI) -> None:
    """Serve the document, its two pages and the explanation of each problem."""
    app.state.openapi_json, app.state.making_openapi_json = None, asyncio.Lock()
    app.add_route("/openapi.json", openapi_json, include_in_schema=False)
    app.add_route("/docs", swagger_page, include_in_schema=False)
    app.add_route("/redoc", redoc_page, include_in_schema=False)
    app.add_route("/docs/{name}.js", start_script, include_in_schema=False)
    app.add_route("/problems/{code}", explain_problem, include_in_schema=False)
    app.mount(ASSETS, Assets(directory=_assets()), name="docs-assets")


def _assets() -> Path:
    """Return the folder of the pages' scripts; its package is not imported, it need not run."""
    spec = find_spec("fastapi_offline")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).with_name("static")


async def openapi_json(request: Request) -> Response:
    """Answer with the document, made at the first request, beside all others: it takes seconds."""
    state = request.app.state
    async with state.making_openapi_json:
        if state.openapi_json is None:
            state.openapi_json = await asyncio.to_thread(_document, request.app)
    return conditional(request, state.openapi_json, 60)


def _document(app: FastAPI) -> bytes:
    return to_json(app.openapi())


async def swagger_page(request: Request) -> Response:
    """Answer with the page to try operations on."""
    return _page(request, "swagger-ui-bundle.js", "swagger.js")


async def redoc_page(request: Request) -> Response:
    """Answer with the page to read."""
    return _page(request, "redoc.standalone.js", "redoc.js")


async def start_script(request: Request) -> Response:
    """Answer with the few lines that start a page; in the page itself the policy forbids them."""
    script = _STARTS.get(f"{request.path_params['name']}.js")
    if script is None:
        raise NoSuchPathError
    return conditional(request, script.encode(), AN_HOUR, media_type="text/javascript")


async def explain_problem(request: Request) -> Response:
    """Answer with the sentences of a problem's code in every language."""
    kind = codes().get(request.path_params["code"])
    if kind is None:
        raise NoSuchPathError
    code = request.path_params["code"]
    explained = {
        "code": code,
        "status": status_of(kind),
        "title": CATALOGUE.text(f"problem.{code}.title"),
        "detail": CATALOGUE.text(f"problem.{code}.detail"),
    }
    return conditional(request, to_json(explained), AN_HOUR)


def _page(request: Request, library: str, start: str) -> Response:
    root = html.escape(request.scope.get("root_path", "").rstrip("/"))
    title = html.escape(request.app.title)
    body = _PAGE.format(title=title, root=root, library=library, start=start)
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
    return Response(body, headers=headers, media_type="text/html")
