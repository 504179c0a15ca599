"""Benchmarks: speed, each a ratio to a baseline in the same run, and cells beside silicon.

python scripts/bench.py --chip cifar10

The baseline of the analog model is what plain NumPy needs for the same network without any
physics: im2col and one matrix product per layer over the whole batch, one thread. That of
programming is the same RTL without the model, that of the crossbar its exact solution. The cells
are programmed through the RTL and their figures printed beside those published, whatever the chip.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy; more threads only spin

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from chips import Chip, load_chip  # noqa: E402
from chips.weights import Weights, default_weights, load_weights  # noqa: E402
from pymodel.network import Network  # noqa: E402
from pymodel.noise import Effects  # noqa: E402
from scripts.benchmarks.crossbar import measure_crossbar  # noqa: E402
from scripts.benchmarks.programming import measure_programming  # noqa: E402
from scripts.benchmarks.silicon import measure_silicon, silicon_line  # noqa: E402
from scripts.command_line import OneLineParser, exit_status  # noqa: E402
from sim.runner import require_seed  # noqa: E402

BATCH = 100
REPEATS = 7
CASES = {
    "forward ideal": Effects.none(),
    "forward with stage noise": Effects(stage_noise=True),
    "forward, stage+read noise": Effects(stage_noise=True, read_noise=True),
    "forward with mismatch": Effects(mac_mismatch=True),
    "forward with everything": Effects.all(),
}


def clean_forward(
    chip: Chip, weights: Weights, pixels: npt.NDArray[np.uint8]
) -> npt.NDArray[np.float32]:
    """Outputs (n, classes) of the network as im2col and one product per layer, no physics."""
    signal = pixels.astype(np.float32) / np.float32(255)
    for geometry, layer, codes in zip(chip.geometry, chip.layers, weights.codes, strict=True):
        matrix = codes.astype(np.float32).T
        if layer.kind == "conv":
            sums = _columns(signal, layer.kernel) @ matrix
            sums = sums.reshape(len(signal), *geometry.sum_shape[1:], -1).transpose(0, 3, 1, 2)
        else:
            flat = signal.reshape(len(signal), -1)
            sums = (flat @ matrix[:-1] + matrix[-1]).reshape(len(signal), -1, 1, 1)
        gain = chip.gain(weights.t_ctrl[geometry.index], weights.cf_sel[geometry.index])
        signal = np.clip(sums * np.float32(gain), 0 if layer.relu else -1, 1)
        channels, height, width = geometry.out_shape
        blocks = signal.reshape(-1, channels, height, layer.pool, width, layer.pool)
        signal = blocks.mean((3, 5), dtype=np.float32)
    return signal.reshape(len(signal), -1)


def _columns(signal: npt.NDArray[np.float32], size: int) -> npt.NDArray[np.float32]:
    """Neighbourhoods (n * height * width, channels * size^2) with zero padding."""
    padded = np.pad(signal, ((0, 0), (0, 0), (size // 2,) * 2, (size // 2,) * 2))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size), (2, 3))
    columns = windows.transpose(0, 2, 3, 1, 4, 5)
    return columns.reshape(-1, signal.shape[1] * size * size)


def seconds(work: Callable[[], object]) -> float:
    """Median time of some calls after one that warms up."""
    work()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def measure(chip: Chip, seed: int) -> list[dict[str, object]]:
    """Images per second of every case and their ratio to the clean pass."""
    weights = load_weights(default_weights(chip), chip)
    rng = np.random.default_rng(seed)
    shape = (BATCH, *chip.geometry[0].in_shape)
    pixels = rng.integers(0, 256, shape).astype(np.uint8)
    clean = BATCH / seconds(lambda: clean_forward(chip, weights, pixels))
    rows = []
    for name, effects in CASES.items():
        network = Network(chip, weights, effects=effects, seed=seed)
        rate = BATCH / seconds(lambda network=network: network.forward(pixels))  # type: ignore[misc]
        rows.append(
            {
                "name": name,
                "value": rate,
                "unit": "images/s",
                "baseline": clean,
                "ratio": rate / clean,
                "against": "the clean pass",
            }
        )
    return rows


def run(args: argparse.Namespace) -> int:
    """Measure, print and write; the exit status."""
    rows = measure(load_chip(args.chip), require_seed(args.seed))
    rows += measure_crossbar(seconds, args.seed)
    rows += measure_programming(args.chip, args.seed, args.out)
    silicon = measure_silicon(args.seed, args.out)
    (args.out / "summary.json").write_text(json.dumps(rows + silicon, indent=2) + "\n")
    for row in rows:
        print(
            f"{row['name']:<26} {row['value']:8.0f} {row['unit']}, "
            f"{row['ratio']:.2f} of {row['against']} ({row['baseline']:.0f})"
        )
    for row in silicon:
        print(silicon_line(row))
    return 0


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = OneLineParser(description="Benchmarks of speed, and the cells beside silicon.")
    parser.add_argument("--chip", default="cifar10")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "bench")
    return parser.parse_args()


def main() -> int:
    """Run the command; the exit status."""
    return exit_status(lambda: run(parse()))


if __name__ == "__main__":
    sys.exit(main())
