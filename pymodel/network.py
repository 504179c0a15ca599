"""The chip's network on batches of images, without pins: the same bits as the macro."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from chips.description import Chip
from chips.errors import InputError
from chips.tables import require
from chips.weights import Weights
from pymodel.comparator import BoolArray, IndexArray, classify, compare, offsets_v, trims_v
from pymodel.hold import held_left
from pymodel.layer import Stage, pixel_volts
from pymodel.mac import MacArray, code_gates, load_macs
from pymodel.noise import Effects, ImageNoise
from pymodel.rng import FloatArray
from pymodel.timing import LayerTimes, compare_age_ps, layer_times

IMAGES_AT_ONCE = 8  # keeps the columns of a convolution in the cache
IMAGES_KEPT = 512  # outputs of all layers held at a time when only labels are wanted


@dataclass(frozen=True)
class Outputs:
    """What a batch of n images gives.

    layers: held outputs of every layer, float32 (n, *out_shape), in volts. decisions: comparators,
    bool (n, pairs). labels: (n,). ambiguous: bool (n,), no class beat all others.
    """

    layers: tuple[FloatArray, ...]
    decisions: BoolArray
    labels: IndexArray
    ambiguous: BoolArray


class Network:
    """A chip with weights, on one die.

    Parameters
    ----------
    weights : codes, integration times in clocks and capacitors, per layer
    effects : imperfections that are on; that of the sense amplifiers has no part in it
    trims : signed comparator trim per class; all 0 by default
    macs : the MAC cells of every layer, from `load_macs` with the gates of a die or from
        `multilevel_macs`; by default as right cells turn them on
    pipelined : all layers sample together, so that holds are younger and integrators settle longer
    t_ctrl_error : relative error of all integration times, above -1

    Raises
    ------
    InputError
        Codes that do not fit the chip, a seed out of range, an integration time, its error or a
        capacitor that cannot be.
    """

    def __init__(
        self,
        chip: Chip,
        weights: Weights,
        *,
        effects: Effects | None = None,
        seed: int = 0,
        die: int = 0,
        trims: tuple[int, ...] | None = None,
        macs: Sequence[MacArray] | None = None,
        pipelined: bool = False,
        t_ctrl_error: float = 0.0,
    ) -> None:
        require(
            -1 < t_ctrl_error < math.inf,
            f"t_ctrl_error {t_ctrl_error:g}, must be above -1 and finite",
        )
        self._chip = chip
        self._effects = effects if effects is not None else Effects.none()
        self._cf_sel = weights.cf_sel
        self._times = [
            times.stretched(1 + t_ctrl_error)
            for times in layer_times(chip, weights.t_ctrl, pipelined)
        ]
        _check_codes(chip, weights)
        die_of = (self._effects, seed, die)
        self._stages = [Stage(chip, k, *die_of) for k in range(len(chip.layers))]
        self._macs = load_macs(chip, code_gates(chip, weights), *die_of) if macs is None else macs
        if len(self._macs) != len(self._stages):
            raise InputError(f"macs: {len(self._macs)} layers, the chip has {len(self._stages)}")
        self._noise = ImageNoise(chip, seed, die)
        self._offsets_v = offsets_v(chip, seed, die)
        self._trims_v = trims_v(chip.mac, trims or (0,) * chip.chip.classes)

    def forward(self, images: npt.NDArray[np.uint8], first_index: int = 0) -> Outputs:
        """Outputs of images uint8 (n, channels, height, width) or (n, bytes).

        Image i draws the noise of image number `first_index` + i, whatever the batch.

        Raises
        ------
        InputError
            Images of another shape or type, or none at all.
        """
        pixels = self._pixels(images)
        parts = [
            self._part(pixels[start : start + IMAGES_AT_ONCE], first_index + start)
            for start in range(0, len(pixels), IMAGES_AT_ONCE)
        ]
        layers = tuple(np.concatenate(held) for held in zip(*(p[0] for p in parts), strict=True))
        decisions = np.concatenate([p[1] for p in parts])
        labels, ambiguous = classify(decisions, self._chip.chip.classes)
        return Outputs(layers, decisions, labels, ambiguous)

    def labels(self, images: npt.NDArray[np.uint8], first_index: int = 0) -> IndexArray:
        """Labels (n,) of many images, without keeping the outputs of their layers."""
        parts = [
            self.forward(images[start : start + IMAGES_KEPT], first_index + start).labels
            for start in range(0, len(images), IMAGES_KEPT)
        ]
        return np.concatenate(parts)

    def _pixels(self, images: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        shape = self._chip.geometry[0].in_shape
        size = self._chip.image_bytes
        if images.dtype != np.uint8 or len(images) == 0 or images[0].size != size:
            raise InputError(
                f"images: {images.dtype} {images.shape}, must be uint8 (n, {size}) or "
                f"(n, {', '.join(map(str, shape))}) with n at least 1"
            )
        return images.reshape(-1, *shape)

    def _part(
        self, pixels: npt.NDArray[np.uint8], first_index: int
    ) -> tuple[list[FloatArray], BoolArray]:
        """Held outputs and decisions of a few images."""
        noise = self._image_noise(first_index, len(pixels))
        held = pixel_volts(pixels, self._chip.mac.v_fs_v)
        layers = []
        for stage, times in zip(self._stages, self._times, strict=True):
            held = self._layer(stage, times, held, noise)
            layers.append(held)
        return layers, self._decisions(held, noise)

    def _image_noise(self, first: int, count: int) -> _Noise:
        """Noise of a few images, as far as it is on."""
        effects = self._effects
        outputs = effects.stage_noise or effects.comparator_noise
        return _Noise(
            self._noise.blocks(first, count) if outputs else None,
            self._noise.read_blocks(first, count) if effects.read_noise else None,
        )

    def _layer(
        self, stage: Stage, times: LayerTimes, inputs: FloatArray, noise: _Noise
    ) -> FloatArray:
        k = stage.index
        unit = None if noise.sums is None else self._noise.of_sums(noise.sums, k)
        charge = stage.integrated(
            self._macs[k], inputs, times.window, self._cf_sel[k], unit_noise=unit
        )
        charge = stage.settled(charge, times.settle_ps)
        if noise.outputs is None or not self._effects.stage_noise:
            return stage.sampled(charge, None)
        return stage.sampled(charge, self._noise.of_stage(noise.outputs, k))

    def _decisions(self, held: FloatArray, noise: _Noise) -> BoolArray:
        outputs_v = held.reshape(len(held), -1)
        if self._effects.droop:
            outputs_v = outputs_v * held_left(self._chip.mac, compare_age_ps(self._chip))
        errors_v: FloatArray | np.float32 = np.float32(0)
        if self._effects.comparator_offset:
            errors_v = errors_v + self._offsets_v
        if noise.outputs is not None and self._effects.comparator_noise:
            errors_v = errors_v + self._noise.of_comparators(noise.outputs)
        return compare(outputs_v + self._trims_v, errors_v)


class _Noise(NamedTuple):
    """Noise of a few images: of outputs in volts, of sums in standard deviations."""

    outputs: FloatArray | None
    sums: FloatArray | None


def _check_codes(chip: Chip, weights: Weights) -> None:
    """Refuse weight codes that do not fit the chip."""
    limit = chip.chip.code_max
    for k, (geometry, codes) in enumerate(zip(chip.geometry, weights.codes, strict=True)):
        if codes.shape != (geometry.filters, geometry.rows):
            raise InputError(
                f"weights of layer {k}: shape {codes.shape}, must be "
                f"{(geometry.filters, geometry.rows)}"
            )
        if codes.min() < -limit or codes.max() > limit:
            raise InputError(f"weights of layer {k}: allowed are codes -{limit}..{limit}")
