"""Routes found by their path: the router asks one after the other, through a hundred of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

Root = tuple[str, ...]
"""The first two segments of a path."""


class KnownPaths(BaseRoute):
    """Knows routes by method and path, those with parameters by their root; it stands before all.

    A path without parameters is nobody else's: by another method it is refused, and not taken for
    one that has a parameter there. What is not found is asked of the routes themselves.
    """

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        """Know those of `routes` that answer requests."""
        known = [route for route in routes if isinstance(route, APIRoute)]
        self._fixed: Mapping[tuple[str, str], Scope] = {
            (method, route.path): _found(route)
            for route in known
            if "{" not in route.path
            for method in route.methods or ()
        }
        self._paths = frozenset(path for _, path in self._fixed)
        self._by_root: dict[Root, list[APIRoute]] = {}
        for route in known:
            if "{" in route.path:
                self._by_root.setdefault(_root(route.path), []).append(route)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Tell which route answers a request, and with what."""
        if scope.get("root_path") or scope["type"] != "http":
            return Match.NONE, {}
        path = scope["path"]
        fixed = self._fixed.get((scope["method"], path))
        if fixed is not None:
            return Match.FULL, {**fixed, "path_params": {}}
        if path in self._paths:
            return Match.FULL, {}
        return _first(self._by_root.get(_root(path), ()), scope)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the route that matched answer; a method that the path has not is refused."""
        route: APIRoute | None = scope.get("route")
        if route is None:
            raise HTTPException(405)
        await route.handle(scope, receive, send)


def _found(route: APIRoute) -> dict[str, Any]:
    return {"endpoint": route.endpoint, "route": route}


def _root(path: str) -> Root:
    return tuple(path.split("/", 3)[1:3])


def _first(routes: Sequence[APIRoute], scope: Scope) -> tuple[Match, Scope]:
    for route in routes:
        match, found = route.matches(scope)
        if match is Match.FULL:
            return match, found
    return Match.NONE, {}
