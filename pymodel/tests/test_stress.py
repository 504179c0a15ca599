"""Stress of half-selected cells against its closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest

from chips import InputError
from pymodel.device import Device, Disturb, load_device
from pymodel.pins import RESET_DIRECTION, SET_DIRECTION
from pymodel.stress import LineStress, stress_rate

ALL = slice(None)
UNREAD = np.zeros((2, 3, 4))


@pytest.fixture(scope="module")
def device() -> Device:
    return load_device("amer2024")


@pytest.fixture
def stress() -> LineStress:
    """Two groups of three rows of four cells, a budget of one second."""
    return LineStress(Disturb(2.4, 0.15, 1.0, 0.01), (2, 3, 4))


def test_stress_grows_with_the_voltage(device: Device) -> None:
    law = device.disturb
    assert stress_rate(law, law.reference_v) == pytest.approx(1.0)
    assert stress_rate(law, law.reference_v + law.efold_v) == pytest.approx(math.e)
    with pytest.raises(InputError, match="line voltage"):
        stress_rate(law, 7.0)


def test_a_line_stresses_its_column_in_every_row(stress: LineStress) -> None:
    stress.add_lines(0, SET_DIRECTION, np.array([1.0, 0.0, 0.0, 0.0]), 4.0)
    factor = stress.factor(ALL, ALL, UNREAD)
    assert (factor[0, :, 0] == 0.25).all()
    assert (factor[0, :, 1:] == 1).all()
    assert (factor[1] == 1).all()
    assert not stress.harmless(0)
    assert stress.harmless(1)


def test_rows_and_lines_add_up_and_directions_oppose(stress: LineStress) -> None:
    stress.add_lines(1, RESET_DIRECTION, np.ones(4), 3.0)
    stress.add_row(1, 2, RESET_DIRECTION, 1.0)
    stress.add_row(1, 0, SET_DIRECTION, 2.0)
    assert stress.factor(ALL, ALL, UNREAD)[1, :, 0] == pytest.approx([1.5, 3.0, 4.0])


def test_reads_stress_in_the_reset_direction(stress: LineStress) -> None:
    reads_s = UNREAD.copy()
    reads_s[0, 1, 2] = 2.0
    stress.add_lines(0, RESET_DIRECTION, np.ones(4), 1.5)
    factor = stress.factor(ALL, ALL, reads_s)
    assert factor[0, 1, 2] == pytest.approx(3.5)
    assert factor[0, 1, 1] == pytest.approx(1.5)


def test_reads_of_words_are_looked_at_when_their_bound_is_over_the_budget(
    stress: LineStress,
) -> None:
    stress.add_words(2, 4, 0.6)  # the last word of group 0, the first of group 1
    assert stress.all_harmless()
    stress.add_words(3, 4, 0.6)
    assert stress.harmless(0)
    assert not stress.harmless(1)


def test_only_switched_cells_forget(stress: LineStress) -> None:
    stress.add_lines(0, SET_DIRECTION, np.ones(4), 2.0)
    stress.forget(0, 1, np.array([True, False, False, False]))
    factor = stress.factor(ALL, ALL, UNREAD)[0]
    assert factor[1].tolist() == [1.0, 0.5, 0.5, 0.5]
    assert (factor[0] == 0.5).all()
