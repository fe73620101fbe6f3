"""What can be done on the console: each act is one request of the API, sent by one form.

The fields of a form without a slash name the parts of the path, those with one are the document.
The answer to a form is the page that it stands on, with what became of it; sent again, by its
retry key, it is answered alike and does nothing more.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from fastapi import FastAPI
from starlette.responses import Response

from app.api.failures import UnacceptableRequestError
from app.web.asking import RefusedError
from app.web.console.desk import Outcome
from app.web.forms import KEY, document_of
from app.web.visits import UNAUTHENTICATED, Visit, add

ENTRY: Final = "/v1/entries/{entry}"
QUEUE: Final = "/v1/gates/{gate}/queues/{direction}"
ACTS: Final[Mapping[str, str]] = {
    "call": f"{QUEUE}/calls",
    "withdraw": "/v1/calls/{call}/withdrawal",
    "arrive": "/v1/arrivals",
    "move": "/v1/yards/{yard}/movements",
    "admit": f"{ENTRY}/admission",
    "release": f"{ENTRY}/release",
    "exit": f"{ENTRY}/exit",
    "accept": f"{ENTRY}/acceptance",
    "turn-back": f"{ENTRY}/refusal",
    "revoke": f"{ENTRY}/cancellation",
    "divert": f"{ENTRY}/diversion",
    "hold": f"{ENTRY}/holds",
    "lift": f"{ENTRY}/holds/{{hold}}/lift",
    "confirm-ground": f"{ENTRY}/ground-confirmations",
    "withdraw-ground": f"{ENTRY}/ground-withdrawals",
    "substitute": f"{ENTRY}/substitutions/{{substitution}}/confirmation",
    "refuse-substitute": f"{ENTRY}/substitutions/{{substitution}}/refusal",
    "propose": f"{QUEUE}/override-proposals",
    "confirm": "/v1/overrides/{override}/confirmation",
    "approve": "/v1/overrides/{override}/approval",
    "take": "/v1/exceptions/{exception}/assignment",
    "settle": "/v1/exceptions/{exception}/settlement",
    "post": "/v1/notices",
    "lift-notice": "/v1/notices/{notice}/lift",
    "stop": "/v1/holds",
    "lift-stop": "/v1/holds/{hold}/lift",
    "outage": "/v1/gates/{gate}/outages",
    "sign": "/v1/outages/{outage}/signature",
    "take-difficulty": "/v1/difficulties/{difficulty}/assignment",
    "answer": "/v1/difficulties/{difficulty}/answer",
    "publish": "/v1/difficulties/{difficulty}/publication",
}
"""Acts by the name that their form gives, and the path of the API that does them."""
WHOLE: Final = frozenset({"count", "per_hour", "per_day"})
PART: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
LOCAL: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
"""How a browser writes a day and a time; it means them as at the gate."""

Fields = Mapping[str, str]
Show = Callable[[Visit, Outcome | None], Awaitable[Response]]


def add_page(app: FastAPI, path: str, show: Show, acts: Sequence[str]) -> None:
    """Let `app` answer visits of `path`, and the forms of it that do one of `acts`."""

    async def look(visit: Visit) -> Response:
        return await show(visit, None)

    async def act(visit: Visit) -> Response:
        return await show(visit, await done(visit, await visit.fields(), acts))

    add(app, path, look)
    add(app, path, act, "POST")


async def done(visit: Visit, fields: Fields, acts: Sequence[str]) -> Outcome:
    """Do what a form says and return what became of it.

    Raises:
        RefusedError: nobody is signed in.
        UnacceptableRequestError: the form does nothing of its page.
    """
    act = fields.get("act", "")
    if act not in acts:
        raise UnacceptableRequestError
    document = document_of(_dated(fields), WHOLE)
    try:
        answer = await visit.api.post(_path(act, fields), document, key=fields.get(KEY))
    except RefusedError as error:
        if error.status == UNAUTHENTICATED:
            raise
        return Outcome(act, problem=error.problem, fields=fields)
    return Outcome(act, answer, fields=fields)


def _path(act: str, fields: Fields) -> str:
    """Return the path of an act; what names no thing of ours is no part of one."""
    parts = {name: text for name, text in fields.items() if PART.fullmatch(text)}
    try:
        return ACTS[act].format_map(parts)
    except KeyError:
        raise UnacceptableRequestError from None


def _dated(fields: Fields) -> Fields:
    """Return the fields with local times as instants at the gate."""
    return {
        name: f"{text}:00+07:00" if name.endswith("_at") and LOCAL.fullmatch(text) else text
        for name, text in fields.items()
    }
