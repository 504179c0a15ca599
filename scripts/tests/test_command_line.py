"""What all commands share."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.command_line import exit_status, repeat
from sim.sources import ROOT


def test_the_line_that_repeats_a_run_holds_every_option(monkeypatch: pytest.MonkeyPatch) -> None:
    command = ["scripts/program.py", "--chip", "mini", "--defects", "my cells.csv"]
    monkeypatch.setattr(sys, "argv", command)
    python, *words = shlex.split(repeat())
    assert Path(python).resolve() == Path(sys.executable).resolve()
    assert words == command


@pytest.mark.parametrize(
    "words",
    [
        ("sweep.py", "--chip", "mini", "--dies", "1"),
        ("experiment.py", "--chip", "mini", "--only", "read_life"),
    ],
    ids=lambda words: words[0],
)
def test_a_folder_that_cannot_be_written_is_one_line_and_exit_2(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    taken = tmp_path / "taken"
    taken.touch()
    command = [sys.executable, f"scripts/{words[0]}", *words[1:], "--out", str(taken)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {taken}")
    assert len(done.stderr.splitlines()) == 1


def test_an_error_that_names_no_file_is_not_hidden() -> None:
    def command() -> int:
        raise OSError("something of our own")

    with pytest.raises(OSError, match="of our own"):
        exit_status(command)


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("POWER_GATE=1", "--power-gate"),
        ("POWER_GATE=0", ""),
        ("POWER_GATE=2", "POWER_GATE=2: allowed are 0, 1"),
        ("WAVES=yes", "WAVES=yes: allowed are 0, 1"),
    ],
)
def test_a_switch_of_make_is_0_or_1(setting: str, says: str) -> None:
    command = ["make", "--dry-run", "infer", setting]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    refused = "allowed" in says
    assert done.returncode == (2 if refused else 0)
    assert says in (done.stderr if refused else done.stdout)
    assert ("--power-gate" in done.stdout) == (setting == "POWER_GATE=1")
