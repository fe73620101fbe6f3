"""The verifier: one file that anybody takes from here and runs against the public logs."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from fastapi import FastAPI
from starlette.responses import Response

from app.api.caching import FOREVER, conditional
from app.web.visits import Visit, add

PATH: Final = "/verify_log.py"
PROGRAM: Final = Path(__file__).parents[3] / "tools" / "verify_log.py"
PYTHON: Final = "text/x-python"
VERSION: Final = 12
"""So many digits of its hash stand in its address, which therefore changes with the file."""


class Verifier(NamedTuple):
    """The file as it is given, and its hash, by which anybody knows it again."""

    content: bytes
    sha256: str

    @property
    def version(self) -> str:
        """Return what of the hash stands in the address."""
        return self.sha256[:VERSION]

    @property
    def address(self) -> str:
        """Return the path of the file, from the root of the pages."""
        return f"{PATH}?v={self.version}"


@cache
def verifier() -> Verifier:
    """Return the verifier of this release, read once."""
    content = PROGRAM.read_bytes()
    return Verifier(content, hashlib.sha256(content).hexdigest())


def install(app: FastAPI) -> None:
    """Let `app` answer the file."""
    add(app, PATH, _give)


async def _give(visit: Visit) -> Response:
    """Answer the file; by the address that pages name it may be kept, as that is of these bytes."""
    one = verifier()
    kept = FOREVER if visit.query.get("v") == one.version else 0
    answer = conditional(visit.request, one.content, kept, media_type=PYTHON)
    answer.headers["Content-Disposition"] = f'attachment; filename="{PROGRAM.name}"'
    return answer
