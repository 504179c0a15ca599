"""Clean sequences exercise every property of the sequence checker, bad ones make each fire."""

from __future__ import annotations

import re

import pytest

from sim.benches import BENCHES
from sim.build import SimulationError
from sim.discovery import cocotb_tests
from sim.runner import run_bench
from tb.sequence.report import PROPERTIES, assertions, read_report

BAD = [BENCHES[f"sequence_{theme}"] for theme in ("pulse", "word", "compute")]
TESTS = {test: bench for bench in BAD for test in cocotb_tests(bench.module)}


def snake(name: str) -> str:
    """Name of a test that provokes an assertion: a4_wordline_first means A4_WordlineFirst."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def assertion_of(test: str) -> str:
    """The assertion that a test provokes; what follows its name tells one way from another."""
    names = [
        name
        for name in assertions()
        if f"{test}/".startswith((snake(name) + "_", snake(name) + "/"))
    ]
    return max(names, key=len)


@pytest.mark.parametrize("test", TESTS)
def test_a_bad_sequence_makes_its_property_fire_first(test: str, seed: int) -> None:
    bench = TESTS[test]
    with pytest.raises(SimulationError) as caught:
        run_bench(bench, chip=bench.chips[0], test=test, seed=seed)
    assert caught.value.folder is not None
    report = read_report((caught.value.folder / "sim.log").read_text())
    assert report.violations, str(caught.value)
    first = report.violations[0]
    assert first.name == assertion_of(test)
    assert "limit" in first.message


def test_every_assertion_is_provoked() -> None:
    assert {assertion_of(test) for test in TESTS} == set(assertions())
    assert {name.split("_")[0] for name in assertions()} == set(PROPERTIES)


def test_clean_sequences_exercise_every_property(seed: int) -> None:
    results = run_bench(
        BENCHES["sequence"],
        chip="mini",
        test="nothing_is_said_of_all_of_them_together",
        seed=seed,
        plusargs=("+cnr_properties",),
    )
    report = read_report((results.parent / "sim.log").read_text())
    assert report.violations == ()
    assert tuple(report.exercised) == PROPERTIES
    assert min(report.exercised.values()) > 0
