"""A small day on a real process, twice: it ends, it tells one story, it leaves nothing behind."""

import io
import os
import subprocess
import time
from datetime import date
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from app.demo.failures import DemoError
from app.demo.plan import plan_day
from app.demo.run import Wanted, demonstrate
from app.demo.service import own_service, service_at
from app.demo.show import WIDTH
from app.demo.tally import Story
from app.domain.vocabulary import Direction, Lane
from tests.cli.conftest import GATE, OF_THIS_TREE, PATIENCE_SECONDS, run
from tests.demo.test_plan import AUGUST_22, through

SCALE, SEED = 0.03, 5
SMALL = Wanted(date(2024, 8, 22), SCALE, SEED, url=None, keys=Path("none"))


def play(wanted: Wanted) -> tuple[Story, str]:
    out = io.StringIO()
    story = demonstrate(wanted, Console(file=out, width=WIDTH))
    return story, out.getvalue()


def test_two_days_tell_one_story_and_it_is_the_one_that_was_planned() -> None:
    """One test, for a day takes its time: a service starts, and everybody passes through it."""
    story, out = play(SMALL)
    check_all_went_through(story)
    check_nobody_was_called_before_their_turn(story)
    check_what_was_planned_to_go_wrong_went_wrong(story)
    assert "register_entry" in out
    assert "…" not in out
    again, _ = play(SMALL)
    assert story == again


def check_all_went_through(story: Story) -> None:
    plan = plan_day(AUGUST_22, seed=SEED, scale=SCALE)
    assert through(plan).total() == sum(lane.through for lane in story.lanes)
    assert through(plan).total() == sum(one.recorded for one in story.passed)
    assert len(plan.trucks) == sum(lane.entries for lane in story.lanes)


def check_nobody_was_called_before_their_turn(story: Story) -> None:
    called = [lane for lane in story.lanes if lane.direction is Direction.EXPORT]
    lanes = {(lane.gate, lane.lane) for lane in called}
    assert {("huu-nghi", Lane.ORDINARY), ("tan-thanh", Lane.GREEN)} <= lanes
    assert all(lane.compared for lane in called)
    assert {0} == {lane.inversions for lane in called}


def check_what_was_planned_to_go_wrong_went_wrong(story: Story) -> None:
    assert (1, 2, 2) == (story.amended, story.held, story.outcomes["no_show"])
    assert {"GL-02", "GL-06"} <= {one.rule for one in story.refused}
    assert 0 < story.unreleased["order-unpaid"]
    assert ["tariff-2019-01"] == story.tariffs


def test_its_service_ends_with_it() -> None:
    with own_service() as service:
        assert httpx.get(f"{service.url}/health/live").is_success
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{service.url}/health/live")


def test_told_to_stop_it_takes_its_service_with_it(tmp_path: Path) -> None:
    with subprocess.Popen(  # noqa: S603 - our own words
        [GATE, "demo", "--scale", "0.1"],
        env={**os.environ, **OF_THIS_TREE, "TMPDIR": str(tmp_path)},
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
    ) as demo:
        database = wait_for_pid(tmp_path, demo)
        demo.terminate()
        assert 0 == demo.wait(PATIENCE_SECONDS)
    assert [] == list(tmp_path.iterdir())
    with pytest.raises(ProcessLookupError):
        os.kill(database, 0)


def wait_for_pid(folder: Path, demo: "subprocess.Popen[bytes]") -> int:
    """Return the id of the demonstration's database server, once its service has prepared all."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and demo.poll() is None:
        for keys in folder.glob("*/var/sandbox-keys.json"):
            return int((keys.parent / "postgres/postmaster.pid").read_text().split()[0])
        time.sleep(0.05)
    pytest.fail(f"no service; it ended with {demo.poll()}")


def test_a_sandbox_elsewhere_needs_its_keys(tmp_path: Path) -> None:
    with pytest.raises(DemoError, match="no keys of a sandbox there"):
        service_at("http://127.0.0.1:1", tmp_path / "sandbox-keys.json")


def test_a_day_that_nobody_published_is_one_line(tmp_path: Path) -> None:
    ended = run(tmp_path / "var", "demo", "--day", "2024-08-23")
    assert (1, "") == (ended.returncode, ended.stdout)
    assert ended.stderr.startswith("2024-08-23 was not published by gate")
    assert 1 == len(ended.stderr.splitlines())
