"""Compute pins of the macro: right when they are right, wrong when they are wrong."""

from __future__ import annotations

import math

import numpy as np
import pytest

from chips import InputError
from chips.weights import Weights
from pymodel.layer import Stage, pixel_volts
from pymodel.macro import Phases, ReadPulse
from pymodel.network import Network
from pymodel.noise import Effects
from pymodel.tests.compute_bench import Bench
from pymodel.tests.samples import same_outputs
from pymodel.timing import Window


@pytest.fixture
def bench() -> Bench:
    return Bench("mini", Effects.none())


def test_a_missing_reset_leaves_the_charge_of_the_last_image(bench: Bench) -> None:
    bench.pins.image(bench.images[0])
    bench.pins.integrate(1, bench.weights.t_ctrl[0])
    bench.pins.take(1)
    assert np.abs(bench.held() - bench.expected(0)).max() > 0.1


def test_a_short_reset_leaves_its_exponential_part(bench: Bench) -> None:
    bench.pins.image(bench.images[0])
    bench.start(1)
    bench.pins.reset(1, clocks=1)
    bench.pins.take(1)
    left = math.exp(-20e-9 / 8e-9)
    assert bench.held() == pytest.approx(bench.expected(0) * left, abs=1e-6)


def test_the_integration_time_sets_the_gain(bench: Bench) -> None:
    bench.start()
    bench.pins.reset(1)
    bench.pins.integrate(1, 5)
    bench.pins.take(1)
    short = Weights(bench.weights.codes, (5, *bench.weights.t_ctrl[1:]), bench.weights.cf_sel)
    outputs = Network(bench.chip, short).forward(bench.images[:1]).layers[0][0]
    assert np.array_equal(bench.held(), outputs)
    assert not np.array_equal(bench.held(), bench.expected(0))


def test_the_capacitor_sets_the_gain(bench: Bench) -> None:
    smaller = (bench.weights.cf_sel[0] - 1, *bench.weights.cf_sel[1:])
    changed = Weights(bench.weights.codes, bench.weights.t_ctrl, smaller)
    bench.pins.weights = changed
    bench.pins.image(bench.images[0])
    network = Network(bench.chip, changed)
    assert same_outputs(network, bench.macro, bench.images[0], 0)


def test_without_bias_nothing_is_integrated(bench: Bench) -> None:
    bench.start()
    bench.pins.reset(1)
    bench.pins.put(bias=0b1110)
    bench.pins.integrate(1, bench.weights.t_ctrl[0])
    bench.pins.take(1)
    assert not bench.held().any()


def test_bias_that_comes_late_shortens_the_integration(bench: Bench) -> None:
    """By what was missed, and by tau of what came, for the currents rise with the bias."""
    t_ctrl, tau_ps = bench.weights.t_ctrl[0], bench.chip.mac.bias_tau_ns * 1e3
    bench.start()
    bench.pins.reset(1)
    bench.pins.put(bias=0b1110)
    bench.pins.put(en=1)
    bench.pins.wait(7)
    bench.pins.put(bias=0b1111)
    bench.pins.wait(t_ctrl)
    bench.pins.put(en=0)
    bench.pins.take(1)
    full_ps = t_ctrl * bench.pins.clock_ps
    macs = bench.macs(bench.weights)
    inputs = pixel_volts(bench.images[:1], bench.chip.mac.v_fs_v)
    stage, cf_sel = Stage(bench.chip, 0), bench.weights.cf_sel[0]
    window = Window(0, full_ps, round(full_ps - tau_ps))
    short = stage.sampled(stage.integrated(macs, inputs, window, cf_sel), None)
    assert np.array_equal(bench.held(), short[0])
    assert bench.held().sum() < bench.expected(0).sum()


@pytest.mark.parametrize("warm_cycles", [0, 1, 2, 10])
def test_a_layer_needs_its_bias_some_time_before_it_integrates(
    bench: Bench, warm_cycles: int
) -> None:
    """Of a bias t before the integration, tau exp(-t / tau) of it is missing, 0 after 10 clocks."""
    bench.pins.put(bias=0)
    bench.start()
    bench.pins.put(rst=1)
    bench.pins.wait(20)
    bench.pins.put(rst=0, bias=1)
    bench.pins.wait(warm_cycles)
    bench.pins.integrate(1, bench.weights.t_ctrl[0])
    bench.pins.take(1)
    tau_ps = bench.chip.mac.bias_tau_ns * 1e3
    missing_ps = tau_ps * math.exp(-warm_cycles * bench.pins.clock_ps / tau_ps)
    whole_ps = bench.weights.t_ctrl[0] * bench.pins.clock_ps
    unsaturated = bench.expected(0) < 0.9 * bench.chip.mac.v_fs_v
    part = 1 - missing_ps / whole_ps
    found, expected = bench.held()[unsaturated], bench.expected(0)[unsaturated]
    clipped = bench.chip.mac.v_fs_v * (1 - part)  # of a pooled sum with saturated parts, at most
    assert found == pytest.approx(expected * part, abs=clipped + 1e-6)
    assert np.array_equal(bench.held(), bench.expected(0)) == (warm_cycles == 10)


def test_a_bias_that_switches_during_a_reset_does_not_break_it(bench: Bench) -> None:
    bench.pins.image(bench.images[0])
    bench.start(1)
    bench.pins.put(rst=1)
    for bias in (0, 0b1111, 0, 0b1111):
        bench.pins.wait(1)
        bench.pins.put(bias=bias, en=bias & 1)
    bench.pins.put(rst=0, en=0)
    bench.pins.take(1)
    assert not bench.held().any()


