"""The limit: plain FastAPI with the same schemas; reads, validates, answers, and does nothing else.

No manners, no key, no database: what remains is what the libraries cost for these documents.
"""

from pathlib import Path

from fastapi import FastAPI

from app.api.schemas.declarations import EntryIn
from app.api.schemas.entries import RegisteredOut
from app.api.schemas.quotes import QuotesIn, QuotesOut


def create_app(answers: Path) -> FastAPI:
    """Return the application; `answers` has what the service answered to the same requests."""
    entry = RegisteredOut.model_validate_json((answers / "entry.json").read_bytes())
    quotes = QuotesOut.model_validate_json((answers / "quotes.json").read_bytes())
    app = FastAPI()

    @app.post("/v1/entries", status_code=201)
    async def register_entry(body: EntryIn) -> RegisteredOut:  # noqa: ARG001 - validated, that is all
        return entry

    @app.post("/v1/fees/quotes")
    async def quote_fees(body: QuotesIn) -> QuotesOut:  # noqa: ARG001 - as above
        return quotes

    @app.get("/health/ready")
    async def ready() -> None:
        return None

    return app
