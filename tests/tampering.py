"""What a cheat may do to a log: to its leaves, with or without hashes and signatures after it."""

import json
from collections.abc import Callable, Sequence
from copy import deepcopy
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from app.domain.log.canonical import canonical
from app.domain.log.dating import read_instant
from app.domain.log.leaves import instant
from app.domain.log.verifying import outages_in
from app.domain.vocabulary import BASIC_LANES
from tests.published import read

Leaves = list[bytes]
Tamper = Callable[[Leaves, Random], Leaves]
Read = dict[str, Any]


def places(leaves: Sequence[bytes], *kinds: str) -> list[int]:
    """Return where leaves of these kinds stand; of any but seals, without kinds."""
    found = enumerate(read(leaves))
    return [at for at, leaf in found if leaf["kind"] in kinds or (not kinds and "id" in leaf)]


def changed(leaves: Leaves, at: int, change: Callable[[Read], None]) -> Leaves:
    leaf = json.loads(leaves[at])
    change(leaf)
    return [*leaves[:at], canonical(leaf), *leaves[at + 1 :]]


def earlier(text: str, seconds: int) -> str:
    return instant(datetime.fromisoformat(text) - timedelta(seconds=seconds))


def resized(leaves: Leaves, at: int, by: int) -> Leaves:
    """Return the leaves with the seal before `at` counting so many more."""
    while json.loads(leaves[at])["kind"] != "seal":
        at -= 1
    return changed(leaves, at, lambda leaf: leaf.update(leaves=leaf["leaves"] + by))


# --- what anybody may do to bytes ----------------------------------------------------------------


def flip_a_bit(leaves: Leaves, random: Random) -> Leaves:
    at = random.randrange(len(leaves))
    raw = bytearray(leaves[at])
    raw[random.randrange(len(raw))] ^= 1 << random.randrange(7)
    return [*leaves[:at], bytes(raw), *leaves[at + 1 :]]


def flip_a_value(leaves: Leaves, random: Random) -> Leaves:
    """Change one value of a leaf, which stays canonical."""
    at = random.choice(places(leaves))

    def change(leaf: Read) -> None:
        data = leaf["data"] or {"x": 1}
        name = random.choice(sorted(data))
        value = data[name]
        if isinstance(value, bool):
            data[name] = not value
        elif isinstance(value, int):
            data[name] = value + random.choice((-1, 1, 60))
        else:
            data[name] = None if isinstance(value, str) else "x"

    return changed(leaves, at, change)


def drop(leaves: Leaves, random: Random) -> Leaves:
    at = random.randrange(len(leaves))
    return [*leaves[:at], *leaves[at + 1 :]]


def drop_and_count_anew(leaves: Leaves, random: Random) -> Leaves:
    at = random.choice(
        [at for at in places(leaves) if json.loads(leaves[at - 1])["kind"] != "seal"]
    )
    fewer = resized(leaves, at, -1)
    return [*fewer[:at], *fewer[at + 1 :]]


def repeat(leaves: Leaves, random: Random) -> Leaves:
    at, to = random.choice(places(leaves)), random.choice(places(leaves))
    more = resized(leaves, to, 1)
    return [*more[:to], leaves[at], *more[to:]]


def swap(leaves: Leaves, random: Random) -> Leaves:
    one, other = sorted(random.sample(places(leaves), 2))
    found = list(leaves)
    found[one], found[other] = found[other], found[one]
    return found


def swap_in_batch(leaves: Leaves, random: Random) -> Leaves:
    """Let two neighbours change places, numbers and all that dates them included."""
    told = read(leaves)
    at = random.choice([at for at in places(leaves)[:-1] if "id" in told[at + 1]])
    one, other = deepcopy(told[at]), deepcopy(told[at + 1])
    one["number"], other["number"] = other["number"], one["number"]
    return [*leaves[:at], canonical(other), canonical(one), *leaves[at + 2 :]]


# --- what an operator may do who signs anew ------------------------------------------------------


