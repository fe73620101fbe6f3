"""Leaves hold what `LOGGED` lists and nothing else, in one form."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest

from app.domain.events import EVENTS
from app.domain.log.leaves import (
    LOGGED,
    Clock,
    LoggedEvent,
    What,
    commitment,
    commits,
    is_logged,
    leaf_of,
    queue_of,
    seal,
)
from app.domain.log.retelling import KINDS
from app.domain.vocabulary import Direction, Lane, Queue

HANOI = timezone(timedelta(hours=7))
AT = datetime(2026, 5, 4, 14, 0, 7, 250_000, tzinfo=HANOI)
SALT = bytes(range(16))
ENTRY = "00000000-0000-0000-0000-000000000001"
EVENT = LoggedEvent(7, UUID(int=9), "waiting.stopped", UUID(ENTRY), AT, AT, {})


def data_of(kind: str, **data: Any) -> Any:
    return leaf_of(replace(EVENT, kind=kind, data=data), {})["data"]


def test_a_leaf_has_its_event_in_one_form_and_nothing_that_is_not_listed() -> None:
    event = replace(EVENT, data={"clock": 60, "carried": 5, "why": "unready", "driver": "a name"})
    assert {
        "at": "2026-05-04T07:00:07Z",
        "data": {"carried": 5, "clock": 60, "why": "unready"},
        "entry": ENTRY,
        "id": "00000000-0000-0000-0000-000000000009",
        "kind": "waiting.stopped",
        "number": 7,
        "occurred_at": "2026-05-04T07:00:07Z",
    } == leaf_of(event, {})


def test_a_leaf_of_no_entry_says_so_and_instants_are_utc() -> None:
    data = {"outage": "o", "starts_at": "2026-05-04T14:00:00+07:00", "ends_at": None}
    leaf = leaf_of(replace(EVENT, kind="outage.signed", entry=None, data=data), {})
    assert leaf["entry"] is None
    assert {**data, "starts_at": "2026-05-04T07:00:00Z"} == leaf["data"]


def test_codes_and_rates_are_plain_values() -> None:
    found = data_of("rates.changed", rates={Lane.GREEN: 2}, strict=[Lane.GREEN], policy=None)
    assert {"rates": {"green": 2}, "strict": ["green"], "policy": None} == found
    assert {str} == {type(one) for one in (*found["rates"], *found["strict"])}


def test_a_skip_by_a_notice_about_goods_does_not_tell_which_it_was() -> None:
    skip = {
        "entry": ENTRY,
        "call_number": "TT-0147",
        "lane": "green",
        "points": 7,
        "posted_by": "board",
        "cause": "the words of a closure",
        "notice": "n",
        "route": "r",
    }
    kept = {key: skip[key] for key in ("entry", "lane", "points", "posted_by")}
    own, barrier = {**skip, "reason": "closure"}, {**skip, "reason": "route-closed"}
    assert [
        {**kept, "reason": "closure"},
        {**kept, "reason": "route-closed", "notice": "n", "route": "r"},
    ] == data_of("call.made", skips=[own, barrier])["skips"]
    assert {**kept, "reason": "closure", "route": "r"} == data_of("calls.stopped", **own)


def test_the_heads_that_were_compared_are_told() -> None:
    head = {"entry": ENTRY, "waits_from": "2026-05-04T14:00:00+07:00", "open_wait": 7, "plate": "?"}
    assert {
        "heads": [{"entry": ENTRY, "waits_from": "2026-05-04T07:00:00Z", "open_wait": 7}]
    } == data_of("call.made", heads=[head])


@pytest.mark.parametrize("value", [1.5, True, "7"])
def test_what_is_no_whole_number_never_enters_the_log(value: Any) -> None:
    with pytest.raises(TypeError, match="has no form of the log"):
        data_of("waiting.stopped", clock=value)


@pytest.mark.parametrize("kind", LOGGED)
def test_a_logged_field_is_a_documented_field_of_its_kind(kind: str) -> None:
    known = EVENTS[kind]
    hidden = {"plate", "company", "officer"}
    assert {*LOGGED[kind].fields, *commits(kind)} <= {*known.fields, *known.withheld, *hidden}


def test_every_kind_that_the_replay_needs_is_logged() -> None:
    assert set(KINDS) <= set(LOGGED)


def test_an_event_stands_in_the_log_of_its_queue() -> None:
    assert Queue("tan-thanh", Direction.EXPORT) == queue_of("call.made", "tan-thanh", "export")
    assert None is queue_of("entry.registered", "tan-thanh", "export")
    assert None is queue_of("call.made", None, None) is queue_of("call.made", "tan-thanh", None)
    assert is_logged("call.made")
    assert not is_logged("entry.driver_changed")


def test_who_and_whose_stand_as_commitments() -> None:
    given = {"plate": "sha256:00", "officer": "sha256:11"}
    data = {"clock": 60, "plate": "14C-123.45"}
    started = leaf_of(replace(EVENT, kind="waiting.started", data=data), given)
    assert {"clock": 60, "plate": "sha256:00"} == started["data"]
    assert {"plate": What.PLATE, "company": What.COMPANY} == commits("waiting.started")
    assert {"officer", "first_officer"} == set(commits("outage.signed"))
    assert not commits("call.made")


def test_a_commitment_is_the_digest_of_salt_what_and_value() -> None:
    expected = sha256(SALT + b"plate:14C12345").hexdigest()
    assert f"sha256:{expected}" == commitment(SALT, What.PLATE, "14C12345")
    assert commitment(SALT, What.PLATE, "1") != commitment(SALT, What.COMPANY, "1")
    with pytest.raises(ValueError, match="a salt has 16 bytes"):
        commitment(b"", What.PLATE, "1")


def test_a_seal_says_when_by_which_clock_and_how_many_leaves_follow() -> None:
    assert {
        "clock": "sandbox",
        "kind": "seal",
        "leaves": 3,
        "sealed_at": "2026-05-04T07:00:07Z",
    } == seal(AT.astimezone(UTC), 3, Clock.SANDBOX)
