"""Each property of weight programming fires when the design breaks it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from _pytest.mark import ParameterSet

from sim.benches import BENCHES, Bench
from sim.build import SimulationError
from sim.discovery import cocotb_tests
from sim.runner import run_bench


def property_of(test: str) -> str:
    """Name of the property that a test provokes: a1_one_side means A1_OneSide."""
    number, *words = test.split("_")
    return f"{number.upper()}_{''.join(word.capitalize() for word in words)}"


def _cases() -> Iterator[ParameterSet]:
    for name in ("pulse_properties", "prog_properties", "service_properties", "lock_properties"):
        bench = BENCHES[name]
        for test in cocotb_tests(bench.module):
            yield pytest.param(bench, test, id=property_of(test))


@pytest.mark.parametrize(("bench", "test"), list(_cases()))
def test_property_fires(bench: Bench, test: str, seed: int) -> None:
    with pytest.raises(SimulationError, match=rf"Assertion failed in .*\.{property_of(test)}: "):
        run_bench(bench, chip=bench.chips[0], test=test, seed=seed)
