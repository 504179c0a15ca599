"""Differential multi-bit MAC cells: weights from gates, sums, mismatch, noise, triode.

A MAC cell gives the current g V_in (+-) sum_b 2^b w_b; the sign bit steers the input to the
positive or the negative side. The cells of one output share the line that sums them. Here the
sums are in volts times weight LSBs; `pymodel.tia` turns them into volts.

Products are matrix products of one image each, cut over the filters so that BLAS neither threads
them nor sees another shape: the bits then depend neither on the batch nor on the thread count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chips.description import Chip
from chips.errors import InputError
from chips.weights import Weights, weight_words
from pymodel.noise import Effects
from pymodel.rng import FloatArray, Stream, generator, normals

# OpenBLAS threads a matrix product above 2^18 multiplications and a matrix-vector product from
# 9216 on (interface/gemm.c, gemv.c with GEMM_MULTITHREAD_THRESHOLD = 4).
PRODUCT_LIMIT = 2**18
VECTOR_LIMIT = 2**13


def gate_weights(gates: FloatArray) -> FloatArray:
    """Signed weights in LSBs of cells whose gates are on by 0..1, float32 (...).

    (1 - 2 w_sign) * sum_b 2^b w_b; gates that are partly on give weights between the codes.

    Parameters
    ----------
    gates : float32 (..., bits), the magnitude from its lowest bit, then the sign
    """
    bits = gates.shape[-1] - 1
    places = np.float32(2) ** np.arange(bits, dtype=np.float32)
    magnitude: FloatArray = (gates[..., :bits] * places).sum(-1, dtype=np.float32)
    return magnitude * (1 - 2 * gates[..., bits])


def gate_variance(gates: FloatArray, relative: float) -> FloatArray:
    """Variance of weights whose transistors each have noise, in LSB^2, float32 (...).

    Bit b is 2^b unit transistors side by side, each with a noise of its own (the paper scales W/L):
    r^2 sum_b 2^b g_b^2. That all units are alike is ASSUMED. The sign steers the current and has no
    part in it.

    Parameters
    ----------
    gates : float32 (..., bits), the magnitude from its lowest bit, then the sign
    relative : RMS of the noise of one unit in parts of its current, r
    """
    bits = gates.shape[-1] - 1
    places = np.float32(2) ** np.arange(bits, dtype=np.float32) * np.float32(relative**2)
    variance: FloatArray = (gates[..., :bits] ** 2 * places).sum(-1, dtype=np.float32)
    return variance


def by_filter(chip: Chip, layer: int, words: FloatArray) -> FloatArray:
    """Values (words, lanes) of a layer as float32 (filters, rows)."""
    geometry = chip.geometry[layer]
    by_word = words.reshape(geometry.groups, geometry.rows, chip.chip.lanes)
    by_lane = by_word.transpose(0, 2, 1)
    return np.ascontiguousarray(by_lane.reshape(-1, geometry.rows)[: geometry.filters])


def layer_weights(chip: Chip, layer: int, gates: FloatArray) -> FloatArray:
    """Weights of a layer, float32 (filters, rows), from its gates (words, lanes * bits)."""
    cells = gates.reshape(-1, chip.chip.lanes, chip.chip.weight_bits)
    return by_filter(chip, layer, gate_weights(cells))


def layer_variance(chip: Chip, layer: int, gates: FloatArray) -> FloatArray:
    """Variance of the weights of a layer, in LSB^2, float32 (filters, rows), from its gates."""
    cells = gates.reshape(-1, chip.chip.lanes, chip.chip.weight_bits)
    return by_filter(chip, layer, gate_variance(cells, chip.mac.read_noise_percent / 100))


def code_gates(chip: Chip, weights: Weights) -> list[FloatArray]:
    """Gates of every layer, float32 (words, lanes * bits), as right cells turn them on."""
    words = weight_words(chip, weights).astype(np.float32)
    return [words[g.word_base : g.word_base + g.words] for g in chip.geometry]


def triode_v(volts: FloatArray, overdrive_v: float) -> FloatArray:
    """Input of ideal MACs that gives the current of transistors in triode, in volts, any shape.

    I = k ((V_gs - V_t) V - V^2 / 2) up to V = V_gs - V_t, the overdrive, and constant beyond it:
    so V - V^2 / (2 V_ov). Source: the square law (Shichman and Hodges, IEEE JSSC 3, 285, 1968).
    It holds for V < 0 as well, where the drain has become the source.
    """
    bounded: FloatArray = np.minimum(volts, np.float32(overdrive_v))
    return bounded - bounded * bounded * np.float32(0.5 / overdrive_v)


def conv_columns(inputs: FloatArray, kernel: int) -> FloatArray:
    """Inputs of the MACs of each output position, float32 (n, channels * kernel^2, positions).

    Rows in the order channel, row, column of the kernel; zero outside the image.

    Parameters
    ----------
    inputs : float32 (n, channels, height, width)
    """
    n, channels, height, width = inputs.shape
    edge = kernel // 2
    padded = np.zeros((n, channels, height + 2 * edge, width + 2 * edge), np.float32)
    padded[:, :, edge : edge + height, edge : edge + width] = inputs
    windows = np.lib.stride_tricks.sliding_window_view(padded, (height, width), (2, 3))
    return windows.reshape(n, channels * kernel**2, height * width)


def fc_columns(inputs: FloatArray, bias_v: float) -> FloatArray:
    """Inputs of a fully connected layer, float32 (n, inputs + 1, 1): flattened, bias last."""
    flat = inputs.reshape(len(inputs), -1)
    columns = np.full((len(flat), flat.shape[1] + 1, 1), bias_v, np.float32)
    columns[:, :-1, 0] = flat
    return columns


def filter_block(filters: int, rows: int, positions: int) -> int:
    """Filters per product: the most that divide `filters` and keep BLAS on one thread."""
    limit = PRODUCT_LIMIT // (rows * positions) if positions > 1 else VECTOR_LIMIT // rows
    return max((f for f in range(1, filters + 1) if filters % f == 0 and f <= limit), default=1)


def shared_sums(weights: FloatArray, columns: FloatArray) -> FloatArray:
    """Weighted sums with the same weights at every position, float32 (n, filters, positions).

    Parameters
    ----------
    weights : float32 (filters, rows)
    columns : float32 (n, rows, positions)
    """
    (filters, rows), (n, _, positions) = weights.shape, columns.shape
    block = filter_block(filters, rows, positions)
    products: FloatArray = np.matmul(weights.reshape(-1, block, rows), columns[:, None])
    return products.reshape(n, filters, positions)


def instance_sums(weights: FloatArray, columns: FloatArray) -> FloatArray:
    """Weighted sums where every MAC instance has its own weight, (n, filters, positions).

    Parameters
    ----------
    weights : float32 (positions, filters, rows)
    columns : float32 (n, rows, positions)
    """
    positions, filters, rows = weights.shape
    block = filter_block(filters, rows, 1)
    inputs = np.ascontiguousarray(columns.transpose(0, 2, 1)).reshape(-1, positions, 1, rows, 1)
    products: FloatArray = np.matmul(weights.reshape(positions, -1, block, rows), inputs)
    return products.reshape(-1, positions, filters).transpose(0, 2, 1)


def mismatch_factors(chip: Chip, layer: int, seed: int, die: int) -> FloatArray:
    """Relative transconductance of every MAC instance, float32 (positions, filters, rows).

    Drawn once for a die: one factor per transistor stack of one output position, filter and row.
    That it is the same for all bits of a stack is ASSUMED.
    """
    geometry = chip.geometry[layer]
    positions = geometry.sum_shape[1] * geometry.sum_shape[2]
    rng = generator(seed, die, Stream.MISMATCH, layer)
    drawn = normals(rng, positions, geometry.filters, geometry.rows)
    drawn *= np.float32(chip.mac.mismatch_rms_percent / 100)
    drawn += 1
    return drawn


@dataclass(frozen=True)
class MacArray:
    """MAC cells of one layer, loaded with weights.

    weights: float32 (filters, rows), or (positions, filters, rows) with mismatch. variance: of the
    weights in LSB^2, of the same shape; None: no read noise. overdrive_v: None: linear MACs.
    """

    kernel: int
    conv: bool
    bias_v: float
    weights: FloatArray
    variance: FloatArray | None = None
    overdrive_v: float | None = None

    @classmethod
    def load(
        cls, chip: Chip, layer: int, gates: FloatArray, effects: Effects, seed: int, die: int
    ) -> MacArray:
        """MAC cells whose gates are on by 0..1, float32 (words, lanes * bits)."""
        weights = layer_weights(chip, layer, gates)
        variance = layer_variance(chip, layer, gates) if effects.read_noise else None
        return cls.of_weights(chip, layer, weights, variance, effects, seed, die)

    @classmethod
    def of_weights(
        cls,
        chip: Chip,
        layer: int,
        weights: FloatArray,
        variance: FloatArray | None,
        effects: Effects,
        seed: int,
        die: int,
    ) -> MacArray:
        """MAC cells of analog weights, float32 (filters, rows), and their variance in LSB^2."""
        config = chip.layers[layer]
        if effects.mac_mismatch:
            factors = mismatch_factors(chip, layer, seed, die)
            weights = weights * factors
            variance = None if variance is None else variance * (factors * factors)
        overdrive_v = chip.mac.triode_overdrive_v if effects.triode else None
        bias_v, conv = chip.mac.v_fs_v, config.kind == "conv"
        return cls(config.kernel, conv, bias_v, weights, variance, overdrive_v)

    def sums(self, inputs: FloatArray, unit_noise: FloatArray | None = None) -> FloatArray:
        """Weighted sums, float32 (n, filters, positions), in volts times LSBs.

        Read noise is not drawn cell by cell: a sum of independent Gaussians, that of the terms
        x_r (w_r + s_r z_r), is Gaussian with mean sum_r x_r w_r and variance sum_r x_r^2 s_r^2,
        which one more product gives. Every MAC is an instance of its own, so all sums of an image
        are independent.

        Parameters
        ----------
        inputs : float32 (n, channels, height, width), in volts
        unit_noise : float32 (n, filters * positions), standard normal, one number per sum
        """
        columns = self._columns(inputs)
        sums = _products(self.weights, columns)
        if self.variance is not None and unit_noise is not None:
            spread = _products(self.variance, np.square(columns))
            np.sqrt(spread, out=spread)
            spread *= unit_noise.reshape(spread.shape)
            sums += spread
        return sums

    def _columns(self, inputs: FloatArray) -> FloatArray:
        bias_v = np.full(1, self.bias_v, np.float32)
        if self.overdrive_v is not None:
            inputs, bias_v = (triode_v(volts, self.overdrive_v) for volts in (inputs, bias_v))
        if self.conv:
            return conv_columns(inputs, self.kernel)
        return fc_columns(inputs, float(bias_v[0]))


def _products(weights: FloatArray, columns: FloatArray) -> FloatArray:
    """Sums over the rows, with shared weights or those of every instance."""
    return (shared_sums if weights.ndim == 2 else instance_sums)(weights, columns)


def load_macs(
    chip: Chip, gates: Sequence[FloatArray], effects: Effects, seed: int = 0, die: int = 0
) -> list[MacArray]:
    """MAC cells of all layers from their gates, 0..1, float32 (words, lanes * bits) each.

    Raises
    ------
    InputError
        Gates that do not fit the chip.
    """
    shapes = [(geometry.words, chip.word_cells) for geometry in chip.geometry]
    if [layer.shape for layer in gates] != shapes:
        raise InputError(f"gates: shapes {[g.shape for g in gates]}, must be {shapes}")
    for k, layer in enumerate(gates):
        if layer.dtype != np.float32 or not (layer.min() >= 0 and layer.max() <= 1):
            raise InputError(f"gates of layer {k}: {layer.dtype}, must be float32 in 0..1")
    return [MacArray.load(chip, k, on, effects, seed, die) for k, on in enumerate(gates)]
