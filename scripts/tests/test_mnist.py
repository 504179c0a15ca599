"""MNIST networks: the files, the quantizers, batch norm merged, the tables."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from chips.errors import InputError
from pymodel.figures import lee2020
from scripts.mnist.images import TRAIN, network_inputs, read_digits
from scripts.mnist.inference import (
    Layer,
    activated,
    outputs,
    percent_right,
    plain,
    quantized,
    with_statistics,
)
from scripts.mnist.merge import arithmetic, merged, rescaled, shared, signed
from scripts.mnist.nets import CHOSEN, WEIGHT_BITS, Measure, Net, Norm, of_equal_size
from sim.sources import ROOT

IMAGES = 500


def idx(magic: int, *sizes: int) -> bytes:
    """Header of an IDX file of bytes, and as many zeros as it says."""
    header = b"".join(number.to_bytes(4, "big") for number in (magic, *sizes))
    return header + bytes(int(np.prod(sizes)))


def write_digits(folder: Path, images: bytes, labels: bytes) -> None:
    (folder / "train-images-idx3-ubyte").write_bytes(images)
    (folder / "train-labels-idx1-ubyte").write_bytes(labels)


def test_digits_are_read_in_the_order_of_the_file(tmp_path: Path) -> None:
    pixels = np.arange(2 * 28 * 28).astype(np.uint8)
    images = idx(0x803, 0, 28, 28)[:4] + (2).to_bytes(4, "big") + idx(0, 28, 28)[4:12]
    write_digits(tmp_path, images + pixels.tobytes(), idx(0x801, 2)[:8] + bytes([7, 9]))
    digits = read_digits(tmp_path, TRAIN)
    assert digits.pixels.shape == (2, 28, 28)
    assert digits.pixels[1, 3, 4] == (784 + 3 * 28 + 4) % 256
    assert digits.labels.tolist() == [7, 9]


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (idx(0x801, 2, 28, 28), idx(0x801, 2), "images.*magic number 0x801, must be 0x803"),
        (idx(0x803, 2, 28, 27), idx(0x801, 2), r"items of \[28, 27\], must be \[28, 28\]"),
        (idx(0x803, 2, 28, 28)[:-1], idx(0x801, 2), "1583 bytes, its header says 1584"),
        (idx(0x803, 2, 28, 28), idx(0x801, 3), "3 labels, 2 images"),
        (idx(0x803, 0, 28, 28), idx(0x801, 0), "no image"),
        (idx(0x803, 1, 28, 28), idx(0x801, 1)[:8] + b"\x0a", "label 10, must be in 0..9"),
        (b"", idx(0x801, 2), "0 bytes, shorter than its header"),
    ],
)
def test_a_damaged_file_is_refused(
    tmp_path: Path, images: bytes, labels: bytes, message: str
) -> None:
    write_digits(tmp_path, images, labels)
    with pytest.raises(InputError, match=message):
        read_digits(tmp_path, TRAIN)


def test_inputs_are_the_middle_of_the_image_from_half_of_white_on() -> None:
    pixels = np.zeros((1, 28, 28), np.uint8)
    pixels[0, 4, 4], pixels[0, 4, 5], pixels[0, 3, 4] = 128, 127, 255
    x = network_inputs(pixels, 20)
    assert x.shape == (1, 400)
    assert np.flatnonzero(x).tolist() == [0]
    for side in (0, 19, 30):
        with pytest.raises(InputError, match=r"must be even, in 2\.\.28"):
            network_inputs(pixels, side)


@pytest.mark.parametrize(
    ("bits", "grid"),
    [(1, [-1, -1, 1, 1, 1]), (2, [-1, -0.5, 0, 0.5, 0.5]), (4, [-1, -0.5, 0, 0.5, 0.875])],
)
def test_weights_lie_on_the_grid_of_their_precision(bits: int, grid: list[float]) -> None:
    weights = np.array([-1.2, -0.49, 0.05, 0.51, 3.0])
    assert quantized(weights, bits).tolist() == grid


def test_activations_are_the_sign_or_levels_of_the_tanh() -> None:
    z = np.array([-9.0, -0.01, 0.0, 0.2, 9.0])
    assert activated(z, 1).tolist() == [0, 0, 1, 1, 1]
    level = 1 / (1 + np.exp(-2 * z))  # (tanh z + 1) / 2
    assert np.abs(activated(z, 8) - level).max() <= 0.5 / 255 + 1e-12
    assert activated(z, 2).tolist() == [0, 1 / 3, 2 / 3, 2 / 3, 1]


def random_layer(rng: np.random.Generator, inputs: int, size: int, bits: int) -> Layer:
    """A layer with gains of both signs."""
    weights = quantized(rng.uniform(-1, 1, (size, inputs)), bits)
    gain = rng.uniform(0.2, 2, size) * rng.choice([-1, 1], size)
    deviation = rng.uniform(1, 9, size)
    bias, mean, offset = rng.normal(0, 2, (3, size))
    return Layer(weights, bias, mean, deviation, gain, offset)


def random_inputs(rng: np.random.Generator, size: int) -> NDArray[np.float64]:
    return rng.integers(0, 2, (IMAGES, size)).astype(float)


@pytest.mark.parametrize("bits", WEIGHT_BITS)
def test_a_signed_merge_keeps_every_binary_activation(seed: int, bits: int) -> None:
    rng = np.random.default_rng(seed)
    layers = [random_layer(rng, 40, 30, bits), random_layer(rng, 30, 20, bits)]
    x = random_inputs(rng, 40)
    for measure in (Measure.SIGNED, Measure.AFTERWARDS):
        replaced = merged(layers, bits, measure)
        found, wanted = (activated(outputs(net, 1, x), 1) for net in (replaced, layers))
        np.testing.assert_array_equal(found, wanted)


def test_a_signed_merge_keeps_weights_on_their_grid_and_leaves_no_batch_norm(seed: int) -> None:
    layer = random_layer(np.random.default_rng(seed), 40, 30, 1)
    result = signed(layer)
    assert set(np.unique(result.weights)) == {-1, 1}
    assert (result.scale == 1).all()
    assert not result.mean.any()
    assert not result.offset.any()


def test_an_arithmetic_merge_is_exact_where_the_grid_holds_the_merged_weights(seed: int) -> None:
    rng = np.random.default_rng(seed)
    layer = random_layer(rng, 40, 30, 4)
    layer = replace(layer, gain=rng.choice([-0.5, 0.25, 0.5], 30), deviation=np.ones(30))
    x = random_inputs(rng, 40)
    exact = layer.outputs(x)
    np.testing.assert_allclose(arithmetic(layer, 8).outputs(x), exact, rtol=0, atol=1e-11)
    assert np.abs(arithmetic(layer, 3).outputs(x) - exact).max() > 0.1


def test_an_arithmetic_merge_rounds_small_weights_to_nothing() -> None:
    weights = np.array([[0.5, -0.5], [0.5, -0.5]])
    layer = replace(plain(weights, np.zeros(2)), gain=np.array([0.49, 0.51]))
    assert arithmetic(layer, 2).weights.tolist() == [[0, 0], [0.5, -0.5]]


def test_a_rescaled_merge_fits_its_unit_to_the_layer(seed: int) -> None:
    layer = random_layer(np.random.default_rng(seed), 40, 30, 1)
    weights = rescaled(layer, 1).weights
    assert np.allclose(np.abs(weights), np.abs(layer.scale).mean())
    fine = rescaled(layer, 8).weights - layer.scale[:, None] * layer.weights
    assert np.abs(fine).max() <= np.abs(layer.scale).max() / 128 + 1e-12


def test_one_scale_for_a_layer_is_exact_where_it_had_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    layer = random_layer(rng, 40, 30, 1)
    layer = replace(layer, gain=0.3 * layer.deviation * rng.choice([-1, 1], 30))
    x = random_inputs(rng, 40)
    np.testing.assert_allclose(shared(layer).outputs(x), layer.outputs(x), rtol=0, atol=1e-11)


def test_a_gain_of_nothing_is_refused(seed: int) -> None:
    layer = random_layer(np.random.default_rng(seed), 4, 3, 1)
    layer = replace(layer, gain=np.array([1.0, 0.0, 1.0]))
    assert merged([layer], 1, Measure.TRAINED) == (layer,)
    with pytest.raises(InputError, match="gain 0"):
        merged([layer], 1, Measure.SIGNED)


def test_normed_outputs_have_the_offset_as_mean_and_the_gain_as_deviation(seed: int) -> None:
    rng = np.random.default_rng(seed)
    raw = [random_layer(rng, 40, 30, 1), random_layer(rng, 30, 20, 1)]
    x = random_inputs(rng, 40)
    first, second = with_statistics(raw, 2, Norm.BATCH, x)
    hidden = activated(first.outputs(x), 2)
    for layer, found in ((first, first.outputs(x)), (second, second.outputs(hidden))):
        np.testing.assert_allclose(found.mean(axis=0), layer.offset, rtol=0, atol=1e-9)
        np.testing.assert_allclose(found.std(axis=0), np.abs(layer.gain), rtol=1e-3)
    one = with_statistics(raw, 2, Norm.SHARED, x)[0]
    assert one.deviation == pytest.approx(np.sqrt((first.deviation**2).mean()), rel=1e-9)
    assert with_statistics(raw, 2, Norm.NONE, x) == tuple(raw)


def test_percent_right_counts_the_highest_output() -> None:
    layer = plain(np.eye(2), np.zeros(2))
    x = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0], [1.0, 0.0]])
    assert percent_right([layer], 1, x, np.array([0, 1, 0, 0])) == 75


def test_sizes_are_those_of_tables_1_and_2() -> None:
    for side, bits in lee2020.TABLE1.items():
        assert Net(side=side).bits == int(bits)
    for hidden, bits in lee2020.TABLE2.items():
        assert Net(hidden=hidden).bits == int(bits)
    assert replace(CHOSEN, weight_bits=3).bits == 3 * CHOSEN.bits


def test_table_3_keeps_the_bits_and_narrows_the_network() -> None:
    nets = [of_equal_size(bits) for bits in WEIGHT_BITS]
    assert [net.hidden for net in nets] == [128, 71, 49, 38, 26, 20]
    for net in nets:
        assert net.bits <= CHOSEN.bits < replace(net, hidden=net.hidden + 1).bits


def test_a_precision_beyond_8_bits_is_refused() -> None:
    with pytest.raises(InputError, match=r"9 bits: must be in 1\.\.8"):
        Net(weight_bits=9)


def command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    script = ROOT / "scripts/explore_mnist.py"
    line: Sequence[str | Path] = [sys.executable, script, *arguments]
    return subprocess.run(line, capture_output=True, text=True)


def test_without_a_folder_the_command_says_so() -> None:
    done = command()
    assert done.returncode == 2
    assert done.stderr == "error: MNIST_DIR=: name the folder of the unpacked MNIST files\n"


@pytest.mark.skipif(bool(importlib.util.find_spec("torch")), reason="PyTorch is installed")
def test_without_pytorch_the_command_says_how_to_get_it(tmp_path: Path) -> None:
    done = command("--data", tmp_path)
    assert done.returncode == 2
    assert done.stderr == (
        "error: PyTorch is not installed: pip install -r requirements-train.txt\n"
    )
