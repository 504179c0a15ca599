"""MAC cells: weights from gates, sums against plain loops, mismatch."""

from __future__ import annotations

import numpy as np
import pytest

from chips import Chip, load_chip
from pymodel.noise import Effects
from pymodel.mac import (
    PRODUCT_LIMIT,
    VECTOR_LIMIT,
    MacArray,
    conv_columns,
    fc_columns,
    filter_block,
    gate_weights,
    instance_sums,
    layer_weights,
    mismatch_factors,
    shared_sums,
)


@pytest.fixture(scope="module")
def chip() -> Chip:
    return load_chip("mini")


def test_gates_give_sign_and_magnitude() -> None:
    for code in range(32):
        bits = np.array([(code >> b) & 1 for b in range(5)], np.float32)
        expected = (code & 15) * (-1 if code >> 4 else 1)
        assert gate_weights(bits) == expected


def test_a_gate_half_on_gives_half_its_weight() -> None:
    assert gate_weights(np.array([0, 0, 0, 0.5, 0], np.float32)) == 4


def test_words_become_filters_by_rows(chip: Chip) -> None:
    geometry = chip.geometry[2]
    lanes, bits = chip.chip.lanes, chip.chip.weight_bits
    gates = np.zeros((geometry.groups, geometry.rows, lanes, bits), np.float32)
    gates[1, 3, 1, 2] = 1  # group 1, row 3, lane 1: filter 5
    weights = layer_weights(chip, 2, gates.reshape(geometry.words, -1))
    assert weights.shape == (6, 17)
    assert np.argwhere(weights).tolist() == [[5, 3]]
    assert weights[5, 3] == 4


def test_columns_hold_the_window_of_every_position() -> None:
    image = np.arange(2 * 4 * 5, dtype=np.float32).reshape(1, 2, 4, 5) + 1
    columns = conv_columns(image, 3)
    padded = np.pad(image[0], ((0, 0), (1, 1), (1, 1)))
    for y in range(4):
        for x in range(5):
            window = padded[:, y : y + 3, x : x + 3].ravel()
            assert np.array_equal(columns[0, :, y * 5 + x], window)


def test_a_fully_connected_layer_ends_with_the_bias_voltage() -> None:
    inputs = np.arange(6, dtype=np.float32).reshape(1, 2, 3, 1)
    assert fc_columns(inputs, 0.9)[0, :, 0] == pytest.approx([0, 1, 2, 3, 4, 5, 0.9])


def test_sums_are_weighted_sums() -> None:
    rng = np.random.default_rng(0)
    weights = rng.integers(-15, 16, (6, 20)).astype(np.float32)
    columns = rng.random((3, 20, 7), np.float32)
    expected = np.einsum("fr,nrp->nfp", weights.astype(float), columns.astype(float))
    assert shared_sums(weights, columns) == pytest.approx(expected, rel=1e-5, abs=1e-4)
    everywhere = np.broadcast_to(weights, (7, 6, 20)).copy()
    assert instance_sums(everywhere, columns) == pytest.approx(expected, rel=1e-5, abs=1e-4)


def test_every_instance_takes_its_own_weight() -> None:
    weights = np.arange(2 * 3 * 4, dtype=np.float32).reshape(2, 3, 4)
    columns = np.random.default_rng(0).random((1, 4, 2), np.float32)
    expected = np.einsum("pfr,nrp->nfp", weights, columns)
    assert instance_sums(weights, columns) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    "shape", [(16, 27, 1024), (32, 144, 256), (64, 288, 64), (128, 576, 16), (64, 513, 1)]
)
def test_products_stay_below_what_blas_threads(shape: tuple[int, int, int]) -> None:
    filters, rows, positions = shape
    block = filter_block(*shape)
    limit = PRODUCT_LIMIT if positions > 1 else VECTOR_LIMIT
    assert filters % block == 0
    assert block * rows * positions <= limit < 2.01 * block * rows * positions


def test_mismatch_has_one_factor_per_mac_instance() -> None:
    cifar = load_chip("cifar10")
    factors = [mismatch_factors(cifar, k, 1, 0) for k in range(6)]
    assert sum(f.size for f in factors) == 4_014_794
    assert factors[1].std() == pytest.approx(0.01, rel=0.01)
    assert factors[1].mean() == pytest.approx(1, abs=1e-4)


def test_mismatch_belongs_to_the_die(chip: Chip) -> None:
    first = mismatch_factors(chip, 1, 1, 0)
    assert np.array_equal(first, mismatch_factors(chip, 1, 1, 0))
    assert not np.array_equal(first, mismatch_factors(chip, 1, 1, 1))


def test_mismatch_moves_the_sums_by_its_size(chip: Chip) -> None:
    gates = np.tile(np.float32([0, 0, 0, 1, 0]), (chip.geometry[1].words, chip.chip.lanes))
    inputs = np.full((1, 2, 4, 4), 0.5, np.float32)
    plain = MacArray.load(chip, 1, gates, Effects.none(), 1, 0).sums(inputs)
    apart = MacArray.load(chip, 1, gates, Effects(mac_mismatch=True), 1, 0).sums(inputs)
    inner = (apart / plain - 1)[0].reshape(4, 4, 4)[:, 1:3, 1:3]
    assert inner.std() == pytest.approx(0.01 / np.sqrt(18), rel=0.6)
    assert inner.std() > 0
