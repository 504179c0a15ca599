"""Drift after switching against its closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pymodel.device import Relaxation
from pymodel.relaxation import Drift, decades

TAU_S = 1e-5
LAW = Relaxation(tau_us=10.0, set_log_sigma=0.1, reset_log_sigma=0.1)
ALL = np.ones(4, np.bool_)
RATE = np.array([-0.2, 0.0, 0.1, 0.3], np.float32)


def landed(now_s: float = 1e-3) -> Drift:
    """Word (0, 1) of two rows of four cells has switched."""
    drift = Drift(LAW, (1, 2, 4))
    drift.land(0, 1, ALL, RATE, now_s)
    return drift


def looked_at(drift: Drift, *times_s: float) -> np.ndarray:
    """The word, first 1 kohm, after looks at some times."""
    word = np.full(4, 1e3, np.float32)
    for now_s in times_s:
        drift.work_in(0, 1, word, now_s)
    return word


def test_decades_begin_at_the_time_constant() -> None:
    assert decades(np.array([0.0, TAU_S, 99 * TAU_S]), TAU_S) == pytest.approx(
        [0, math.log10(2), 2]
    )
    assert decades(np.array([-1e-9]), TAU_S) == 0


def test_ln_r_drifts_at_its_rate_per_decade() -> None:
    word = looked_at(landed(), 1e-3 + 999 * TAU_S)
    assert word == pytest.approx(1e3 * np.exp(3 * RATE.astype(float)), rel=1e-5)


def test_many_looks_are_one_look() -> None:
    end_s = 1e-3 + 0.5
    often = looked_at(landed(), *np.linspace(1e-3, end_s, 1000))
    assert often == pytest.approx(looked_at(landed(), end_s), rel=0.02 * 0.3 * 2.4)


def test_nothing_is_worked_out_within_a_write_verify() -> None:
    assert (looked_at(landed(), 1e-3 + 0.02 * TAU_S) == 1e3).all()


def test_a_cell_that_switches_again_begins_anew_and_the_others_go_on() -> None:
    drift, word = landed(0.0), np.full(4, 1e3, np.float32)
    drift.work_in(0, 1, word, 99 * TAU_S)
    word[3] = 5e3
    drift.land(0, 1, np.arange(4) == 3, np.full(4, 0.5, np.float32), 99 * TAU_S)
    drift.work_in(0, 1, word, 999 * TAU_S)
    assert word[3] == pytest.approx(5e3 * math.exp(0.5 * math.log10(901)), rel=1e-5)
    assert word[:3] == pytest.approx(1e3 * np.exp(3 * RATE[:3].astype(float)), rel=1e-5)


def test_words_that_never_switched_are_not_due() -> None:
    drift = landed()
    assert drift.due(0, 2, 1.0) == [1]
    assert drift.due(0, 2, 0.0) == []


def test_a_set_without_drift_keeps_no_state() -> None:
    drift = Drift(Relaxation(10.0, 0.0, 0.0), (1, 2, 4))
    drift.land(0, 1, ALL, RATE, 0.0)
    assert (looked_at(drift, 1.0) == 1e3).all()
    assert drift.due(0, 2, 1.0) == []
