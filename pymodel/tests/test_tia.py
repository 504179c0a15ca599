"""Integrator and pool against closed forms."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from scipy.integrate import solve_ivp

from chips import Chip, InputError, load_chip
from pymodel.layer import Charge, Stage, pixel_volts, quantised
from pymodel.mac import MacArray
from pymodel.noise import Effects
from pymodel.pool import average_pool
from pymodel.tia import (
    capacitance_f,
    capacitor_share,
    gain,
    lag_left,
    lagging_reset,
    picoseconds,
    ramp_lag,
    reset_left,
    reset_noise_v,
    saturate,
)
from pymodel.timing import Window


@pytest.fixture(scope="module")
def chip() -> Chip:
    return load_chip("mini")


def test_gain_is_current_times_time_over_capacitance(chip: Chip) -> None:
    t_ctrl_s, g_s, mirror, c_f = 400e-9, 0.05e-6, 0.2, 100e-15 * 8
    assert gain(chip.mac, 400_000, 3) == pytest.approx(g_s * mirror * t_ctrl_s / c_f, rel=1e-6)
    assert gain(chip.mac, 400_000, 3) == pytest.approx(chip.gain(20, 3), rel=1e-6)


@pytest.mark.parametrize("duration_ns", [1, 20, 640])
def test_the_output_lags_behind_a_ramp_as_one_pole_does(chip: Chip, duration_ns: int) -> None:
    """Against dV/dt = (I t / C - V) / tau solved numerically, within 1e-6 of the ramp."""
    tau_ns = chip.mac.settle_tau_ns
    solved = solve_ivp(
        lambda t, v: (t - v) / tau_ns, (0, duration_ns), [0.0], rtol=1e-10, atol=1e-12
    )
    lag = 1 - solved.y[0, -1] / duration_ns
    assert ramp_lag(chip.mac, duration_ns * 1000) == pytest.approx(lag, abs=1e-6)


def test_a_lag_decays_and_is_gone_at_the_sample(chip: Chip) -> None:
    assert lag_left(chip.mac, 4_000) == pytest.approx(math.exp(-1))
    to_sample_end = chip.phases.gap_cycles + chip.phases.sample_cycles
    assert lag_left(chip.mac, to_sample_end * 20_000) < 1e-4


def test_an_output_saturates_at_its_limits() -> None:
    assert saturate(np.array([-2, 0.5, 2], np.float32), -1, 1).tolist() == [-1, 0.5, 1]


def test_a_reset_leaves_the_exponential_part(chip: Chip) -> None:
    assert reset_left(chip.mac, 0) == 1
    assert reset_left(chip.mac, 8_000) == pytest.approx(math.exp(-1))
    assert reset_left(chip.mac, 40_000) == pytest.approx(math.exp(-5))


@pytest.mark.parametrize("settling", [False, True])
def test_reset_is_complete_at_its_own_noise(chip: Chip, settling: bool) -> None:
    volts = np.full((1, 2, 8, 8), chip.mac.v_fs_v, np.float32)
    charge = Charge(volts, np.zeros_like(volts) if settling else None)
    noise_v = math.sqrt(1.380649e-23 * 300 / 100e-15)
    assert reset_noise_v(chip.mac) == pytest.approx(noise_v)
    stage, step_ps = Stage(chip, 0, Effects(settling=settling)), 100
    left = [stage.reset(charge, step_ps * k, 3) for k in range(1, 1200)]
    done = next(k for k, one in enumerate(left) if one is None)
    assert all(one is not None for one in left[:done])
    last = left[done - 1]
    assert last is not None
    reached_v = last.volts.max() if last.lag is None else (last.volts - last.lag).max()
    assert max(reached_v, last.volts.max()) == pytest.approx(noise_v, rel=0.05)
    assert stage.reset(charge, chip.phases.reset_cycles * 20_000, 3) is None


@pytest.mark.parametrize("cf_sel", [0, 7])
@pytest.mark.parametrize("duration_ns", [1, 6, 20, 60])
def test_a_reset_with_its_amplifier_follows_the_node_equations(
    chip: Chip, cf_sel: int, duration_ns: int
) -> None:
    """Against both nodes solved numerically from 0.8 V with a lag of 0.1 V, within 1e-5 V.

    Virtual ground x and output V: (C_in + C_f) x' = C_f V' - (x - V) / R and V' = -omega_u x.
    """
    mac, c_f, c_in = chip.mac, 0.1 * 2**cf_sel, chip.mac.c_in_ff * 1e-3  # pF, ns, kohm
    resistance, omega = mac.reset_tau_ns / c_f, (1 + c_in / c_f) / mac.settle_tau_ns

    def rates(_: float, nodes: npt.NDArray[np.float64]) -> list[float]:
        ground, output = nodes
        slope = -omega * ground
        return [(c_f * slope - (ground - output) / resistance) / (c_in + c_f), slope]

    lag, goal = 0.1, 0.8
    start = [-lag / (1 + c_in / c_f), goal - lag]
    ground, output = solve_ivp(rates, (0, duration_ns), start, rtol=1e-9, atol=1e-12).y[:, -1]
    found = lagging_reset(mac, duration_ns * 1000, cf_sel) @ [goal, lag]
    assert found[0] - found[1] == pytest.approx(output, abs=1e-5)
    assert found[1] == pytest.approx(-ground * (1 + c_in / c_f), abs=1e-5)


def test_added_capacitors_share_the_charge_and_removed_ones_take_theirs(chip: Chip) -> None:
    assert capacitor_share(chip.mac, 1, 3) == 0.25
    assert capacitor_share(chip.mac, 3, 1) == 1


def test_values_out_of_range_are_refused(chip: Chip) -> None:
    with pytest.raises(InputError, match="cf_sel 8"):
        capacitance_f(chip.mac, 8)
    with pytest.raises(InputError, match="integration of -1 ps"):
        gain(chip.mac, -1, 0)
    with pytest.raises(InputError, match="reset of -1 ps"):
        reset_left(chip.mac, -1)
    with pytest.raises(InputError, match="reset of -1 ps"):
        lagging_reset(chip.mac, -1, 0)
    with pytest.raises(InputError, match="integration of 0 ps"):
        ramp_lag(chip.mac, 0)
    with pytest.raises(InputError, match="settling of -1 ps"):
        lag_left(chip.mac, -1)


def test_times_of_pins_become_whole_picoseconds() -> None:
    assert picoseconds(0.1 + 0.2) == 300_000_000_000
    assert picoseconds(123456 * 20e-9) == 123456 * 20_000


def test_pool_averages_its_block() -> None:
    volts = np.arange(2 * 16, dtype=np.float32).reshape(1, 2, 4, 4)
    expected = volts.reshape(1, 2, 2, 2, 2, 2).mean((3, 5))
    assert np.array_equal(average_pool(volts, 2), expected)
    assert average_pool(volts, 4)[0, :, 0, 0].tolist() == [7.5, 23.5]
    assert average_pool(volts, 1) is volts


def test_pixels_span_full_scale() -> None:
    volts = pixel_volts(np.array([0, 51, 255], np.uint8), 1.2)
    assert volts == pytest.approx([0, 0.24, 1.2])


def test_a_hidden_stage_rectifies_before_the_pool_and_the_last_does_not(chip: Chip) -> None:
    volts = np.zeros((1, 2, 8, 8), np.float32)
    volts[0, 0, :2, :2] = [[0.4, -1.0], [0.8, -0.2]]
    assert Stage(chip, 0).sampled(Charge(volts), None)[0, 0, 0, 0] == pytest.approx(0.3)
    last = np.array([-0.5, 0.5, 0.1, -1], np.float32).reshape(1, 4, 1, 1)
    assert np.array_equal(Stage(chip, 3).sampled(Charge(last), None), last)


def test_stage_noise_is_added_after_the_pool_and_not_clipped(chip: Chip) -> None:
    noise = np.full((1, 2, 4, 4), -0.1, np.float32)
    held = Stage(chip, 0).sampled(Charge(np.zeros((1, 2, 8, 8), np.float32)), noise)
    assert np.array_equal(held, noise)


def test_an_adc_between_layers_gives_the_nearest_of_its_levels() -> None:
    volts = np.array([-0.3, 0.0, 0.05, 0.2, 0.51, 0.97, 1.4], np.float32)
    assert quantised(volts, 0.0, 1.0, 3) * 7 == pytest.approx([0, 0, 0, 1, 4, 7, 7], abs=1e-6)
    bipolar = quantised(volts[2:], -1.0, 1.0, 2) * 3
    assert bipolar == pytest.approx([1, 1, 1, 3, 3], abs=1e-6)


def test_hidden_layers_of_an_adc_chip_hand_on_codes_and_the_last_volts(chip: Chip) -> None:
    adc = replace(chip, chip=replace(chip.chip, interlayer="adc", interlayer_bits=4))
    volts = np.random.default_rng(1).random((1, 2, 8, 8), np.float32)
    held = Stage(adc, 0).sampled(Charge(volts), None) * 15
    assert held == pytest.approx(np.rint(held), abs=1e-5)
    last = np.random.default_rng(1).random((1, 4, 1, 1), np.float32)
    assert np.array_equal(Stage(adc, 3).sampled(Charge(last), None), last)


def test_codes_between_layers_do_not_droop_and_pixels_do(chip: Chip) -> None:
    leaky = replace(chip, mac=replace(chip.mac, hold_tau_us=1.0))
    adc = replace(leaky, chip=replace(chip.chip, interlayer="adc", interlayer_bits=4))
    window, effects = Window(500_000, 400_000, 400_000), Effects(droop=True)
    for layer, keeps in ((0, False), (1, True)):
        gates = np.ones((chip.geometry[layer].words, chip.word_cells), np.float32)
        macs = MacArray.load(chip, layer, gates, Effects.none(), 0, 0)
        inputs = np.full((1, *chip.geometry[layer].in_shape), 0.01, np.float32)
        found = Stage(adc, layer, effects).integrated(macs, inputs, window, 3).volts
        ideal = Stage(adc, layer).integrated(macs, inputs, window, 3).volts
        assert np.array_equal(found, ideal) == keeps
