"""Passes on the wire: handed out, checked, and listed when they hold no more."""

from typing import Annotated, Any

from pydantic import Field

from app.api.examples import SIGNED
from app.api.schemas.log import SealedOut, known_sealed_out
from app.api.schemas.types import Choice, Code, In, Instant, Open, Out, RawIdentifier
from app.api.texts import CATALOGUE, Language, moment
from app.domain.errors import Fact
from app.domain.passes import VERSION, Pass, PassUse, Refusal, Revocation, Shown
from app.domain.vocabulary import Direction, State
from app.services.crossing.passes import Checked, Revoked, SignedPass

PassId = Annotated[str, Field(pattern="^[A-Za-z0-9_-]{12}$", examples=["q1w2E3r4T5y6"])]
"""The id of a pass: a hash of what it says."""


class SaidOut(Out):
    """What a pass says."""

    id: PassId
    reference: Annotated[str, Field(examples=["E4K7-9QXPM2"])]
    plate: Annotated[str, Field(examples=["12C00017"])]
    """As it is compared: upper case, without marks and spaces."""
    gate: Code
    direction: Annotated[Direction, Open]
    use: Annotated[PassUse, Open]
    """What it is good for; one of `yard` opens no gate, for its vehicle is not called yet."""
    call_number: str | None
    opens_at: Instant | None
    """When the window of the call begins, inclusive; null where there is none."""
    expires_at: Instant
    """Until when it holds, exclusive: the end of the window, or of the next legal day."""


class PassOut(SaidOut):
    """A pass, as its holder reads it and as it is signed."""

    jws: Annotated[str, Field(examples=[SIGNED])]
    """The signed pass (RFC 7515, compact); it is the text of the QR code."""
    message: str
    """What it is good for, and when, in words."""
    log: SealedOut | None
    """How the public log of its queue stands: keep it, and what was before cannot be rewritten.
    Null where nothing has been sealed yet. It is no part of what is signed."""


class PassCheckIn(In):
    """What somebody shows, and where."""

    jws: Annotated[str, Field(max_length=4096, examples=[SIGNED])]
    """The text of the QR code, whatever it is."""
    plate: Annotated[RawIdentifier, Field(examples=["12C-000.17"])]
    """The plate on the vehicle, in any spelling."""
    gate: Annotated[Code, Field(examples=["tan-thanh"])]
    """Where it is shown: the gate, or one that the yard serves."""
    direction: Choice[Direction] | None = None
    """The way that the vehicle wants to go; null does not ask."""
    use: Choice[PassUse] = PassUse.GATE
    """Whether it is to open the gate; in a yard nobody asks for a call."""


class RefusedOut(Out):
    """One reason to refuse a pass."""

    code: Annotated[Refusal, Open]
    message: str


class RevokedOut(Out):
    """Why a pass holds no more."""

    code: Annotated[Revocation, Open]
    message: str


class PassCheckOut(Out):
    """Whether a pass holds where it is shown, and everything that speaks against it."""

    valid: bool
    message: str
    refused: list[RefusedOut]
    revoked: RevokedOut | None
    said: SaidOut | None
    """What the pass says; null where it is none of ours."""
    state: Annotated[State, Open] | None
    """Where its entry stands now; null where it is not known."""


class RevocationsOut(Out):
    """The passes that hold no more though they have not expired."""

    version: int
    as_of: Instant
    """The minute of the list; what ended later may be missing."""
    passes: Annotated[
        dict[str, Annotated[Revocation, Open]], Field(examples=[{"q1w2E3r4T5y6": "admitted"}])
    ]
    """Why each holds no more, by its id."""


def pass_out(signed: SignedPass, language: Language) -> PassOut:
    """Return a pass for its holder."""
    return PassOut(
        **_said(signed.said),
        jws=signed.jws,
        message=use_sentence(signed.said, language),
        log=known_sealed_out(signed.log),
    )


def check_out(checked: Checked, shown: Shown, language: Language) -> PassCheckOut:
    """Return what was found of a pass that somebody shows."""
    found = refusals(checked, shown, language)
    why = checked.revoked
    return PassCheckOut(
        valid=not found,
        message=found[0][1] if found else CATALOGUE.say("pass.valid", language),
        refused=[RefusedOut(code=code, message=message) for code, message in found],
        revoked=RevokedOut(code=why, message=why_sentence(why, language)) if why else None,
        said=SaidOut(**_said(checked.said)) if checked.said else None,
        state=checked.state,
    )


def revocations_out(revoked: Revoked) -> RevocationsOut:
    """Return the list of passes that hold no more."""
    return RevocationsOut(version=VERSION, as_of=revoked.as_of, passes=dict(revoked.passes))


def use_sentence(said: Pass, language: Language) -> str:
    """Return what a pass is good for, and when."""
    window = ".window" if said.opens_at else ""
    return CATALOGUE.say(f"pass.use.{said.use}{window}", language, _facts(said, language))


def refusals(checked: Checked, shown: Shown, language: Language) -> list[tuple[Refusal, str]]:
    """Return each reason to refuse a pass, with its sentence."""
    facts = {
        **(_facts(checked.said, language) if checked.said else {}),
        "shown": shown.plate,
        "why": why_sentence(checked.revoked, language) if checked.revoked else "",
    }
    said = ((one, f"pass.refused.{one}") for one in checked.refused)
    return [(one, CATALOGUE.say(key, language, facts)) for one, key in said]


def why_sentence(why: Revocation, language: Language) -> str:
    """Return why a pass holds no more."""
    return CATALOGUE.say(f"pass.ended.{why}", language)


def _facts(said: Pass, language: Language) -> dict[str, Fact]:
    return {
        "gate": said.queue.gate,
        "direction": said.queue.direction.value,
        "plate": said.plate,
        "from": moment(said.opens_at, language) if said.opens_at else None,
        "until": moment(said.expires_at, language),
    }


def _said(said: Pass) -> dict[str, Any]:
    return {
        "id": said.id,
        "reference": said.reference,
        "plate": said.plate,
        "gate": said.queue.gate,
        "direction": said.queue.direction,
        "use": said.use,
        "call_number": said.call_number,
        "opens_at": said.opens_at,
        "expires_at": said.expires_at,
    }
