"""Accuracy of dies with wrong gains, before and after their calibration at the test pad.

A die has a gain of its own in every layer, from its transistors, capacitors and clock, or is cold
or hot; all other effects are on. `tb.host.calibration` sees of it what a tester sees.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from matplotlib.axes import Axes

from chips.description import Chip
from chips.images import ImageSet, embedded_images, load_images
from chips.weights import Weights
from pymodel.environment import Environment, chip_in
from pymodel.mac import MacArray, code_gates, load_macs
from pymodel.network import Network
from pymodel.noise import Effects
from scripts.experiments.images import accuracy_percent
from scripts.experiments.spread import spread
from tb.host.calibration import (
    Array,
    Indices,
    Pixels,
    Setting,
    calibrate,
    shifted_pictures,
)
from tb.reference.network import golden_pads

COMMON = (-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3)
OWN = 0.2
TEMPERATURES_K = (233.0, 398.0)
FIRST_IMAGE = 2**32  # the noise of a calibration is not that of the images that are classified
NETWORKS_KEPT = 2  # with different settings


@dataclass(frozen=True)
class Skew:
    """How wrong a kind of die is.

    common: relative error of the gain of all layers. own: each layer has one more, evenly between
    -own and own. temperature_k: of the die.
    """

    name: str
    common: float = 0.0
    own: float = 0.0
    temperature_k: float = 300.0

    def factors(self, layers: int, seed: int, die: int) -> Array:
        """Gain of every layer of a die, relative to nominal, (layers,)."""
        drawn = np.random.default_rng((seed, die)).uniform(-self.own, self.own, layers)
        return (1 + self.common) * (1 + drawn)


SKEWS = (
    *(Skew(f"all layers {100 * common:+.0f} %", common) for common in COMMON),
    Skew(f"each its own, up to {100 * OWN:.0f} %", own=OWN),
    *(Skew(f"{kelvin:.0f} K", temperature_k=kelvin) for kelvin in TEMPERATURES_K),
)


@dataclass(frozen=True)
class Row:
    """One die.

    before_percent, after_percent: accuracy. gain_before, gain_after: of a layer relative to nominal
    as the die has it, geometric mean of all. t_ctrl, cf_sel: what was found. calibration_images:
    that it took. unmoved: layers whose pad no picture moves.
    """

    skew: str
    die: int
    images: int
    before_percent: float
    after_percent: float
    gain_before: float
    gain_after: float
    t_ctrl: tuple[int, ...]
    cf_sel: tuple[int, ...]
    calibration_images: int
    unmoved: int


class ModelPads:
    """A die of the model, as far as a tester sees it: pictures in, the test pad out.

    Parameters
    ----------
    factors : gain of every layer relative to nominal, (layers,)
    pictures : uint8 (n, *shape), those that numbers of pictures mean
    """

    def __init__(
        self,
        chip: Chip,
        weights: Weights,
        pictures: Pixels,
        *,
        factors: Array,
        effects: Effects,
        seed: int,
        die: int = 0,
        first_image: int = 0,
    ) -> None:
        self._chip, self._weights, self._pictures = chip, weights, pictures
        self._effects, self._origin = effects, (seed, die)
        macs = load_macs(chip, code_gates(chip, weights), effects, seed, die)
        self._macs = [skewed(mac, factor) for mac, factor in zip(macs, factors, strict=True)]
        self._next_image = first_image
        self.network = lru_cache(maxsize=NETWORKS_KEPT)(self._network)

    def _network(self, settings: tuple[Setting, ...]) -> Network:
        """The die with these settings."""
        seed, die = self._origin
        return Network(
            self._chip,
            with_settings(self._weights, settings),
            effects=self._effects,
            macs=self._macs,
            seed=seed,
            die=die,
        )

    async def pads(self, layer: int, settings: Sequence[Setting], pictures: Indices) -> Array:
        """What the pad shows of a layer for each picture, (n,), in full scale."""
        network = self.network(tuple(settings))
        held = network.forward(self._pictures[pictures], self._next_image).layers[layer]
        self._next_image += len(pictures)
        return held.reshape(len(held), -1)[:, 0] / np.float64(self._chip.mac.v_fs_v)


def skewed(macs: MacArray, factor: float) -> MacArray:
    """MACs whose currents are `factor` times as large."""
    scale = np.float32(factor)
    variance = None if macs.variance is None else macs.variance * scale**2
    return replace(macs, weights=macs.weights * scale, variance=variance)


def with_settings(weights: Weights, settings: Sequence[Setting]) -> Weights:
    """The same weights with other integration times and capacitors."""
    t_ctrl = tuple(setting.t_ctrl for setting in settings)
    return replace(weights, t_ctrl=t_ctrl, cf_sel=tuple(setting.cf_sel for setting in settings))


def settings_of(weights: Weights) -> tuple[Setting, ...]:
    """Settings that a weight file comes with."""
    return tuple(Setting(*s) for s in zip(weights.t_ctrl, weights.cf_sel, strict=True))


def rows(chip: Chip, weights: Weights, images: ImageSet, *, seed: int, dies: int) -> list[Row]:
    """Every skew on `dies` dies, calibrated with the embedded images."""
    embedded = load_images(embedded_images(chip), chip).pixels
    pictures = shifted_pictures(embedded, chip.geometry[0].in_shape)
    golden = golden_pads(chip, weights, pictures)
    return [
        _row(chip, weights, images, skew, pictures, golden, seed, die)
        for skew in SKEWS
        for die in range(dies)
    ]


def _row(
    chip: Chip,
    weights: Weights,
    images: ImageSet,
    skew: Skew,
    pictures: Pixels,
    golden: Array,
    seed: int,
    die: int,
) -> Row:
    circuit = chip_in(chip, Environment(skew.temperature_k))
    factors = skew.factors(len(chip.layers), seed, die)
    pads = ModelPads(
        circuit,
        weights,
        pictures,
        factors=factors,
        effects=Effects.all(),
        seed=seed,
        die=die,
        first_image=FIRST_IMAGE,
    )
    found = asyncio.run(calibrate(pads, chip, weights, golden))
    before, after = settings_of(weights), tuple(layer.setting for layer in found)
    gains = factors * circuit.mac.g_lsb_us / chip.mac.g_lsb_us
    changed = gains * [new.strength / old.strength for new, old in zip(after, before, strict=True)]
    return Row(
        skew.name,
        die,
        len(images),
        accuracy_percent(pads.network(before), images),
        accuracy_percent(pads.network(after), images),
        _mean_gain(gains),
        _mean_gain(changed),
        tuple(setting.t_ctrl for setting in after),
        tuple(setting.cf_sel for setting in after),
        sum(layer.images for layer in found),
        sum(layer.fit is None for layer in found),
    )


def _mean_gain(gains: Array) -> float:
    return float(np.exp(np.log(gains).mean()))


def lines(found: Sequence[Row]) -> Iterator[str]:
    """The table of the terminal: mean and spread over the dies."""
    yield "skew                      dies   before           after            gain           images"
    for skew, group in _by_skew(found).items():
        before, after, gains, spent = (
            [getattr(row, name) for row in group]
            for name in ("before_percent", "after_percent", "gain_after", "calibration_images")
        )
        yield (
            f"{skew:<25} {len(group):4d}   {np.mean(before):5.2f} +- {spread(before):5.2f} % "
            f"{np.mean(after):5.2f} +- {spread(after):5.2f} % {min(gains):6.3f}..{max(gains):.3f} "
            f"{np.mean(spent):8,.0f}"
        )
    yield f"layers whose pad no picture moves: {found[0].unmoved}"


def _by_skew(found: Sequence[Row]) -> dict[str, list[Row]]:
    names = dict.fromkeys(row.skew for row in found)
    return {name: [row for row in found if row.skew == name] for name in names}


def fill(axes: Axes, found: Sequence[Row]) -> None:
    """Accuracy of every kind of die, before and after."""
    groups = _by_skew(found)
    for name, shift in (("before", -0.1), ("after", 0.1)):
        values = [[getattr(row, f"{name}_percent") for row in group] for group in groups.values()]
        means, spreads = [np.mean(v) for v in values], [spread(v) for v in values]
        places = np.arange(len(groups)) + shift
        axes.errorbar(means, places, xerr=spreads, fmt="o", ms=4, capsize=3, label=name)
    axes.set_yticks(range(len(groups)), list(groups))
    axes.invert_yaxis()
    axes.set_xlabel("accuracy (%)")
    first = found[0]
    dies = len(next(iter(groups.values())))
    axes.set_title(f"{first.images:,} images, {dies} dies each; bars: their spread", fontsize=9)
    axes.legend(fontsize=8)
