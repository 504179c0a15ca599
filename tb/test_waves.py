"""The six layer clocks as a recorded wave shows them, read back from the FST file."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from pywellen import Waveform

from chips import load_chip
from sim.benches import BENCHES
from sim.runner import run_bench

CHIP = load_chip("cifar10")
TOP = "cnr_chip_tb.u_chip"
CLOCK_PS = CHIP.clock.layer_period_cycles * CHIP.clock.clk_period_ns * 1000


def rises(wave: Waveform, name: str) -> list[int]:
    """Times in ps at which a one-bit signal rises."""
    signal = next(var for var in wave.all_vars() if var.full_name == name)
    changes = [(time, int(value)) for time, value in signal.tv]
    return [time for (_, before), (time, now) in pairwise(changes) if now and not before]


def recorded(test: str) -> Waveform:
    """The waves of a test of the full chip."""
    results = run_bench(BENCHES["preset"], chip=CHIP.name, test=test, waves=True)
    return Waveform(str(Path(results).parent / "dump.fst"))


@pytest.fixture(scope="module")
def wave() -> Waveform:
    return recorded("six_layer_clocks_give_the_golden_label")


@pytest.fixture(scope="module")
def pipelined_wave() -> Waveform:
    return recorded("pipelined_labels_come_one_layer_clock_apart")


def clocks_after_load(wave: Waveform) -> list[float]:
    """Layer clocks from the end of each load clock to the label in its place."""
    loads = rises(wave, f"{TOP}.u_macro.in_load_i")
    labels = rises(wave, f"{TOP}.label_valid_o")
    return [(label - load) / CLOCK_PS - 1 for load, label in zip(loads, labels, strict=True)]


def test_the_label_comes_when_the_last_layer_clock_ends(wave: Waveform) -> None:
    assert clocks_after_load(wave) == [len(CHIP.layers)] * 8


def test_pipelined_labels_are_one_layer_clock_apart(pipelined_wave: Waveform) -> None:
    labels = rises(pipelined_wave, f"{TOP}.label_valid_o")
    assert clocks_after_load(pipelined_wave) == [len(CHIP.layers)] * 8
    assert {later - label for label, later in pairwise(labels)} == {CLOCK_PS}


def test_every_label_falls_on_a_tick(wave: Waveform) -> None:
    ticks = set(rises(wave, f"{TOP}.tick_o"))
    assert set(rises(wave, f"{TOP}.label_valid_o")) <= ticks
