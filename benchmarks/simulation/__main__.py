"""`make simulate`: play everything, and write `docs/queue.json`.

`--days N` and `--seeds N` play less, `--seed N` with other chances; what is written says so.
"""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.simulation.attacks import reseller, rival
from benchmarks.simulation.figures import Json, compared, described, equation
from benchmarks.simulation.traffic import Site, draw, published_site, site_clock

RESULT = Path(__file__).parents[2] / "docs" / "queue.json"
DAYS, SEED, SEEDS = 60, 2026, 40
RULES, ATTACKS, SHAPES = 5, 2, 3


def main(arguments: Sequence[str]) -> int:
    """Play and write."""
    days, seed, seeds = (
        int(arguments[arguments.index(name) + 1]) if name in arguments else usual
        for name, usual in (("--days", DAYS), ("--seed", SEED), ("--seeds", SEEDS))
    )
    columns = (TextColumn("queues played"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=RULES + ATTACKS + SHAPES * seeds)
        found = simulated(
            published_site(), days=days, seed=seed, seeds=seeds, told=lambda: bar.advance(task)
        )
    RESULT.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return 0


def simulated(site: Site, *, days: int, seed: int, seeds: int, told: Callable[[], None]) -> Json:
    """Return everything that was found; `told` is called after each queue that was played."""
    traffic = draw(site, days=days, seed=seed)
    found = {
        "made_with": {"days": days, "seed": seed, "seeds": seeds},
        **described(site, days, traffic),
        "rules": compared(traffic, site.edition.rates, told),
        "equation": equation(site, days, range(seed, seed + seeds), told),
    }
    found["reseller"] = reseller(traffic, site.edition.rates, seed)
    told()
    found["rival"] = rival(traffic, site, site_clock(site, days), seed)
    told()
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
