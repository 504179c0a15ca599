"""A network whose weights are pairs of analog conductances.

A weight w is the difference of two cells: the one of its sign at G_min + (|w| / w_max) (G_max -
G_min), the other at G_min. `pymodel.error_laws` says what programming, time and reading do to them.
Everything else is ideal, so that the loss is that of the cells alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from chips.description import Chip
from chips.errors import InputError
from chips.weights import Weights
from pymodel.error_laws import DeviceLaw, Span
from pymodel.layer import pixel_volts
from pymodel.mac import conv_columns, fc_columns, shared_sums
from pymodel.pool import average_pool
from pymodel.rng import FloatArray, Stream, generator, normals
from pymodel.tia import gain, saturate

IMAGES_AT_ONCE = 8  # keeps the columns of a convolution in the cache

IndexArray = npt.NDArray[np.intp]


def pair_targets(weights: FloatArray, weight_max: float, window: Span) -> FloatArray:
    """Targets of the cell pairs, float32 (2, ...): of the positive and of the negative cell.

    Parameters
    ----------
    weights : float32 (...), within -weight_max..weight_max
    window : values of a cell for no weight and for the largest

    Raises
    ------
    InputError
        A weight beyond the largest.
    """
    worst = float(np.abs(weights).max(initial=0))
    if not worst <= weight_max:
        raise InputError(f"weight of {worst:g}, allowed are -{weight_max:g}..{weight_max:g}")
    sides = np.maximum(np.stack([weights, -weights]), np.float32(0))
    targets = sides / lsb_per_unit(weight_max, window) + np.float32(window.low)
    return np.minimum(targets, np.float32(window.high), dtype=np.float32)


def lsb_per_unit(weight_max: float, window: Span) -> np.float32:
    """Weight that a difference of one unit of the cells is worth."""
    return np.float32(weight_max / (window.high - window.low))


def pair_weights(cells: FloatArray, weight_max: float, window: Span) -> FloatArray:
    """Weights that pairs of cells (2, ...) are worth, float32 (...)."""
    weights: FloatArray = (cells[0] - cells[1]) * lsb_per_unit(weight_max, window)
    return weights


def pair_variance(sigma: FloatArray, weight_max: float, window: Span) -> FloatArray:
    """Variance of weights whose cells (2, ...) have independent noise `sigma`, float32 (...)."""
    variance: FloatArray = (sigma[0] ** 2 + sigma[1] ** 2) * lsb_per_unit(weight_max, window) ** 2
    return variance


@dataclass(frozen=True)
class AnalogWeights:
    """Weights of a layer as its cells hold them, in LSBs.

    values: float32 (filters, rows). variance: of a read, in LSB^2, of the same shape; None: no
    read noise.
    """

    values: FloatArray
    variance: FloatArray | None


def analog_weights(
    codes: FloatArray, weight_max: float, device: DeviceLaw, age_s: float, origin: tuple[int, ...]
) -> AnalogWeights:
    """Weights of one layer after programming and some time.

    Parameters
    ----------
    codes : float32 (filters, rows)
    age_s : time since programming
    origin : seed, die, layer

    Raises
    ------
    InputError
        Codes, or an age, that the laws of the device do not hold for.
    """
    seed, die, layer = origin
    targets = pair_targets(codes, weight_max, device.window)
    cells = device.programming.programmed(targets, generator(seed, die, Stream.CONDUCTANCE, layer))
    if device.drift:
        cells = device.drift.drifted(cells, age_s, generator(seed, die, Stream.AGEING, layer))
    values = pair_weights(cells, weight_max, device.window)
    if device.read is None:
        return AnalogWeights(values, None)
    sigma = device.read.sigma(cells, age_s)
    return AnalogWeights(values, pair_variance(sigma, weight_max, device.window))


def noisy_sums(
    weights: AnalogWeights, columns: FloatArray, unit_noise: FloatArray | None
) -> FloatArray:
    """Weighted sums with read noise, float32 (n, filters, positions), in volts times LSBs.

    The exact moments instead of a draw for each cell: y ~ N(x w, x^2 var).

    Parameters
    ----------
    columns : float32 (n, rows, positions), in volts
    unit_noise : float32 (n, filters, positions), standard normal; None: none
    """
    sums = shared_sums(weights.values, columns)
    if weights.variance is None or unit_noise is None:
        return sums
    spread: FloatArray = np.sqrt(shared_sums(weights.variance, np.square(columns)))
    return sums + spread * unit_noise


class MultilevelNetwork:
    """A chip's network on the cells of one die.

    Parameters
    ----------
    device : what its cells are; None: ideal ones
    age_s : time since programming, in seconds
    seed, die : 0..2^64 - 1

    Raises
    ------
    InputError
        Codes beyond the chip's, a seed out of range, an age outside the laws of the device.
    """

    def __init__(
        self,
        chip: Chip,
        weights: Weights,
        device: DeviceLaw | None,
        *,
        age_s: float,
        seed: int = 0,
        die: int = 0,
    ) -> None:
        self._chip, self._weights, self._origin = chip, weights, (seed, die)
        codes = [np.ascontiguousarray(code, np.float32) for code in weights.codes]
        if device is None:
            self.layers = tuple(AnalogWeights(code, None) for code in codes)
            return
        self.layers = tuple(
            analog_weights(code, chip.chip.code_max, device, age_s, (seed, die, k))
            for k, code in enumerate(codes)
        )

    def labels(self, images: npt.NDArray[np.uint8], first_index: int = 0) -> IndexArray:
        """Classes with the largest outputs, (n,), of images uint8 (n, channels, height, width).

        Image i draws the read noise of image number `first_index` + i.
        """
        parts = [
            self._part(images[start : start + IMAGES_AT_ONCE], first_index + start)
            for start in range(0, len(images), IMAGES_AT_ONCE)
        ]
        return np.concatenate(parts)

    def _part(self, pixels: npt.NDArray[np.uint8], first_index: int) -> IndexArray:
        held = pixel_volts(pixels, self._chip.mac.v_fs_v)
        streams = self._streams(first_index, len(pixels))
        for k in range(len(self.layers)):
            held = self._layer(k, held, streams)
        labels: IndexArray = held.reshape(len(held), -1).argmax(1)
        return labels

    def _streams(self, first_index: int, count: int) -> list[np.random.Generator]:
        if all(layer.variance is None for layer in self.layers):
            return []
        return [
            generator(*self._origin, Stream.CONDUCTANCE_READ, image)
            for image in range(first_index, first_index + count)
        ]

    def _layer(self, k: int, held: FloatArray, streams: list[np.random.Generator]) -> FloatArray:
        """Held outputs of a layer, float32 (n, *out_shape), in volts."""
        config, shape = self._chip.layers[k], self._chip.geometry[k].sum_shape
        mac, t_ctrl = self._chip.mac, self._weights.t_ctrl[k]
        if config.kind == "conv":
            columns = conv_columns(held, config.kernel)
        else:
            columns = fc_columns(held, mac.v_fs_v)
        size = (shape[0], shape[1] * shape[2])
        unit = np.stack([normals(stream, *size) for stream in streams]) if streams else None
        sums = noisy_sums(self.layers[k], columns, unit).reshape(-1, *shape)
        duration_ps = t_ctrl * self._chip.clock.clk_period_ns * 1000
        volts = sums * gain(mac, duration_ps, self._weights.cf_sel[k])
        saturate(volts, 0.0 if config.relu else -mac.v_fs_v, mac.v_fs_v)
        return average_pool(volts, config.pool)
