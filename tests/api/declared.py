"""Whether an answer is one that the document declares; every answer of the API tests is asked."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import httpx

from app.api.openapi import document
from app.core.config import Settings
from app.main import create_app


def ensure_declared(answer: httpx.Response) -> None:
    """Refuse a status or a media type that the operation does not declare."""
    request = answer.request
    for operation in _operations(request.method, request.url.path):
        name, status = operation["operationId"], str(answer.status_code)
        assert status in operation["responses"], f"{name} does not declare {status}: {answer.text}"
        declared = set(operation["responses"][status].get("content", ()))
        media_type = answer.headers.get("content-type", "").partition(";")[0]
        assert media_type in declared or (not declared and not answer.content), (name, media_type)


@cache
def _operations(method: str, path: str) -> tuple[Mapping[str, Any], ...]:
    """Return the operation at a path, if the document has one there; a path of its own is first."""
    found = [
        (pattern.pattern == path, item[method.lower()])
        for pattern, item in _paths()
        if pattern.fullmatch(path) and method.lower() in item
    ]
    own = [operation for is_own, operation in found if is_own]
    return tuple(own or [operation for _, operation in found])


@cache
def _paths() -> tuple[tuple[re.Pattern[str], Mapping[str, Any]], ...]:
    return tuple(
        (re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), item)
        for path, item in declared()["paths"].items()
    )


@cache
def declared() -> Mapping[str, Any]:
    """Return the document of a sandbox, which takes seconds to make."""
    return document(create_app(Settings()))
