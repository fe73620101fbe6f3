from datetime import UTC, datetime, timedelta

import pytest

from app.api.texts import CATALOGUE, Catalogue, Language, moment, negotiated
from app.domain import identifiers
from app.domain.errors import Fact
from app.domain.green_lane.rules import RULES

AT = datetime(2026, 2, 20, 17, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        pytest.param(None, Language.VI, id="none"),
        pytest.param("", Language.VI, id="empty"),
        pytest.param("en", Language.EN, id="one"),
        pytest.param("ZH-tw", Language.ZH, id="any case, any region"),
        pytest.param("fr, en;q=0.5", Language.EN, id="the first we speak"),
        pytest.param("en;q=0.4, zh;q=0.6", Language.ZH, id="the heavier"),
        pytest.param("en;q=0.5, zh;q=0.5", Language.EN, id="of equals the first"),
        pytest.param("vi;q=0, en;q=0.1", Language.EN, id="one that is refused"),
        pytest.param("*", Language.VI, id="any"),
        pytest.param("en;q=2", Language.VI, id="no weight"),
        pytest.param("en" + "," * 300, Language.VI, id="a header too long to be honest"),
        pytest.param("\x00\xff;;q==", Language.VI, id="noise"),
    ],
)
def test_the_language_is_what_the_header_likes_best(header: str | None, expected: Language) -> None:
    assert negotiated(header) is expected


def test_a_sentence_holds_its_facts() -> None:
    said = CATALOGUE.say("rule.too-long", Language.EN, {"max": 64})

    assert said == "At most 64 characters are allowed."


def test_a_fact_that_is_missing_never_breaks_an_answer() -> None:
    assert CATALOGUE.say("rule.too-long", Language.EN) == "At most … characters are allowed."


def test_braces_in_a_fact_stay_as_they_are() -> None:
    said = CATALOGUE.say("problem.unknown-code.detail", Language.EN, {"value": "{limit}"})

    assert "{limit}" in said


def test_where_the_chinese_is_not_known_the_english_is_said() -> None:
    catalogue = Catalogue({"a": {"vi": "một", "en": "one", "zh": None}})

    assert catalogue.say("a", Language.ZH) == "one"


def test_a_sentence_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        CATALOGUE.say("problem.none.title", Language.EN)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (Language.VI, "00:30 ngày 21/02/2026 (giờ Hà Nội)"),
        (Language.EN, "2026-02-21 00:30 (Hanoi time)"),
        (Language.ZH, "2026-02-21 00:30（河内时间，北京时间01:30）"),
    ],
)
def test_an_instant_is_written_as_people_at_the_gate_do(language: Language, expected: str) -> None:
    assert moment(AT, language) == expected


def test_before_midnight_in_hanoi_it_is_the_next_day_in_beijing() -> None:
    late = datetime.fromisoformat("2026-02-21T23:30:00+07:00")
    said = "2026-02-21 23:30（河内时间，北京时间次日00:30）"
    assert said == moment(late, Language.ZH)
    assert "2026-02-21 22:59（河内时间，北京时间23:59）" == moment(
        late - timedelta(minutes=31), Language.ZH
    )


def test_the_sentences_of_the_rules_are_in_the_catalogue() -> None:
    keys = {f"green-lane.{rule.code}.{part}" for rule in RULES for part in ("sentence", "refusal")}
    keys |= {f"finding.{kind}-{reason}" for kind, reason in identifiers.SENTENCES}
    keys |= {f"identifier.{kind}" for kind in identifiers.RULES}
    keys |= {f"finding.{kind}-invalid" for kind in identifiers.RULES}

    assert keys <= CATALOGUE.keys()


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.VI, "Xe đang bị tạm giữ; chờ bộ đội biên phòng gỡ."),
        (Language.EN, "The vehicle is on hold until the border guard lifts it."),
        (Language.ZH, "车辆被暂扣，等待边防解除。"),
    ],
)
def test_a_code_is_said_by_the_name_that_people_have_for_it(language: Language, said: str) -> None:
    assert said == CATALOGUE.say("next.hold-to-be-lifted", language, {"who": "border_guard"})
    assert "nobody" in CATALOGUE.say("next.hold-to-be-lifted", language, {"who": "nobody"})


@pytest.mark.parametrize(
    ("expected", "language"),
    [
        ("Nộp phí cho lệnh A: 1.040.000 đồng.", Language.VI),
        ("Pay order A: 1,040,000 VND.", Language.EN),
        ("请支付订单 A：1,040,000 越南盾。", Language.ZH),
    ],
)
def test_an_amount_is_read_in_groups_of_three_digits(expected: str, language: Language) -> None:
    """Whoever reads many zeros in a row miscounts them."""
    facts: dict[str, Fact] = {"order": "A", "amount_vnd": 1_040_000}
    assert expected == CATALOGUE.say("next.pay-order", language, facts)
