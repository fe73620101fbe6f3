"""Sixty days of the queue under several rules, as one page; `make simulate` found the figures."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docs.tables import tabled

HERE = Path(__file__).parent
RULES: Mapping[str, str] = {
    "ours": "ours: points by waiting",
    "first-come": "first-come",
    "fixed-share": "fixed share 1-1-1-5",
    "strict-priority": "strict priority",
    "strict-season": "ours, strict season",
}
LANES: Mapping[str, str] = {
    "green-season": "season",
    "green": "green",
    "ordinary": "ordinary",
}


def queue_result() -> Mapping[str, Any]:
    """Return what `make simulate` found last."""
    found: Mapping[str, Any] = json.loads((HERE / "queue.json").read_text("utf-8"))
    return found


def queue_page() -> str:
    """Return the page: what is said in `queue_head.md`, then what was found."""
    found = queue_result()
    parts = (
        (HERE / "queue_head.md").read_text("utf-8"),
        _played(found),
        _waits(found),
        _promises(found),
        _equation(found),
        _reseller(found["reseller"]),
        _rival(found["rival"]),
    )
    return "\n".join(parts)


def rule_named(found: Mapping[str, Any], code: str) -> Mapping[str, Any]:
    """Return what one rule came to."""
    rule: Mapping[str, Any] = next(one for one in found["rules"] if one["rule"] == code)
    return rule


def clock(seconds: int) -> str:
    """Return seconds as hours and minutes, rounded to the minute."""
    minutes = (abs(seconds) + 30) // 60
    return f"{'-' if seconds < 0 and minutes else ''}{minutes // 60}:{minutes % 60:02}"


def times(thousandths: int | None) -> str:
    """Return a factor."""
    return "—" if thousandths is None else f"{thousandths / 1000:.3f}"


def _played(found: Mapping[str, Any]) -> str:
    made, traffic, queue = found["made_with"], found["traffic"], found["queue"]
    came = sum(traffic["came"].values())
    produce = came - traffic["came"]["ordinary"]
    rates = ", ".join(f"{LANES[lane]} {rate}" for lane, rate in found["edition"]["rates"].items())
    return (
        "## What was played\n\n"
        f"{made['days']} days from {queue['first_day']} at `{queue['gate']}`"
        f" ({queue['direction']}), drawn from seed {made['seed']}. The opening hours are the"
        f" gate's, the rates those of `{found['edition']['code']}`: {rates}. {traffic['daily']}"
        f" vehicles a day were published ({traffic['source']}). Ours: at which hours they come,"
        " which part is produce, and when the gate does less.\n\n"
        f"{came:,} trucks came, {_percent(produce, came)} of them produce and"
        f" {_percent(traffic['came_closed'], came)} while the gate was shut. It could have passed"
        f" {traffic['capacity']:,}: {traffic['usual_capacity']} a day, less on"
        f" {len(traffic['falls'])} days (as little as {min(traffic['falls'].values())} %), none on"
        f" {len(traffic['closed'])} day, and with pauses on {len(traffic['paused'])}. At most"
        f" {traffic['most_waiting']} waited at once. Who is not called differs from rule to rule;"
        " how many wait does not, as no rule leaves the gate idle while somebody waits.\n"
    )


def _waits(found: Mapping[str, Any]) -> str:
    season = found["season"]
    return (
        "## What each rule does\n\n"
        "![Mean wait by rule and lane, with a line to the wait that 95 of 100 do not"
        " exceed](queue.svg)\n\n"
        "Waits in open hours and minutes, from the start of waiting to the call. Of the season at"
        f" most {season['most_a_day']} came in a day, and its allotment is {season['allotment']}:"
        " all of its trucks were inside it.\n\n"
        f"{_by_lane(found)}\n"
        "How many times as long ordinary goods wait as in first-come order, by the design equation"
        f" and in these {found['made_with']['days']} days:\n\n"
        f"{_slower(found)}\n"
        f"{_share(found)}"
    )


def _by_lane(found: Mapping[str, Any]) -> str:
    head = ("rule", "lane", "called", "still waits", "mean", "p50", "p95", "longest")
    rows = (
        (
            RULES[rule["rule"]],
            LANES[lane],
            f"{told['called']:,}",
            told["waiting"],
            *(clock(told[what]) for what in ("mean", "p50", "p95", "max")),
        )
        for rule in found["rules"]
        for lane, told in rule["lanes"].items()
    )
    return tabled(head, rows)


def _slower(found: Mapping[str, Any]) -> str:
    rows = (
        (
            RULES[rule["rule"]],
            times(rule["predicted_thousandths"]),
            times(rule["measured_thousandths"]),
        )
        for rule in found["rules"]
    )
    return tabled(("rule", "predicted", "measured"), rows)


def _share(found: Mapping[str, Any]) -> str:
    fixed, usual = rule_named(found, "fixed-share"), rule_named(found, "first-come")
    return (
        "Under the fixed share a truck of the green lane waits"
        f" {clock(fixed['lanes']['green']['mean'])} on average, against"
        f" {clock(usual['lanes']['green']['mean'])} with no lanes at all; in"
        f" {_percent(fixed['inversions'], fixed['calls'])} of the calls a truck was called that had"
        " waited no longer than one of produce that was not. No equation says beforehand how long:"
        " hence the dash.\n"
    )


def _promises(found: Mapping[str, Any]) -> str:
    ours, rates = rule_named(found, "ours"), found["edition"]["rates"]
    rows = (
        (
            f"{LANES[faster]} before {LANES[slower]}",
            f"{rates[slower]}/{rates[faster]}",
            f"{closest / 10_000:.4f}",
        )
        for pair, closest in ours["closest_ten_thousandths"].items()
        for faster, slower in [pair.split(" before ")]
    )
    return (
        "## What was kept\n\n"
        f"Of {ours['calls']:,} calls of our rule {ours['overtakes']:,} passed somebody who had"
        f" waited longer; {ours['inversions']} were inversions and {ours['breaches']} broke the"
        " bound. The check asks the waits alone, not the rule. The smallest part of the other's"
        " wait that an overtaker had waited itself:\n\n"
        f"{tabled(('who passed whom', 'at least', 'measured'), rows)}"
    )


def _equation(found: Mapping[str, Any]) -> str:
    names = {
        "even": "evenly over open time, at nine tenths of the capacity",
        "calm": "by the hours of a day, many at night; the gate keeps up",
        "real": "so, too, with closures, pauses and backlogs: as above",
    }
    rows = (
        (
            names[how],
            *(times(told[f"{what}_thousandths"]) for what in ("predicted", "measured")),
            f"{times(told['least_thousandths'])} to {times(told['most_thousandths'])}",
        )
        for how, told in found["equation"].items()
    )
    shares = ", ".join(f"{LANES[lane]} {part} %" for lane, part in found["shares_percent"].items())
    calm, real = (_over(found["equation"][how]) for how in ("calm", "real"))
    return (
        "## How good the prediction is\n\n"
        f"{found['made_with']['seeds']} times {found['made_with']['days']} days of our rule, each"
        f" with other chances. The equation is given what an edition is published with: whole"
        f" percents of the capacity (here {shares}).\n\n"
        f"{tabled(('trucks come', 'predicted', 'measured', 'from to'), rows)}\n"
        "Where its assumptions hold, the equation is right. Those who come while the gate is shut"
        " begin together, and of them the faster lane always goes first. While the gate keeps up,"
        f" the morning is most of all waiting, and ordinary goods wait {calm} % longer than"
        f" predicted; where backlogs last, waits are long, a night counts for little, and it is"
        f" {real} %.\n"
    )


def _reseller(found: Mapping[str, Any]) -> str:
    names = {
        "ours": "ours: who is in position waits",
        "first-registered": "a slot system: who clicked first goes first",
    }
    return (
        "## A reseller with a thousand accounts\n\n"
        f"{found['accounts']:,} accounts register {found['registered']:,} plates before anybody"
        f" else and sell {found['sold']:,} of them, one each, to trucks of the same traffic; the"
        f" other {found['never_came']:,} never come. How much later (-: earlier) the calls come"
        " than without the reseller:\n\n"
        f"{_changes(names, found, ('buyers', 'honest trucks'))}\n"
        "Our rule does not ask when somebody registered, so no call moves: the buyers bought"
        " nothing, and nobody else paid for it. What is registered and does not come has no place,"
        " no part of the season's allotment and no call number, and expires. A place that"
        " somebody holds by standing there cannot be sold either: a substitution is of the same"
        " company and the same goods, an amendment reaches neither the plate nor the declaration,"
        " and a truck that comes under another plate begins at the end. What is left is to own the"
        " truck that waits, and to carry for others what one has declared oneself: a carrier."
        " `tests/races/test_resale.py` shows each on the service"
        f' and its database, by `GATE_TEST_EXAMPLES={found["accounts"]} make test PYTEST="-k'
        ' resale"` with as many accounts.\n'
    )


def _rival(found: Mapping[str, Any]) -> str:
    least, most = found["naming_minutes"]
    names = {
        "by-reference": "ours, the yard reads the reference (the driver's pass)",
        "by-plate-at-once": "ours, a camera reads the plate alone, the yard names the entry within"
        " a minute",
        "by-plate-alone": f"ours, a camera reads the plate alone, an officer names the entry"
        f" {least} to {most} minutes later",
        "first-registered-owns": "elsewhere: a plate is whose who registered it first, and given"
        " back after a day",
    }
    return (
        "## A rival on every plate of a fleet\n\n"
        f"A rival registers all {found['fleet']} plates of a fleet before it does. Neither is"
        " refused: both entries stand side by side as contested, and presence decides. How much"
        " later the fleet is called than without the rival:\n\n"
        f"{_changes(names, found, ('the fleet', 'all others'))}\n"
        "Where the pass is read, it names the entry, so nothing is lost, and the rival's entries"
        " can take no position any more (on the service, too: `tests/races/test_resale.py`). Where"
        " a camera alone has seen the plate, nobody can know whose it is until an officer has named"
        " the entry, and only then can it be called; but its wait counts from the sighting, which"
        " the log was told at once, so that it stands where it would have stood."
        " What is left is a turn that came before the naming: those minutes a rival can still cost"
        " whoever is next in line, never a place behind those of the night.\n\n"
        "So a rival delays none of a fleet whose passes are read with the camera, which is how a"
        " yard works that reads passes at all: one movement with the reference, and no call moves."
        " Where only a camera reads, nobody can promise that, neither we nor anybody else: a call"
        " that skips who may be first, or waits for the naming, would let a rival stop a queue by"
        " typing plates, and one that takes the likelier owner for the true one would give a place"
        " away on a guess. The minutes are those of the naming, as the rows with and without"
        " somebody at the barrier show; nobody is ever called at a wrong place after it.\n"
    )


def _changes(names: Mapping[str, str], found: Mapping[str, Any], whose: tuple[str, str]) -> str:
    rows = (
        (
            name,
            who,
            f"{told['moved']:,} of {told['called']:,}",
            *(clock(told[what]) for what in ("mean", "p95", "max")),
        )
        for how, name in names.items()
        for who, told in zip(whose, (found[how]["theirs"], found[how]["others"]), strict=True)
    )
    return tabled(("rule", "whose calls", "moved", "mean", "p95", "latest"), rows)


def _over(told: Mapping[str, Any]) -> str:
    """Return by how many percent more was measured than predicted."""
    return f"{100 * told['measured_thousandths'] / told['predicted_thousandths'] - 100:.1f}"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %"
