"""How a page is drawn and sent: one frame, one style, a policy that lets nothing else run."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response

from app.api.problems import problem, problem_response, request_id_of, status_of
from app.api.texts import BEIJING, Language, grouped, language_of, moment
from app.domain.errors import DomainError, Fact
from app.domain.gates import HANOI
from app.web.assets import address
from app.web.forms import KEY, new_key
from app.web.preferences import theme_of
from app.web.words import WORDS

HTML: Final = "text/html"
POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self';"
    " img-src 'self' data:; manifest-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


class Drawing:
    """What every template may use beside its own facts, in the language of one reader."""

    def __init__(self, request: Request) -> None:
        """Draw for whoever sent `request`."""
        self.language = language_of(request.scope)
        self.root: str = request.scope.get("root_path", "").rstrip("/")
        query = request.url.query
        self.here = request.url.path + (f"?{query}" if query else "")
        self.theme = theme_of(request)

    def say(self, key: str, **named: Fact) -> str:
        """Return a sentence of the pages by its key; those also on paper stand in the catalogue."""
        return WORDS.say(key if key in WORDS else f"web.{key}", self.language, named)

    def name_of(self, text: Mapping[str, str | None]) -> str:
        """Return what a text says in the reader's language, else in English, else Vietnamese."""
        found = (text.get(one) for one in (self.language.value, "en", "vi"))
        return next(filter(None, found), "")

    def money(self, amount_vnd: int) -> str:
        """Return an amount as the reader's language writes it."""
        return f"{grouped(amount_vnd, self.language)} ₫"

    def count(self, number: int) -> str:
        """Return a number as the reader's language writes it."""
        return grouped(number, self.language)

    def when(self, instant: str | datetime) -> str:
        """Return an instant with its day and by whose clock."""
        return moment(_instant(instant), self.language)

    def clock(self, instant: str | datetime) -> str:
        """Return the time of day in Hanoi; in Chinese also in Beijing, an hour ahead."""
        at = _instant(instant)
        local = f"{at.astimezone(HANOI):%H:%M}"
        if self.language is Language.ZH:
            return f"{local}（北京{at.astimezone(BEIJING):%H:%M}）"
        return local

    def day(self, instant: str | datetime) -> str:
        """Return the day of an instant in Hanoi without its year, for lists of these days."""
        at = _instant(instant).astimezone(HANOI)
        return f"{at:%d/%m}" if self.language is Language.VI else f"{at:%m-%d}"

    def asset(self, name: str) -> str:
        """Return the address of a style, a script or a picture."""
        return self.root + address(name)

    def api(self, path: str) -> str:
        """Return the address of what the API answers to a link, in the reader's language."""
        return f"{self.root}{path}{'&' if '?' in path else '?'}language={self.language.value}"

    def names(self) -> dict[str, object]:
        """Return what a template calls these."""
        helpers = (
            self.say, self.name_of, self.money, self.count, self.when, self.clock, self.day,
            self.asset, self.api,
        )  # fmt: skip
        return {
            **{helper.__name__: helper for helper in helpers},
            "language": self.language.value,
            "root": self.root,
            "here": self.here,
            "theme": self.theme,
            "key_field": KEY,
            "new_key": new_key,
            "viewer": None,
        }


def page(request: Request, name: str, status: int = 200, **facts: object) -> Response:
    """Return the page of a template, in the language that the request asks for."""
    headers = headers_of(language_of(request.scope))
    return Response(drawn(request, name, **facts), status, headers, HTML)


def drawn(request: Request, name: str, **facts: object) -> str:
    """Return what stands on the page of a template."""
    return _TEMPLATES.get_template(f"{name}.html").render({**Drawing(request).names(), **facts})


def failure(request: Request, error: DomainError) -> Response:
    """Return what went wrong: a page for a browser, else the problem."""
    if HTML not in request.headers.get("accept", ""):
        return problem_response(error, request.scope)
    told = problem(error, language_of(request.scope), request_id_of(request.scope))
    return page(request, "failure", status_of(error), problem=told)


def headers_of(language: Language) -> Mapping[str, str]:
    """Return what is said beside a page in a language."""
    return {
        "Content-Security-Policy": POLICY,
        "Content-Language": language.value,
        "Vary": "Accept-Language, Cookie",
        "Cache-Control": "no-store",
    }


def _instant(instant: str | datetime) -> datetime:
    return instant if isinstance(instant, datetime) else datetime.fromisoformat(instant)
