"""Golden network: plain matrix algebra on the weight codes, independent of `pymodel`.

It says what the chip should compute without noise and mismatch. Everything is in units of full
scale and float64; nothing is shared with the analog model but the chip description.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from chips.description import Chip
from chips.weights import Weights

Array = npt.NDArray[np.float64]


def golden_forward(chip: Chip, weights: Weights, image: npt.NDArray[np.uint8]) -> list[Array]:
    """Outputs of every layer after its pool, (channels, height, width), in full scale.

    Parameters
    ----------
    image : uint8, any shape with the bytes of one image in the order channel, row, column
    """
    signal = image.astype(np.float64).reshape(chip.geometry[0].in_shape) / 255
    outputs = []
    for index in range(len(chip.layers)):
        signal = _layer(chip, weights, index, signal)
        outputs.append(signal)
    return outputs


def golden_label(chip: Chip, weights: Weights, image: npt.NDArray[np.uint8]) -> int:
    """Class with the highest output; the lowest of equal ones, as comparators V_i >= V_j decide."""
    return int(golden_forward(chip, weights, image)[-1].argmax())


def golden_pads(chip: Chip, weights: Weights, images: npt.NDArray[np.uint8]) -> Array:
    """First channel, first position of every layer for images (n, ...): (layers, n)."""
    pads = [[out.flat[0] for out in golden_forward(chip, weights, image)] for image in images]
    return np.array(pads).T


def _layer(chip: Chip, weights: Weights, index: int, signal: Array) -> Array:
    """Weighted sums, gain, saturation (from 0 with ReLU, from -1 without) and average pool."""
    layer, codes = chip.layers[index], weights.codes[index].astype(np.float64)
    if layer.kind == "conv":
        sums = _convolve(codes.reshape(len(codes), -1, layer.kernel, layer.kernel), signal)
    else:
        sums = (codes @ np.append(signal.ravel(), 1.0)).reshape(-1, 1, 1)
    gain = chip.gain(weights.t_ctrl[index], weights.cf_sel[index])
    limited = np.clip(gain * sums, 0.0 if layer.relu else -1.0, 1.0)
    return _average(limited, layer.pool)


def _convolve(kernels: Array, signal: Array) -> Array:
    """Correlation with zero padding: one matrix product per kernel element, shifted and added."""
    (_, height, width), size = signal.shape, kernels.shape[-1]
    padded = np.pad(signal, ((0, 0), (size // 2,) * 2, (size // 2,) * 2))
    sums = np.zeros((len(kernels), height, width))
    for y in range(size):
        for x in range(size):
            sums += np.tensordot(kernels[:, :, y, x], padded[:, y : y + height, x : x + width], 1)
    return sums


def _average(signal: Array, size: int) -> Array:
    """Average of size x size blocks."""
    channels, height, width = signal.shape
    blocks = signal.reshape(channels, height // size, size, width // size, size)
    average: Array = blocks.mean((2, 4))
    return average
