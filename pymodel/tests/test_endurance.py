"""Wear-out against its closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest

from chips import InputError
from pymodel.device import Endurance
from pymodel.endurance import Wear, lives

LAW = Endurance(life_cycles=1000.0, shape=2.0)
BOTH = np.ones(2, np.bool_)


def test_lives_are_the_quantiles_of_the_weibull_distribution() -> None:
    part = np.array([0.0, 0.1, 1 - math.exp(-1), 0.99])
    expected = [0.0, *(1000 * math.sqrt(-math.log(1 - p)) for p in part[1:])]
    assert lives(LAW, part) == pytest.approx(expected)
    assert np.isfinite(lives(LAW, np.array([1.0]))).all()


def test_numbers_that_are_no_part_are_refused() -> None:
    with pytest.raises(InputError, match=r"0\.\.1"):
        lives(LAW, np.array([1.5]))


def test_the_part_of_worn_cells_follows_the_law() -> None:
    wear = Wear(LAW, (1, 100, 200), np.random.default_rng(1))
    expected = 1 - math.exp(-0.25)
    margin = 4 * math.sqrt(expected * (1 - expected) / 20_000)
    assert wear.age(500).mean() == pytest.approx(expected, abs=margin)
    with pytest.raises(InputError, match="cycles -1"):
        wear.age(-1)


def test_a_cell_wears_out_with_its_last_cycle_and_not_before() -> None:
    wear = Wear(Endurance(20.0, 5.0), (1, 1, 2), np.random.default_rng(2))
    life = lives(Endurance(20.0, 5.0), np.random.default_rng(2).random((1, 1, 2)))[0, 0]
    for cycle in range(1, 60):
        worn = wear.count(0, 0, BOTH)
        expected = cycle >= life
        assert np.array_equal(expected, np.zeros(2, np.bool_) if worn is None else worn)
    assert (wear.cycles == 59).all()


def test_a_cell_that_does_not_cycle_does_not_age() -> None:
    wear = Wear(LAW, (1, 1, 2), np.random.default_rng(1))
    wear.count(0, 0, np.array([True, False]))
    assert wear.cycles.tolist() == [[[1, 0]]]
