"""Whom a partner's message is about: what fits, what was open then, and never a guess."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.camera_reads import (
    Read,
    SeenClass,
    contradicts,
    decide,
    guessed,
    lookalikes,
    repeats,
)
from app.domain.errors import SourceUnfitError
from app.domain.exchange import (
    LISTS_SOURCES,
    AdapterKind,
    Decision,
    Known,
    Names,
    QuarantineReason,
    Standpoint,
    ensure_fit,
    match,
    may_resolve,
    of_time,
    seen_of,
)
from app.domain.principal import Principal
from app.domain.vocabulary import Agency, Direction, Role

NINE = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
EXPORT, IMPORT = Direction
A, B, C = "15C00001", "15C00002", "15C0000I"
OURS, THEIRS = UUID(int=901), UUID(int=902)


def known(number: int = 1, plate: str = A, **more: object) -> Known:
    facts = {
        "direction": EXPORT,
        "registered_at": NINE - timedelta(hours=1),
        "plate": plate,
        "declarations": ("300000000001",),
        "organisation_id": OURS,
    }
    return Known(id=UUID(int=number), reference=f"E{number:03}-000000", **{**facts, **more})  # type: ignore[arg-type] # the tests' own words


ENTRIES = st.builds(
    known,
    number=st.integers(1, 9),
    plate=st.sampled_from([A, B, C]),
    direction=st.sampled_from(Direction),
    registered_at=st.integers(-5, 5).map(lambda hours: NINE + timedelta(hours=hours)),
    ended_at=st.none() | st.integers(-4, 5).map(lambda hours: NINE + timedelta(hours=hours)),
    organisation_id=st.sampled_from([OURS, THEIRS, None]),
    declarations=st.sampled_from([(), ("1",), ("1", "2")]),
    containers=st.sampled_from([(), ("X",)]),
    in_position=st.booleans(),
)
CROWDS = st.lists(ENTRIES, max_size=6, unique_by=lambda one: one.id)
NAMES = st.builds(
    Names,
    plate=st.none() | st.sampled_from([A, B]),
    declaration=st.none() | st.sampled_from(["1", "2", "3"]),
    container=st.none() | st.just("X"),
    direction=st.none() | st.sampled_from(Direction),
)
READS = st.builds(
    Read,
    plate=st.sampled_from([A, B]),
    confidence=st.integers(0, 100),
    at=st.just(NINE),
    alternatives=st.lists(st.sampled_from([A, B, C]), max_size=3).map(tuple),
    direction=st.none() | st.sampled_from(Direction),
)


# --- matching ------------------------------------------------------------------------------------


def test_a_consignment_alone_is_all_entries_of_one_company() -> None:
    both = (known(1), known(2, plate=B))
    assert Decision(entries=both) == match(Names(declaration="300000000001"), both, NINE)


@pytest.mark.parametrize(
    ("names", "reason", "candidates"),
    [
        (Names(plate="X"), QuarantineReason.NO_ENTRY, 0),
        (Names(plate=A, direction=IMPORT), QuarantineReason.NO_ENTRY, 1),
        (Names(container="X"), QuarantineReason.NO_ENTRY, 0),
        (Names(plate="X", declaration="300000000001"), QuarantineReason.NOT_OF_DECLARATION, 3),
        (Names(declaration="1"), QuarantineReason.NO_ENTRY, 0),
        (Names(declaration="300000000001"), QuarantineReason.SEVERAL_ENTRIES, 3),
        (Names(plate=B), QuarantineReason.SEVERAL_ENTRIES, 2),
    ],
)
def test_what_fits_nobody_or_several_alike_waits_with_who_it_may_be(
    names: Names, reason: QuarantineReason, candidates: int
) -> None:
    crowd = [known(1), known(2, plate=B), known(3, plate=B, organisation_id=THEIRS)]
    decision = match(names, crowd, NINE)
    assert (reason, candidates) == (decision.reason, len(decision.candidates))


def test_of_several_on_a_plate_the_one_in_position_is_meant() -> None:
    holding = known(2, in_position=True)
    assert (holding,) == match(Names(plate=A), [known(1), holding], NINE).entries


def test_what_was_open_then_goes_before_what_is_open_now() -> None:
    over = known(1, ended_at=NINE + timedelta(minutes=1))
    now = known(2, registered_at=NINE + timedelta(minutes=2))
    assert [over] == of_time([now, over], NINE)
    assert [now] == of_time([now, over], NINE - timedelta(hours=2))
    assert [] == of_time([over], NINE + timedelta(hours=1))


@given(NAMES, CROWDS)
def test_a_message_is_applied_to_what_fits_everything_named_or_to_nobody(
    names: Names, crowd: Sequence[Known]
) -> None:
    decision = match(names, crowd, NINE)
    assert (decision.reason is None) == bool(decision.entries)
    assert set(decision.entries) | set(decision.candidates) <= set(crowd)
    for one in decision.entries:
        assert names.plate in {None, one.plate}
        assert names.direction in {None, one.direction}
        assert names.declaration is None or names.declaration in one.declarations
        assert names.container is None or names.container in one.containers
        assert one.was_open(NINE) or one.ended_at is None
    if names.has_vehicle:
        assert len(decision.entries) <= 1
    assert 1 >= len({one.organisation_id for one in decision.entries})
    assert decision == match(names, crowd[::-1], NINE)


# --- cameras -------------------------------------------------------------------------------------


@given(READS, st.integers(0, 100), CROWDS)
def test_nobody_has_position_by_a_guess(read: Read, least: int, crowd: Sequence[Known]) -> None:
    decision = decide(read, least, crowd)
    assert set(decision.entries) | set(decision.candidates) <= set(crowd)
    assert len(decision.entries) <= 1
    if decision.reason is None:
        assert read.confidence >= least
    for one in decision.entries:
        assert one.plate == read.plate
        assert read.direction in {None, one.direction}
    assert len(decision.candidates) == len(set(decision.candidates))


@given(READS, st.integers(0, 99), CROWDS)
def test_more_doubt_never_applies_what_less_doubt_did_not(
    read: Read, least: int, crowd: Sequence[Known]
) -> None:
    before, after = decide(read, least, crowd), decide(read, least + 1, crowd)
    assert after == before or after.reason is QuarantineReason.LOW_CONFIDENCE


@given(READS, st.integers(0, 100), CROWDS)
def test_the_order_in_which_entries_are_found_decides_nothing(
    read: Read, least: int, crowd: Sequence[Known]
) -> None:
    assert decide(read, least, crowd) == decide(read, least, crowd[::-1])


@given(READS, CROWDS)
def test_an_unknown_plate_is_taken_for_unregistered_only_where_nobody_looks_like_it(
    read: Read, crowd: Sequence[Known]
) -> None:
    decision = decide(read, 0, crowd)
    if decision == Decision():
        assert not guessed(read, crowd)
        assert not [one for one in crowd if one.plate == read.plate and one.ended_at is None]


def test_two_directions_of_one_plate_are_not_chosen_between() -> None:
    crowd = [known(1), known(2, direction=IMPORT)]
    read = Read(plate=A, confidence=99, at=NINE)
    assert QuarantineReason.DIRECTION_UNKNOWN is decide(read, 90, crowd).reason
    assert (crowd[1],) == decide(replace(read, direction=IMPORT), 90, crowd).entries


@given(st.text("015BDGIOQSZ8", max_size=8))
def test_looking_alike_is_mutual_and_of_one_sign(plate: str) -> None:
    for other in lookalikes(plate):
        assert 1 == sum(one != two for one, two in zip(plate, other, strict=True))
        assert plate in lookalikes(other)


@given(st.integers(-700, 700), st.integers(0, 600))
def test_a_passage_lasts_so_long_whichever_reading_came_first(apart: int, seconds: int) -> None:
    other = NINE + timedelta(seconds=apart)
    assert repeats(NINE, other, seconds) is repeats(other, NINE, seconds) is (abs(apart) <= seconds)


@pytest.mark.parametrize(
    ("vehicle", "seen", "wrong"),
    [
        ({}, None, False),
        ({}, SeenClass.CAR, True),
        ({"trailer_plate": "12R-1"}, SeenClass.VAN, True),
        ({"containers": [{"number": "X"}]}, SeenClass.VAN, True),
        ({"containers": []}, SeenClass.VAN, False),
        ({"trailer_plate": "12R-1"}, SeenClass.RIGID, False),
        ({"trailer_plate": "12R-1"}, SeenClass.ARTICULATED, False),
    ],
)
def test_only_a_class_that_cannot_be_contradicts(
    vehicle: dict[str, object], seen: SeenClass | None, *, wrong: bool
) -> None:
    assert wrong is contradicts({"vehicle": vehicle}, seen)


# --- sources and people --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "at", "pointers"),
    [
        (AdapterKind.CUSTOMS, Standpoint(), []),
        (AdapterKind.YARD, Standpoint(yard="a"), []),
        (AdapterKind.YARD, Standpoint(gate="g"), ["/yard"]),
        (AdapterKind.PLATE_CAMERA, Standpoint(gate="g"), []),
        (AdapterKind.PLATE_CAMERA, Standpoint(yard="a", way="in"), []),
        (AdapterKind.PLATE_CAMERA, Standpoint(yard="a"), ["/way"]),
        (AdapterKind.PLATE_CAMERA, Standpoint(), ["/gate"]),
        (AdapterKind.PLATE_CAMERA, Standpoint(gate="g", yard="a", way="in"), ["/gate"]),
    ],
)
def test_a_source_stands_where_its_messages_can_be_applied(
    kind: AdapterKind, at: Standpoint, pointers: list[str]
) -> None:
    if not pointers:
        ensure_fit(kind, at)
        return
    with pytest.raises(SourceUnfitError) as refused:
        ensure_fit(kind, at)
    assert pointers == [one.pointer for one in refused.value.errors]


@pytest.mark.parametrize(
    ("principal", "may"),
    [
        (Principal(UUID(int=1), OURS, "own", Role.YARD), True),
        (Principal(UUID(int=1), THEIRS, "desk", Role.AGENCY, Agency.CUSTOMS), True),
        (Principal(UUID(int=1), THEIRS, "guard", Role.AGENCY, Agency.BORDER_GUARD), False),
        (Principal(UUID(int=1), THEIRS, "officer", Role.OFFICER), False),
    ],
)
def test_a_message_is_resolved_by_its_own_or_by_who_may_say_the_same(
    principal: Principal, *, may: bool
) -> None:
    assert may is may_resolve(principal, OURS, {Agency.CUSTOMS})


def test_officers_the_board_and_auditors_see_all_messages_everybody_else_their_own() -> None:
    def seen(role: Role) -> UUID | None:
        return seen_of(Principal(UUID(int=1), OURS, "somebody", role))

    assert {Role.OFFICER, Role.BOARD, Role.AUDITOR} == {role for role in Role if not seen(role)}
    assert OURS == seen(Role.YARD)
    assert seen_of(Principal(UUID(int=1), OURS, "admin", Role.ADMIN), LISTS_SOURCES) is None
