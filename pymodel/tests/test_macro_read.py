"""Pulsed reads and the weights that a layer computes with."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from chips import load_chip
from pymodel.device import load_device
from pymodel.layer import Charge, Stage, pixel_volts
from pymodel.macro import Drive, Macro, ReadPulse, ReadReset
from pymodel.network import Network
from pymodel.noise import Effects
from pymodel.pins import SET_DIRECTION
from pymodel.tests.compute_bench import Bench
from pymodel.tests.samples import Sequencer, random_images, random_weights, same_outputs
from pymodel.timing import Window


@pytest.fixture
def bench() -> Bench:
    return Bench("mini", Effects.none())


def test_a_late_refresh_flips_weights_and_a_refresh_mends_them(bench: Bench) -> None:
    retention_s = bench.chip.reader.retention_us * 1e-6
    for now_s, right in ((0.9 * retention_s, True), (4 * retention_s, False)):
        bench.macro.reset_images()
        bench.pins.now_ps = round(now_s * 1e12)
        assert bench.macro.hold_age(now_s) == pytest.approx(now_s - 1e-6)
        bench.pins.image(bench.images[0])
        assert same_outputs(bench.network, bench.macro, bench.images[0], 0) == right
    bench.macro.read_all(bench.pins.now_s)
    bench.pins.image(bench.images[0])
    assert same_outputs(bench.network, bench.macro, bench.images[0], 0)


def test_weights_are_nothing_before_the_first_read() -> None:
    chip = load_chip("mini")
    macro = Macro(chip, load_device("amer2024"), seed=1, effects=Effects.none())
    weights = random_weights(chip)
    macro.preset_weights(weights)
    assert macro.hold_age(0.0) == math.inf
    image = random_images(chip, 1)[0]
    Sequencer(chip, macro, weights).image(image)
    assert not same_outputs(Network(chip, weights), macro, image, 0)


def test_a_read_without_pulse_forgets_the_weights(bench: Bench) -> None:
    for bank in range(bench.chip.banks):
        bench.macro.read_pulse(ReadPulse(bank, 40e-9, 0.0, bench.pins.now_s))
    bench.pins.image(bench.images[0])
    assert not same_outputs(bench.network, bench.macro, bench.images[0], 0)


def read_while_integrating(bench: Bench, banks: range, split: tuple[int, int, int]) -> None:
    """Layer 0 integrates for some clocks before, during and after the read of banks."""
    bench.start()
    bench.pins.reset(1)
    bench.pins.put(en=1)
    bench.pins.wait(split[0])
    for bank in banks:
        bench.macro.read_reset(ReadReset(bank, bench.pins.now_s))
    bench.pins.wait(split[1])
    for bank in banks:
        bench.macro.read_pulse(ReadPulse(bank, 40e-9, 100e-9, bench.pins.now_s))
    bench.pins.wait(split[2])
    bench.pins.put(en=0)
    bench.pins.take(1)


def test_a_layer_integrates_with_all_gates_on_while_it_is_read(bench: Bench) -> None:
    before, during, after = 8, 3, 5
    read_while_integrating(bench, range(bench.chip.geometry[0].banks), (before, during, after))
    stage = Stage(bench.chip, 0)
    inputs = pixel_volts(bench.images[:1], bench.chip.mac.v_fs_v)
    charge: Charge | None = None
    codes = np.full_like(bench.weights.codes[0], -bench.chip.chip.code_max)
    all_on = replace(bench.weights, codes=(codes, *bench.weights.codes[1:]))
    for weights, clocks in ((bench.weights, before + after), (all_on, during)):
        window = Window(0, clocks * 20_000, clocks * 20_000)
        cf_sel = bench.weights.cf_sel[0]
        charge = stage.integrated(bench.macs(weights), inputs, window, cf_sel, charge)
    assert charge is not None
    assert bench.held() == pytest.approx(stage.sampled(charge, None)[0], abs=1e-6)
    assert np.abs(bench.held() - bench.expected(0)).max() > 1e-3


def test_a_layer_does_not_feel_the_read_of_another(bench: Bench) -> None:
    other = bench.chip.geometry[1]
    banks = range(other.bank_base, other.bank_base + other.banks)
    read_while_integrating(bench, banks, (0, bench.weights.t_ctrl[0], 0))
    assert np.array_equal(bench.held(), bench.expected(0))


def test_a_reset_without_its_pulse_leaves_the_gates_on(bench: Bench) -> None:
    bench.macro.read_reset(ReadReset(0, bench.pins.now_s))
    bench.pins.wait(50)
    bench.pins.image(bench.images[0])
    left = bench.held().copy()
    assert not np.array_equal(left, bench.expected(0))
    bench.macro.read_pulse(ReadPulse(0, 40e-9, 0.0, bench.pins.now_s))
    bench.macro.reset_images()
    bench.pins.image(bench.images[0])
    assert np.array_equal(bench.held(), left)


def test_a_read_between_images_changes_no_bit_and_loads_nothing_again(bench: Bench) -> None:
    bench.pins.image(bench.images[0])
    before = bench.held().copy(), bench.macro._read.macs(0, bench.pins.now_s)
    for bank in range(bench.chip.banks):
        bench.macro.read_reset(ReadReset(bank, bench.pins.now_s))
        bench.pins.wait(9)
        bench.macro.read_pulse(ReadPulse(bank, 40e-9, 100e-9, bench.pins.now_s))
    bench.pins.image(bench.images[0])
    assert np.array_equal(bench.held(), before[0])
    assert bench.macro._read.macs(0, bench.pins.now_s) is before[1]


def test_a_read_during_reset_does_not_break_it(bench: Bench) -> None:
    bench.pins.image(bench.images[0])
    bench.start(1)
    bench.pins.put(rst=1)
    for _ in range(4):
        bench.pins.wait(1)
        bench.macro.read_all(bench.pins.now_s)
    bench.pins.put(rst=0)
    bench.pins.take(1)
    assert not bench.held().any()


def test_programming_shows_after_the_next_read_only(bench: Bench) -> None:
    for row in range(27):
        all_cells = (1 << 20) - 1
        pins = Drive(0, 0, row, all_cells, 0, True, 170, 300, 0, SET_DIRECTION, 1e-5)
        bench.macro.drive(pins)
    bench.pins.image(bench.images[0])
    assert np.array_equal(bench.held(), bench.expected(0))
    bench.macro.read_all(bench.pins.now_s)
    bench.pins.image(bench.images[0])
    assert not bench.held().any()  # every cell low: all weights 0
