"""Routes found by their whole path: the router asks one after the other, through sixty of them."""

from collections.abc import Iterable

from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send


class FixedPaths(BaseRoute):
    """Knows the routes without parameters by method and path; it stands before them all.

    A path that it knows is nobody else's: by another method it is refused, and not taken for one
    that has a parameter there. What it does not know is asked of the routes themselves.
    """

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        """Know those of `routes` that have one path."""
        self._routes = {
            (method, route.path): route
            for route in routes
            if isinstance(route, APIRoute) and "{" not in route.path
            for method in route.methods or ()
        }
        self._paths = frozenset(path for _, path in self._routes)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Tell what the route at the path of a request says of it."""
        if scope.get("root_path") or scope["type"] != "http":
            return Match.NONE, {}
        route = self._routes.get(_asked(scope))
        if route is None:
            return (Match.FULL if scope["path"] in self._paths else Match.NONE), {}
        return route.matches(scope)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the route that matched answer; a method that the path has not is refused."""
        route = self._routes.get(_asked(scope))
        if route is None:
            raise HTTPException(405)
        await route.handle(scope, receive, send)


def _asked(scope: Scope) -> tuple[str, str]:
    return scope.get("method", ""), scope["path"]
