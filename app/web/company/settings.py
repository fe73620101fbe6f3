"""What a company manages itself: members, whom it lets act, systems, webhooks, its sessions.

Every act is a form that ends where it began. A secret is told in the answer to the form that made
it and never again: no address leads to it, and nothing keeps it.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple

from fastapi import FastAPI
from starlette.responses import Response

from app.domain.events import EVENTS, FOR_COMPANIES, MONEY
from app.web.asking import Query, RefusedError
from app.web.company.desk import show
from app.web.forms import KEY, document_of, in_hanoi, new_key
from app.web.looking import found, further, names
from app.web.visits import UNAUTHENTICATED, Visit, add, lead
from app.web.words import HAPPENED

PATH: Final = "/company/settings"
WHOLE: Final = frozenset({"valid_days", "overlap_hours", "after"})
FLAGS: Final = frozenset({"personal"})
OF: Final = "of"
UNTIL: Final = "/ends_at"
SIDES: Final = ("given", "received")
GROUPS: Final[Mapping[str, Collection[str]]] = {
    "way": ("entry", "substitution", "movement", "receiving_vehicle", "stay"),
    "queue": ("waiting", "lane", "ground", "call", "override", "rates"),
    "checks": ("check", "hold", "exception"),
    "money": MONEY,
    "house": (
        "batch", "party", "strike", "difficulty", "organisation", "client", "key", "member",
    ),
    "rules": ("notice", "edition", "reduction"),
}  # fmt: skip
"""Kinds of events by what they are about: the beginnings of their codes."""
MOST: Final = 100
A_PAGE: Final = 50


class Made(NamedTuple):
    """An act: by which method and path of the API, and what of its answer is told once.

    `lists` are sent though nothing of them is ticked.
    """

    path: str
    method: str = "POST"
    tells: str = ""
    lists: Sequence[str] = ()


ACTS: Final[Mapping[str, Mapping[str, Made]]] = {
    "members": {
        "invite": Made("/v1/organisations/{house}/members"),
        "role": Made("/v1/members/{of}/role"),
        "disable": Made("/v1/members/{of}/disablement"),
        "enable": Made("/v1/members/{of}/enablement"),
    },
    "delegations": {
        "give": Made("/v1/delegations"),
        "end": Made("/v1/delegations/{of}/revocation"),
        "refuse": Made("/v1/delegations/{of}/refusal"),
    },
    "keys": {
        "client": Made("/v1/organisations/{house}/clients"),
        "disable": Made("/v1/clients/{of}/disablement"),
        "enable": Made("/v1/clients/{of}/enablement"),
        "give": Made("/v1/clients/{of}/keys", tells="key"),
        "rotate": Made("/v1/keys/{of}/rotation", tells="key"),
        "revoke": Made("/v1/keys/{of}/revocation"),
    },
    "webhooks": {
        "add": Made("/v1/webhooks", tells="secret"),
        "change": Made("/v1/webhooks/{of}", "PATCH"),
        "narrow": Made("/v1/webhooks/{of}", "PATCH", lists=("kinds",)),
        "remove": Made("/v1/webhooks/{of}", "DELETE"),
        "rotate": Made("/v1/webhooks/{of}/secret", tells="secret"),
        "test": Made("/v1/webhooks/{of}/tests"),
        "replay": Made("/v1/webhooks/{of}/replays"),
    },
    "sessions": {"revoke": Made("/v1/sessions/{of}/revocation")},
}
"""Acts by the page that has them and the last part of their address."""


def install(app: FastAPI) -> None:
    """Let `app` answer the pages and their acts."""
    lead(app, PATH, f"{PATH}/members")
    for name in ACTS:
        add(app, f"{PATH}/{name}", _showing(name))
        for act, made in ACTS[name].items():
            add(app, f"{PATH}/{name}/{act}", _doing(name, made), "POST")
            lead(app, f"{PATH}/{name}/{act}", f"{PATH}/{name}")


def _showing(name: str) -> Callable[[Visit], Awaitable[Response]]:
    async def answer(visit: Visit) -> Response:
        return await _page(visit, name)

    return answer


def _doing(name: str, made: Made) -> Callable[[Visit], Awaitable[Response]]:
    async def answer(visit: Visit) -> Response:
        fields = await visit.fields()
        try:
            viewer = await visit.viewer()
            of = fields.get(OF, "")
            path = made.path.format(house=viewer["organisation"], of=of if _is_id(of) else "0")
            document = _document(fields, made) if made.method != "DELETE" else None
            done = await visit.api.send(
                made.method, path, document=document, key=fields.get(KEY) or None
            )
        except RefusedError as error:
            if error.status == UNAUTHENTICATED:
                raise
            return await _page(visit, name, error, fields)
        if made.tells:
            return await _page(visit, name, secret=done.json()[made.tells])
        return visit.go(f"{PATH}/{name}", done="1", **({OF: of} if of else {}))

    return answer


def _document(fields: Mapping[str, str], made: Made) -> dict[str, Any]:
    """Return what a form says; a box that lists is named `/kinds/…` or `/scopes/…`."""
    read = {name: in_hanoi(text) if name == UNTIL else text for name, text in fields.items()}
    return {**{name: [] for name in made.lists}, **document_of(read, WHOLE, FLAGS)}


def _is_id(text: str) -> bool:
    return bool(text) and text.replace("-", "").isalnum()


async def _page(
    visit: Visit,
    name: str,
    error: RefusedError | None = None,
    fields: Mapping[str, str] | None = None,
    secret: str = "",
) -> Response:
    viewer = await visit.viewer()
    typed = fields or {}
    is_of_one = bool(typed.get(OF))  # of a list: nothing of it stands in the form that adds another
    return await show(
        visit,
        name,
        error.status if error else 200,
        pages=list(ACTS),
        page_name=name,
        secret=secret,
        done=visit.query.get("done"),
        problem=error.problem if error else None,
        faults=error.errors if error and not is_of_one else {},
        fields={} if is_of_one else typed,
        key=new_key(),
        **(await FACTS[name](visit, f"/v1/organisations/{viewer['organisation']}")),
    )


async def _items(visit: Visit, path: str) -> Sequence[Any]:
    """Return a list, None-like where it is not this reader's."""
    answer = await found(visit, path, {"limit": MOST})
    items: Sequence[Any] = answer["items"] if answer else ()
    return items


