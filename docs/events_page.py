"""Every kind of event with its sentence, its data and who is told, as one page."""

from pathlib import Path

from app.domain.events import EVENTS, FOR_COLLECTORS, Audience, EventKind

HERE = Path(__file__).parent
TOLD = {
    Audience.EVERYBODY: "everybody",
    Audience.PARTIES: "the entry's parties",
    Audience.REPORTER: "who reported it",
    Audience.ORGANISATION: "the organisation that it is about",
    Audience.SIDES: "that company and the one that lets it in",
    Audience.AUTHORITIES: "authorities alone",
}

WHO = (
    "Authorities are told all of them; who collects the fee those that say so, and those that"
    " everybody is told."
)


def events_page() -> str:
    """Return the page: what is said in `events_head.md`, then each kind."""
    head = (HERE / "events_head.md").read_text("utf-8")
    kinds = "\n".join(_kind(code, kind) for code, kind in EVENTS.items())
    return f"{head}\n## Kinds\n\n{WHO}\n\n{kinds}"


def _kind(code: str, kind: EventKind) -> str:
    fields = "".join(
        f"| `{name}` | {one.shape.value} | {one.sentence} |\n" for name, one in kind.fields.items()
    )
    table = f"\n| data | | |\n| --- | --- | --- |\n{fields}" if fields else ""
    told = TOLD[kind.audience]
    if code in FOR_COLLECTORS and kind.audience is not Audience.EVERYBODY:
        told += ", and to who collects"
    return f"### `{code}`\n\n{kind.sentence} Told to {told}.\n{table}"
