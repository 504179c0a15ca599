"""Fewer bits per weight against all codes and gains, tried one by one."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from chips import InputError, load_chip
from chips.weights import Weights, default_weights, load_weights
from pymodel.requantisation import Grid, requantised

CHIP = load_chip("mini")
WEIGHTS = load_weights(default_weights(CHIP), CHIP)


def gain(weights: Weights, layer: int) -> float:
    return CHIP.gain(weights.t_ctrl[layer], weights.cf_sel[layer])


def test_all_bits_leave_the_weights_as_they_are() -> None:
    assert requantised(CHIP, WEIGHTS, CHIP.chip.weight_bits) is WEIGHTS


@pytest.mark.parametrize("bits", [2, 3, 4])
def test_the_lowest_cells_stay_low(bits: int) -> None:
    unit, limit = 2 ** (5 - bits), 2 ** (bits - 1) - 1
    for codes in requantised(CHIP, WEIGHTS, bits).codes:
        assert (codes % unit == 0).all()
        assert np.abs(codes).max() <= unit * limit


@pytest.mark.parametrize("bits", [2, 3, 4])
def test_no_other_code_and_no_other_gain_of_the_chip_is_nearer(bits: int) -> None:
    found = requantised(CHIP, WEIGHTS, bits)
    allowed = np.arange(1 - 2 ** (bits - 1), 2 ** (bits - 1)) * 2 ** (5 - bits)
    for layer, old in enumerate(WEIGHTS.codes):
        wanted = gain(WEIGHTS, layer) * old.ravel()
        error = np.sum((gain(found, layer) * found.codes[layer].ravel() - wanted) ** 2)
        for t_ctrl, cf_sel in itertools.product(range(1, 33), range(8)):
            other = np.abs(CHIP.gain(t_ctrl, cf_sel) * allowed[:, None] - wanted).min(axis=0)
            assert error <= np.sum(other**2) * (1 + 1e-9)


def test_even_codes_spread_the_error_of_rounding_evenly() -> None:
    """A step of 4 gives an error of 0, 1, 2 or 1: its mean square is 1.5."""
    codes = np.arange(-12, 12, dtype=np.int8)
    found = Grid(4, 3).squared_error(codes, np.ones(24, np.int64), 1.0)
    assert math.isclose(found / 24, 1.5)


@pytest.mark.parametrize("bits", [1, 6])
def test_bits_that_no_weight_can_have_are_refused(bits: int) -> None:
    with pytest.raises(InputError, match=f"weight_bits {bits}, allowed are 2..5: a weight file"):
        requantised(CHIP, WEIGHTS, bits)
