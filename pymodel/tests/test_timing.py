"""Times of the layers against the phases that the layer sequencer promises."""

from __future__ import annotations

from chips import load_chip
from pymodel.timing import compare_age_ps, layer_times

CLOCK_PS = 20_000


def test_sequential_layers_sample_after_their_own_time() -> None:
    """Reset 0..3, integrate from 5, sample ends 5 after the integration; the period is 50."""
    times = layer_times(load_chip("cifar10"), (20, 32, 16, 16, 16, 16), pipelined=False)
    ages = [t.window.input_age_ps // CLOCK_PS for t in times]
    assert ages[:4] == [5, 50 - 30 + 5, 50 - 42 + 5, 50 - 26 + 5]
    assert [t.window.elapsed_ps // CLOCK_PS for t in times[:3]] == [20, 32, 16]
    assert {t.settle_ps // CLOCK_PS for t in times} == {5}


def test_pipelined_layers_sample_after_the_longest() -> None:
    times = layer_times(load_chip("cifar10"), (20, 32, 16, 16, 16, 16), pipelined=True)
    assert [t.window.input_age_ps // CLOCK_PS for t in times] == [5] + [50 - 42 + 5] * 5
    assert [t.settle_ps // CLOCK_PS for t in times[:3]] == [5 + 12, 5, 5 + 16]


def test_comparators_look_one_gap_after_the_last_sample() -> None:
    assert compare_age_ps(load_chip("cifar10")) == CLOCK_PS
