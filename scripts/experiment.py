"""The claims of the published designs as experiments on the model.

python scripts/experiment.py                       # all of them
python scripts/experiment.py --only effect_loss --data data/cifar10 --images 2000 --runs 10

Each writes its rows as JSON and its plot as SVG. Exit status: 0 done, 2 unusable input.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy; more threads only spin

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from chips import load_chip  # noqa: E402
from chips.errors import InputError  # noqa: E402
from chips.weights import default_weights, load_weights  # noqa: E402
from pymodel.device import load_device_of  # noqa: E402
from scripts.command_line import OneLineParser, exit_status, require_positive  # noqa: E402
from scripts.drawing import draw  # noqa: E402
from scripts.experiments.catalog import EXPERIMENTS, Experiment, Inputs  # noqa: E402
from scripts.experiments.images import first_images  # noqa: E402
from sim.runner import require_seed  # noqa: E402


def inputs_of(args: argparse.Namespace) -> Inputs:
    """What the command line names."""
    chip = load_chip(args.chip)
    device = load_device_of(chip, chip.chip.device)
    weights = load_weights(default_weights(chip), chip)
    images = first_images(chip, args.data, args.images)
    return Inputs(chip, device, weights, images, args.seed, args.dies, args.runs)


def run(args: argparse.Namespace) -> int:
    """Run what the command line asks for; the exit status."""
    require_seed(args.seed)
    require_positive("DIES", args.dies)
    require_positive("RUNS", args.runs)
    if args.only and args.only not in EXPERIMENTS:
        raise InputError(f"ONLY={args.only}: allowed are {', '.join(EXPERIMENTS)}")
    inputs = inputs_of(args)
    args.out.mkdir(parents=True, exist_ok=True)
    for name in [args.only] if args.only else EXPERIMENTS:
        report(name, inputs, args.out)
    return 0


def report(name: str, inputs: Inputs, out: Path) -> None:
    """Print an experiment, and write its rows and its plot."""
    experiment = EXPERIMENTS[name]
    found = experiment.rows(inputs)
    print(f"\n{name}")
    for line in experiment.lines(found):
        print(line)
    path = out / f"{name}.json"
    path.write_text(json.dumps([asdict(row) for row in found], indent=0) + "\n")
    draw(out / f"{name}.svg", "experiments", partial(fill, experiment, found))
    print(f"wrote {path} and {path.with_suffix('.svg').name}", flush=True)


def fill(experiment: Experiment, found: Sequence[Any], axes: Axes) -> None:
    """Draw the rows of an experiment over a grid."""
    experiment.fill(axes, found)
    axes.grid(alpha=0.3)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = OneLineParser(description="The claims of the published designs as experiments.")
    parser.add_argument("--chip", default="cifar10")
    parser.add_argument("--only", help="one experiment; default: all")
    parser.add_argument("--data", help="folder with test_batch.bin; default: the embedded images")
    parser.add_argument("--images", type=int, help="how many of them; default: all")
    parser.add_argument("--dies", type=int, default=3, help="of readers, devices and calibration")
    parser.add_argument("--runs", type=int, default=5, help="seeds of the effects")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "experiments")
    return parser.parse_args()


def main() -> int:
    """Run the command; the exit status."""
    return exit_status(lambda: run(parse()))


if __name__ == "__main__":
    sys.exit(main())
