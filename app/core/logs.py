"""Log lines: an event's name and facts; never bodies, headers, plates or anything personal."""

import logging
import os
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

import structlog
from structlog.types import Processor

from app.core.config import LogFormat, Settings

# Addresses of requests hold tracking tokens; the others tell of every start and stop.
OURS: Final = f"{Path(__file__).parents[1]}{os.sep}"
QUIET = ("uvicorn", "httpx", "httpcore", "alembic")


def configure_logs(settings: Settings) -> None:
    """Send what this process and its libraries log to standard error, in the form set."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendering(settings.log_format),
            ],
        ),
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _rendering(form: LogFormat) -> list[Processor]:
    """Return what writes a line; a traceback tells files and lines, never values of variables."""
    if form is LogFormat.CONSOLE:
        plain, colors = structlog.dev.plain_traceback, sys.stderr.isatty()
        return [structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=plain)]
    tracebacks = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    return [
        structlog.processors.ExceptionRenderer(tracebacks),
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]


def named(entries: Sequence[UUID]) -> Mapping[str, str | Sequence[str]]:
    """Return what a line says of the entries that it is about: their ids, nothing else of them."""
    if len(entries) == 1:
        return {"entry_id": str(entries[0])}
    return {"entry_ids": [str(entry) for entry in entries]} if entries else {}


def outline(error: BaseException) -> list[str]:
    """Return where and as what an error came up, without its text, which may hold personal data.

    Of the frames, those of this code and the last one, which is where a library gave up.
    """
    return list(_outline(error))


def _outline(error: BaseException) -> Iterator[str]:
    seen: BaseException | None = error
    while seen is not None:
        yield " ".join(filter(None, (type(seen).__qualname__, _constraint(seen))))
        frames = traceback.extract_tb(seen.__traceback__)
        for frame in (one for one in frames if one.filename.startswith(OURS) or one is frames[-1]):
            yield f"  {frame.filename}:{frame.lineno} {frame.name}"
        seen = seen.__cause__ or seen.__context__


def _constraint(error: BaseException) -> str | None:
    """Return the name of the constraint that the database says is broken."""
    name: str | None = getattr(error, "constraint_name", None)
    return name
