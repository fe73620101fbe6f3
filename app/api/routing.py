"""Routes found by their whole path: the router asks one after the other, through sixty of them."""

from collections.abc import Iterable

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send


class FixedPaths(BaseRoute):
    """Knows the routes without parameters by method and path; it stands before them all.

    What it does not know, another method included, is asked of the routes themselves.
    """

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        """Know those of `routes` that have one path."""
        self._routes = {
            (method, route.path): route
            for route in routes
            if isinstance(route, APIRoute) and "{" not in route.path
            for method in route.methods or ()
        }

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Tell what the route at the path of a request says of it."""
        route = None if scope.get("root_path") else self._routes.get(_asked(scope))
        return route.matches(scope) if route else (Match.NONE, {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the route that matched answer."""
        await self._routes[_asked(scope)].handle(scope, receive, send)


def _asked(scope: Scope) -> tuple[str, str]:
    return scope.get("method", ""), scope["path"]
