"""What a reader chose with one tap, kept by the browser: a language, dark or light.

The choice of a language goes before what the browser prefers. It is laid over the request's
`Accept-Language`, so that everything which answers in a language answers in that.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.requests import Request, cookie_parser
from starlette.responses import RedirectResponse, Response

from app.api.texts import Language, language_in
from app.web.answers import SEE_OTHER, local_path

LANGUAGE: Final = "language"
THEME: Final = "theme"
THEMES: Final = ("auto", "light", "dark")
CHOICES: Final = {LANGUAGE: tuple(Language), THEME: THEMES}
A_YEAR: Final = 31_536_000


class Look(NamedTuple):
    """How a page that is the same for everybody is to look."""

    language: Language
    theme: str
    has_session: bool
    """Whether a session's cookie came along; nobody has asked whether it still holds."""


def look_in(fields: Mapping[bytes, bytes], session: str) -> Look:
    """Return the look that the fields of a request ask for; `session` is the cookie's name."""
    sent = fields.get(b"cookie")
    cookies = cookie_parser(sent.decode("latin-1")) if sent else {}
    chosen = cookies.get(LANGUAGE)
    language = Language(chosen) if chosen in CHOICES[LANGUAGE] else language_in(fields)
    return Look(language, _theme(cookies.get(THEME)), session in cookies)


def install(app: FastAPI) -> None:
    """Let `app` answer the taps."""
    app.add_route("/preferences", _choose, include_in_schema=False)


def prefer(request: Request) -> None:
    """Lay the language that a reader chose over the one that the browser prefers.

    What was read of the request before keeps its headers, so they are changed where they are.
    """
    chosen = request.cookies.get(LANGUAGE)
    if chosen in CHOICES[LANGUAGE]:
        MutableHeaders(raw=request.scope["headers"])["accept-language"] = chosen


def theme_of(request: Request) -> str:
    """Return `light` or `dark` where a reader chose, else `auto`."""
    return _theme(request.cookies.get(THEME))


def _theme(chosen: str | None) -> str:
    return chosen if chosen in THEMES else THEMES[0]


async def _choose(request: Request) -> Response:
    """Keep each choice that is one, and go back to where it was made."""
    answer = RedirectResponse(local_path(request.query_params.get("next")), SEE_OTHER)
    for name, choices in CHOICES.items():
        if (chosen := request.query_params.get(name)) in choices:
            answer.set_cookie(name, str(chosen), max_age=A_YEAR, samesite="lax", httponly=True,
                              secure=request.url.scheme == "https")  # fmt: skip
    return answer
