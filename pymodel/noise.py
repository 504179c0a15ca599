"""Which imperfections are on, and the noise of the analog stages."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from functools import lru_cache
from itertools import pairwise

import numpy as np

from chips.description import Chip
from chips.sections import Layer
from pymodel.comparator import pair_count
from pymodel.rng import FloatArray, IndexedNormals, Stream

IMAGES_KEPT = 16  # images in flight in the macro, and some


@dataclass(frozen=True)
class Effects:
    """Imperfections of the model, each with its switch. Programming always has its spread.

    The published table of stage noise was taken from simulations of the whole circuit, so parts of
    it are counted twice with everything on: a pessimistic choice.

    triode: the MAC transistors saturate with their input. mac_mismatch: of every MAC cell.
    read_noise: of the MAC currents, new for every image. isense: scale and offset of the current
    mirrors. settling: the integrators lag. droop: held voltages decay. buffer_offset: of the hold
    buffers. stage_noise: the published table. comparator_offset, comparator_noise: of the class
    comparators. sense_noise: of the sense amplifiers while programming.
    """

    triode: bool = False
    mac_mismatch: bool = False
    read_noise: bool = False
    isense: bool = False
    settling: bool = False
    droop: bool = False
    buffer_offset: bool = False
    stage_noise: bool = False
    comparator_offset: bool = False
    comparator_noise: bool = False
    sense_noise: bool = False

    @classmethod
    def none(cls) -> Effects:
        """The ideal circuit."""
        return cls()

    @classmethod
    def all(cls) -> Effects:
        """Everything that the model knows."""
        return cls(**{field.name: True for field in fields(cls)})


def stage_noise_v(layer: Layer, v_fs_v: float) -> tuple[float, float]:
    """Mean and RMS of a layer's noise at its output after the pool, in volts.

    The table gives percent of the full output range: V_fs, or 2 V_fs for a bipolar layer, per
    element after ReLU and again after averaging. Nothing clips in between, so the average of
    pool^2 Gaussians and the pool's own add up to one Gaussian: the same distribution with fewer
    numbers.
    """
    percent_v = (v_fs_v if layer.relu else 2 * v_fs_v) / 100
    mean = layer.noise_mean_percent + layer.pool_noise_mean_percent
    rms = math.hypot(layer.noise_rms_percent / layer.pool, layer.pool_noise_rms_percent)
    return mean * percent_v, rms * percent_v


class ImageNoise:
    """Noise of every image: of the MAC sums, of the outputs of each layer, of the comparators.

    Two blocks per (seed, die, image), one of the sums and one of the rest; each stage has its fixed
    place in its block, so that no stage's noise depends on which others were computed.
    """

    def __init__(self, chip: Chip, seed: int, die: int) -> None:
        sizes = [math.prod(g.out_shape) for g in chip.geometry]
        sizes.append(pair_count(chip.chip.classes))
        levels = [stage_noise_v(layer, chip.mac.v_fs_v) for layer in chip.layers]
        levels.append((0.0, chip.mac.comparator_noise_mv * 1e-3))
        self._places = _places(sizes)
        self._shapes = [g.out_shape for g in chip.geometry]
        self._mean_v = np.repeat([mean for mean, _ in levels], sizes).astype(np.float32)
        self._rms_v = np.repeat([rms for _, rms in levels], sizes).astype(np.float32)
        self._normals = IndexedNormals(seed, die, Stream.IMAGE, sum(sizes))
        self.block = lru_cache(maxsize=IMAGES_KEPT)(self._block)
        sums = [math.prod(g.sum_shape) for g in chip.geometry]
        self._sum_places = _places(sums)
        self._read_normals = IndexedNormals(seed, die, Stream.READ, sum(sums))
        self.read_block = lru_cache(maxsize=IMAGES_KEPT)(self._read_normals.draw)

    def _block(self, image: int) -> FloatArray:
        """Noise of the outputs of one image, float32 (elements,), in volts."""
        drawn = self._normals.draw(image)
        drawn *= self._rms_v
        drawn += self._mean_v
        return drawn

    def blocks(self, first: int, count: int) -> FloatArray:
        """Noise of the outputs of successive images, float32 (count, elements), in volts."""
        return np.stack([self._block(image) for image in range(first, first + count)])

    def read_blocks(self, first: int, count: int) -> FloatArray:
        """Standard normal numbers of the sums of successive images, float32 (count, sums)."""
        images = range(first, first + count)
        return np.stack([self._read_normals.draw(image) for image in images])

    def of_stage(self, blocks: FloatArray, layer: int) -> FloatArray:
        """Part of a layer, float32 (n, *out_shape), of blocks (n, elements)."""
        return blocks[:, self._places[layer]].reshape(-1, *self._shapes[layer])

    def of_sums(self, blocks: FloatArray, layer: int) -> FloatArray:
        """Part of a layer, float32 (n, filters * positions), of read blocks (n, sums)."""
        return blocks[:, self._sum_places[layer]]

    def of_comparators(self, blocks: FloatArray) -> FloatArray:
        """Part of the comparators, float32 (n, pairs), of blocks (n, elements)."""
        return blocks[:, self._places[-1]]


def _places(sizes: list[int]) -> list[slice]:
    """Places of parts of these sizes, one after the other."""
    return [slice(a, b) for a, b in pairwise(np.cumsum([0, *sizes]))]
