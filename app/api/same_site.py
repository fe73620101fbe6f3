"""The cookie of a session: its name, how it is set and read, and from where it may do something.

A browser sends a cookie whoever made it ask. So what is no read must come from a page of our own,
which browsers tell by `Sec-Fetch-Site` and `Origin`; whoever sends neither shows a key, no cookie.
"""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from app.api.middleware import READS
from app.core.config import Settings
from app.domain.errors import CrossSiteError

SECURE_NAME: Final = "__Host-gate"
"""The prefix makes browsers refuse it from another host, or over plain HTTP (RFC 6265bis)."""
PLAIN_NAME: Final = "gate"
LONGEST_TOKEN: Final = 64
SAME: Final = "same-origin"


def cookie_name(settings: Settings) -> str:
    """Return what the cookie of a session is called; plain where there is no https."""
    return SECURE_NAME if settings.is_https else PLAIN_NAME


def session_token(request: Request, settings: Settings) -> str | None:
    """Return the token of the session that a request's cookie names, None where there is none."""
    token = request.cookies.get(cookie_name(settings))
    return token if token and len(token) <= LONGEST_TOKEN else None


def set_session(response: Response, token: str, settings: Settings) -> None:
    """Let the browser keep the token until it is closed, or for as long as a session may last."""
    response.set_cookie(
        cookie_name(settings),
        token,
        max_age=int(settings.session_lasts.total_seconds()),
        secure=settings.is_https,
        httponly=True,
        samesite="lax",
    )


def forget_session(response: Response, settings: Settings) -> None:
    """Let the browser forget the token."""
    response.delete_cookie(
        cookie_name(settings), secure=settings.is_https, httponly=True, samesite="lax"
    )


def ensure_same_site(request: Request, settings: Settings) -> None:
    """Refuse what is no read and does not come from a page of this service.

    Both headers count where both are there; of one that came twice, each.

    Raises:
        CrossSiteError
    """
    if request.method in READS:
        return
    sites = request.headers.getlist("sec-fetch-site")
    origins = request.headers.getlist("origin")
    own = _origin(request, settings)
    is_own = all(one == SAME for one in sites) and all(one == own for one in origins)
    if not is_own or not (sites or origins):
        raise CrossSiteError


def _origin(request: Request, settings: Settings) -> str:
    """Return the origin of our own pages; where no address is set, the one that was asked."""
    return settings.origin or f"{request.url.scheme}://{request.headers.get('host', '')}"
