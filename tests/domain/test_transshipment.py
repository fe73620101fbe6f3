"""Transshipment: when a receiving vehicle has entered, whatever the order of the words."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from app.domain.transshipment import Pass, Way, contradictions, entered, receiving_plates

PASSES = st.lists(
    st.builds(
        Pass,
        plate=st.sampled_from(["12C00017", "12C00018"]),
        way=st.sampled_from(Way),
        authority=st.sampled_from(["border_guard", "customs", "medical"]),
    ),
    max_size=8,
)


@given(passes=PASSES, seed=st.randoms(use_true_random=False))
def test_the_order_of_the_words_changes_nothing(passes: list[Pass], seed: Random) -> None:
    shuffled = list(passes)
    seed.shuffle(shuffled)
    assert entered(passes) == entered(shuffled)


@given(passes=PASSES)
def test_only_both_words_of_coming_in_are_an_entry(passes: list[Pass]) -> None:
    for plate in ("12C00017", "12C00018"):
        told = {one.authority for one in passes if (one.plate, one.way) == (plate, Way.IN)}
        assert (plate in entered(passes)) is (told >= {"border_guard", "customs"})


def test_one_without_plate_cannot_be_recognised() -> None:
    declared = {"receiving_vehicles": [{"tractor_plate": "12C-000.17"}, {"payload_kg": 1}]}
    assert ["12C00017"] == receiving_plates(declared)
    assert [] == receiving_plates({})


def test_what_contradicts_is_named_and_nothing_else() -> None:
    both = [Pass("12C00017", Way.IN, name) for name in ("border_guard", "customs")]
    assert [] == list(contradictions("12C00017", Way.IN, ["12C00017"], []))
    assert [] == list(contradictions("12C00017", Way.OUT, ["12C00017"], both))
    assert ["receiving-vehicle-not-declared", "receiving-vehicle-left-unentered"] == list(
        contradictions("29H99999", Way.OUT, ["12C00017"], both)
    )
