"""A visit: one request for a page, with what it may ask of the API and how it answers.

async def board(visit: Visit) -> Response:
    return visit.page("board", boards=await visit.api.get("/v1/boards"))

add(app, "/", board)
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property, wraps
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.domain.errors import DomainError
from app.web.answers import SEE_OTHER
from app.web.asking import Api, RefusedError
from app.web.forms import fields_of
from app.web.pages import failure, page
from app.web.preferences import prefer

UNAUTHENTICATED: Final = 401


class Visit:
    """One request for a page."""

    def __init__(self, request: Request) -> None:
        """Begin, in the language that the reader chose."""
        prefer(request)
        self.request = request

    @cached_property
    def api(self) -> Api:
        """Return the API, asked as this browser."""
        return Api(self.request)

    @property
    def path(self) -> Mapping[str, Any]:
        """Return the parameters of the path."""
        return self.request.path_params

    @property
    def query(self) -> Mapping[str, str]:
        """Return the parameters of the query."""
        return self.request.query_params

    async def fields(self) -> Mapping[str, str]:
        """Return the fields of the form that was sent; see `forms`."""
        return await fields_of(self.request)

    async def viewer(self) -> Mapping[str, Any]:
        """Return the session of whoever looks; who has none is sent to sign in.

        Raises:
            RefusedError
        """
        session: Mapping[str, Any] = await self.api.get("/v1/session")
        return session

    def page(self, name: str, status: int = 200, **facts: object) -> Response:
        """Return the page of a template."""
        return page(self.request, name, status, **facts)

    def go(self, path: str, **query: str) -> Response:
        """Send the browser to another page, as after a form that was done."""
        root = self.request.scope.get("root_path", "").rstrip("/")
        return RedirectResponse(root + path + (f"?{urlencode(query)}" if query else ""), SEE_OTHER)

    def refused(self, error: RefusedError) -> Response:
        """Return what a refusal of the API is for a browser: to sign in, or a page that says it."""
        if error.status == UNAUTHENTICATED:
            return self.go("/sign-in", next=self._way_back())
        return self.page("failure", error.status, problem=error.problem)

    def _way_back(self) -> str:
        url = self.request.url
        return url.path + (f"?{url.query}" if url.query else "")


Answer = Callable[[Visit], Awaitable[Response]]


def add(app: FastAPI, path: str, answer: Answer, method: str = "GET") -> None:
    """Let `app` answer visits of `path`; whatever is refused ends in a page that says why."""

    @wraps(answer)
    async def endpoint(request: Request) -> Response:
        visit = Visit(request)
        try:
            return await answer(visit)
        except RefusedError as error:
            return visit.refused(error)
        except DomainError as error:
            return failure(request, error)

    app.add_route(path, endpoint, methods=[method], include_in_schema=False)


def lead(app: FastAPI, path: str, to: str) -> None:
    """Let `path` lead to the page `to`, as from an act's address where its answer is read again."""

    async def answer(visit: Visit) -> Response:
        return visit.go(to.format(**visit.path))

    answer.__name__ = lead.__name__
    add(app, path, answer)
