"""The text of a message to a driver, in the driver's language and short enough for a telephone."""

from datetime import datetime

from app.api.texts import CATALOGUE, Language
from app.domain.driver_messages import Said, without_marks
from app.domain.gates import HANOI


def text_of(said: Said, base_url: str) -> str:
    """Return the text: of a call its number and window, of an entry that is not ready its arrival.

    Vietnamese goes without marks: with them a text of this length would take three SMS, not one.
    """
    gate = said.gate[said.language.value] or said.gate["en"]
    facts = {
        "number": said.call_number,
        "gate": gate,
        "window": _window(said.starts_at or said.ends_at, said.ends_at),
        "ends": f"{said.ends_at.astimezone(HANOI):%H:%M %d/%m}",
        "link": f"{base_url}/d/{said.token}",
    }
    text = CATALOGUE.say(f"driver-message.{said.kind}", said.language, facts)
    return without_marks(text) if said.language is Language.VI else text


def _window(starts_at: datetime, ends_at: datetime) -> str:
    """Return a window by Hanoi's clock, the day once where it is one."""
    starts, ends = starts_at.astimezone(HANOI), ends_at.astimezone(HANOI)
    day = "" if starts.date() == ends.date() else f" {starts:%d/%m}"
    return f"{starts:%H:%M}{day}-{ends:%H:%M %d/%m}"
