"""What counts as a pass: the report and the exit code have to agree on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chips.errors import InputError
from sim import runner
from sim.benches import Bench
from sim.build import Build, SimulationError
from sim.runner import run_bench

BENCH = Bench("count", "cnr_count", ())
PASS = '<testcase name="counts"/>'
FAIL = '<testcase name="counts"><failure message="3 is not 4"/></testcase>'
SKIP = '<testcase name="counts"><skipped/></testcase>'

Outcome = Callable[..., None]


@pytest.fixture
def outcome(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Outcome:
    """Decides what the simulator leaves behind instead of running one."""

    def decide(cases: str | None, exit_message: str = "", said: str = "") -> None:
        class Fake:
            def __init__(self, *, work_dir: str, log: Path, **options: Any) -> None:
                log.write_text(said)
                self.results = Path(work_dir) / "results.xml"

            def run(self) -> None:
                if cases is not None:
                    self.results.write_text(f"<testsuites>{cases}</testsuites>")
                if exit_message:
                    raise SystemExit(exit_message)

        monkeypatch.setattr(runner, "Simulation", Fake)

    monkeypatch.setattr(runner, "ROOT", tmp_path)
    monkeypatch.setattr(
        runner, "build_bench", lambda *args: Build(tmp_path, tmp_path / "runs", {}, {}, "")
    )
    return decide


def test_a_green_report_and_exit_code_pass(outcome: Outcome) -> None:
    outcome(PASS)
    assert run_bench(BENCH, test="counts").name == "results.xml"


def test_a_failed_test_fails(outcome: Outcome) -> None:
    outcome(PASS + FAIL)
    with pytest.raises(SimulationError, match="3 is not 4"):
        run_bench(BENCH)


def test_an_exit_code_fails_in_spite_of_a_green_report(outcome: Outcome) -> None:
    outcome(PASS, "cnr_count ended with 1", "[20] %Error: cnr_count_chk.sv:9: Assertion failed\n")
    with pytest.raises(SimulationError, match=r"cnr_count_chk\.sv:9: Assertion failed"):
        run_bench(BENCH)


@pytest.mark.parametrize("cases", ["", SKIP])
def test_a_report_in_which_nothing_ran_fails(outcome: Outcome, cases: str) -> None:
    outcome(cases)
    with pytest.raises(SimulationError, match="no test ran"):
        run_bench(BENCH)


def test_a_missing_report_fails(outcome: Outcome) -> None:
    outcome(None)
    with pytest.raises(SimulationError, match="no report"):
        run_bench(BENCH)


def test_a_report_of_an_earlier_run_does_not_count(outcome: Outcome) -> None:
    outcome(PASS)
    run_bench(BENCH)
    outcome(None)
    with pytest.raises(SimulationError, match="no report"):
        run_bench(BENCH)


def test_a_failure_says_how_to_repeat_it(outcome: Outcome) -> None:
    outcome(FAIL)
    with pytest.raises(SimulationError, match="repeat: make test TEST='count-mini-counts' SEED=7"):
        run_bench(BENCH, chip="mini", test="counts", seed=7)


@pytest.mark.parametrize("seed", [0, -1, 2**31])
def test_a_seed_that_verilator_does_not_take_is_refused(seed: int) -> None:
    with pytest.raises(InputError, match=f"SEED={seed}: allowed are 1.."):
        run_bench(BENCH, seed=seed)
