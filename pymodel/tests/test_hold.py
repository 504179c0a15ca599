"""Droop of held voltages against the exponential and its integral; offsets of the buffers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad

from chips import Chip, InputError, load_chip
from pymodel.hold import buffer_offsets_v, held_left, mean_left


@pytest.fixture(scope="module")
def chip() -> Chip:
    return load_chip("cifar10")


@pytest.mark.parametrize("age_us", [0, 1, 300, 5000])
def test_a_held_voltage_decays_exponentially(chip: Chip, age_us: int) -> None:
    expected = math.exp(-age_us / chip.mac.hold_tau_us)
    assert held_left(chip.mac, age_us * 1_000_000) == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize(("age_ns", "duration_ns"), [(0, 20), (260, 640), (10_000, 3_000_000)])
def test_an_integration_sees_the_mean_of_the_decay(
    chip: Chip, age_ns: int, duration_ns: int
) -> None:
    """Against numerical integration, within 1e-7."""
    tau_ns = chip.mac.hold_tau_us * 1e3
    integral, _ = quad(lambda t: math.exp(-(age_ns + t) / tau_ns), 0, duration_ns)
    found = mean_left(chip.mac, age_ns * 1000, duration_ns * 1000)
    assert found == pytest.approx(integral / duration_ns, rel=1e-7)


def test_every_buffer_of_a_die_has_its_offset(chip: Chip) -> None:
    offsets = buffer_offsets_v(chip, 0, 1, 0)
    assert offsets.shape == (16, 16, 16)
    assert offsets.std() == pytest.approx(chip.mac.buffer_offset_mv * 1e-3, rel=0.05)
    assert np.array_equal(offsets, buffer_offsets_v(chip, 0, 1, 0))
    assert not np.array_equal(offsets, buffer_offsets_v(chip, 0, 1, 1))


def test_times_that_cannot_be_are_refused(chip: Chip) -> None:
    with pytest.raises(InputError, match="hold of -1 ps"):
        held_left(chip.mac, -1)
    with pytest.raises(InputError, match="hold of -1 ps"):
        mean_left(chip.mac, -1, 1)
    with pytest.raises(InputError, match="integration of 0 ps"):
        mean_left(chip.mac, 0, 0)
