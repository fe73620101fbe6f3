"""`gate pass`: checking passes where there is no network, with what was saved before."""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from app.api.schemas.passes import refusals, use_sentence
from app.api.texts import CATALOGUE, Language, moment
from app.core.signing import EDDSA, SignatureError, Verifier, verifier_of
from app.domain.passes import LIST_TYPE, PassUse, Refusal, Revocation, Shown, check
from app.domain.vocabulary import Direction
from app.services.crossing.passes import Checked, read_pass

LONGEST_LIST = 10_000_000
INSTANT = "%Y-%m-%dT%H:%M:%S%z"
WRONG = (
    OSError, ValueError, RecursionError, SignatureError, LookupError, TypeError, AttributeError,
    OverflowError,
)  # fmt: skip

app = typer.Typer(help="Check passes without a network.", no_args_is_help=True)


@app.callback()
def passes() -> None:
    """Check passes without a network."""


class WrongFileError(Exception):
    """A saved file is not what it should be; the text says which and why."""


@dataclass(frozen=True, slots=True)
class SavedList:
    """The passes that held no more when the list was made."""

    as_of: datetime
    passes: Mapping[str, Revocation]


@app.command("check")
def check_offline(  # noqa: PLR0913 - each is one option
    jws: Annotated[str, typer.Argument(help="The text of the QR code; - reads standard input")],
    *,
    keys: Annotated[Path, typer.Option(help="Saved from /.well-known/jwks.json")],
    revoked: Annotated[Path, typer.Option(help="Saved from /v1/passes/revocations, signed or not")],
    gate: Annotated[str, typer.Option(help="The gate at which it is shown")],
    plate: Annotated[str, typer.Option(help="The plate on the vehicle, in any spelling")],
    direction: Annotated[Direction | None, typer.Option(help="The way it wants to go")] = None,
    use: Annotated[PassUse, typer.Option(help="Whether it is to open the gate")] = PassUse.GATE,
    at: Annotated[datetime | None, typer.Option(formats=[INSTANT], help="None: now")] = None,
    language: Annotated[Language, typer.Option(help="Of the sentences")] = Language.VI,
) -> None:
    """Say whether a pass holds where it is shown; ends with 1 where it does not."""
    shown = Shown(plate, gate, at or datetime.now(UTC), use, direction)
    text = (sys.stdin.read() if jws == "-" else jws).strip()
    try:
        verifier = _verifier(keys)
        saved = _saved(revoked, verifier)
    except WrongFileError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    checked = check_saved(verifier, saved, text, shown)
    for line in _told(checked, shown, language):
        typer.echo(line)
    typer.echo(CATALOGUE.say("pass.list", language, {"at": moment(saved.as_of, language)}))
    if checked.refused:
        raise typer.Exit(1)


def check_saved(verifier: Verifier, saved: SavedList, text: str, shown: Shown) -> Checked:
    """Return whether a pass holds, by saved keys and a saved list."""
    said = read_pass(verifier, text)
    if isinstance(said, Refusal):
        return Checked(None, (said,))
    why = saved.passes.get(said.id)
    return Checked(said, check(said, shown, why), why)


def _told(checked: Checked, shown: Shown, language: Language) -> Iterator[str]:
    yield from (f"{code}: {said}" for code, said in refusals(checked, shown, language))
    if checked.said is not None and not checked.refused:
        used = use_sentence(checked.said, language)
        yield f"{CATALOGUE.say('pass.valid', language)} {used}"


def _verifier(path: Path) -> Verifier:
    try:
        return verifier_of(json.loads(path.read_text("utf-8")), EDDSA)
    except (OSError, ValueError, RecursionError):
        message = f"{path}: no set of keys; save /.well-known/jwks.json"
        raise WrongFileError(message) from None


def _saved(path: Path, verifier: Verifier) -> SavedList:
    """Return the saved list; a reason that is not known here is one all the same."""
    try:
        text = path.read_text("utf-8").strip()
        if text.startswith("{"):
            said = json.loads(text)
            as_of = datetime.fromisoformat(said["as_of"])
        else:
            said = verifier.verify(text, LIST_TYPE, LONGEST_LIST)
            as_of = datetime.fromtimestamp(said["iat"], UTC)
        return SavedList(as_of, {str(one): _why(why) for one, why in said["passes"].items()})
    except WRONG:
        message = f"{path}: no list of ours; save /v1/passes/revocations"
        raise WrongFileError(message) from None


def _why(why: object) -> Revocation:
    known = {one.value: one for one in Revocation}
    return known.get(str(why), Revocation.REVOKED)
