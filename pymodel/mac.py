"""Differential multi-bit MAC cells: weights from gates, weighted sums, mismatch.

A MAC cell gives the current g V_in (+-) sum_b 2^b w_b; the sign bit steers the input to the
positive or the negative side. The cells of one output share the line that sums them. Here the
sums are in volts times weight LSBs; `pymodel.tia` turns them into volts.

Products are matrix products of one image each, cut over the filters so that BLAS neither threads
them nor sees another shape: the bits then depend neither on the batch nor on the thread count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chips.description import Chip
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


def layer_weights(chip: Chip, layer: int, gates: FloatArray) -> FloatArray:
    """Weights of a layer, float32 (filters, rows), from its gates (words, lanes * bits)."""
    geometry, ident = chip.geometry[layer], chip.chip
    by_word = gates.reshape(geometry.groups, geometry.rows, ident.lanes, ident.weight_bits)
    by_lane = gate_weights(by_word).transpose(0, 2, 1)
    return np.ascontiguousarray(by_lane.reshape(-1, geometry.rows)[: geometry.filters])


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

    weights: float32 (filters, rows), or (positions, filters, rows) with mismatch.
    """

    kernel: int
    conv: bool
    bias_v: float
    weights: FloatArray

    @classmethod
    def load(
        cls, chip: Chip, layer: int, weights: FloatArray, mismatch: tuple[int, int] | None
    ) -> MacArray:
        """MAC cells whose gates give `weights` (filters, rows); `mismatch`: seed and die."""
        config = chip.layers[layer]
        if mismatch is not None:
            weights = weights * mismatch_factors(chip, layer, *mismatch)
        return cls(config.kernel, config.kind == "conv", chip.mac.v_fs_v, weights)

    def sums(self, inputs: FloatArray) -> FloatArray:
        """Weighted sums, float32 (n, filters, positions), in volts times LSBs.

        Parameters
        ----------
        inputs : float32 (n, channels, height, width), in volts
        """
        if self.conv:
            columns = conv_columns(inputs, self.kernel)
        else:
            columns = fc_columns(inputs, self.bias_v)
        compute = shared_sums if self.weights.ndim == 2 else instance_sums
        return compute(self.weights, columns)
