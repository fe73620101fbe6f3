"""Styles, scripts and pictures of the pages: kept with this project, named by what is in them.

An address changes with the content, so a browser asks for each once a release.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

ASSETS: Final = "/assets"
FOLDER: Final = Path(__file__).with_name("static")
A_YEAR: Final = 31_536_000
LENGTH: Final = 12


class Assets(StaticFiles):
    """The files, kept by browsers for a year: what changes has another address."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 - passed on
        """Return a file that may be kept."""
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
        return response


def install(app: FastAPI) -> None:
    """Serve the files."""
    app.mount(ASSETS, Assets(directory=FOLDER), name="assets")


def address(name: str) -> str:
    """Return the path of a file, from the root of the pages.

    Raises:
        KeyError: there is no such file.
    """
    return f"{ASSETS}/{name}?v={_versions()[name]}"


@cache
def _versions() -> Mapping[str, str]:
    return {
        path.relative_to(FOLDER).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()[:LENGTH]
        for path in FOLDER.rglob("*")
        if path.is_file()
    }
