"""Training of one network; the gradient passes each quantizer as if it were not there."""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from chips.tables import require
from scripts.mnist import inference
from scripts.mnist.images import CLASSES
from scripts.mnist.inference import EPSILON, Layer, activated, quantized
from scripts.mnist.nets import Net, Norm

LEAST_START = 0.1  # a weight starts within this, or within a step of its grid if that is wider


@dataclass(frozen=True)
class Recipe:
    """What, with the network, the data and the seed, decides the result.

    rate : of Adamax, falling to 0 on a line over all steps.

    Raises
    ------
    InputError
        A number that is not positive.
    """

    epochs: int = 10
    batch: int = 100
    rate: float = 2**-6

    def __post_init__(self) -> None:
        for name in ("epochs", "batch", "rate"):
            require(getattr(self, name) > 0, f"{name.upper()}={getattr(self, name)}: above 0")


class Parameters:
    """What is trained of a layer: weights -1..1, bias, gain and offset of the batch norm."""

    def __init__(self, net: Net, inputs: int, outputs: int, generator: torch.Generator) -> None:
        step = 2.0 ** (1 - net.weight_bits) if net.weight_bits > 1 else 0.0
        reach = max(LEAST_START, step)
        self._net = net
        self.weights = reach * (2 * torch.rand(outputs, inputs, generator=generator) - 1)
        self.bias = torch.zeros(outputs)
        self.gain = torch.ones(1 if net.norm is Norm.SHARED else outputs)
        self.offset = torch.zeros(outputs)
        for tensor in self.tensors():
            tensor.requires_grad_()

    def tensors(self) -> list[torch.Tensor]:
        """All of them."""
        return [self.weights, self.bias, self.gain, self.offset]

    def outputs(self, x: torch.Tensor) -> torch.Tensor:
        """Outputs (n, outputs) for a batch (n, inputs), normed by the statistics of the batch."""
        rounded = quantized(self.weights.detach().numpy(), self._net.weight_bits)
        y = functional.linear(x, _passing(self.weights, rounded), self.bias)
        if self._net.norm is Norm.NONE:
            return y
        variance = y.var(0, correction=0)
        if self._net.norm is Norm.SHARED:
            variance = variance.mean()
        return (y - y.mean(0)) / torch.sqrt(variance + EPSILON) * self.gain + self.offset

    def clamp(self) -> None:
        """Bring weights that left -1..1 back to its end."""
        with torch.no_grad():
            self.weights.clamp_(-1, 1)

    def layer(self) -> Layer:
        """The layer as it classifies, its statistics not yet known."""
        weights, bias, gain, offset = (t.detach().double().numpy() for t in self.tensors())
        rounded = quantized(weights, self._net.weight_bits)
        one = np.ones_like(bias)
        return Layer(rounded.astype(np.float32), bias, 0 * one, one, gain * one, offset)


def train(
    net: Net,
    seed: int,
    inputs: NDArray[np.float32],
    labels: NDArray[np.int64],
    recipe: Recipe,
) -> tuple[Layer, ...]:
    """Train on inputs (n, side^2) and labels (n,); the network after the last epoch.

    The result depends on the arguments alone, on one machine with one thread.

    Raises
    ------
    InputError
        Fewer images than a batch has.
    """
    require(len(inputs) >= recipe.batch, f"{len(inputs)} images: at least {recipe.batch}, a batch")
    generator = torch.Generator().manual_seed(seed)
    layers = [Parameters(net, a, b, generator) for a, b in pairwise(net.sizes)]
    optimizer = torch.optim.Adamax([t for layer in layers for t in layer.tensors()], lr=recipe.rate)
    steps = len(inputs) // recipe.batch
    decay = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, recipe.epochs * steps)
    x, wanted = torch.from_numpy(inputs), _wanted(torch.from_numpy(labels))
    for _ in range(recipe.epochs):
        order = torch.randperm(len(inputs), generator=generator)
        for index in order[: steps * recipe.batch].split(recipe.batch):
            loss = _squared_hinge(_forward(net, layers, x[index]), wanted[index])
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
            decay.step()
            for layer in layers:
                layer.clamp()
    done = [layer.layer() for layer in layers]
    return inference.with_statistics(done, net.activation_bits, net.norm, inputs)


def prepare() -> None:
    """One thread, so that sums have one order, and no slow denormal numbers."""
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)


def _forward(net: Net, layers: list[Parameters], x: torch.Tensor) -> torch.Tensor:
    for layer in layers[:-1]:
        x = _activation(layer.outputs(x), net.activation_bits)
    return layers[-1].outputs(x)


def _activation(z: torch.Tensor, bits: int) -> torch.Tensor:
    """Quantized activations; the gradient is that of a ramp over -1..1, or of the tanh."""
    smooth = functional.hardtanh(z) if bits == 1 else torch.tanh(z)
    return _passing((smooth + 1) / 2, activated(z.detach().numpy(), bits))


def _passing(smooth: torch.Tensor, rounded: inference.Array) -> torch.Tensor:
    """The rounded values with the gradient of the smooth ones (straight-through)."""
    return smooth + (torch.from_numpy(rounded) - smooth).detach()


def _wanted(labels: torch.Tensor) -> torch.Tensor:
    """1 for the label, -1 for the others, (n, classes)."""
    return 2 * functional.one_hot(labels, CLASSES).float() - 1


def _squared_hinge(found: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    return (1 - wanted * found).clamp(min=0).square().mean()