def back_date_a_wait(leaves: Leaves, random: Random) -> Leaves:
    """Let somebody have waited longer, clock and all; whom no outage covers."""
    by = random.choice((120, 1800, 7200))
    outages = outages_in(leaves)
    found = [
        at for at in places(leaves, "waiting.started")
        if (leaf := json.loads(leaves[at]))["data"]["waits_from"] == leaf["occurred_at"]
        and not any(one.covers(read_instant(earlier(leaf["at"], by))) for one in outages)
    ]  # fmt: skip

    def change(leaf: Read) -> None:
        data = leaf["data"]
        data["waits_from"], data["clock"] = earlier(data["waits_from"], by), data["clock"] - by

    return changed(leaves, random.choice(found), change)


def invent_a_sighting(leaves: Leaves, random: Random) -> Leaves:
    """Let a wait that began as any rest on a sighting that nobody was told of."""
    sighting = str(UUID(int=random.getrandbits(128)))
    return changed(
        leaves,
        random.choice(places(leaves, "waiting.started")),
        lambda leaf: leaf["data"].update(sighting=sighting),
    )


def use_a_sighting_twice(leaves: Leaves, random: Random) -> Leaves:
    """Let the next wait begin where a vehicle was seen whose sighting has served."""
    told = read(leaves)
    starts = places(leaves, "waiting.started")
    used = [at for at in starts[:-1] if told[at]["data"].get("sighting")]
    if not used:
        return invent_a_sighting(leaves, random)
    at = random.choice(used)
    following = starts[starts.index(at) + 1]
    data = told[at]["data"]
    rest = {name: data[name] for name in ("sighting", "waits_from", "clock")}
    return changed(leaves, following, lambda leaf: leaf["data"].update(rest))


def begin_before_the_sighting(leaves: Leaves, random: Random) -> Leaves:
    found = [
        at for at in places(leaves, "waiting.started")
        if json.loads(leaves[at])["data"].get("sighting")
    ]  # fmt: skip
    if not found:
        return back_date_a_wait(leaves, random)

    def change(leaf: Read) -> None:
        data = leaf["data"]
        data["waits_from"], data["clock"] = earlier(data["waits_from"], 120), data["clock"] - 120

    return changed(leaves, random.choice(found), change)


def name_another_plate(leaves: Leaves, random: Random) -> Leaves:
    """Let the vehicle that was seen be another one's, or the one that waits another than seen."""
    found = [
        at for at in places(leaves, "waiting.started")
        if json.loads(leaves[at])["data"].get("sighting")
    ]  # fmt: skip
    if not found:
        return invent_a_sighting(leaves, random)
    at = random.choice(found)
    sighting = json.loads(leaves[at])["data"]["sighting"]
    if random.random() < 0.5:
        at = next(
            seen for seen in places(leaves, "plate.contested")
            if json.loads(leaves[seen])["data"]["sighting"] == sighting
        )  # fmt: skip
    other = f"sha256:{random.getrandbits(256):064x}"
    return changed(leaves, at, lambda leaf: leaf["data"].update(plate=other))


def hide_the_plate(leaves: Leaves, random: Random) -> Leaves:
    """Let a start say nothing of the plate for whose sighting it counts."""
    found = [
        at for at in places(leaves, "waiting.started")
        if json.loads(leaves[at])["data"].get("sighting")
    ]  # fmt: skip
    if not found:
        return name_another_plate(leaves, random)
    return changed(leaves, random.choice(found), lambda leaf: leaf["data"].pop("plate"))


def back_date_a_clock(leaves: Leaves, random: Random) -> Leaves:
    def change(leaf: Read) -> None:
        leaf["data"]["clock"] -= random.choice((60, 3600))

    return changed(leaves, random.choice(places(leaves, "waiting.started")), change)


def back_date_a_call(leaves: Leaves, random: Random) -> Leaves:
    by = random.choice((120, 3600))

    def change(leaf: Read) -> None:
        leaf["at"], leaf["occurred_at"] = earlier(leaf["at"], by), earlier(leaf["occurred_at"], by)
        leaf["data"]["clock"] -= by

    return changed(leaves, random.choice(places(leaves, "call.made")), change)


