"""Which requests bring whole files, and how much those may be: the wire and the manners agree."""

from collections.abc import Mapping
from typing import Final

from app.api.fleet.uploads import BATCHES
from app.api.middleware import Asked
from app.api.statements import STATEMENTS
from app.core.config import Settings

UPLOADED: Final = ("POST", "/company/uploads")
"""The page by which a person sends what `BATCHES` takes."""
WITH_FILES: Final[tuple[Asked, ...]] = (BATCHES, STATEMENTS, UPLOADED)


def longer_bodies(settings: Settings) -> Mapping[Asked, int]:
    """Return the limits, in bytes, of operations whose bodies may be longer than others'."""
    return dict.fromkeys(WITH_FILES, settings.max_batch_bytes)
