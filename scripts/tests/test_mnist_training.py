"""Training on made-up images, where PyTorch is installed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from chips.errors import InputError
from scripts.mnist.inference import outputs, percent_right, quantized
from scripts.mnist.nets import Net, Norm

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

SMALL = Net(side=6, hidden=16)


def made_up(seed: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Ten random patterns of which each image has one pixel in ten turned."""
    rng = np.random.default_rng(seed)
    patterns, labels = rng.integers(0, 2, (10, 36)), rng.integers(0, 10, 2000)
    turned = rng.random((2000, 36)) < 0.1
    return (patterns[labels] ^ turned).astype(np.float32), labels


@pytest.mark.parametrize(
    "net",
    [
        SMALL,
        replace(SMALL, weight_bits=3, activation_bits=2),
        replace(SMALL, norm=Norm.SHARED),
        replace(SMALL, norm=Norm.NONE),
    ],
    ids=lambda net: net.name,
)
def test_an_epoch_repeats_from_its_seed_and_learns_with_batch_norm(net: Net, seed: int) -> None:
    from scripts.mnist.training import Recipe, prepare, train

    prepare()
    x, labels = made_up(seed)
    first, again, other = (
        train(net, s, x, labels, Recipe(epochs=1)) for s in (seed, seed, seed + 1)
    )
    found = outputs(first, net.activation_bits, x)
    np.testing.assert_array_equal(found, outputs(again, net.activation_bits, x))
    assert (found != outputs(other, net.activation_bits, x)).any()
    if net.norm is not Norm.NONE:
        assert percent_right(first, net.activation_bits, x, labels) > 60
    for layer in first:
        np.testing.assert_array_equal(layer.weights, quantized(layer.weights, net.weight_bits))
    if net.norm is Norm.SHARED:
        assert len(np.unique(first[0].scale)) == 1


def test_what_is_trained_with_is_what_classifies(seed: int) -> None:
    from scripts.mnist.training import Parameters

    x, _ = made_up(seed)
    net = replace(SMALL, norm=Norm.NONE)
    parameters = Parameters(net, 36, 16, torch.Generator().manual_seed(seed))
    batch = parameters.outputs(torch.from_numpy(x)).detach().numpy()
    np.testing.assert_allclose(batch, parameters.layer().outputs(x), rtol=0, atol=1e-4)


def test_a_recipe_without_epochs_and_too_few_images_are_refused() -> None:
    from scripts.mnist.training import Recipe, train

    with pytest.raises(InputError, match="EPOCHS=0: above 0"):
        Recipe(epochs=0)
    x, labels = made_up(1)
    with pytest.raises(InputError, match="99 images: at least 100"):
        train(SMALL, 1, x[:99], labels[:99], Recipe())