def call_another(leaves: Leaves, random: Random) -> Leaves:
    at = random.choice(places(leaves, "call.made"))
    others = [json.loads(leaves[one])["entry"] for one in places(leaves, "waiting.started")]
    mine = json.loads(leaves[at])["entry"]
    other = random.choice([one for one in others if one != mine])

    def change(leaf: Read) -> None:
        leaf["entry"] = other
        leaf["data"]["heads"] = leaf["data"]["heads"][1:]

    return changed(leaves, at, change)


def give_points(leaves: Leaves, random: Random) -> Leaves:
    kinds = ("waiting.started", "lane.changed", "waiting.stopped", "call.made")
    at = random.choice(places(leaves, *kinds))

    def change(leaf: Read) -> None:
        name = "points" if leaf["kind"] == "call.made" else "carried"
        leaf["data"][name] += random.choice((1, 3600))

    return changed(leaves, at, change)


def favour_without_a_ground(leaves: Leaves, random: Random) -> Leaves:
    """Let somebody who is favoured for a ground have none: it was another's, or did not come along.

    Of those who never are the points change.
    """
    told = read(leaves)
    favoured = [
        at for at in places(leaves, "waiting.started", "lane.changed")
        if told[at]["data"]["lane"] not in BASIC_LANES
    ]  # fmt: skip
    if not favoured:
        return give_points(leaves, random)
    at = random.choice(favoured)
    rests_on = [
        one for one in places(leaves[:at], "ground.confirmed", "entry.joined")
        if told[one]["entry"] == told[at]["entry"]
    ]  # fmt: skip
    if told[rests_on[-1]]["kind"] == "entry.joined":
        return changed(leaves, rests_on[-1], lambda leaf: leaf["data"].update(by_ground=None))
    other = str(UUID(int=random.getrandbits(128)))
    return changed(leaves, rests_on[-1], lambda leaf: leaf.update(entry=other))


def spare_a_miss(leaves: Leaves, random: Random) -> Leaves:
    found = places(leaves, "call.missed")
    if not found:
        return give_points(leaves, random)
    return changed(leaves, random.choice(found), lambda leaf: leaf["data"].update(charges=-60))


def sign_alone(leaves: Leaves, random: Random) -> Leaves:
    """Let one officer be both."""
    found = places(leaves, "override.made", "outage.signed")
    if not found:
        return call_another(leaves, random)

    def change(leaf: Read) -> None:
        data = leaf["data"]
        first = "first_officer" if "officer" in data else "proposed_by"
        data["officer" if "officer" in data else "confirmed_by"] = data[first]

    return changed(leaves, random.choice(found), change)


def seal_back(leaves: Leaves, random: Random) -> Leaves:
    at = random.choice(places(leaves, "seal")[1:])
    return changed(
        leaves, at, lambda leaf: leaf.update(sealed_at=earlier(leaf["sealed_at"], 86_400))
    )


def pretend_sandbox(leaves: Leaves, random: Random) -> Leaves:
    at = random.choice(places(leaves, "seal")[1:])
    return changed(leaves, at, lambda leaf: leaf.update(clock="sandbox"))


ON_FILES: Final[tuple[Tamper, ...]] = (
    flip_a_bit, flip_a_value, drop, drop_and_count_anew, repeat, swap, swap_in_batch,
)  # fmt: skip
"""Found by the tree, or by a checkpoint that somebody kept; by the rules, mostly."""
BY_RULE: Final[tuple[Tamper, ...]] = (
    back_date_a_wait, invent_a_sighting, use_a_sighting_twice, begin_before_the_sighting,
    name_another_plate, hide_the_plate, back_date_a_clock, back_date_a_call, call_another,
    give_points, favour_without_a_ground, spare_a_miss, sign_alone, seal_back, pretend_sandbox,
)  # fmt: skip
"""Found by the rules alone, whoever signs."""
