"""Seeds of a regression, its report, and that an earlier trace is held against a new one."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from chips.errors import InputError
from scripts import regress
from scripts.regression import life
from scripts.regression.life import cause_of, chip_of, chips_of, command
from scripts.regression.outcome import Outcome
from scripts.regression.report import Summary, failures, row, table
from scripts.regression.seeds import MOST, parse_seeds
from sim.build import SimulationError
from tb.regress.journal import Journal

JOURNAL = Journal("mini", "amer2024", Counter(READ=3), cycles=1234567)
PASSED = Outcome(7, "mini", trace="0123456789abcdef", journal=JOURNAL, seconds=1.5)
FAILED = Outcome(17, "mini", cause="AssertionError: fail log", log="build/sim.log")


@pytest.mark.parametrize(
    ("text", "seeds"),
    [
        ("7", [7]),
        ("1..4", [1, 2, 3, 4]),
        ("3,5,9..12", [3, 5, 9, 10, 11, 12]),
        ("5, 1..3, 2", [1, 2, 3, 5]),
        ("2147483647", [2**31 - 1]),
    ],
)
def test_seeds_are_read(text: str, seeds: list[int]) -> None:
    assert parse_seeds(text) == seeds


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "'' is neither a seed nor a range"),
        ("x", "'x' is neither a seed nor a range"),
        ("1..", "'1..' is neither a seed nor a range"),
        ("1-5", "'1-5' is neither a seed nor a range"),
        ("5..1", "'5..1', allowed are rising seeds of 1..2147483647"),
        ("0", "'0', allowed are rising seeds"),
        ("2147483648", "allowed are rising seeds"),
        (f"1..{MOST + 1}", "allowed are at most 100,000 seeds"),
    ],
)
def test_what_is_no_list_of_seeds_is_refused_in_one_line(text: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_seeds(text)
    assert says in str(caught.value)
    assert str(caught.value).startswith(f"SEEDS={text}: ")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--seeds", "no"), "SEEDS=no: "),
        (("--seeds", "1", "--jobs", "0"), "JOBS=0: allowed are 1 and more"),
        (("--seeds", "1", "--length", "-1"), "LENGTH=-1: allowed are 1 and more"),
        (("--seeds", "1", "--jobs", "two"), "invalid int value: 'two'"),
        (("--seeds", "1", "--scheduler", "here"), "SCHEDULER=here: allowed is tcp://host:port"),
        (("--seeds", "1", "--scheduler", "tcp://here"), "allowed is tcp://host:port"),
    ],
)
def test_unusable_options_are_one_line_and_exit_2(
    options: tuple[str, ...],
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(regress, "build_bench", lambda *_: pytest.fail("built"))
    monkeypatch.setattr(sys, "argv", ["scripts/regress.py", *options])
    assert regress.main() == 2
    printed = capsys.readouterr()
    assert says in printed.err
    assert len(printed.err.strip().splitlines()) == 1
    assert not printed.out


def test_every_eighth_seed_is_for_the_chip_of_multi_level_cells() -> None:
    assert [chip_of(seed) for seed in (1, 7, 8, 9, 16)] == [
        "mini",
        "mini",
        "radar",
        "mini",
        "radar",
    ]
    assert chips_of([1, 2, 8]) == ["mini", "radar"]
    assert chips_of([1, 2]) == ["mini"]


def test_an_outcome_survives_the_way_from_its_process() -> None:
    for outcome in (PASSED, FAILED):
        assert Outcome.from_json(outcome.to_json()) == outcome


def test_the_cause_is_the_line_that_says_why() -> None:
    failed = "a_life failed\nTraceback (most recent call last):\n  File x\nAssertionError: fail log"
    assert cause_of(failed) == "AssertionError: fail log"
    mismatch = "a_life failed\nTraceback:\ntb.models.scoreboard.MismatchError: one is missing"
    assert cause_of(mismatch).endswith("MismatchError: one is missing")
    assert cause_of("a_life failed\ncocotb.triggers.SimTimeoutError").endswith("SimTimeoutError")
    stopped = "[1] %Error: a.sv:1: Assertion failed in tb.u_chk.A1: on\n%Error: a.sv:1: $stop\nlog"
    assert cause_of(stopped).endswith("Assertion failed in tb.u_chk.A1: on")
    assert cause_of("no end after 600 s\nlog: x") == "no end after 600 s"


def test_a_failure_tells_its_cause_its_log_and_how_to_repeat_it() -> None:
    assert failures([PASSED], 12) == []
    (told,) = failures([PASSED, FAILED], 12)
    assert "seed 17: AssertionError: fail log" in told
    assert "log: build/sim.log" in told
    assert "repeat: make regress SEEDS=17" in told
    assert command(17, 3) == "make regress SEEDS=17 LENGTH=3"


def test_a_seed_whose_process_cannot_start_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(seed: int, length: int, sources: str) -> Outcome:
        if seed == 8:
            raise OSError("no more processes")
        return replace(PASSED, seed=seed)

    monkeypatch.setattr(regress, "run_in_own_process", start)
    found = {outcome.seed: outcome for outcome in regress.outcomes_of([7, 8], 12, 1, None)}
    assert found == {7: PASSED, 8: Outcome(8, "radar", "OSError: no more processes")}


def test_the_table_shows_every_seed() -> None:
    lines = table([PASSED, FAILED]).splitlines()
    assert "1,234,567 0123456789abcdef" in lines[1]
    assert lines[2].split() == [*"17 mini failed: AssertionError: fail log".split()]
    assert lines[3].startswith("2 seeds, 1 failed")
    assert row(PASSED) == lines[1]


def test_another_trace_of_the_same_sources_is_a_failure(tmp_path: Path) -> None:
    path = tmp_path / "summary.json"
    Summary(path, "sources", 12).write([PASSED, FAILED])
    other = replace(PASSED, trace="fedcba9876543210")
    again = Summary(path, "sources", 12)
    assert again.compared(PASSED) == PASSED
    assert "but 0123456789abcdef in an earlier run" in again.compared(other).cause
    assert again.compared(replace(other, seed=8)).passed
    assert again.compared(FAILED) == FAILED
    again.write([again.compared(other)])
    assert not Summary(path, "sources", 12).compared(other).passed
    assert Summary(path, "changed", 12).compared(other).passed
    assert Summary(path, "sources", 13).compared(other).passed


def test_a_life_without_a_trace_has_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sim.log").write_text("trace\n")
    JOURNAL.write(tmp_path)
    monkeypatch.setattr(life, "ROOT", tmp_path)
    monkeypatch.setattr(life, "run_bench", lambda *_, **__: tmp_path / "results.xml")
    assert life.run_seed(7, 12).cause == "no trace hash in the log"


def test_traces_are_kept_over_runs_of_other_seeds(tmp_path: Path) -> None:
    path = tmp_path / "summary.json"
    Summary(path, "sources", 12).write([PASSED])
    Summary(path, "sources", 12).write([replace(PASSED, seed=8)])
    other = replace(PASSED, trace="fedcba9876543210")
    assert not Summary(path, "sources", 12).compared(other).passed


def test_a_regression_that_does_not_end_leaves_no_verdict(tmp_path: Path) -> None:
    path = tmp_path / "summary.json"
    Summary(path, "sources", 12).write([PASSED])
    assert json.loads(path.read_text())["passed"]
    Summary(path, "sources", 12).write([PASSED, FAILED])
    assert not json.loads(path.read_text())["passed"]
    Summary(path, "sources", 12).begin()
    assert not json.loads(path.read_text())["passed"]
    other = replace(PASSED, trace="fedcba9876543210")
    assert not Summary(path, "sources", 12).compared(other).passed


def test_a_build_that_fails_leaves_no_verdict_of_an_earlier_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise SimulationError("the build failed")

    path = tmp_path / "summary.json"
    Summary(path, "sources", 12).write([PASSED])
    monkeypatch.setattr(regress, "build_bench", fail)
    monkeypatch.setattr(sys, "argv", ["regress.py", "--seeds", "1", "--out", str(tmp_path)])
    assert regress.main() == 1
    assert capsys.readouterr().err == "error: the build failed\n"
    assert not json.loads(path.read_text())["passed"]


def test_a_broken_summary_is_as_good_as_none(tmp_path: Path) -> None:
    path = tmp_path / "summary.json"
    path.write_text("{")
    assert Summary(path, "sources", 12).compared(PASSED) == PASSED
