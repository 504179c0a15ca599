"""The test plan and the tests belong to each other."""

from __future__ import annotations

import pytest

from scripts.testplan.plan import COMMAND, Point, load_plan
from scripts.testplan.results import Results, read_results
from sim.sources import ROOT
from tb.coverage.plan import PLAN as FUNCTIONAL

PROPERTIES = {f"A{number}" for number in range(1, 21)}


@pytest.fixture(scope="module")
def plan() -> list[Point]:
    return load_plan(ROOT / "tb" / "testplan.toml")


@pytest.fixture(scope="module")
def results() -> Results:
    return read_results(ROOT)


def test_every_point_is_written(plan: list[Point], results: Results) -> None:
    patterns = {pattern for point in plan for pattern in point.tests}
    assert not [pattern for pattern in patterns if not results.matching(pattern)]


def test_every_test_of_a_bench_serves_a_point(plan: list[Point], results: Results) -> None:
    patterns = {p for point in plan for p in point.tests if not p.startswith(COMMAND)}
    served = {test for pattern in patterns for test in results.matching(pattern)}
    benches = {test for test in results.tests if "test_benches.py::test_bench[" in test}
    same_on_another_chip = {test.replace("-cifar10-", "-mini-") for test in benches - served}
    assert not same_on_another_chip - served


def test_every_property_is_planned(plan: list[Point]) -> None:
    covered = {item for point in plan for item in point.covers}
    assert covered >= PROPERTIES


def test_the_plan_names_every_group_of_the_functional_coverage(plan: list[Point]) -> None:
    covered = {item for point in plan for item in point.covers}
    assert covered - PROPERTIES == FUNCTIONAL.keys()
