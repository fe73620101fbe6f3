"""What watches the service names what it tells: metrics, labels, commands, settings, files."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from app.cli.commands import app as command
from app.core.config import Settings, environment_name
from tests.live import live

DEPLOY = Path(__file__).parents[1] / "deploy"
OF_PROMETHEUS = {"up", "job", "instance", "le"}
OF_IMAGES = re.compile(r"POSTGRES_\w+|GF_\w+")


def read(name: str) -> Any:
    return yaml.safe_load((DEPLOY / name).read_text("utf-8"))


RULES = [rule for group in read("alerts.yml")["groups"] for rule in group["rules"]]
DASHBOARD = json.loads((DEPLOY / "grafana" / "border-gate.json").read_text("utf-8"))
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
ASKED = [
    *(pytest.param(rule["expr"], id=rule["alert"]) for rule in RULES),
    *(
        pytest.param(target["expr"], id=panel["title"])
        for panel in PANELS
        for target in panel["targets"]
    ),
    *(pytest.param(one["query"], id=one["name"]) for one in DASHBOARD["templating"]["list"]),
]


@pytest.fixture(scope="module")
def told(server_url: str) -> str:
    """What a service that runs tells Prometheus."""
    with live(server_url) as started:
        started.ask("GET", "/v1/queues")
        started.ask("GET", "/v1/gates")
        return started.ask("GET", "/metrics").text


def names_in(told: str) -> Iterator[str]:
    """Yield every name of a metric under which something can be asked."""
    for name, kind in re.findall(r"^# TYPE (\w+) (\w+)$", told, re.MULTILINE):
        yield name
        if kind == "histogram":
            yield from (f"{name}_{part}" for part in ("bucket", "sum", "count"))


@pytest.mark.parametrize("expression", ASKED)
def test_every_metric_that_is_asked_for_is_told(expression: str, told: str) -> None:
    asked = set(re.findall(r"\b(?:gate|process)_\w+", expression))
    assert asked or "up{" in expression
    assert set() == asked - set(names_in(told))
    assert expression.count("(") == expression.count(")")


@pytest.mark.parametrize("expression", ASKED)
def test_every_label_that_is_asked_for_is_one_of_ours(expression: str, told: str) -> None:
    grouped = re.findall(r"\bby\s*\(([^)]*)\)", expression)
    asked = {name.strip() for names in grouped for name in names.split(",")}
    asked |= set(re.findall(r'(\w+)\s*=~?"', expression))
    ours = set(re.findall(r'[{,](\w+)="', told)) | {"worker", "outcome", "lane"}
    assert set() == asked - ours - OF_PROMETHEUS


def test_every_metric_of_ours_is_shown_or_watched(told: str) -> None:
    """What nobody looks at is not told; `_created` says since when a counter counts."""
    asked = set(re.findall(r"\bgate_\w+", " ".join(str(one.values[0]) for one in ASKED)))
    families = re.findall(r"^# TYPE (gate_\w+) ", told, re.MULTILINE)
    ours = {name for name in families if not name.endswith("_created")}
    assert set() == {name for name in ours if not any(one.startswith(name) for one in asked)}


def test_an_alert_says_how_grave_it_is_and_what_to_do() -> None:
    assert len(RULES) == len({rule["alert"] for rule in RULES})
    for rule in RULES:
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert rule["for"]
        assert {"summary", "action"} == set(rule["annotations"])


def test_panels_have_ids_of_their_own_and_do_not_overlap() -> None:
    assert len(DASHBOARD["panels"]) == len({panel["id"] for panel in DASHBOARD["panels"]})
    places = [
        (x, y)
        for grid in (panel["gridPos"] for panel in DASHBOARD["panels"])
        for x in range(grid["x"], grid["x"] + grid["w"])
        for y in range(grid["y"], grid["y"] + grid["h"])
    ]
    assert len(places) == len(set(places))


def test_compose_runs_known_commands_with_known_settings() -> None:
    services = read("compose.yaml")["services"]
    commands = set(typer.main.get_command(command).commands)  # type: ignore[attr-defined] # a group of commands
    ours = [one for one in services.values() if one["image"] == "gate"]
    assert {"serve", "work"} == {word for one in ours for word in one["command"]}
    assert {"serve", "work"} <= commands
    settings = {environment_name(name) for name in Settings.model_fields}
    for one in services.values():
        given = set(one.get("environment", {}))
        assert set() == {name for name in given - settings if not OF_IMAGES.fullmatch(name)}
        assert set(one.get("depends_on", {})) <= set(services)
    said = set(re.findall(r"docker compose run --rm api (\w+)", (DEPLOY / "README.md").read_text()))
    assert said <= commands


def test_compose_mounts_what_is_there_and_publishes_what_the_image_exposes() -> None:
    compose = read("compose.yaml")
    mounted = [
        volume.split(":")[0]
        for one in compose["services"].values()
        for volume in one.get("volumes", ())
    ]
    for source in mounted:
        is_file = source.startswith(".")
        assert (DEPLOY / source).exists() if is_file else source in compose["volumes"]
    dockerfile = (DEPLOY.parent / "Dockerfile").read_text()
    (exposed,) = re.findall(r"^EXPOSE (\d+)$", dockerfile, re.MULTILINE)
    assert [f"127.0.0.1:{exposed}:{exposed}"] == compose["services"]["api"]["ports"]
    (scraped,) = read("prometheus.yml")["scrape_configs"]
    (found,) = scraped["dns_sd_configs"]
    assert (["api"], int(exposed), "gate") == (found["names"], found["port"], scraped["job_name"])
