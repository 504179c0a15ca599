"""Batch norm merged into the layer before it, or approximated, after training.

Equations of Lee 2020. A merged layer has no batch norm left: weights w' and bias b'.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from chips.tables import require
from scripts.mnist.inference import Array, Layer, plain, quantized
from scripts.mnist.nets import Measure


def merged(layers: Sequence[Layer], weight_bits: int, measure: Measure) -> tuple[Layer, ...]:
    """The layers as `measure` wants them.

    Raises
    ------
    InputError
        A gain is 0: its output does not depend on the image, and nothing can be merged.
    """
    if measure is Measure.TRAINED:
        return tuple(layers)
    require(all(layer.gain.all() for layer in layers), "batch norm: gain 0, must not be 0")
    if measure is Measure.ARITHMETIC:
        return tuple(arithmetic(layer, weight_bits) for layer in layers)
    if measure is Measure.RESCALED:
        return tuple(rescaled(layer, weight_bits) for layer in layers)
    return tuple((signed if measure is Measure.SIGNED else shared)(layer) for layer in layers)


def arithmetic(layer: Layer, weight_bits: int) -> Layer:
    """Equations (4) and (5), w' put back on the grid of the weights.

    Exact but for that rounding.
    """
    weights = quantized(layer.scale[:, None] * layer.weights, weight_bits)
    return plain(weights, layer.scale * _shifted_bias(layer))


def signed(layer: Layer) -> Layer:
    """Equations (6) and (7): exact where the sign of the output is all that counts."""
    sign = np.sign(layer.scale)
    return plain(sign[:, None] * layer.weights, sign * _shifted_bias(layer))


def rescaled(layer: Layer, weight_bits: int) -> Layer:
    """Equations (4) and (5), w' on a grid whose unit is fitted to each layer.

    The unit is the mean of |w'| for one bit (the least square error), else the greatest |w'|.
    """
    exact = layer.scale[:, None] * layer.weights
    unit = np.abs(exact).mean() if weight_bits == 1 else np.abs(exact).max()
    return plain(unit * quantized(exact / unit, weight_bits), layer.scale * _shifted_bias(layer))


def shared(layer: Layer) -> Layer:
    """One scale for all outputs, the mean of |gamma / sigma|, each with its own sign.

    The outputs where BN(y) is 0 stay where they are.
    """
    scale = np.sign(layer.scale) * np.abs(layer.scale).mean()
    offset = scale * layer.offset / layer.scale
    return replace(layer, gain=scale * layer.deviation, offset=offset)


def _shifted_bias(layer: Layer) -> Array:
    """Bias that moves the zero of BN(y) to where the sum is 0: b - mu + beta sigma / gamma."""
    return layer.bias - layer.mean + layer.offset / layer.scale
