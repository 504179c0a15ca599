"""What counts as a pass of a netlist with four states, and what is refused before it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chips.errors import InputError
from sim import four_state
from sim.build import SimulationError
from sim.four_state import run_four_state

Outcome = Callable[..., None]


@pytest.fixture
def outcome(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Outcome:
    """Decides what the simulator leaves behind instead of running one."""

    def decide(report: str = "", said: str = "", build: str = "", end: str = "") -> None:
        class Fake:
            log = logging.getLogger("fake")

            def build(self, *, log_file: Path, **_: Any) -> None:
                log_file.write_text(said)
                if build:
                    raise RuntimeError(build)

            def test(self, *, results_xml: str, log_file: Path, **_: Any) -> Path:
                log_file.write_text(said)
                if report:
                    Path(results_xml).write_text(f"<testsuites><testsuite {report}/></testsuites>")
                if end:
                    raise SystemExit(end)
                return Path(results_xml)

        monkeypatch.setattr(four_state, "get_runner", lambda _: Fake())

    monkeypatch.setattr(four_state, "ROOT", tmp_path)
    monkeypatch.setattr(four_state, "BUILD", tmp_path / "build")
    monkeypatch.setattr(four_state, "_require_tools", lambda: None)
    monkeypatch.setattr(four_state, "_netlist", lambda top, files, folder: folder / "netlist.v")
    return decide


def run() -> int:
    return run_four_state("top", (), "mini", "tb.tests.bench_top", 1)


def test_all_tests_of_a_green_report_pass(outcome: Outcome) -> None:
    outcome('tests="3" failures="0"')
    assert run() == 3


@pytest.mark.parametrize(
    ("left", "says"),
    [
        ({"report": 'tests="3" failures="1"'}, "1 of 3 tests failed"),
        ({"report": 'tests="3" errors="1"'}, "1 of 3 tests failed"),
        ({"report": 'tests="0"'}, "0 of 0 tests failed"),
        ({"report": 'tests="3"', "end": "7"}, "tb.tests.bench_top ended early: 7"),
        ({}, "tb.tests.bench_top ended early: "),
        ({"build": "code 2"}, "the build failed: code 2"),
    ],
)
def test_anything_else_is_an_error_that_names_its_log(
    outcome: Outcome, left: dict[str, str], says: str
) -> None:
    outcome(**left, said="ValueError: 3 is X\nnothing")
    with pytest.raises(SimulationError) as caught:
        run()
    first, *_, reason, log = str(caught.value).splitlines()
    assert first.startswith(says)
    assert reason == "ValueError: 3 is X"
    assert log.startswith("log: build/top-mini/bench_top/")


def test_an_unknown_chip_is_refused_and_leaves_nothing(outcome: Outcome, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="CHIP=nope: unknown chip; allowed: cifar10"):
        run_four_state("top", (), "nope", "tb.tests.bench_top", 1)
    assert not list(tmp_path.iterdir())


def test_a_missing_simulator_names_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InputError, match="Icarus Verilog is missing; run: sudo apt-get install"):
        run()
