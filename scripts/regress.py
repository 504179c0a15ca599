"""Run random lives of the whole chip, one per seed, on this machine or on a Dask cluster.

python scripts/regress.py --seeds 1..100 --jobs 2
python scripts/regress.py --seeds 17

Exit status: 0 every seed passed, 1 a seed failed, 2 unusable input.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.command_line import OneLineParser, exit_status, require_positive  # noqa: E402
from scripts.regression.life import (  # noqa: E402
    LENGTH,
    chip_of,
    chips_of,
    run_in_own_process,
)
from scripts.regression.outcome import Outcome  # noqa: E402
from scripts.regression.report import Summary, failures, row, table  # noqa: E402
from scripts.regression.seeds import parse_seeds  # noqa: E402
from scripts.regression.sources import digest  # noqa: E402
from scripts.workers import require_address, run_in_pool, run_on_cluster  # noqa: E402
from sim.benches import BENCHES  # noqa: E402
from sim.build import build_bench  # noqa: E402


def run(args: argparse.Namespace) -> int:
    """Run the seeds that the command line asks for; the exit status."""
    seeds = parse_seeds(args.seeds)
    require_positive("JOBS", args.jobs)
    require_positive("LENGTH", args.length)
    if args.scheduler:
        require_address(args.scheduler)
    summary = Summary(args.out / "summary.json", digest(), args.length)
    summary.begin()
    for chip in chips_of(seeds):
        build_bench(BENCHES["regress"], chip)
    outcomes = []
    for number, outcome in enumerate(outcomes_of(seeds, args.length, args.jobs, args.scheduler), 1):
        outcomes.append(summary.compared(outcome))
        print(f"{number}/{len(seeds)} {row(outcomes[-1])}", file=sys.stderr, flush=True)
    outcomes.sort(key=lambda outcome: outcome.seed)
    summary.write(outcomes)
    print(table(outcomes))
    print(f"wrote {args.out / 'summary.json'}")
    wrong = failures(outcomes, args.length)
    print("\n".join(wrong), end="\n" if wrong else "", file=sys.stderr)
    return 1 if wrong else 0


def outcomes_of(
    seeds: Sequence[int], length: int, jobs: int, scheduler: str | None
) -> Iterator[Outcome]:
    """Outcomes as they come, from this machine or from the workers of a scheduler."""
    work = partial(run_in_own_process, length=length, sources=digest())
    if scheduler:
        ended = run_on_cluster(scheduler, work, seeds)
    else:
        ended = run_in_pool(ThreadPoolExecutor(jobs), work, seeds)
    for done in ended:
        yield done.result or Outcome(done.task, chip_of(done.task), done.error)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = OneLineParser(description="Run random lives of the whole chip.")
    parser.add_argument("--seeds", default="1..20", help="such as 7, 1..100 or 3,5,9..12")
    parser.add_argument("--jobs", type=int, default=2, help="seeds at a time on this machine")
    parser.add_argument("--scheduler", help="address of a Dask scheduler: tcp://host:port")
    parser.add_argument("--length", type=int, default=LENGTH, help="operations of one life")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "regress")
    return parser.parse_args()


def main() -> int:
    """Run the command; the exit status."""
    return exit_status(lambda: run(parse()))


if __name__ == "__main__":
    sys.exit(main())
