"""A trained network as it classifies: quantized weights, batch norm, quantized activations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from scripts.mnist.nets import Norm

EPSILON = 1e-5  # added to the variance, in units of the squared sum of weights

Array: TypeAlias = NDArray[np.floating]


@dataclass(frozen=True)
class Layer:
    """A fully connected layer and its batch norm, y_j = sum_i x_i w_ij + b_j (Lee 2020, eq. 1).

    weights (outputs, inputs), on their grid; the rest (outputs,): bias b, mean mu and deviation
    sigma of y over the training images, gain gamma, offset beta. Without batch norm sigma and
    gamma are 1, mu and beta 0.
    """

    weights: Array
    bias: Array
    mean: Array
    deviation: Array
    gain: Array
    offset: Array

    @property
    def scale(self) -> Array:
        """Gain by deviation, gamma / sigma (outputs,)."""
        return self.gain / self.deviation

    def sums(self, x: Array) -> Array:
        """Sums y (n, outputs) of inputs (n, inputs)."""
        sums: Array = x @ self.weights.T + self.bias
        return sums

    def outputs(self, x: Array) -> Array:
        """BN(y) (n, outputs)."""
        return (self.sums(x) - self.mean) * self.scale + self.offset


def plain(weights: Array, bias: Array) -> Layer:
    """A layer without batch norm."""
    zero, one = np.zeros_like(bias), np.ones_like(bias)
    return Layer(weights, bias, zero, one, one, zero)


def quantized(weights: Array, bits: int) -> Array:
    """Weights on the grid of `bits`: {-1, 1}, or n / 2^(bits-1) for n = -2^(bits-1) and up.

    The grid spans -1 up to less than 1; what lies outside takes its end.
    """
    if bits == 1:
        return np.where(weights >= 0, 1, -1).astype(weights.dtype)
    steps = 2 ** (bits - 1)
    on_grid: Array = np.clip(np.round(weights * steps), -steps, steps - 1) / steps
    return on_grid


def activated(z: Array, bits: int) -> Array:
    """Activations 0..1: the sign for one bit, else (tanh z + 1) / 2 in 2^bits levels."""
    if bits == 1:
        return (z >= 0).astype(z.dtype)
    most = 2**bits - 1
    levels: Array = np.round((np.tanh(z) + 1) / 2 * most) / most
    return levels


def with_statistics(
    layers: Sequence[Layer], bits: int, norm: Norm, inputs: Array
) -> tuple[Layer, ...]:
    """The layers with mean and deviation of their sums over all of `inputs` (n, inputs).

    A shared norm takes the mean of the variances of all outputs. Without one, nothing changes.
    """
    if norm is Norm.NONE:
        return tuple(layers)
    done, x = [], inputs
    for layer in layers:
        done.append(_normed(layer, norm, layer.sums(x)))
        x = activated(done[-1].outputs(x), bits)
    return tuple(done)


def _normed(layer: Layer, norm: Norm, sums: Array) -> Layer:
    variance = sums.var(axis=0, dtype=np.float64)
    if norm is Norm.SHARED:
        variance = np.full_like(variance, variance.mean())
    mean = sums.mean(axis=0, dtype=np.float64)
    return replace(layer, mean=mean, deviation=np.sqrt(variance + EPSILON))


def outputs(layers: Sequence[Layer], bits: int, inputs: Array) -> Array:
    """Outputs of the last layer (n, classes); no activation follows it."""
    x = inputs
    for layer in layers[:-1]:
        x = activated(layer.outputs(x), bits)
    return layers[-1].outputs(x)


def percent_right(
    layers: Sequence[Layer], bits: int, inputs: Array, labels: NDArray[np.int64]
) -> float:
    """Share of images whose highest output is their label, in percent."""
    found = outputs(layers, bits, inputs).argmax(axis=1)
    return 100 * float(np.mean(found == labels))
