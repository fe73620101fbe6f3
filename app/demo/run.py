"""A demonstration from its opening words to its tables."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app.demo.client import Client
from app.demo.days import published_day, published_volumes
from app.demo.plan import Plan, plan_day
from app.demo.player import Player, Watch
from app.demo.service import Service, own_service, service_at
from app.demo.show import opening, plain_console, show
from app.demo.tally import Story, story_of, took

REQUEST_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which day is to be played, how large, and where; without `url` on a service of its own."""

    day: date
    scale: float
    seed: int
    url: str | None
    keys: Path


def demonstrate(wanted: Wanted, console: Console | None = None) -> Story:
    """Play a day and print what it came to.

    Raises:
        DemoError: the day was not published, the service does not start, or a request failed.
    """
    console = console or plain_console()
    day = published_day(wanted.day, published_volumes())
    plan = plan_day(day, seed=wanted.seed, scale=wanted.scale)
    console.print(opening(plan, wanted.scale, wanted.seed), highlight=False)
    with _service(wanted, console) as service:
        begun = time.monotonic()
        client, story = asyncio.run(_play(service, plan, console))
        seconds = time.monotonic() - begun
    console.print()
    show(console, day, story, took(client.seconds))
    requests = sum(map(len, client.seconds.values()))
    console.print(f"{requests:,} requests in {seconds:.0f} s.", highlight=False)
    return story


@contextmanager
def _service(wanted: Wanted, console: Console) -> Iterator[Service]:
    if wanted.url is not None:
        yield service_at(wanted.url, wanted.keys)
        return
    console.print("Starting a service of its own: an empty sandbox that ends with the day.")
    with own_service() as service:
        yield service


async def _play(service: Service, plan: Plan, console: Console) -> tuple[Client, Story]:
    async with httpx.AsyncClient(base_url=service.url, timeout=REQUEST_SECONDS) as http:
        client = Client(http, service.keys)
        with _progress(plan, console) as watch:
            answers = await Player(client, plan, watch).play()
    return client, story_of(answers)


@contextmanager
def _progress(plan: Plan, console: Console) -> Iterator[Watch]:
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("vehicles through"),
        TimeElapsedColumn(),
        console=console,
    )
    with bar:
        task = bar.add_task("00:00", total=plan.going_through)
        yield lambda now, through: bar.update(task, description=now, completed=through)
