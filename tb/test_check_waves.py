"""The chip's own pins in a recorded wave keep every rule; a wave that cannot be used is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chips.errors import InputError
from scripts.sequence import replay
from scripts.sequence.recorded import Recording
from scripts.sequence.replay import ReplayOptions, check_recorded
from scripts.sequence.report import Verdict
from sim.benches import BENCHES
from sim.runner import run_bench
from sim.sources import ROOT

CHIP = "mini"
MAP = ROOT / "tb" / "controllers" / "chip.toml"


@pytest.fixture(scope="module")
def wave() -> Path:
    results = run_bench(
        BENCHES["chip"], chip=CHIP, test="an_image_becomes_its_golden_label", waves=True
    )
    return results.with_name("dump.fst")


def check(*options: str) -> subprocess.CompletedProcess[str]:
    """What the command does."""
    command = [sys.executable, "scripts/check_waves.py", "--chip", CHIP, *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def verdict(wave: Path) -> Verdict:
    return check_recorded(ReplayOptions(str(wave), str(MAP), CHIP, ""))


def test_the_chip_keeps_every_rule_from_programming_to_labels(verdict: Verdict) -> None:
    assert verdict.log.violations == ()
    assert verdict.complaints == []
    assert verdict.status == 0


def test_all_that_needs_no_fault_is_exercised(verdict: Verdict) -> None:
    idle = {name for name, count in verdict.log.exercised.items() if not count}
    assert idle <= {"A13", "A19"}


def test_a_wrong_map_is_no_clean_chip(wave: Path, tmp_path: Path) -> None:
    """The bleed read the wrong way round: nothing is ever discharged."""
    text = MAP.read_text()
    old = 'bleed_en = "u_macro.bleed_en_i"'
    assert old in text
    file = tmp_path / "map.toml"
    file.write_text(text.replace(old, old.replace('"u', '{ pin = "u') + ', active = "low" }'))
    out = tmp_path / "report.json"
    run = check("--file", str(wave), "--map", str(file), "--out", str(out))
    assert run.returncode == 1
    assert (
        "A8   discharged before a sense                                    VIOLATED" in run.stdout
    )
    assert run.stdout.splitlines()[-2].startswith("NOT CLEAN: violated: A")


def test_a_signal_that_is_not_in_the_wave_is_one_line_and_exit_2(wave: Path) -> None:
    run = check("--file", str(wave), "--map", str(MAP), "--scope", "tb.dut")
    assert run.returncode == 2
    assert "error: pins: hv_kill: the file has no signal 'tb.dut.u_macro.hv_kill_ni'" in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1


def test_a_check_leaves_no_changes_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing_changes(*given: Any) -> Recording:
        given[-1].touch()
        return Recording()

    monkeypatch.setattr(replay, "BUILD", tmp_path)
    monkeypatch.setattr(replay, "write_changes", nothing_changes)
    with pytest.raises(InputError, match="no mapped pin changes in it"):
        check_recorded(ReplayOptions(str(MAP), str(MAP), CHIP, ""))
    assert not [*tmp_path.iterdir()]


REFUSED = {
    "no file": (("--file", "none.vcd", "--map", str(MAP)), "FILE=none.vcd: no such file"),
    "no name": (("--file", "", "--map", str(MAP)), "FILE=: name a file"),
    "no wave": (("--file", "README.md", "--map", str(MAP)), "not an FST, VCD or GHW file"),
    "no map": (("--file", "README.md", "--map", "x.toml"), "MAP=x.toml: no such file"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_unusable_input_is_one_line_and_exit_2(case: str) -> None:
    options, says = REFUSED[case]
    run = check(*options)
    assert run.returncode == 2
    assert says in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1
