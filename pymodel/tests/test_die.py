"""Dies at points of the design space against the closed forms of the reader."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest

from chips import Chip, load_chip
from chips.errors import InputError
from chips.weights import default_weights, load_weights, weight_words, word_masks
from pymodel.defects import drawn_defects
from pymodel.device import load_device
from pymodel.die import Die, Point, chip_at, device_at, make_die, nominal_ohm
from pymodel.macro import Macro
from pymodel.network import Network
from pymodel.noise import Effects
from pymodel.requantisation import requantised
from pymodel.tests.samples import random_images

CHIP = load_chip("cifar10")
MINI = load_chip("mini")
DEVICE = load_device("amer2024")
EVEN = 0.85  # spread at which the cells reach their bounds
IMAGES = random_images(MINI, 8)


def die(point: Point, chip: Chip = CHIP, effects: Effects | None = None, number: int = 0) -> Die:
    weights = load_weights(default_weights(chip), chip)
    chosen = Effects.none() if effects is None else effects
    return make_die(chip, DEVICE, weights, point, seed=1, die=number, effects=chosen)


def wrong_expected(ratio: float, bound: float, spread: float) -> float:
    """Cells on the wrong side of R_ref = sqrt(Ron Roff): R / R_nominal = 1 + b tanh(s z)."""
    wanted = weight_words(CHIP, load_weights(default_weights(CHIP), CHIP))[word_masks(CHIP)]
    beyond = NormalDist().cdf
    high = beyond(-math.atanh((1 - ratio**-0.5) / bound) / spread)
    reach = (ratio**0.5 - 1) / bound
    low = beyond(-math.atanh(reach) / spread) if reach < 1 else 0.0
    return float(high * wanted.sum() + low * (~wanted).sum())


@pytest.mark.parametrize("spread", [None, EVEN, 10.0])
def test_the_reader_makes_no_error_at_ratio_5_and_50_percent(spread: float | None) -> None:
    found = die(Point(ratio=5, variation=0.5, spread=spread))
    assert (found.cells, found.wrong, found.partial) == (653_410, 0, 0)


@pytest.mark.parametrize(
    ("ratio", "bound", "spread"), [(3, 0.5, EVEN), (2, 0.5, 0.32), (2, 0.4, EVEN), (1.5, 0.5, EVEN)]
)
def test_wrong_cells_are_as_many_as_the_closed_form_says(
    ratio: float, bound: float, spread: float
) -> None:
    expected = wrong_expected(ratio, bound, spread)
    found = die(Point(ratio=ratio, variation=bound, spread=spread)).wrong
    assert abs(found - expected) < 5 * math.sqrt(expected)


@pytest.mark.parametrize("bound", [0.3, 0.5])
def test_errors_begin_where_the_lowest_high_cell_meets_the_reference(bound: float) -> None:
    limit = (1 - bound) ** -2  # (1 - b) Roff = sqrt(Ron Roff)
    assert die(Point(ratio=1.02 * limit, variation=bound, spread=10.0)).wrong == 0
    assert die(Point(ratio=0.98 * limit, variation=bound, spread=10.0)).wrong > 0


@pytest.mark.parametrize("bound", [0.5, 0.9])
def test_cells_fill_their_bounds_around_both_levels(bound: float) -> None:
    point = Point(ratio=25, variation=bound, spread=10.0)
    macro = Macro(MINI, device_at(DEVICE, point, MINI.programming.set.wl_start_mv * 1e-3), seed=1)
    weights = load_weights(default_weights(MINI), MINI)
    macro.preset_weights(weights)
    cells = [macro.resistances(k).reshape(-1, MINI.word_cells) for k in range(len(MINI.layers))]
    exist, high = word_masks(MINI), weight_words(MINI, weights)
    for level, nominal in zip((~high, high), nominal_ohm(DEVICE, 25), strict=True):
        relative = np.concatenate(cells)[exist & level] / nominal
        assert relative.min() == pytest.approx(1 - bound, rel=1e-3)
        assert relative.max() == pytest.approx(1 + bound, rel=1e-3)


def test_a_fixed_reference_moves_the_errors_to_the_other_level() -> None:
    fixed = Point(ratio=5, spread=EVEN, r_ref_ohm=2500.0)
    assert die(fixed).wrong > 0  # the highest low cells are at 3 kohm
    assert die(Point(ratio=5, spread=EVEN, r_ref_ohm=3500.0)).wrong == 0


def test_the_die_of_the_description_computes_what_its_codes_say() -> None:
    weights = load_weights(default_weights(MINI), MINI)
    for effects in (Effects.none(), Effects.all()):
        found = die(Point(), MINI, effects, number=3)
        assert (found.wrong, found.partial) == (0, 0)
        alone = Network(MINI, weights, effects=effects, seed=1, die=3).forward(IMAGES)
        ours = found.network.forward(IMAGES)
        assert all(map(np.array_equal, ours.layers, alone.layers))
        assert np.array_equal(ours.decisions, alone.decisions)


def test_dies_differ_and_repeat() -> None:
    point = Point(ratio=2, spread=EVEN)
    assert die(point).wrong == die(point).wrong
    assert die(point).wrong != die(point, number=1).wrong


def test_the_noise_scale_is_a_factor_on_the_noise_of_a_stage() -> None:
    """Of the last layer: nothing clips behind its noise, and only the layers before it differ."""
    noisy = Effects(stage_noise=True)
    held = {s: die(Point(noise_scale=s), MINI, noisy).network.forward(IMAGES) for s in (0, 1, 2)}
    ideal = die(Point(), MINI).network.forward(IMAGES)
    assert all(map(np.array_equal, held[0].layers, ideal.layers))
    once, twice = (held[s].layers[0] - ideal.layers[0] for s in (1, 2))
    assert np.allclose(twice, 2 * once, rtol=0, atol=1e-6)
    assert np.abs(once).max() > 0.01


@pytest.mark.parametrize("error", [-0.2, 0.1])
def test_an_error_of_t_ctrl_is_a_factor_on_the_integrated_voltage(error: float) -> None:
    ideal = die(Point(), MINI).network.forward(IMAGES).layers[0]
    moved = die(Point(t_ctrl_error=error), MINI).network.forward(IMAGES).layers[0]
    linear = np.maximum(ideal, moved) < 0.2  # far from the range, so that no part of a pool clips
    assert linear.mean() > 0.2
    assert np.allclose(moved[linear], (1 + error) * ideal[linear], rtol=1e-5)


def test_heat_makes_the_macs_weaker_and_a_longer_integration_makes_up_for_it() -> None:
    """Transconductance goes with (T / 300 K)^-1.5; droop and settling are off."""
    ideal = die(Point(), MINI).network.forward(IMAGES).layers[0]
    factor = (360 / 300) ** -1.5
    hot = die(Point(temperature_k=360), MINI).network.forward(IMAGES).layers[0]
    linear = np.maximum(ideal, hot) < 0.2
    assert np.allclose(hot[linear], factor * ideal[linear], rtol=1e-5)
    longer = die(Point(temperature_k=360, t_ctrl_error=1 / factor - 1), MINI)
    assert np.allclose(longer.network.forward(IMAGES).layers[0], ideal, rtol=0, atol=1e-5)


def test_held_nodes_lose_as_many_low_cells_as_their_leakage_takes_below_the_threshold() -> None:
    """VDD R_ref / (R + R_ref) e^(-t / tau) = VDD / 2 at R = 1.2 Ron."""
    reference, tau_s = math.sqrt(5), CHIP.reader.leak_tau_us * 1e-6
    hold_s = tau_s * math.log(2 * reference / (1.2 + reference))
    wanted = weight_words(CHIP, load_weights(default_weights(CHIP), CHIP))[word_masks(CHIP)]
    expected = (~wanted).sum() * NormalDist().cdf(-math.atanh(0.2 / 0.5) / EVEN)
    found = die(Point(ratio=5, spread=EVEN, hold_s=hold_s)).wrong
    assert abs(found - expected) < 5 * math.sqrt(expected)


def test_old_cells_are_read_wrong_as_far_as_their_drift_takes_them_over_the_reference() -> None:
    """High cells of ratio 4.2 drift by e^(-0.05 * 3.5 decades); their bound is 1.02 R_ref."""
    fresh, old = (die(Point(ratio=4.2, spread=EVEN, age_s=age)) for age in (0.0, 3.16e6))
    drift = math.exp(-0.05 * math.log10(1 + 3.16e6 / 1e3))
    wanted = weight_words(CHIP, load_weights(default_weights(CHIP), CHIP))[word_masks(CHIP)].sum()
    reach = (1 - 4.2**-0.5 / drift) / 0.5
    expected = wanted * NormalDist().cdf(-math.atanh(reach) / EVEN)
    assert fresh.wrong == 0
    assert abs(old.wrong - expected) < 5 * math.sqrt(expected)


def test_stuck_cells_are_read_as_they_are_stuck_and_more_add_to_fewer() -> None:
    """A cell stuck at what it should hold is read right."""
    wanted = weight_words(CHIP, load_weights(default_weights(CHIP), CHIP))
    few, many = (drawn_defects(CHIP, fraction, 1, 0) for fraction in (0.01, 0.05))
    assert [cells.any.sum() for cells in (few, many)] == [6_534, 32_670]
    assert not (few.low & ~many.low).any()
    assert not (few.high & ~many.high).any()
    assert abs(many.low.sum() - 16_335) < 5 * math.sqrt(32_670) / 2
    assert die(Point(stuck=0.05)).wrong == many.wrong(wanted).sum()
    assert (drawn_defects(CHIP, 0.01, 1, 1).any != few.any).any()


def test_fewer_bits_are_computed_with_what_is_left_of_the_codes() -> None:
    weights = load_weights(default_weights(MINI), MINI)
    found = die(Point(weight_bits=3), MINI)
    alone = Network(MINI, requantised(MINI, weights, 3)).forward(IMAGES)
    assert found.wrong == 0
    assert all(map(np.array_equal, found.network.forward(IMAGES).layers, alone.layers))


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"ratio": 0.9}, "ratio 0.9, allowed are 1..1000"),
        ({"variation": 1.0}, "variation 1, allowed are 0.001..0.99"),
        ({"noise_scale": -1.0}, "noise_scale -1, allowed are 0..100"),
        ({"t_ctrl_error": -1.0}, "t_ctrl_error -1, allowed are -0.99..10"),
        ({"stuck": 1.1}, "stuck 1.1, allowed are 0..1"),
        ({"weight_bits": 3.5}, "weight_bits 3.5, must be a whole number"),
        ({"weight_bits": 1}, "weight_bits 1, allowed are 2..8"),
        ({"temperature_k": 20.0}, "temperature of 20 K, allowed are 233..398 K"),
    ],
)
def test_a_point_that_cannot_be_is_refused(values: dict[str, float], says: str) -> None:
    with pytest.raises(InputError) as caught:
        Point(**values)
    assert str(caught.value) == says


def test_a_ratio_that_no_formed_cell_has_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="ratio 1000 of device 'amer2024': form_pass_ohm must"):
        die(Point(ratio=1000))


def test_a_reference_that_draws_too_much_to_be_refreshed_is_refused_by_name() -> None:
    with pytest.raises(InputError, match=r"r_ref_ohm 500: reader: refresh_interval_us = 500 and"):
        chip_at(CHIP, DEVICE, Point(r_ref_ohm=500.0))


def test_cells_of_more_levels_have_no_ratio() -> None:
    weights = load_weights(default_weights(MINI), MINI)
    with pytest.raises(InputError, match="'radar' must have two levels"):
        make_die(
            MINI,
            load_device("radar"),
            weights,
            Point(ratio=5),
            seed=1,
            die=0,
            effects=Effects.none(),
        )
