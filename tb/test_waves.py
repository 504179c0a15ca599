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


def rises(wave: Waveform, name: str) -> list[int]:
    """Times in ps at which a one-bit signal rises."""
    signal = next(var for var in wave.all_vars() if var.full_name == name)
    changes = [(time, int(value)) for time, value in signal.tv]
    return [time for (_, before), (time, now) in pairwise(changes) if now and not before]


@pytest.fixture(scope="module")
def wave(tmp_path_factory: pytest.TempPathFactory) -> Waveform:
    results = run_bench(
        BENCHES["preset"],
        chip=CHIP.name,
        test="six_layer_clocks_give_the_golden_label",
        waves=True,
    )
    return Waveform(str(Path(results).parent / "dump.fst"))


def test_the_label_comes_when_the_last_layer_clock_ends(wave: Waveform) -> None:
    loads = rises(wave, f"{TOP}.u_macro.in_load_i")
    labels = rises(wave, f"{TOP}.label_valid_o")
    clock_ps = CHIP.clock.layer_period_cycles * CHIP.clock.clk_period_ns * 1000
    after_load_clock = [label - load - clock_ps for load, label in zip(loads, labels, strict=True)]
    assert len(labels) == 8
    assert set(after_load_clock) == {len(CHIP.layers) * clock_ps}


def test_every_label_falls_on_a_tick(wave: Waveform) -> None:
    ticks = set(rises(wave, f"{TOP}.tick_o"))
    assert set(rises(wave, f"{TOP}.label_valid_o")) <= ticks
