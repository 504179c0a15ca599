"""Every cocotb test of every bench, each in a simulator process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from _pytest.mark import ParameterSet

from chips.errors import InputError
from sim.benches import BENCHES, Bench
from sim.build import SimulationError
from sim.discovery import cocotb_tests
from sim.runner import case_id, run_bench


def _cases(bench: Bench) -> Iterator[ParameterSet]:
    tests = cocotb_tests(bench.module)
    assert tests, f"{bench.module} holds no cocotb test"
    for chip, test in product(bench.chips, tests):
        yield pytest.param(bench, chip, test, id=case_id(bench, chip, test))


CASES = [case for bench in BENCHES.values() if bench.suite for case in _cases(bench)]


@pytest.mark.parametrize(("bench", "chip", "test"), CASES)
def test_bench(bench: Bench, chip: str, test: str, seed: int, waves: bool, coverage: bool) -> None:
    if coverage and not bench.covers(chip):
        pytest.skip("does not count for coverage")
    failure = None
    try:
        run_bench(bench, chip=chip, test=test, seed=seed, waves=waves, coverage=coverage)
    except (InputError, SimulationError) as error:
        failure = str(error)
    if failure:
        pytest.fail(failure, pytrace=False)
