"""Spans are a share of what happens, and all that fails; who asked with a trace is joined."""

import time

import pytest

from app.core.spans import Spans

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def record(spans: Spans, *, failed: bool = False, traceparent: str = "") -> None:
    spans.record("job", 0.5, {}, failed=failed, traceparent=traceparent.encode())


def test_a_share_of_what_happens_is_kept() -> None:
    for ratio, least, most in ((0, 0, 0), (0.5, 400, 600), (1, 1000, 1000)):
        spans = Spans(ratio)
        for _ in range(1000):
            record(spans)
        assert least <= len(spans.take()) <= most


def test_what_failed_is_always_kept() -> None:
    spans = Spans(0)
    record(spans, failed=True)
    assert [True] == [span.failed for span in spans.take()]


def test_a_span_ends_now_and_began_before() -> None:
    spans = Spans(1)
    before = time.time_ns()
    record(spans)
    (span,) = spans.take()
    assert before <= span.ended_at <= time.time_ns()
    assert 500_000_000 == span.ended_at - span.began_at
    assert (32, 16, "") == (len(span.trace_id), len(span.span_id), span.parent_id)
    assert [] == spans.take()


@pytest.mark.parametrize(
    ("header", "joined"),
    [
        pytest.param(f"00-{TRACE}-{PARENT}-01", True, id="as W3C says"),
        pytest.param(f"01-{TRACE}-{PARENT}-01-more", True, id="of a later version"),
        pytest.param(f"00-{'0' * 32}-{PARENT}-01", False, id="no trace"),
        pytest.param(f"00-{TRACE}-{'0' * 16}-01", False, id="no span"),
        pytest.param(f"00-{TRACE.upper()}-{PARENT}-01", False, id="in capitals"),
        pytest.param("12C-000.17", False, id="something else"),
    ],
)
def test_a_trace_is_joined_where_it_is_named_as_w3c_says(header: str, joined: bool) -> None:
    spans = Spans(1)
    record(spans, traceparent=header)
    (span,) = spans.take()
    assert joined is ((TRACE, PARENT) == (span.trace_id, span.parent_id))
    assert joined is bool(span.parent_id)


def test_every_process_keeps_the_same_traces() -> None:
    low, high = f"00-{'a' * 16}{'0' * 15}1-{PARENT}-01", f"00-{'a' * 16}{'f' * 16}-{PARENT}-01"
    spans = Spans(0.5)
    for header in (low, high):
        record(spans, traceparent=header)
    assert [low.split("-")[1]] == [span.trace_id for span in spans.take()]


def test_only_so_many_are_kept_the_newest() -> None:
    spans = Spans(1, most=3)
    for number in range(5):
        spans.record(str(number), 0, {}, failed=False)
    taken = spans.take()
    assert ["2", "3", "4"] == [span.name for span in taken]
    spans.record("5", 0, {}, failed=False)
    spans.give_back(taken)
    assert ["3", "4", "5"] == [span.name for span in spans.take()]
