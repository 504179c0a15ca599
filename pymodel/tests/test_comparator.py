"""Comparators and what their decisions mean."""

from __future__ import annotations

import numpy as np
import pytest

from chips import Chip, InputError, load_chip
from pymodel.comparator import (
    class_pairs,
    classify,
    compare,
    offsets_v,
    pack_bits,
    pair_count,
    trims_v,
)

NONE = np.float32(0)


@pytest.fixture(scope="module")
def chip() -> Chip:
    return load_chip("cifar10")


def test_pairs_are_in_lexicographic_order() -> None:
    first, second = class_pairs(4)
    pairs = list(zip(first.tolist(), second.tolist(), strict=True))
    assert pairs == [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    assert pair_count(10) == 45


def test_a_tie_goes_to_the_lower_class() -> None:
    outputs = np.array([[0.1, 0.5, 0.5, 0.2]], np.float32)
    labels, ambiguous = classify(compare(outputs, NONE), 4)
    assert labels.tolist() == [1]
    assert ambiguous.tolist() == [False]


def test_labels_are_the_highest_output() -> None:
    outputs = np.random.default_rng(0).normal(size=(200, 10)).astype(np.float32)
    labels, ambiguous = classify(compare(outputs, NONE), 10)
    assert np.array_equal(labels, outputs.argmax(1))
    assert not ambiguous.any()


def test_a_circle_goes_to_the_most_wins_then_to_the_lowest_and_is_ambiguous() -> None:
    # 0 beats 1, 1 beats 2, 2 beats 0, all beat 3
    decisions = np.array([[True, False, True, True, True, True]])
    labels, ambiguous = classify(decisions, 4)
    assert labels.tolist() == [0]
    assert ambiguous.tolist() == [True]


def test_an_error_shifts_its_own_comparator_only() -> None:
    outputs = np.array([[0.5, 0.501, 0.5]], np.float32)
    assert compare(outputs, NONE).tolist() == [[False, True, True]]
    errors = np.array([0.002, -0.002, 0], np.float32)
    assert compare(outputs, errors).tolist() == [[True, False, True]]


def test_bits_leave_with_pair_0_lowest() -> None:
    assert pack_bits(np.array([True, False, True, True])) == 0b1101


def test_offsets_belong_to_the_die(chip: Chip) -> None:
    drawn = np.concatenate([offsets_v(chip, 1, die) for die in range(50)])
    assert drawn.std() == pytest.approx(2e-3, rel=0.05)
    assert np.array_equal(offsets_v(chip, 1, 3), drawn[135:180])


def test_trims_are_signed_steps(chip: Chip) -> None:
    codes = (-16, 15, 0, 1, -1, 0, 0, 0, 0, 0)
    assert trims_v(chip.mac, codes)[:5] == pytest.approx([-0.016, 0.015, 0, 0.001, -0.001])
    with pytest.raises(InputError, match="trim 16"):
        trims_v(chip.mac, (16,) * 10)
