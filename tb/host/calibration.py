"""Integration time and capacitor of every layer of a die, found at its analog test pad.

The pad shows what a layer holds at its first channel and first position. For pictures whose golden
value there is known, the slope of the measured over the golden values is the gain of all layers up
to that one; its offset does not matter. Layers are set from the first to the last, each to the
integration time and capacitor that bring the slope nearest to 1, so that a layer takes up what
those before it could not reach.

Nothing here knows how the pad is measured: a `PadReader` does it, on a chip or on a model.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from chips.description import Chip
from chips.weights import Weights
from tb.host.host import HostError

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]
Pixels = npt.NDArray[np.uint8]

SHIFTS = 4  # places of a picture along each axis
HALF = 8  # pictures at either end of what a pad can show
CEILING = 0.7  # of full scale; more would saturate on a die with too much gain
CONTRAST = 0.1  # of full scale, between the means of both halves; less is lost in noise
REPEATS = 8  # of all pictures before the error of a slope is known
PASSES = 8  # of as many repeats, at the most
ERROR = 0.015  # standard error of a slope that is good enough: a quarter of one clock in 16
SURE = 5.0  # standard errors; a layer whose gain is smaller is broken, not skewed


@dataclass(frozen=True)
class Setting:
    """Integration time in clocks and capacitor choice of one layer."""

    t_ctrl: int
    cf_sel: int

    @property
    def strength(self) -> float:
        """Clocks on the smallest capacitor that have the same gain."""
        return self.t_ctrl / 2**self.cf_sel


@dataclass(frozen=True)
class Fit:
    """Slope of the measured over the golden values, and its standard error."""

    gain: float
    error: float


@dataclass(frozen=True)
class Found:
    """What a layer was set to.

    fit: the gain up to this layer, as measured with that; None: no picture moves its pad, and it
    keeps what it had. images: how many were classified for it.
    """

    setting: Setting
    fit: Fit | None
    images: int


class PadReader(Protocol):
    """Sends pictures through a chip and reads its analog test pad."""

    async def pads(self, layer: int, settings: Sequence[Setting], pictures: Indices) -> Array:
        """What the pad shows of a layer for each picture, (n,), in full scale.

        Parameters
        ----------
        settings : of every layer
        pictures : numbers (n,), in the order in which they are to be sent
        """


def shifted_pictures(images: Pixels, shape: tuple[int, ...]) -> Pixels:
    """Pictures for a calibration: images (n, bytes) in all their shifts, (m, *shape).

    A pad looks at one corner, so that a shift makes another picture of an image.

    Parameters
    ----------
    shape : channels, height, width
    """
    _, height, width = shape
    shifts = [(y * height // SHIFTS, x * width // SHIFTS) for y, x in np.ndindex(SHIFTS, SHIFTS)]
    pictures = images.reshape(-1, *shape)
    return np.concatenate([np.roll(pictures, shift, (-2, -1)) for shift in shifts])


def telling_pictures(golden: Array) -> Indices | None:
    """Numbers of the pictures that tell the most: the darkest and the brightest at a pad.

    None if they differ too little.

    Parameters
    ----------
    golden : (pictures,), of one layer, in full scale
    """
    usable = np.flatnonzero(np.abs(golden) <= CEILING)
    ranked = usable[np.argsort(golden[usable], kind="stable")]
    if len(ranked) < 2 * HALF:
        return None
    dark, bright = ranked[:HALF], ranked[-HALF:]
    if golden[bright].mean() - golden[dark].mean() < CONTRAST:
        return None
    return np.concatenate([dark, bright])


def fitted(golden: Array, measured: Array) -> Fit:
    """Line of least squares through measured over golden values, (n,) each, n at least 3."""
    centred = golden - golden.mean()
    spread = float(centred @ centred)
    gain = float(centred @ measured) / spread
    left = measured - measured.mean() - gain * centred
    return Fit(gain, math.sqrt(float(left @ left) / (len(left) - 2) / spread))


def nearest_setting(chip: Chip, strength: float, now: Setting) -> Setting:
    """The setting that comes nearest to a strength above 0, by ratio.

    Among equal ones that with the capacitor nearest to the present one.
    """
    times = range(1, chip.phases.t_ctrl_max_cycles + 1)
    choices = [Setting(t, cf) for cf in range(2**chip.mac.cf_sel_bits) for t in times]
    return min(
        choices,
        key=lambda s: (abs(math.log(s.strength / strength)), abs(s.cf_sel - now.cf_sel)),
    )


async def calibrate(
    reader: PadReader, chip: Chip, weights: Weights, golden: Array, *, error: float = ERROR
) -> list[Found]:
    """Set every layer of a die, from the first to the last, and tell what was found.

    A layer at the end of its range is left there; see `require_reached`.

    Parameters
    ----------
    weights : what the die was programmed with, and its settings so far
    golden : (layers, pictures), what the pad should show, in full scale
    error : standard error of a gain, relative to it, at which measuring ends

    Raises
    ------
    HostError
        A layer whose pad does not move as it should, or no picture that moves any pad.
    """
    settings = [Setting(*s) for s in zip(weights.t_ctrl, weights.cf_sel, strict=True)]
    found = []
    for layer, values in enumerate(golden):
        found.append(await _set_layer(reader, chip, settings, layer, values, error))
        settings[layer] = found[-1].setting
    if all(layer.fit is None for layer in found):
        raise HostError(
            f"none of {golden.shape[1]} pictures moves the test pad of any layer by "
            f"{CONTRAST:g} of full scale"
        )
    return found


class _Shown(NamedTuple):
    """Pictures for the pad of one layer, and what it should show of each, (n,)."""

    layer: int
    pictures: Indices
    golden: Array


async def _set_layer(
    reader: PadReader,
    chip: Chip,
    settings: Sequence[Setting],
    layer: int,
    golden: Array,
    error: float,
) -> Found:
    """Measure and correct one layer until that asks for a setting that was tried before."""
    pictures, now = telling_pictures(golden), settings[layer]
    if pictures is None:
        return Found(now, None, 0)
    tried: dict[Setting, Fit] = {}
    images = 0
    while now not in tried:
        trial = [*settings[:layer], now, *settings[layer + 1 :]]
        shown = _Shown(layer, pictures, golden[pictures])
        tried[now], count = await _measure(reader, trial, shown, error)
        images += count
        _require_alive(layer, tried[now])
        now = nearest_setting(chip, now.strength / tried[now].gain, now)
    best = min(tried, key=lambda setting: abs(math.log(tried[setting].gain)))
    return Found(best, tried[best], images)


async def _measure(
    reader: PadReader, settings: Sequence[Setting], shown: _Shown, error: float
) -> tuple[Fit, int]:
    """Repeat all pictures until the slope is known well enough; the slope and how many it took."""
    sent, measured = np.tile(shown.pictures, REPEATS), np.empty(0)
    for _ in range(PASSES):
        measured = np.append(measured, await reader.pads(shown.layer, settings, sent))
        fit = fitted(np.resize(shown.golden, len(measured)), measured)
        if fit.error <= error * abs(fit.gain):
            break
    return fit, len(measured)


def _require_alive(layer: int, fit: Fit) -> None:
    if fit.gain < SURE * fit.error:
        raise HostError(
            f"layer {layer}: its test pad moves by {fit.gain:.2f} +- {fit.error:.2f} of what it "
            f"should, a calibration needs {SURE:g} standard errors"
        )


def require_reached(chip: Chip, found: Sequence[Found]) -> None:
    """Refuse a die whose last measured layer, at the end of its range, is over a clock off.

    What an earlier layer lacks shows in that one as well, unless a later layer has made it good.

    Raises
    ------
    HostError
        Naming the layer, its settings and their ranges.
    """
    layer, (setting, fit) = max(
        (k, (f.setting, f.fit)) for k, f in enumerate(found) if f.fit is not None
    )
    at_end = nearest_setting(chip, setting.strength / fit.gain, setting) == setting
    if at_end and abs(math.log(fit.gain)) > math.log1p(1 / setting.t_ctrl):
        raise HostError(
            f"layer {layer}: gives {fit.gain:.2f} of what it should at t_ctrl {setting.t_ctrl}, "
            f"cf_sel {setting.cf_sel}, allowed are t_ctrl 1..{chip.phases.t_ctrl_max_cycles}, "
            f"cf_sel 0..{2**chip.mac.cf_sel_bits - 1}"
        )
