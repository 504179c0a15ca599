"""Monte Carlo over dies, images and one or two parameters, here or on a Dask cluster.

python scripts/sweep.py --x ratio:1.5..10/8 --y variation:0.1..0.5/3 --dies 20 --images 500

A run that was stopped goes on where it was. Exit status: 0 every die is done, 1 one is not, 2
unusable input.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy; more threads only spin

import argparse
import re
import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from chips import load_chip  # noqa: E402
from chips.errors import InputError  # noqa: E402
from chips.images import image_file, load_images  # noqa: E402
from chips.weights import default_weights  # noqa: E402
from scripts.command_line import OneLineParser, exit_status, require_positive  # noqa: E402
from scripts.line_store import LineStore  # noqa: E402
from scripts.run_definition import load  # noqa: E402
from scripts.run_store import open_store  # noqa: E402
from scripts.sweeping.axis import Axis, parse_axis, parse_fixed  # noqa: E402
from scripts.sweeping.definition import Definition, Task  # noqa: E402
from scripts.sweeping.plot import plot  # noqa: E402
from scripts.sweeping.report import progress, table, where, write_summary  # noqa: E402
from scripts.sweeping.statistics import summaries  # noqa: E402
from scripts.sweeping.task import Result, run_task  # noqa: E402
from scripts.workers import (  # noqa: E402
    Done,
    process_pool,
    require_address,
    run_in_pool,
    run_on_cluster,
)
from sim.runner import require_seed  # noqa: E402

IMAGES = 500  # of the set, at most, unless more are asked for
X = "noise_scale:0..4/5"


def run(args: argparse.Namespace) -> int:
    """Run the sweep that the command line asks for; the exit status."""
    require_positive("JOBS", args.jobs)
    require_positive("DIES", args.dies)
    if args.scheduler:
        require_address(args.scheduler)
    definition = define(args)
    load(definition)
    folder = folder_of(args, definition)
    with open_store(folder, definition, Result.from_json) as store:
        write_summary(folder / "summary.json", definition, [], {})
        failed = dict(_run_missing(args, definition, store))
        points = summaries(store.results, definition.images)
        passed = write_summary(folder / "summary.json", definition, points, failed)
        if definition.axes and points:
            plot(folder / "plot.svg", definition, points)
    print(table(definition, points))
    print(f"wrote {folder / 'summary.json'}")
    return 0 if passed else 1


def define(args: argparse.Namespace) -> Definition:
    """The sweep that the command line asks for, with what it leaves open filled in."""
    chip = load_chip(args.chip)
    if args.noise not in ("on", "off"):
        raise InputError(f"NOISE={args.noise}: allowed are on, off")
    weights = str(Path(args.weights).resolve() if args.weights else default_weights(chip))
    data = image_file(chip, args.data)
    images = args.images
    return Definition(
        chip=args.chip,
        device=args.device or chip.chip.device,
        weights=weights,
        data=str(data),
        images=min(IMAGES, len(load_images(data, chip))) if images is None else images,
        dies=args.dies,
        seed=require_seed(args.seed),
        noise=args.noise == "on",
        axes=_axes(args.x, args.y, args.at),
        fixed=parse_fixed(args.at),
        hashes=Definition.hashes_of(weights, str(data)),
    )


def _axes(x: str, y: str | None, at: str) -> tuple[Axis, ...]:
    axes = tuple(parse_axis(name, text) for name, text in (("X", x), ("Y", y)) if text)
    names = [axis.name for axis in axes] + [part.partition("=")[0] for part in at.split()]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"'{name}' is named more than once by X=, Y= and AT=")
    return axes


def folder_of(args: argparse.Namespace, definition: Definition) -> Path:
    """Where the results of a sweep are."""
    name = args.sweep or definition.digest[:12]
    if not re.fullmatch(r"\w[\w.-]*", name):
        raise InputError(f"SWEEP={name}: allowed are letters, digits, '_', '-' and '.'")
    return Path(args.out) / name


def _run_missing(
    args: argparse.Namespace, definition: Definition, store: LineStore[Result]
) -> Iterator[tuple[Task, str]]:
    """Run all dies that have no result yet; those that failed, with the error."""
    there = {result.task for result in store.results}
    tasks = [task for task in definition.tasks if task not in there]
    start = time.monotonic()
    for count, done in enumerate(_ended(args, definition, tasks), 1):
        left_s = (time.monotonic() - start) / count * (len(tasks) - count)
        if done.result is None:
            print(f"{where(definition, done.task)}: {done.error}", file=sys.stderr, flush=True)
            yield done.task, done.error
            continue
        store.add(done.result)
        line = progress(definition, done.result, len(store.results), left_s)
        print(line, file=sys.stderr, flush=True)


def _ended(
    args: argparse.Namespace, definition: Definition, tasks: Sequence[Task]
) -> Iterator[Done[Task, Result]]:
    work = partial(run_task, definition=definition)
    if not tasks:
        return iter(())
    if args.scheduler:
        return run_on_cluster(args.scheduler, work, tasks)
    return run_in_pool(process_pool(min(args.jobs, len(tasks))), work, tasks)


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = OneLineParser(description="Monte Carlo over dies, images and parameters.")
    parser.add_argument("--x", default=X, help="parameter, such as ratio:1.5..10/8")
    parser.add_argument("--y", help="a second one, such as variation:0.1,0.3,0.5")
    parser.add_argument("--at", default="", help="others: 'ratio=5 spread=0.85'")
    parser.add_argument("--dies", type=int, default=8)
    parser.add_argument("--images", type=int, help=f"of the set; default: at most {IMAGES}")
    parser.add_argument("--chip", default="cifar10")
    parser.add_argument("--device", help="cell parameter set; default: that of the chip")
    parser.add_argument("--weights", help="weight file; default: that of the chip")
    parser.add_argument("--data", help="folder with test_batch.bin; default: the embedded images")
    parser.add_argument("--noise", default="on", help="imperfections, on or off")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sweep", help="name of the folder; default: hash of the definition")
    parser.add_argument("--jobs", type=int, default=2, help="dies at a time on this machine")
    parser.add_argument("--scheduler", help="address of a Dask scheduler: tcp://host:port")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "sweep")
    return parser.parse_args(arguments)


def main() -> int:
    """Run the command; the exit status."""
    return exit_status(lambda: run(parse()))


if __name__ == "__main__":
    sys.exit(main())
