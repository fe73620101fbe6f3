"""How a page is drawn and sent: one frame, one style, a policy that lets nothing else run."""

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response

from app.api.problems import problem, problem_response, request_id_of, status_of
from app.api.texts import CATALOGUE, Language, language_of
from app.domain.errors import DomainError, Fact

HTML: Final = "text/html"
STYLE: Final = (
    "body{font:16px/1.5 sans-serif;margin:2em auto;max-width:44em;padding:0 1em}"
    "table{border-collapse:collapse;width:100%}"
    "td{border-top:1px solid #999;padding:.4em .6em;text-align:left}"
    "button{font:inherit;padding:.3em .8em}form{margin:0}"
    "h2{font-size:1.1em;margin:1em 0 .2em}p{margin:.3em 0}.hash{overflow-wrap:anywhere}"
)
_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(request: Request, name: str, status: int = 200, **facts: object) -> Response:
    """Return the page of a template, in the language that the request asks for."""
    language = language_of(request.scope)

    def say(key: str, **named: Fact) -> str:
        return CATALOGUE.say(f"web.{key}", language, named)

    root = request.scope.get("root_path", "").rstrip("/")
    drawn = _TEMPLATES.get_template(f"{name}.html").render(
        say=say, language=language.value, style=STYLE, root=root, **facts
    )
    return Response(drawn, status, _headers(language), HTML)


def failure(request: Request, error: DomainError) -> Response:
    """Return what went wrong: a page for a browser, else the problem."""
    if HTML not in request.headers.get("accept", ""):
        return problem_response(error, request.scope)
    told = problem(error, language_of(request.scope), request_id_of(request.scope))
    return page(request, "failure", status_of(error), problem=told)


def _headers(language: Language) -> Mapping[str, str]:
    return {
        "Content-Security-Policy": POLICY,
        "Content-Language": language.value,
        "Vary": "Accept-Language",
        "Cache-Control": "no-store",
    }
