"""The baseline of the benchmarks computes the same network; unusable input is one line."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from chips import load_chip
from chips.weights import default_weights, load_weights
from scripts.bench import clean_forward
from sim.sources import ROOT
from tb.reference.network import golden_forward


@pytest.mark.parametrize("name", ["mini", "cifar10"])
def test_the_clean_pass_agrees_with_the_golden_network(name: str) -> None:
    chip = load_chip(name)
    weights = load_weights(default_weights(chip), chip)
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 256, (3, *chip.geometry[0].in_shape)).astype(np.uint8)
    golden = [golden_forward(chip, weights, image)[-1].ravel() for image in pixels]
    np.testing.assert_allclose(clean_forward(chip, weights, pixels), golden, atol=1e-5)


REFUSED = {
    "chip": (("--chip", "cifar11"), "chip 'cifar11' is unknown; allowed: cifar10, mini"),
    "negative seed": (("--chip", "mini", "--seed", "-1"), "SEED=-1: allowed are 1.."),
    "seed": (("--chip", "mini", "--seed", "one"), "argument --seed: invalid int value: 'one'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_unusable_options_are_one_line_and_exit_2(case: str) -> None:
    options, says = REFUSED[case]
    command = [sys.executable, "scripts/bench.py", *options]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 2, run.stderr
    assert says in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1
