"""What can be done on the console and desks: each act is a request of the API, sent by a form."""

from collections.abc import Mapping
from typing import Final

from app.web.doing import Acts

ENTRY: Final = "/v1/entries/{entry}"
QUEUE: Final = "/v1/gates/{gate}/queues/{direction}"
ACTS: Final[Mapping[str, str]] = {
    "call": f"{QUEUE}/calls",
    "withdraw": "/v1/calls/{call}/withdrawal",
    "arrive": "/v1/arrivals",
    "move": "/v1/yards/{yard}/movements",
    "admit": f"{ENTRY}/admission",
    "release": f"{ENTRY}/release",
    "exit": f"{ENTRY}/exit",
    "accept": f"{ENTRY}/acceptance",
    "turn-back": f"{ENTRY}/refusal",
    "revoke": f"{ENTRY}/cancellation",
    "divert": f"{ENTRY}/diversion",
    "hold": f"{ENTRY}/holds",
    "lift": f"{ENTRY}/holds/{{hold}}/lift",
    "waive": f"{ENTRY}/waivers",
    "confirm-ground": f"{ENTRY}/ground-confirmations",
    "withdraw-ground": f"{ENTRY}/ground-withdrawals",
    "substitute": f"{ENTRY}/substitutions/{{substitution}}/confirmation",
    "refuse-substitute": f"{ENTRY}/substitutions/{{substitution}}/refusal",
    "propose": f"{QUEUE}/override-proposals",
    "confirm": "/v1/overrides/{override}/confirmation",
    "approve": "/v1/overrides/{override}/approval",
    "take": "/v1/exceptions/{exception}/assignment",
    "settle": "/v1/exceptions/{exception}/settlement",
    "post": "/v1/notices",
    "lift-notice": "/v1/notices/{notice}/lift",
    "stop": "/v1/holds",
    "lift-stop": "/v1/holds/{hold}/lift",
    "outage": "/v1/gates/{gate}/outages",
    "sign": "/v1/outages/{outage}/signature",
    "take-difficulty": "/v1/difficulties/{difficulty}/assignment",
    "answer": "/v1/difficulties/{difficulty}/answer",
    "decide": "/v1/strikes/{strike}/decision",
    "publish": "/v1/difficulties/{difficulty}/publication",
}
"""Acts by the name that their form gives, and the path of the API that does them."""


def some(*names: str) -> Acts:
    """Return the acts of a page by their names."""
    return {name: ACTS[name] for name in names}
