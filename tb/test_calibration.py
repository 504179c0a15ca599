"""Calibration at the test pad: its parts against closed forms, on a line and on the model."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from chips import load_chip
from chips.images import embedded_images, load_images
from chips.weights import default_weights, load_weights
from pymodel.noise import Effects
from scripts.experiments.calibration import ModelPads
from tb.host.calibration import (
    CEILING,
    ERROR,
    HALF,
    Array,
    Fit,
    Found,
    Indices,
    Setting,
    calibrate,
    fitted,
    nearest_setting,
    require_reached,
    shifted_pictures,
    telling_pictures,
)
from tb.host.host import HostError
from tb.reference.network import golden_forward, golden_pads

CHIP = load_chip("mini")
WEIGHTS = load_weights(default_weights(CHIP), CHIP)
OLD = [Setting(*s) for s in zip(WEIGHTS.t_ctrl, WEIGHTS.cf_sel, strict=True)]
LAYERS = len(OLD)
SMALL_ERROR = 0.005  # half a clock in 32 is three of them
GOLDEN = np.tile(np.linspace(0, 0.65, 40), (LAYERS, 1))


class LinearDie:
    """A die whose pads are lines: an offset, the gains of all layers up to one, noise."""

    def __init__(self, gains: Array, noise: float = 0.0) -> None:
        self.gains, self.noise, self.rng = gains, noise, np.random.default_rng(1)

    def reached(self, settings: Sequence[Setting]) -> Array:
        """Gain up to every layer relative to nominal."""
        changes = [new.strength / old.strength for new, old in zip(settings, OLD, strict=True)]
        return np.cumprod(self.gains * np.array(changes, np.float64), dtype=np.float64)

    async def pads(self, layer: int, settings: Sequence[Setting], pictures: Indices) -> Array:
        """What the pad shows."""
        noise = self.noise * self.rng.standard_normal(len(pictures))
        values: Array = 0.1 + self.reached(settings)[layer] * GOLDEN[layer, pictures] + noise
        return values


def found_on(die: LinearDie, golden: Array = GOLDEN, error: float = ERROR) -> list[Found]:
    return asyncio.run(calibrate(die, CHIP, WEIGHTS, golden, error=error))


def test_a_slope_is_exact_without_noise_whatever_the_offset() -> None:
    golden = np.array([0.0, 0.1, 0.4, 0.6])
    fit = fitted(golden, 0.3 + 0.8 * golden)
    assert fit.gain == pytest.approx(0.8, abs=1e-12)
    assert fit.error == pytest.approx(0, abs=1e-12)


def test_the_error_of_a_slope_is_the_spread_of_slopes() -> None:
    """RMS s on n points of spread d: s / (d sqrt(n)); 2,000 fits tell it within 5 sigma."""
    golden, rng = np.linspace(0, 1, 50), np.random.default_rng(3)
    fits = [fitted(golden, golden + 0.2 * rng.standard_normal(50)) for _ in range(2000)]
    expected = 0.2 / (golden.std() * math.sqrt(50))
    tolerance = 5 / math.sqrt(2 * 2000)
    assert np.std([fit.gain for fit in fits]) == pytest.approx(expected, rel=tolerance)
    assert np.mean([fit.error for fit in fits]) == pytest.approx(expected, rel=tolerance)


@pytest.mark.parametrize(
    ("strength", "now", "expected"),
    [
        (12.4, Setting(24, 0), Setting(25, 1)),  # finer than 12 on the capacitor it has
        (12.0, Setting(24, 1), Setting(24, 1)),
        (12.0, Setting(12, 0), Setting(12, 0)),
        (12.0, Setting(24, 0), Setting(12, 0)),
        (46.0, Setting(24, 0), Setting(32, 0)),
        (1e-4, Setting(24, 0), Setting(1, 7)),
    ],
)
def test_the_nearest_setting_is_nearest_by_ratio(
    strength: float, now: Setting, expected: Setting
) -> None:
    assert nearest_setting(CHIP, strength, now) == expected


def test_pictures_are_the_extremes_that_do_not_saturate() -> None:
    golden = np.random.default_rng(1).permutation(np.linspace(-1, 1, 101))
    chosen = golden[telling_pictures(golden)]
    usable = np.sort(golden[np.abs(golden) <= CEILING])
    assert chosen.tolist() == [*usable[:HALF], *usable[-HALF:]]
    assert telling_pictures(0.04 * golden) is None
    assert telling_pictures(np.linspace(0, 0.7, 2 * HALF - 1)) is None


def test_pictures_are_shifts_of_images_the_images_first() -> None:
    images = np.arange(2 * 3 * 8 * 8, dtype=np.uint8).reshape(2, -1)
    pictures = shifted_pictures(images, (3, 8, 8))
    assert pictures.shape == (32, 3, 8, 8)
    assert (pictures[:2].reshape(2, -1) == images).all()
    assert (pictures[2, :, :, 2:] == pictures[0, :, :, :-2]).all()


@pytest.mark.parametrize("common", [0.8, 0.9, 1.1, 1.3])
@pytest.mark.parametrize("noise", [0.0, 0.03])
def test_a_known_skew_is_made_good_within_one_clock(common: float, noise: float) -> None:
    die = LinearDie(common * np.array([1.05, 0.93, 1.1, 1.0]), noise)
    found = found_on(die, error=SMALL_ERROR)
    settings = [layer.setting for layer in found]
    off = (die.reached(settings) - 1) * [setting.t_ctrl for setting in settings]
    assert (np.abs(off) < 1).all()
    if not noise:
        gains = [layer.fit.gain for layer in found if layer.fit]
        assert gains == pytest.approx(die.reached(settings))
    require_reached(CHIP, found)


@pytest.mark.parametrize("skew", [0.85, 1.2])
def test_a_skew_of_the_model_is_made_good_to_a_tenth(skew: float) -> None:
    """With all noise and all offsets, up to any layer.

    Half a clock of 24 to 32, what noise makes of a ReLU, and the error of a slope add up to that.
    Triode and mismatch move the gain of a pad itself.
    """
    images = load_images(embedded_images(CHIP), CHIP).pixels
    pictures = shifted_pictures(images, CHIP.geometry[0].in_shape)
    golden = golden_pads(CHIP, WEIGHTS, pictures)
    factors = skew * np.array([1.0, 1.0, 0.95, 1.05])
    effects = replace(Effects.all(), triode=False, mac_mismatch=False)
    pads = ModelPads(CHIP, WEIGHTS, pictures, factors=factors, effects=effects, seed=5)
    found = asyncio.run(calibrate(pads, CHIP, WEIGHTS, golden, error=SMALL_ERROR))
    settings = [layer.setting for layer in found]
    reached = LinearDie(factors).reached(settings)
    assert reached == pytest.approx(np.ones(LAYERS), abs=0.1)


def test_what_one_layer_lacks_the_next_one_gives() -> None:
    """Layer 1 would need 24 / 0.6 = 40 clocks and has 32."""
    die = LinearDie(np.array([1.0, 0.6, 1.0, 1.0]))
    found = found_on(die)
    assert found[1].setting == Setting(32, 0)
    assert die.reached([f.setting for f in found])[2:] == pytest.approx([1, 1], abs=1 / 30)
    require_reached(CHIP, found)


def test_a_layer_without_a_telling_picture_keeps_its_setting() -> None:
    golden = GOLDEN.copy()
    golden[1] = 0
    die = LinearDie(np.array([1.0, 0.9, 1.0, 1.0]))
    found = found_on(die, golden)
    assert found[1] == Found(OLD[1], None, 0)
    assert die.reached([f.setting for f in found])[2] == pytest.approx(1, abs=0.5 / 26)


def test_what_is_out_of_reach_is_refused() -> None:
    found = found_on(LinearDie(np.array([1.0, 1.0, 0.6, 0.7])))
    message = (
        r"layer 3: gives 0\.75 of what it should at t_ctrl 32, cf_sel 0, allowed are "
        r"t_ctrl 1\.\.32, cf_sel 0\.\.7"
    )
    with pytest.raises(HostError, match=message):
        require_reached(CHIP, found)
    settings = [Setting(24, 0)] * 3 + [Setting(1, 7)]
    with pytest.raises(HostError, match=r"layer 3: gives 3\.00 .* t_ctrl 1, cf_sel 7"):
        require_reached(CHIP, [Found(setting, Fit(3.0, 0.01), 128) for setting in settings])


def test_a_pad_that_does_not_move_is_refused() -> None:
    broken = LinearDie(np.array([1.0, 1.0, 0.0, 1.0]), noise=0.02)
    with pytest.raises(HostError, match=r"layer 2: its test pad moves by -?0\.\d\d \+- 0\.\d\d of"):
        found_on(broken)
    with pytest.raises(HostError, match="none of 40 pictures moves the test pad of any layer"):
        found_on(broken, np.zeros_like(GOLDEN))


def test_the_golden_pads_are_the_corners_of_the_golden_outputs() -> None:
    images = load_images(embedded_images(CHIP), CHIP).pixels[:3]
    pads = golden_pads(CHIP, WEIGHTS, images)
    assert pads.shape == (LAYERS, 3)
    for number, image in enumerate(images):
        outputs = golden_forward(CHIP, WEIGHTS, image)
        assert pads[:, number].tolist() == [layer[0, 0, 0] for layer in outputs]
