"""Log lines: an event's name and facts; never bodies, headers, plates or anything personal."""

import logging
import sys

import structlog
from structlog.types import Processor

from app.core.config import LogFormat, Settings

# Addresses of requests hold tracking tokens; the others tell of every start and stop.
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