async def _members(visit: Visit, house: str) -> Mapping[str, Any]:
    return {
        "organisation": await visit.api.get(house),
        "members": await _items(visit, f"{house}/members"),
    }


async def _keys(visit: Visit, house: str) -> Mapping[str, Any]:
    clients = await _items(visit, f"{house}/clients")
    keys = {one["id"]: await _items(visit, f"/v1/clients/{one['id']}/keys") for one in clients}
    return {"clients": clients, "keys": keys}


async def _delegations(visit: Visit, _: str) -> Mapping[str, Any]:
    side = "received" if visit.query.get("side") == "received" else "given"
    is_over = visit.query.get("ended") == "true"
    cursor = visit.query.get("cursor")
    asked: Query = {"side": side, "ended": is_over, "limit": A_PAGE, "cursor": cursor}
    listed = await visit.api.get("/v1/delegations", asked)
    return {
        "side": side,
        "sides": SIDES,
        "is_over": is_over,
        "delegations": listed["items"],
        "further": further(visit, listed["next_cursor"]),
    }


def kinds() -> Mapping[str, Sequence[str]]:
    """Return the kinds of events that a company may be told of, by what they are about."""
    return {
        group: [
            kind
            for kind in EVENTS
            if kind in FOR_COMPANIES and kind.partition(".")[0] in beginnings
        ]
        for group, beginnings in GROUPS.items()
    }


async def _webhooks(visit: Visit, _: str) -> Mapping[str, Any]:
    hooks = await _items(visit, "/v1/webhooks")
    asked = (await visit.fields()).get(OF) or visit.query.get(OF)
    chosen = asked or (hooks[0]["id"] if hooks else "")
    known = next((one for one in hooks if one["id"] == chosen), None)
    path = f"/v1/webhooks/{chosen}/deliveries"
    return {
        "hooks": hooks,
        "chosen": known,
        "deliveries": await _items(visit, path) if known else (),
        "gates": await names(visit, "/v1/gates"),
        "kinds": kinds(),
        "happened": HAPPENED,
    }


async def _sessions(visit: Visit, _: str) -> Mapping[str, Any]:
    return {"sessions": await _items(visit, "/v1/sessions")}


FACTS: Final = {
    "members": _members,
    "delegations": _delegations,
    "keys": _keys,
    "webhooks": _webhooks,
    "sessions": _sessions,
}
"""What each page shows."""
