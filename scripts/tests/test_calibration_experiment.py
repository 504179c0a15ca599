"""Dies with wrong gains, and what their calibration is told to have reached."""

from __future__ import annotations

import asyncio
import math
from dataclasses import replace

import numpy as np
import pytest

from chips import load_chip
from chips.images import ImageSet
from chips.weights import default_weights, load_weights
from pymodel.network import Network
from pymodel.noise import Effects
from scripts.experiments import calibration
from scripts.experiments.calibration import ModelPads, Skew, rows, settings_of, with_settings
from scripts.experiments.images import accuracy_percent
from tb.host.calibration import Setting

CHIP = load_chip("mini")
WEIGHTS = load_weights(default_weights(CHIP), CHIP)
PIXELS = np.random.default_rng(1).integers(0, 256, (60, 3, 8, 8), dtype=np.uint8)
IMAGES = ImageSet(PIXELS, Network(CHIP, WEIGHTS).labels(PIXELS).astype(np.uint8))
NOISY = Effects(stage_noise=True, read_noise=True)


def pads_of(layer: int, factors: list[float], effects: Effects, g_lsb: float = 1.0) -> np.ndarray:
    """Pads of a layer for all images on a die."""
    chip = replace(CHIP, mac=replace(CHIP.mac, g_lsb_us=g_lsb * CHIP.mac.g_lsb_us))
    pads = ModelPads(
        chip, WEIGHTS, IMAGES.pixels, factors=np.array(factors), effects=effects, seed=1
    )
    return asyncio.run(pads.pads(layer, settings_of(WEIGHTS), np.arange(len(IMAGES))))


@pytest.mark.parametrize("effects", [Effects.none(), NOISY])
def test_a_gain_of_all_layers_is_that_of_the_transistors(effects: Effects) -> None:
    for layer in range(len(CHIP.layers)):
        skewed = pads_of(layer, [0.8] * len(CHIP.layers), effects)
        weaker = pads_of(layer, [1.0] * len(CHIP.layers), effects, g_lsb=0.8)
        assert skewed == pytest.approx(weaker, abs=1e-6)


def test_a_gain_of_one_layer_is_its_own() -> None:
    nominal, skewed = (
        [pads_of(k, f, Effects.none()) for k in (0, 1)] for f in ([1.0] * 4, [1, 0.5, 1, 1])
    )
    assert (skewed[0] == nominal[0]).all()
    assert skewed[1] == pytest.approx(0.5 * nominal[1], rel=1e-5)


def test_every_picture_has_its_own_noise() -> None:
    pads = ModelPads(
        CHIP, WEIGHTS, IMAGES.pixels, factors=np.ones(4), effects=Effects(stage_noise=True), seed=1
    )
    twice = [asyncio.run(pads.pads(0, settings_of(WEIGHTS), np.zeros(2, int))) for _ in range(2)]
    assert len(np.unique(twice)) == 4


def test_a_die_keeps_its_gains() -> None:
    skew = Skew("", common=0.1, own=0.2)
    gains = [skew.factors(1000, 1, die) for die in (0, 0, 1)]
    assert (gains[0] == gains[1]).all()
    assert (gains[0] != gains[2]).all()
    for gain in gains:
        assert 1.1 * 0.8 <= gain.min() < 1.1 * 0.82 < 1.1 * 1.18 < gain.max() <= 1.1 * 1.2


def test_a_row_tells_the_die_before_and_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        calibration, "SKEWS", (Skew("weak", -0.2), Skew("hot", temperature_k=310.0))
    )
    weak, hot = rows(CHIP, WEIGHTS, IMAGES, seed=1, dies=1)
    assert (weak.skew, hot.skew, weak.die, weak.images) == ("weak", "hot", 0, 60)
    assert weak.gain_before == pytest.approx(0.8)
    assert hot.gain_before == pytest.approx((310 / 300) ** -1.5)
    for row in (weak, hot):
        found = [Setting(t, c) for t, c in zip(row.t_ctrl, row.cf_sel, strict=True)]
        changes = [
            a.strength / b.strength for a, b in zip(found, settings_of(WEIGHTS), strict=True)
        ]
        assert row.gain_after == pytest.approx(row.gain_before * math.prod(changes) ** 0.25)
        assert 0.95 < row.gain_after < 1.1
    pads = ModelPads(
        CHIP, WEIGHTS, IMAGES.pixels, factors=np.full(4, 0.8), effects=Effects.all(), seed=1
    )
    settings = [Setting(t, c) for t, c in zip(weak.t_ctrl, weak.cf_sel, strict=True)]
    before, after = pads.network(settings_of(WEIGHTS)), pads.network(tuple(settings))
    assert weak.before_percent == accuracy_percent(before, IMAGES)
    assert weak.after_percent == accuracy_percent(after, IMAGES) != weak.before_percent


def test_settings_go_into_weights_and_come_back() -> None:
    settings = (Setting(1, 7), Setting(2, 6), Setting(32, 0), Setting(4, 1))
    assert settings_of(with_settings(WEIGHTS, settings)) == settings
