"""MAC cells: weights from gates, sums against plain loops, mismatch."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from chips import Chip, load_chip
from pymodel.mac import (
    PRODUCT_LIMIT,
    VECTOR_LIMIT,
    MacArray,
    by_filter,
    conv_columns,
    fc_columns,
    filter_block,
    gate_variance,
    gate_weights,
    instance_sums,
    layer_variance,
    layer_weights,
    mismatch_factors,
    shared_sums,
    triode_v,
)
from pymodel.noise import Effects


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
    cell = np.array([0, 0, 0, 1, 0], np.float32)
    gates = np.tile(cell, (chip.geometry[1].words, chip.chip.lanes))
    inputs = np.full((1, 2, 4, 4), 0.5, np.float32)
    plain = MacArray.load(chip, 1, gates, Effects.none(), 1, 0).sums(inputs)
    apart = MacArray.load(chip, 1, gates, Effects(mac_mismatch=True), 1, 0).sums(inputs)
    inner = (apart / plain - 1)[0].reshape(4, 4, 4)[:, 1:3, 1:3]
    assert inner.std() == pytest.approx(0.01 / np.sqrt(18), rel=0.6)
    assert inner.std() > 0


def test_triode_current_follows_the_square_law() -> None:
    """K ((V_g - V_t) V - V^2 / 2), in parts of the current of a linear MAC, within 1e-6."""
    volts = np.linspace(-0.5, 4, 10, dtype=np.float32)
    linear = np.minimum(volts, 3) * (1 - np.minimum(volts, 3) / 6)
    assert triode_v(volts, 3.0) == pytest.approx(linear, abs=1e-6)
    assert triode_v(np.array([3, 9], np.float32), 3.0).tolist() == [1.5, 1.5]


def test_triode_acts_on_inputs_and_bias(chip: Chip) -> None:
    last = len(chip.layers) - 1
    gates = np.ones((chip.geometry[last].words, chip.word_cells), np.float32)
    inputs = np.full((1, *chip.geometry[last].in_shape), 0.6, np.float32)
    found = MacArray.load(chip, last, gates, Effects(triode=True), 1, 0).sums(inputs)
    bent = [v - v**2 / (2 * chip.mac.triode_overdrive_v) for v in (0.6, chip.mac.v_fs_v)]
    rows = chip.geometry[last].rows
    assert found == pytest.approx(-15 * ((rows - 1) * bent[0] + bent[1]), rel=1e-6)


def test_each_transistor_has_its_own_noise() -> None:
    """As many units as the magnitude says: codes 15 and -15 have 15 r^2, code 8 has 8 r^2."""
    gates = np.array([[1, 1, 1, 1, 0], [1, 1, 1, 1, 1], [0, 0, 0, 1, 0], [0] * 5], np.float32)
    assert gate_variance(gates, 0.1) == pytest.approx([0.15, 0.15, 0.08, 0])
    assert gate_variance(gates * np.float32(0.5), 0.1)[0] == pytest.approx(0.15 / 4)


@pytest.mark.parametrize("mismatch", [False, True])
def test_moments_of_the_read_noise_are_those_of_drawn_cells(chip: Chip, mismatch: bool) -> None:
    """10,000 draws of every transistor: mean within 5, variance within 6 standard errors."""
    draws, layer = 10_000, 1
    rng = np.random.default_rng(5)
    gates = rng.integers(0, 2, (chip.geometry[layer].words, chip.word_cells)).astype(np.float32)
    inputs = rng.random((1, *chip.geometry[layer].in_shape), np.float32)
    effects = Effects(read_noise=True, mac_mismatch=mismatch)
    macs = MacArray.load(chip, layer, gates, effects, 1, 0)
    brute = brute_force(chip, layer, gates, macs, inputs, draws)
    unit = rng.standard_normal((draws, brute.shape[1]), np.float32)
    many = np.broadcast_to(inputs, (draws, *inputs.shape[1:]))
    fast = macs.sums(many, unit).reshape(draws, -1)
    error = np.sqrt(brute.var(0) + fast.var(0)) / np.sqrt(draws)
    assert (np.abs(brute.mean(0) - fast.mean(0)) < 5 * error).all()
    assert fast.var(0) == pytest.approx(brute.var(0), rel=6 * np.sqrt(4 / draws))


def test_mismatch_scales_the_noise_of_each_instance_with_its_current(chip: Chip) -> None:
    gates = np.ones((chip.geometry[1].words, chip.word_cells), np.float32)
    effects = Effects(read_noise=True, mac_mismatch=True)
    macs = MacArray.load(chip, 1, gates, effects, 1, 0)
    shared = layer_variance(chip, 1, gates)
    expected = shared * mismatch_factors(chip, 1, 1, 0).astype(float) ** 2
    assert macs.variance == pytest.approx(expected, rel=1e-6)


def brute_force(
    chip: Chip,
    layer: int,
    gates: npt.NDArray[np.float32],
    macs: MacArray,
    inputs: npt.NDArray[np.float32],
    draws: int,
) -> npt.NDArray[np.float64]:
    """Sums (draws, filters * positions) with the noise of every transistor of every MAC drawn."""
    rng, relative = np.random.default_rng(6), chip.mac.read_noise_percent / 100
    columns = conv_columns(inputs, 3)[0].T.astype(float)  # (positions, rows)
    bits = gates.reshape(-1, chip.chip.lanes, 5)
    planes = [by_filter(chip, layer, bits[..., b]) for b in range(4)]
    sign = 1 - 2 * by_filter(chip, layer, bits[..., 4])
    nominal = layer_weights(chip, layer, gates)
    factors = np.divide(macs.weights, nominal, out=np.ones_like(macs.weights), where=nominal != 0)
    factors = np.broadcast_to(factors, (len(columns), *nominal.shape))
    sums = np.empty((draws, nominal.shape[0] * len(columns)))
    for draw in range(draws):
        noise = rng.standard_normal((4, *factors.shape), np.float32)
        units = relative * noise / 2 ** (np.arange(4).reshape(4, 1, 1, 1) / 2)  # mean of 2^b units
        noisy = sum(2**b * planes[b] * (1 + units[b]) for b in range(4))
        products = np.einsum("pfr,pr->fp", noisy * sign * factors, columns)
        sums[draw] = products.ravel()
    return sums
