"""Who wrote a client for a released document can go on using it."""

import json
import subprocess
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import pytest

from tests.contract.breaking import breaks
from tests.contract.operations import DOCUMENT

ROOT: Final = Path(__file__).parents[2]
ENTRIES: Final = "/v1/entries"
Change = Callable[[dict[str, Any]], object]


def schema(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = document["components"]["schemas"][name]
    return found


def field(document: dict[str, Any], name: str, of: str) -> dict[str, Any]:
    found: dict[str, Any] = schema(document, of)["properties"][name]
    return found


def changed(change: Change) -> dict[str, Any]:
    document = deepcopy(dict(DOCUMENT))
    change(document)
    return document


def parameters(document: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document["paths"][ENTRIES]["get"]["parameters"]
    return found


GROW: Final = {"type": "string"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(
            lambda one: one["paths"].pop(ENTRIES),
            {"GET /v1/entries is gone", "POST /v1/entries is gone"},
            id="an operation goes",
        ),
        pytest.param(
            lambda one: one["paths"][ENTRIES]["get"].update(operationId="entries"),
            {"GET /v1/entries has another operation id: clients call it by that"},
            id="a client's method has another name",
        ),
        pytest.param(
            lambda one: parameters(one).remove(
                next(each for each in parameters(one) if each["name"] == "plate")
            ),
            {"GET /v1/entries takes query:plate no more"},
            id="a filter goes",
        ),
        pytest.param(
            lambda one: parameters(one).append(
                {"in": "query", "name": "why", "required": True, "schema": GROW}
            ),
            {"GET /v1/entries needs query:why"},
            id="a parameter is needed",
        ),
        pytest.param(
            lambda one: schema(one, "EntryIn")["required"].append("documents"),
            {"/documents is needed"},
            id="a field is needed",
        ),
        pytest.param(
            lambda one: schema(one, "EntryIn")["properties"].pop("payer"),
            {"/payer is refused"},
            id="a field is refused",
        ),
        pytest.param(
            lambda one: field(one, "consignments", "EntryIn").update(maxItems=3),
            {"/consignments: maxItems is 3"},
            id="a list may be less long",
        ),
        pytest.param(
            lambda one: field(one, "gate", "EntryIn").update(pattern="^[a-z]+$"),
            {"/gate has another pattern"},
            id="a text has another form",
        ),
        pytest.param(
            lambda one: field(one, "gate", "EntryIn").update(type="integer"),
            {"/gate takes no string"},
            id="a field has another type",
        ),
        pytest.param(
            lambda one: schema(one, "FindingOut")["properties"].pop("rule"),
            {"/findings/*/rule is gone"},
            id="an answer tells less",
        ),
        pytest.param(
            lambda one: schema(one, "FindingOut")["required"].remove("rule"),
            {"/findings/*/rule may be missing"},
            id="an answer leaves a field out at times",
        ),
        pytest.param(
            lambda one: field(one, "message", "FindingOut").update(anyOf=[GROW, {"type": "null"}]),
            {"/findings/*/message may be null"},
            id="an answer may be null",
        ),
        pytest.param(
            lambda one: one["paths"][ENTRIES]["post"]["responses"].pop("201"),
            {"POST /v1/entries answers 201 no more"},
            id="another status tells of success",
        ),
    ],
)  # fmt: skip
def test_what_a_client_relies_on_is_missed(change: Change, told: set[str]) -> None:
    found = breaks(DOCUMENT, changed(change))
    assert [] == [one for one in told if not any(each.endswith(one) for each in found)], found
    assert all(any(each.endswith(one) for one in told) for each in found), found


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda one: one["paths"].update({"/v1/new": {}}), id="a path comes"),
        pytest.param(
            lambda one: parameters(one).append({"in": "query", "name": "why", "schema": GROW}),
            id="a filter comes",
        ),
        pytest.param(
            lambda one: schema(one, "EntryIn")["properties"].update(why=GROW),
            id="a field may be sent",
        ),
        pytest.param(
            lambda one: field(one, "consignments", "EntryIn").update(maxItems=300),
            id="a list may be longer",
        ),
        pytest.param(
            lambda one: schema(one, "FindingOut")["properties"].update(why=GROW),
            id="an answer tells more",
        ),
    ],
)
def test_what_grows_breaks_nobody(change: Change) -> None:
    assert [] == breaks(DOCUMENT, changed(change))


def test_what_was_called_deprecated_may_go() -> None:
    old = changed(lambda one: one["paths"][ENTRIES]["get"].update(deprecated=True))
    assert [] == breaks(old, changed(lambda one: one["paths"][ENTRIES].pop("get")))


def test_no_client_of_the_last_release_is_broken() -> None:
    """The document of the newest tag `v…` that leads here; before the first one nothing can."""
    tag = git("describe", "--tags", "--abbrev=0", "--match", "v*")
    if tag is None:
        pytest.skip("nothing has been released")
    released = git("show", f"{tag.strip()}:openapi.json")
    assert released
    assert [] == breaks(json.loads(released), DOCUMENT)


def git(*words: str) -> str | None:
    """Return what git says; None where it has no answer, or there is no history."""
    said = subprocess.run(  # noqa: S603 - our own words
        ["git", *words],  # noqa: S607 - whichever git there is
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return None if said.returncode else said.stdout
