"""Train the MNIST networks of Lee's tables 1-6, and write their accuracies beside the printed ones.

python scripts/explore_mnist.py --data DIR

DIR holds the four unpacked MNIST files. Accuracies are those of the test images after the last
epoch; nothing is chosen by them. Every network is on disk once it is trained: the same command
continues an interrupted run. Exit status: 0 all trained, 2 unusable input, 130 interrupted.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy: sums have one order

import argparse
import hashlib
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from chips.errors import InputError  # noqa: E402
from chips.tables import require  # noqa: E402
from pymodel.figures.accuracies import DATA  # noqa: E402
from scripts.command_line import OneLineParser, exit_status, require_positive  # noqa: E402
from scripts.line_store import LineStore  # noqa: E402
from scripts.mnist.images import (  # noqa: E402
    TEST,
    TRAIN,
    Digits,
    network_inputs,
    read_digits,
)
from scripts.mnist.inference import percent_right  # noqa: E402
from scripts.mnist.merge import merged  # noqa: E402
from scripts.mnist.nets import Measure, Net, Norm, all_nets  # noqa: E402
from scripts.mnist.report import (  # noqa: E402
    other_lines,
    runs_csv,
    table_lines,
    trained_csv,
    verdict_lines,
)
from scripts.mnist.store import Result, open_store  # noqa: E402

if TYPE_CHECKING:
    from scripts.mnist.training import Recipe

SEEDS = 3


def run(args: argparse.Namespace) -> int:
    """Train what is missing, write the tables; the exit status."""
    require(bool(args.data), "MNIST_DIR=: name the folder of the unpacked MNIST files")
    recipe = _recipe(args)
    require_positive("SEEDS", args.seeds)
    require(args.out.is_dir(), f"{args.out}: no such folder")
    training, test = (read_digits(Path(args.data), part) for part in (TRAIN, TEST))
    what = {**asdict(recipe), "data": _hash(training, test)}
    tasks = [(net, seed) for seed in range(1, args.seeds + 1) for net in all_nets()]
    with open_store(args.store, what) as store:
        _train_missing(store, tasks, training, test, recipe)
        names = {(net.name, seed) for net, seed in tasks}
        results = [r for r in store.results if (r.net, r.seed) in names]
    (args.out / "lee2020_trained.csv").write_text(trained_csv(results))
    (args.out / "lee2020_runs.csv").write_text(runs_csv(results))
    print("\n".join(_report(results)))
    print(f"wrote {args.out / 'lee2020_trained.csv'}; {len(test.labels)} test images")
    return 0


def _recipe(args: argparse.Namespace) -> Recipe:
    try:
        from scripts.mnist.training import Recipe, prepare
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        missing = "PyTorch is not installed: pip install -r requirements-train.txt"
        raise InputError(missing) from None
    prepare()
    given = {"epochs": args.epochs, "rate": args.rate}
    return Recipe(**{name: value for name, value in given.items() if value is not None})


def _train_missing(
    store: LineStore[Result],
    tasks: Sequence[tuple[Net, int]],
    training: Digits,
    test: Digits,
    recipe: Recipe,
) -> None:
    done = {(result.net, result.seed) for result in store.results}
    for number, (net, seed) in enumerate(tasks, 1):
        if (net.name, seed) in done:
            continue
        started = time.monotonic()
        store.add(measure(net, seed, training, test, recipe))
        percent = store.results[-1].percent[Measure.TRAINED]
        print(
            f"{number}/{len(tasks)} {net.name}, seed {seed}: {percent:.2f} % "
            f"{time.monotonic() - started:.1f} s",
            flush=True,
        )


def measure(net: Net, seed: int, training: Digits, test: Digits, recipe: Recipe) -> Result:
    """Train a network, and classify the test images with it in every way that it has."""
    from scripts.mnist.training import train

    inputs = network_inputs(training.pixels, net.side)
    layers = train(net, seed, inputs, training.labels, recipe)
    x, bits = network_inputs(test.pixels, net.side), net.activation_bits
    ways = list(Measure) if net.norm is Norm.BATCH else [Measure.TRAINED]
    percent = {
        way: percent_right(merged(layers, net.weight_bits, way), bits, x, test.labels)
        for way in ways
    }
    return Result(net.name, seed, percent)


def _hash(*parts: Digits) -> str:
    total = hashlib.sha256()
    for part in parts:
        total.update(part.pixels.tobytes() + part.labels.tobytes())
    return total.hexdigest()


def _report(results: Sequence[Result]) -> Iterator[str]:
    for lines in (table_lines, other_lines, verdict_lines):
        yield from (*lines(results), "")


def parse() -> argparse.Namespace:
    """Command line."""
    parser = OneLineParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", default="", help="folder of the MNIST files")
    parser.add_argument("--epochs", type=int, help="default: as published here")
    parser.add_argument(
        "--rate", type=float, help="of Adamax at the start; default: as published here"
    )
    parser.add_argument("--seeds", type=int, default=SEEDS, help="networks from seeds 1 to this")
    parser.add_argument("--out", type=Path, default=DATA, help="folder of the two CSV files")
    parser.add_argument("--store", type=Path, default=ROOT / "build" / "mnist")
    return parser.parse_args()


def main() -> int:
    """Run the command; the exit status."""
    return exit_status(lambda: run(parse()))


if __name__ == "__main__":
    sys.exit(main())
