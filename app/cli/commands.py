"""What `gate` can be told to do, each a function, and how an operator reads what went wrong."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from app.api.openapi import dump
from app.cli import passes, preparing
from app.cli.databases import any_database, own_database
from app.cli.greeting import greeting
from app.cli.serving import PortError, leave_when_told, listen, run_server, until_told
from app.core.config import Mode, Settings, SettingsError, load_settings
from app.core.database import DatabaseVersionError, is_passing
from app.core.logs import configure_logs
from app.core.postgres_account import EmbeddedServerError
from app.demo.failures import DemoError
from app.domain.errors import DomainError
from app.domain.identifiers import Kind, read
from app.domain.vocabulary import Agency, Direction, Role, Scope
from app.main import create_app, running_jobs
from app.services.upkeep.keys import Grant, Member
from app.workers import work as work_on

OPERATOR_ERRORS = (
    SettingsError,
    EmbeddedServerError,
    DatabaseVersionError,
    PortError,
    preparing.SchemaError,
    preparing.MemberError,
    DemoError,
)

app = typer.Typer(
    name="gate",
    help="The service behind a border gate.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(passes.app, name="pass")


@contextmanager
def plain_errors() -> Iterator[None]:
    """Tell an operator what to mend in a line, and end with 1."""
    try:
        yield
    except OPERATOR_ERRORS as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except DomainError as error:
        typer.echo(f"{error.code}: {error.facts}", err=True)
        raise typer.Exit(1) from None
    except Exception as error:
        if not is_passing(error):
            raise
        typer.echo(f"DATABASE_URL: the database does not answer: {error}", err=True)
        raise typer.Exit(1) from None


def begin() -> Settings:
    """Return the settings, with logging set up as they say."""
    settings = load_settings()
    configure_logs(settings)
    return settings


@app.command()
def serve() -> None:
    """Answer requests until told to stop; without DATABASE_URL on a database of its own."""
    leave_when_told()
    with plain_errors():
        settings = begin()
        with listen(settings) as listener, own_database(settings) as connected:
            keys = until_told(preparing.prepare(connected))
            said = greeting(connected, keys, datetime.now(UTC))
            run_server(connected, listener, said, is_alone=settings.database_url is None)


@app.command()
def work() -> None:
    """Do what is due apart from requests, until told to stop; as many at once as one likes."""
    leave_when_told()
    with plain_errors(), any_database(begin()) as settings:
        asyncio.run(preparing.ensure_schema(settings))
        until_told(work_on(settings, running_jobs(settings)))


@app.command()
def migrate() -> None:
    """Bring the schema to this release; run it before the release serves."""
    with plain_errors(), any_database(begin()) as settings:
        typer.echo(f"The schema is at {asyncio.run(preparing.migrate(settings))}")


@app.command()
def seed() -> None:
    """Load the published reference data that are missing; what is there stays."""
    with plain_errors(), any_database(begin()) as settings:
        typer.echo(f"{asyncio.run(preparing.seed(settings))} rows added")


@app.command()
def recount() -> None:
    """Make what reports count anew from the entries; nothing else changes."""
    with plain_errors(), any_database(begin()) as settings:
        typer.echo(f"Counted again in {asyncio.run(preparing.recount(settings))} turns")


def fit_tax_code(asked: str | None) -> str | None:
    """Return a tax code as it is stored.

    Raises:
        BadParameter: it can be nobody's.
    """
    code = read(Kind.TAX_CODE, asked).normalised if asked is not None else None
    if asked is not None and code is None:
        message = "--tax-code is none of Viet Nam: its check digit says so, or its length"
        raise typer.BadParameter(message)
    return code


@app.command()
def keys(  # noqa: PLR0913 - options of a command
    name: Annotated[str, typer.Argument(help="Of the system that acts, such as customs-huu-nghi")],
    role: Annotated[Role, typer.Argument(help="What it may do")],
    organisation: Annotated[str, typer.Argument(help="Whom it acts for")],
    agency: Annotated[Agency | None, typer.Option(help="Which agency, for the role agency")] = None,
    *,
    supervisor: Annotated[bool, typer.Option(help="It supervises that agency")] = False,
    scope: Annotated[
        list[Scope] | None, typer.Option(help="What for, as often as needed; none: read and act")
    ] = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=3650, help="How long it opens; none: for ever")
    ] = None,
    tax_code: Annotated[
        str | None,
        typer.Option(callback=fit_tax_code, help="Of the organisation, made if it is not there"),
    ] = None,
) -> None:
    """Make and print an API key for a system; those it had before open nothing any more."""
    if not (name.strip() and organisation.strip()):
        message = "a key has a name and an organisation"
        raise typer.BadParameter(message)
    if (role is Role.AGENCY) != (agency is not None):
        message = "--agency goes with the role agency, and only with it"
        raise typer.BadParameter(message)
    if supervisor and agency is None:
        message = "--supervisor goes with --agency"
        raise typer.BadParameter(message)
    with plain_errors(), any_database(begin()) as settings:
        member = Member(name, organisation, role, agency, tax_code, supervisor=supervisor)
        lasts = timedelta(days=days) if days else None
        grant = Grant(frozenset(scope), lasts) if scope else Grant(lasts=lasts)
        typer.echo(asyncio.run(preparing.give_key(settings, member, grant)))


@app.command()
def demo(
    day: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="One that was published gate by gate")
    ] = datetime(2024, 8, 22),  # noqa: DTZ001 - a day
    scale: Annotated[float, typer.Option(min=0.01, max=1, help="How much of its traffic")] = 1,
    seed: Annotated[int, typer.Option(help="What the chances are drawn with")] = 2024,
    url: Annotated[
        str | None, typer.Option(help="An empty sandbox that runs; none: one of its own")
    ] = None,
    keys_file: Annotated[
        Path | None, typer.Option("--keys", help="The keys of that sandbox")
    ] = None,
) -> None:
    """Play one real day at the gate through the public API, and print what it came to."""
    from app.demo.run import Wanted, demonstrate  # noqa: PLC0415 - servers start without

    leave_when_told()  # and with it what was started
    with plain_errors():
        keys_of = keys_file or load_settings().data_dir / preparing.KEYS_FILE
        demonstrate(Wanted(day.date(), scale, seed, url, keys_of))


@app.command()
def traffic(  # noqa: PLR0913 - options of a command
    rate: Annotated[float, typer.Option(min=0.1, max=200, help="Requests a second")] = 10,
    seconds: Annotated[int, typer.Option(min=1, max=3600, help="For how long")] = 30,
    seed: Annotated[int | None, typer.Option(help="What they are drawn with; none: anew")] = None,
    url: Annotated[str, typer.Option(help="A sandbox that runs")] = "http://127.0.0.1:8000",
    keys_file: Annotated[
        Path | None, typer.Option("--keys", help="The keys of that sandbox")
    ] = None,
    *,
    anywhere: Annotated[
        bool, typer.Option("--anywhere", help="Also on another machine than this")
    ] = False,
) -> None:
    """Send a sandbox the traffic of a gate; Ctrl-C ends it, and ends with 1 where any failed."""
    from app.demo.traffic import Wanted, drive  # noqa: PLC0415 - servers start without

    with plain_errors():
        keys_of = keys_file or load_settings().data_dir / preparing.KEYS_FILE
        tally = drive(
            Wanted(url=url, keys=keys_of, rate=rate, seconds=seconds, seed=seed, anywhere=anywhere)
        )
    if tally.failures:
        raise typer.Exit(1)


@app.command()
def doctor(
    *, as_json: Annotated[bool, typer.Option("--json", help="For programs")] = False
) -> None:
    """Examine the service and say what to do; it changes nothing, and ends with 1 on a failure."""
    from app.cli.doctor import diagnose, is_fit, show  # noqa: PLC0415 - servers start without

    leave_when_told()
    findings = diagnose()
    show(findings, as_json=as_json)
    if not is_fit(findings):
        raise typer.Exit(1)


@app.command()
def verify(
    url: Annotated[str, typer.Argument(help="A service, such as https://gate.example")],
    gate: Annotated[str | None, typer.Option(help="Only the logs of this gate")] = None,
    direction: Annotated[Direction | None, typer.Option(help="Only this way through")] = None,
    kept: Annotated[
        list[Path] | None,
        typer.Option(
            exists=True, dir_okay=False, help="A checkpoint that you kept; as often as needed"
        ),
    ] = None,
) -> None:
    """Check the public logs of a service; ends with 1 where one is wrong, 2 where unchecked."""
    from app.cli.verifying import (  # noqa: PLC0415 - servers start without
        UncheckedError,
        check_service,
        report,
    )

    def say(text: str) -> None:
        typer.echo(text, err=True)

    is_wrong = False
    try:
        for found in check_service(url, (gate, direction), kept or (), say):
            is_wrong = is_wrong or bool(found.wrong)
            for line in report(found):
                typer.echo(line)
    except UncheckedError as error:
        typer.echo(f"NOT CHECKED  {error}", err=True)
        raise typer.Exit(2) from None
    if is_wrong:
        raise typer.Exit(1)


@app.command()
def openapi(
    path: Annotated[Path | None, typer.Argument(help="Where to; none: standard output")] = None,
) -> None:
    """Write the OpenAPI document of the service."""
    text = dump(create_app(Settings(mode=Mode.SANDBOX)))
    if path is None:
        sys.stdout.write(text)
    else:
        path.write_text(text, "utf-8")