def test_layer_0_sees_a_loaded_image_from_its_next_reset_on(bench: Bench) -> None:
    bench.start()
    bench.pins.reset(1)
    bench.start(1)
    bench.pins.integrate(1, bench.weights.t_ctrl[0])
    bench.pins.take(1)
    assert np.array_equal(bench.held(), bench.expected(0))
    assert bench.macro.held_image(0) == 0
    bench.pins.reset(1)
    bench.pins.integrate(1, bench.weights.t_ctrl[0])
    bench.pins.take(1)
    assert np.array_equal(bench.held(), bench.expected(1))
    assert bench.macro.held_image(0) == 1


def test_reset_during_integration_shorts_the_charge(bench: Bench) -> None:
    bench.start()
    bench.pins.reset(1)
    bench.pins.put(en=1, rst=1)
    bench.pins.wait(bench.weights.t_ctrl[0])
    bench.pins.put(en=0, rst=0)
    bench.pins.take(1)
    assert not bench.held().any()


def test_a_sample_during_integration_takes_the_present_value(bench: Bench) -> None:
    t_ctrl = bench.weights.t_ctrl[0]
    bench.start()
    bench.pins.reset(1)
    bench.pins.put(en=1)
    bench.pins.wait(t_ctrl)
    bench.pins.put(sample=1)
    bench.pins.put(sample=0)
    bench.pins.wait(t_ctrl)
    bench.pins.put(en=0)
    assert np.array_equal(bench.held(), bench.expected(0))
    bench.pins.take(1)
    assert not np.array_equal(bench.held(), bench.expected(0))


def test_a_hold_follows_its_integrator_while_it_samples(bench: Bench) -> None:
    t_ctrl = bench.weights.t_ctrl
    bench.start()
    bench.pins.reset(0b11)
    bench.pins.integrate(1, t_ctrl[0])
    bench.pins.put(sample=1)
    bench.pins.integrate(2, t_ctrl[1])
    bench.pins.put(sample=0)
    bench.pins.take(2)
    assert np.array_equal(bench.held(1), bench.expected(0, 1))


def test_a_sample_that_falls_during_the_next_layer_splits_its_charge(bench: Bench) -> None:
    t_ctrl = bench.weights.t_ctrl
    bench.start()
    bench.pins.reset(0b11)
    bench.pins.integrate(1, t_ctrl[0])
    bench.pins.put(en=2)
    bench.pins.wait(t_ctrl[1])  # of an empty hold
    bench.pins.take(1)
    bench.pins.put(en=0)
    bench.pins.take(2)
    sampled = bench.chip.phases.sample_cycles
    partly = Weights(bench.weights.codes, (t_ctrl[0], sampled, *t_ctrl[2:]), bench.weights.cf_sel)
    expected = Network(bench.chip, partly).forward(bench.images[:1]).layers[1][0]
    assert bench.held(1) == pytest.approx(expected, abs=1e-6)


def test_a_missing_sample_keeps_the_old_hold(bench: Bench) -> None:
    bench.pins.image(bench.images[0])
    bench.start(1)
    bench.pins.reset(1)
    bench.pins.integrate(1, bench.weights.t_ctrl[0])
    assert np.array_equal(bench.held(), bench.expected(0))


def test_trims_decide_between_equal_classes(bench: Bench) -> None:
    bench.weights.codes[-1][2] = bench.weights.codes[-1][1]
    bench.macro.preset_weights(bench.weights)
    bench.macro.read_all(bench.pins.now_s)
    bench.pins.image(bench.images[0])
    pair_1_2 = 1 << 3
    assert bench.macro.compare((0, 0, 0, 0), bench.pins.now_s) & pair_1_2
    assert bench.macro.compare((0, 0, -1, 0), bench.pins.now_s) & pair_1_2
    assert not bench.macro.compare((0, -1, 0, 0), bench.pins.now_s) & pair_1_2


def test_time_must_not_run_backwards(bench: Bench) -> None:
    with pytest.raises(InputError, match="before the last event"):
        bench.macro.phases(Phases(0, 0, 0, 0, (0,) * 4, 1e-7))


@pytest.mark.parametrize(
    "pins",
    [
        Phases(1 << 4, 0, 0, 0, (0,) * 4, 1e-3),
        Phases(0, 0, 0, 0, (0,) * 3, 1e-3),
    ],
)
def test_compute_pins_that_do_not_exist_are_refused(bench: Bench, pins: Phases) -> None:
    with pytest.raises(InputError):
        bench.macro.phases(pins)


def test_other_inputs_that_do_not_exist_are_refused(bench: Bench) -> None:
    with pytest.raises(InputError, match="read bank 13"):
        bench.macro.read_pulse(ReadPulse(13, 40e-9, 100e-9, 1e-3))
    with pytest.raises(InputError, match="image: uint8 of 191"):
        bench.macro.load_image(np.zeros(191, np.uint8))
    with pytest.raises(InputError, match="trims: 3"):
        bench.macro.compare((0,) * 3, 1e-3)
    with pytest.raises(InputError, match="layer 4"):
        bench.macro.resistances(4)


def test_statistics_count_the_events(bench: Bench) -> None:
    bench.pins.image(bench.images[0])
    counts = bench.macro.statistics
    assert (counts.images, counts.compares, counts.reads) == (1, 1, bench.chip.banks)
