"""Where people are sent when they have signed in, and with what."""

from typing import Final
from urllib.parse import urlsplit

from starlette.responses import RedirectResponse, Response

from app.api.same_site import set_session
from app.core.config import Settings
from app.services.access.sessions import Opened

HOME: Final = "/work"
LONGEST_PATH: Final = 1000
SEE_OTHER: Final = 303


def signed_in(opened: Opened, wanted: str | None, settings: Settings) -> Response:
    """Return the answer that gives a browser its cookie and sends it where it wanted to go."""
    answer = RedirectResponse(local_path(wanted), SEE_OTHER)
    set_session(answer, opened.token, settings)
    return answer


def local_path(wanted: str | None) -> str:
    """Return a path of this service to go to; anything else would lead a person elsewhere."""
    if not wanted or len(wanted) > LONGEST_PATH or not wanted.isascii() or not wanted.isprintable():
        return HOME
    is_local = wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return HOME
    return wanted if is_local and not (parts.scheme or parts.netloc) else HOME
