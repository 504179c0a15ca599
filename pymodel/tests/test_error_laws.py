"""Error laws of multi-level cells against their published formulas."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from chips import InputError
from pymodel.error_laws import (
    AbsoluteError,
    AssumedParabola,
    CmoHfox,
    DeviceLaw,
    HfO2,
    NeuRram,
    PcmDrift,
    PcmProgramming,
    PcmReadNoise,
    ProgrammingLaw,
    RelativeError,
    SonosDrift,
    SonosProgramming,
    SonosReadNoise,
    Span,
)
from pymodel.error_laws.catalog import devices
from pymodel.error_laws.pcm import drift_exponent
from pymodel.rng import FloatArray, Stream, generator

DRAWS = 200_000
DAY_S = 86400.0


def rng(index: int = 0) -> np.random.Generator:
    return generator(1, 0, Stream.CONDUCTANCE, index)


def cells(value: float, count: int = DRAWS) -> FloatArray:
    return np.full(count, value, np.float32)


def rectified(mean: float, sigma: float) -> tuple[float, float]:
    """Mean and standard deviation of max(N(mean, sigma), 0)."""
    z = mean / sigma
    density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    below = 0.5 * math.erfc(-z / math.sqrt(2))
    first = mean * below + sigma * density
    second = (mean**2 + sigma**2) * below + mean * sigma * density
    return first, math.sqrt(second - first**2)


def folded(mean: float, sigma: float) -> tuple[float, float]:
    """Mean and standard deviation of |N(mean, sigma)|."""
    z = mean / sigma / math.sqrt(2)
    first = sigma * math.sqrt(2 / math.pi) * math.exp(-z * z) + mean * math.erf(z)
    return first, math.sqrt(mean**2 + sigma**2 - first**2)


def saturating(height: float, knee: float) -> Callable[[float], float]:
    return lambda current: height * (1 - math.exp(-current / knee))


# Written out from the papers once more: law, formula, five values.
PUBLISHED: list[tuple[ProgrammingLaw, Callable[[float], float], tuple[float, ...]]] = [
    (HfO2(), lambda g: 4.782321 - 0.009107 * g, (50, 90, 130, 180, 225)),
    (
        NeuRram(),
        lambda g: ((1.536e-4 * g - 1.167e-2) * g + 0.2374) * g + 1.053,
        (1, 10, 20, 30, 39.26),
    ),
    (
        PcmProgramming(),
        lambda g: (-1.78767e-3 * g + 7.585724e-2) * g + 0.28638599,
        (0.25, 5, 10, 18, 25),
    ),
    (SonosProgramming(), saturating(19.887, 176.31), (10, 100, 400, 900, 1800)),
    (CmoHfox(2.0), lambda g: 0.01129 * g + 0.01122, (8, 20, 40, 60, 90)),
    (AbsoluteError(0.03, 50.0), lambda _: 1.5, (1, 10, 20, 30, 50)),
    (RelativeError(0.03, 50.0), lambda g: 0.03 * g, (1, 10, 20, 30, 50)),
    (
        AssumedParabola("for this test", 0.5, -0.01, 4e-4, 100.0),
        lambda g: 0.5 - 0.01 * g + 4e-4 * g * g,
        (5, 20, 50, 80, 100),
    ),
]


@pytest.mark.parametrize(
    ("law", "formula", "targets"), PUBLISHED, ids=[type(p[0]).__name__ for p in PUBLISHED]
)
def test_programming_errors_have_the_published_spread(
    law: ProgrammingLaw, formula: Callable[[float], float], targets: tuple[float, ...]
) -> None:
    for index, target in enumerate(targets):
        drawn = law.programmed(cells(target), rng(index)).astype(np.float64)
        mean, sigma = rectified(target, formula(target))
        assert drawn.std() == pytest.approx(sigma, rel=0.01)
        assert drawn.mean() == pytest.approx(mean, abs=0.01 * sigma)


def test_no_cell_shares_its_error_with_another_of_its_level() -> None:
    levels = np.repeat(np.linspace(5, 25, 16, dtype=np.float32), 1000).reshape(16, 1000)
    errors = PcmProgramming().programmed(levels, rng()) - levels
    assert all(len(np.unique(level)) > 900 for level in errors)
    assert np.abs(np.corrcoef(errors)[np.triu_indices(16, 1)]).max() < 0.15


def test_the_acceptance_of_a_write_verify_must_be_given_and_known() -> None:
    with pytest.raises(TypeError, match="acceptance_percent"):
        CmoHfox()  # type: ignore[call-arg]
    for fraction in (0.02, 1.0, 20.0):
        with pytest.raises(InputError, match=r"allowed are 0\.2 % and 2 %"):
            CmoHfox(fraction)
    tight, loose = (float(CmoHfox(a).sigma(cells(50, 1))[0]) for a in (0.2, 2.0))
    assert loose / tight == pytest.approx(10.6, rel=0.02)


@pytest.mark.parametrize("target", [1.0, 5.0, 10.0, 18.0, 25.0])
def test_pcm_drifts_by_its_power_law(target: float) -> None:
    """The logarithm of G falls by nu ln((t + 20 s) / 20 s), and nu is a folded normal number."""
    g = target / 25
    mu = min(max(-0.0155 * math.log(g) + 0.0244, 0.049), 0.1)
    spread = min(max(-0.0125 * math.log(g) - 0.0059, 0.008), 0.045)
    span = math.log((DAY_S + 20) / 20)
    moved = np.log(PcmDrift().drifted(cells(target), DAY_S, rng()).astype(float) / target)
    mean, sigma = folded(mu, spread)
    assert moved.mean() == pytest.approx(-mean * span, rel=0.01)
    assert moved.std() == pytest.approx(sigma * span, rel=0.01)


def test_pcm_drift_exponents_keep_to_their_limits() -> None:
    mean, spread = drift_exponent(np.array([0.0, 2.5, 25.0], np.float32))
    assert mean == pytest.approx([0.1, 0.0244 + 0.0155 * math.log(10), 0.049], rel=1e-5)
    assert spread == pytest.approx([0.045, 0.0125 * math.log(10) - 0.0059, 0.008], rel=1e-5)


def test_pcm_of_no_age_has_not_drifted() -> None:
    fresh = np.linspace(0, 25, 1000, dtype=np.float32)
    assert np.array_equal(PcmDrift().drifted(fresh, 0.0, rng()), fresh)


@pytest.mark.parametrize("conductance", [0.1, 1.0, 5.0, 12.0, 25.0])
def test_pcm_reads_with_one_over_f_noise(conductance: float) -> None:
    expected = (
        conductance
        * min(0.0088 / (conductance / 25) ** 0.65, 0.2)
        * math.sqrt(math.log((DAY_S + 250e-9) / 500e-9))
    )
    assert PcmReadNoise().sigma(cells(conductance, 1), DAY_S) == pytest.approx(expected, rel=1e-5)
    assert PcmReadNoise().sigma(cells(conductance, 1), 250e-9) == 0


@pytest.mark.parametrize("target", [60.0, 150.0, 400.0, 900.0, 1600.0])
def test_sonos_has_the_published_spread_of_day_5(target: float) -> None:
    fresh = SonosProgramming().programmed(cells(target), rng())
    old = SonosDrift().drifted(fresh, 5 * DAY_S, rng(1)).astype(float)
    assert old.std() == pytest.approx(saturating(34.579, 207.34)(target), rel=0.01)


def test_sonos_days_are_interpolated_and_no_more() -> None:
    last = 0.0
    for day in (0.5, 1.0, 2.5, 4.0, 5.0):
        moved = SonosDrift().drifted(cells(400, 20_000), day * DAY_S, rng()).astype(float).std()
        assert moved > last
        last = float(moved)
    same = SonosDrift().drifted(cells(400, 10), 0.0, rng())
    assert np.array_equal(same, cells(400, 10))
    with pytest.raises(InputError, match=r"SonosDrift: age of 518400 s, allowed are 0\.\.432000 s"):
        SonosDrift().drifted(cells(400, 1), 6 * DAY_S, rng())


@pytest.mark.parametrize("current", [5.0, 50.0, 200.0, 800.0, 1800.0])
def test_sonos_reads_with_saturating_noise(current: float) -> None:
    expected = saturating(12.580, 215.37)(current)
    assert SonosReadNoise().sigma(cells(current, 1), 0.0) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("law", "value", "message"),
    [
        (HfO2(), 49.9, r"HfO2: 49.9 uS, allowed are 50\.\.225 uS"),
        (HfO2(), 226, "HfO2: 226 uS"),
        (NeuRram(), 39.3, r"NeuRram: 39.3 uS, allowed are 0\.\.39.26 uS"),
        (PcmProgramming(), 25.1, "PcmProgramming: 25.1 uS"),
        (PcmProgramming(), -0.1, "PcmProgramming: -0.1 uS"),
        (SonosProgramming(), 1801, "SonosProgramming: 1801 nA"),
        (CmoHfox(2.0), 7.9, "CmoHfox: 7.9 uS"),
        (AbsoluteError(0.1, 10), 10.5, "AbsoluteError: 10.5 uS"),
        (RelativeError(0.1, 10), math.nan, "RelativeError: nan uS"),
    ],
)
def test_values_outside_a_law_are_refused(law: ProgrammingLaw, value: float, message: str) -> None:
    with pytest.raises(InputError, match=message):
        law.sigma(cells(value, 3))


def test_impossible_parameters_are_refused() -> None:
    with pytest.raises(InputError, match="assumption is empty"):
        AssumedParabola(" ", 0.1, 0, 0, 100)
    with pytest.raises(InputError, match="must not be negative"):
        AssumedParabola("a guess", 0.1, -0.01, 0, 100)
    with pytest.raises(InputError, match=r"alpha 1\.5, allowed are 0\.\.1"):
        RelativeError(1.5, 100)
    with pytest.raises(InputError, match=r"g_max 0 uS, must be above 0"):
        AbsoluteError(0.1, 0)
    with pytest.raises(InputError, match=r"window 0\.\.90 uS, allowed are 8\.\.90 uS"):
        DeviceLaw("CMO", "", Span(0, 90, "uS"), CmoHfox(2.0))
    with pytest.raises(InputError, match="PcmReadNoise: age of 0 s"):
        PcmReadNoise().sigma(cells(10, 1), 0.0)
    with pytest.raises(InputError, match="PcmDrift: age of -1 s"):
        PcmDrift().drifted(cells(10, 1), -1.0, rng())


def test_every_device_of_the_catalogue_is_usable_at_both_ends() -> None:
    for device in devices():
        ends = np.array([device.window.low, device.window.high], np.float32)
        assert (device.programming.sigma(ends) >= 0).all()
        if device.read is not None:
            assert (device.read.sigma(ends, 1.0) >= 0).all()
