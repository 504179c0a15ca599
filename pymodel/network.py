"""The chip's network on batches of images, without pins: the same bits as the macro."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from chips.description import Chip
from chips.errors import InputError
from chips.weights import Weights
from pymodel.comparator import BoolArray, IndexArray, classify, compare, offsets_v, trims_v
from pymodel.layer import Stage, pixel_volts
from pymodel.mac import MacArray
from pymodel.noise import Effects, ImageNoise
from pymodel.rng import FloatArray

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
    effects : imperfections that are on; read noise has no part in it
    trims : signed comparator trim per class; all 0 by default

    Raises
    ------
    InputError
        Codes that do not fit the chip, a seed out of range, an integration time or capacitor
        that does not exist.
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
    ) -> None:
        self._chip = chip
        self._effects = effects if effects is not None else Effects.none()
        self._weights = weights
        self._stages = [Stage(chip, k) for k in range(len(chip.layers))]
        mismatch = (seed, die) if self._effects.mac_mismatch else None
        self._macs = [
            MacArray.load(chip, k, _codes(chip, weights, k), mismatch)
            for k in range(len(chip.layers))
        ]
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
        blocks = self._blocks(first_index, len(pixels))
        held = pixel_volts(pixels, self._chip.mac.v_fs_v)
        layers = []
        for stage in self._stages:
            held = self._layer(stage, held, blocks)
            layers.append(held)
        return layers, self._decisions(held, blocks)

    def _blocks(self, first_index: int, count: int) -> FloatArray | None:
        if not (self._effects.stage_noise or self._effects.comparator_noise):
            return None
        return self._noise.blocks(first_index, count)

    def _layer(self, stage: Stage, inputs: FloatArray, blocks: FloatArray | None) -> FloatArray:
        k = stage.index
        t_ps = self._weights.t_ctrl[k] * self._chip.clock.clk_period_ns * 1000
        volts = stage.integrated(self._macs[k], inputs, t_ps, self._weights.cf_sel[k])
        if blocks is None or not self._effects.stage_noise:
            return stage.sampled(volts, None)
        return stage.sampled(volts, self._noise.of_stage(blocks, k))

    def _decisions(self, held: FloatArray, blocks: FloatArray | None) -> BoolArray:
        outputs_v = held.reshape(len(held), -1) + self._trims_v
        errors_v: FloatArray | np.float32 = np.float32(0)
        if self._effects.comparator_offset:
            errors_v = errors_v + self._offsets_v
        if blocks is not None and self._effects.comparator_noise:
            errors_v = errors_v + self._noise.of_comparators(blocks)
        return compare(outputs_v, errors_v)


def _codes(chip: Chip, weights: Weights, layer: int) -> FloatArray:
    """Weight codes of a layer as float32 (filters, rows), checked."""
    geometry, codes = chip.geometry[layer], weights.codes[layer]
    if codes.shape != (geometry.filters, geometry.rows):
        raise InputError(
            f"weights of layer {layer}: shape {codes.shape}, must be "
            f"{(geometry.filters, geometry.rows)}"
        )
    limit = chip.chip.code_max
    if codes.min() < -limit or codes.max() > limit:
        raise InputError(f"weights of layer {layer}: allowed are codes -{limit}..{limit}")
    return np.ascontiguousarray(codes, np.float32)
