"""The claims of the published designs as experiments on the model.

python scripts/experiment.py                       # all of them
python scripts/experiment.py --only noise_loss --data data/cifar10 --images 10000 --runs 10

Each writes its rows as JSON and its plot as SVG. Exit status: 0 done, 2 unusable input.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy; more threads only spin

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from matplotlib.axes import Axes  # noqa: E402

from chips import Chip, load_chip  # noqa: E402
from chips.errors import InputError  # noqa: E402
from chips.images import ImageSet, data_file, embedded_images, load_images  # noqa: E402
from chips.weights import default_weights, load_weights  # noqa: E402
from pymodel.device import load_device_of  # noqa: E402
from scripts.command_line import OneLineParser, exit_status, require_positive  # noqa: E402
from scripts.experiments import (  # noqa: E402
    device_loss,
    device_table,
    image_energy,
    noise_loss,
    read_errors,
    read_life,
    reader_power,
)
from scripts.experiments.drawing import draw  # noqa: E402
from sim.runner import require_seed  # noqa: E402


@dataclass(frozen=True)
class Experiment:
    """How to get its rows, how to print them, how to draw them."""

    rows: Callable[[], Sequence[Any]]
    lines: Callable[[Sequence[Any]], Iterator[str]]
    fill: Callable[[Axes, Sequence[Any]], None]


def experiments(args: argparse.Namespace) -> dict[str, Experiment]:
    """All experiments by name, with the inputs that the command line names."""
    chip = load_chip(args.chip)
    device = load_device_of(chip, chip.chip.device)
    weights = load_weights(default_weights(chip), chip)
    images = first_images(chip, args.data, args.images)
    die = partial(read_errors.rows, chip, device, weights, seed=args.seed, dies=args.dies)
    noise = partial(noise_loss.rows, chip, weights, images, seed=args.seed, runs=args.runs)
    energy = partial(image_energy.rows, chip, device, weights, images, seed=args.seed)
    devices = partial(device_loss.rows, images, args.dies, chip)
    life = partial(read_life.rows, chip, device)
    power = partial(reader_power.rows, chip, device, weights, seed=args.seed)
    return {
        "read_errors": Experiment(die, read_errors.lines, read_errors.fill),
        "noise_loss": Experiment(noise, noise_loss.lines, noise_loss.fill),
        "device_loss": Experiment(devices, device_table.lines, device_table.fill),
        "image_energy": Experiment(energy, image_energy.lines, image_energy.fill),
        "read_life": Experiment(life, read_life.lines, read_life.fill),
        "reader_power": Experiment(power, reader_power.lines, reader_power.fill),
    }


def first_images(chip: Chip, data: str | None, count: int | None) -> ImageSet:
    """The first `count` images of the data, or of the embedded ones; all without a number."""
    found = load_images(data_file(Path(data)) if data else embedded_images(chip), chip)
    if count is not None and not 1 <= count <= len(found):
        raise InputError(f"IMAGES={count}: the set holds {len(found)}, allowed are 1..that")
    return ImageSet(found.pixels[:count], found.labels[:count])


def run(args: argparse.Namespace) -> int:
    """Run what the command line asks for; the exit status."""
    require_seed(args.seed)
    require_positive("DIES", args.dies)
    require_positive("RUNS", args.runs)
    known = experiments(args)
    if args.only and args.only not in known:
        raise InputError(f"ONLY={args.only}: allowed are {', '.join(known)}")
    args.out.mkdir(parents=True, exist_ok=True)
    for name in [args.only] if args.only else known:
        report(name, known[name], args.out)
    return 0


def report(name: str, experiment: Experiment, out: Path) -> None:
    """Print an experiment, and write its rows and its plot."""
    found = experiment.rows()
    print(f"\n{name}")
    for line in experiment.lines(found):
        print(line)
    path = out / f"{name}.json"
    path.write_text(json.dumps([asdict(row) for row in found], indent=0) + "\n")
    draw(out / f"{name}.svg", lambda axes: experiment.fill(axes, found))
    print(f"wrote {path} and {path.with_suffix('.svg').name}")


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = OneLineParser(description="The claims of the published designs as experiments.")
    parser.add_argument("--chip", default="cifar10")
    parser.add_argument("--only", help="one experiment; default: all")
    parser.add_argument("--data", help="folder with test_batch.bin; default: the embedded images")
    parser.add_argument("--images", type=int, help="how many of them; default: all")
    parser.add_argument("--dies", type=int, default=3, help="of the reader")
    parser.add_argument("--runs", type=int, default=5, help="seeds of the noise")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "experiments")
    return parser.parse_args()


def main() -> int:
    """Run the command; the exit status."""
    return exit_status(lambda: run(parse()))


if __name__ == "__main__":
    sys.exit(main())
