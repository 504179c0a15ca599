"""The example controller and its faults, live and from the waves that the live run recorded."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from scripts.sequence.live import LiveOptions, check_live, folders
from scripts.sequence.replay import ReplayOptions, check_recorded
from scripts.sequence.report import Verdict
from sim.sources import ROOT

CHIP = "mini"
EXAMPLE = ROOT / "tb" / "controllers" / "pulser"
MAP = EXAMPLE / "map.toml"
STIMULUS = EXAMPLE / "stimulus.py"
SCOPE = "cnr_controller_tb"  # of its pins in a wave of the live run
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")  # each has its runs to itself
VARIANTS = ROOT / "build" / "variants" / WORKER


@dataclass(frozen=True)
class Fault:
    """A change of the controller's text, and the property that finds it first."""

    name: str
    old: str
    new: str
    first: str


FAULTS = (
    Fault(
        "the_discharge_is_skipped",
        "DrainClocks  = 6'd10",
        "DrainClocks  = 6'd1",
        "A8",
    ),
    Fault(
        "a_pulsed_cell_is_not_verified",
        "shot     <= shot | miss;",
        "shot     <= shot | miss; open <= open & ~miss;",
        "A9",
    ),
    Fault("the_bit_line_is_above_its_ceiling", "8'd120 + (tries", "8'd132 + (tries", "A6"),
    Fault(
        "the_address_changes_under_the_word_line",
        "strike <= 1'b0;\n          count  <=",
        "strike <= 1'b0; addr[0] <= ~addr[0]; count <=",
        "A4",
    ),
)
GOOD = Fault("no_fault", "", "", "")


def variant(fault: Fault) -> Path:
    """The controller with the fault in its text."""
    text = (EXAMPLE / "pulser.sv").read_text()
    if fault.old:
        assert text.count(fault.old) == 1, f"pulser.sv must hold once: {fault.old}"
        text = text.replace(fault.old, fault.new)
    file = VARIANTS / fault.name / "pulser.sv"
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.is_file() or file.read_text() != text:
        file.write_text(text)
    return file


@cache
def live(fault: Fault, seed: int) -> Verdict:
    """The verdict on a run, which also records it."""
    files = (str(variant(fault)),)
    return check_live(
        LiveOptions(files, str(MAP), str(STIMULUS), CHIP, "amer2024", seed, 100.0, waves="vcd")
    )


def recorded(fault: Fault, seed: int) -> Verdict:
    """The verdict on what the live run recorded."""
    file = ROOT / live(fault, seed).notes["waves"]
    return check_recorded(ReplayOptions(str(file), str(MAP), CHIP, SCOPE))


def exercised(verdict: Verdict) -> set[str]:
    """Properties that were exercised; counts differ by what random registers did at power-up."""
    return {name for name, count in verdict.log.exercised.items() if count}


def test_the_example_is_clean_and_its_cells_are_right(seed: int) -> None:
    verdict = live(GOOD, seed)
    assert verdict.complaints == []
    assert verdict.log.violations == ()
    assert verdict.status == 0
    assert len(verdict.cells["words"]) == 4
    assert all(word["right"] == word["wanted"] == 20 for word in verdict.cells["words"])
    assert all(word["virgin"] == 0 for word in verdict.cells["words"])


def test_the_example_exercises_what_programming_is_about(seed: int) -> None:
    verdict = live(GOOD, seed)
    assert set(verdict.log.exercised) - exercised(verdict) == {"A13", "A19", "A20"}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_found_by_its_property(fault: Fault, seed: int) -> None:
    verdict = live(fault, seed)
    assert verdict.status == 1
    assert verdict.log.violations[0].prop == fault.first


@pytest.mark.parametrize("fault", [GOOD, *FAULTS], ids=lambda fault: fault.name)
def test_the_recorded_wave_gets_the_same_verdict(fault: Fault, seed: int) -> None:
    ours, theirs = live(fault, seed), recorded(fault, seed)
    assert theirs.log.violations == ours.log.violations
    assert exercised(theirs) == exercised(ours)
    assert theirs.status == (1 if fault.first else 0)


def check(*options: str) -> subprocess.CompletedProcess[str]:
    """What the command does."""
    command = [sys.executable, "scripts/check_controller.py", "--chip", CHIP, *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def example(tmp_path: Path, **changed: str) -> list[str]:
    """Options that check the example, some of them changed."""
    options = {"rtl": str(EXAMPLE / "pulser.sv"), "map": str(MAP), "stimulus": str(STIMULUS)}
    options |= {"out": str(tmp_path / "report.json"), **changed}
    return [part for name, value in options.items() for part in (f"--{name}", value)]


STIMULI = {
    "fails": ("assert dut.busy.value == 1", 1, "stimulus failed: stimulus.py:4: assert dut.busy"),
    "is late": ("await Timer(1, 'sec')", 1, "stimulus late: no end within 100 ms of the chip"),
    "finds a wrong cell": (
        "return {(1, 0, 3): [1]}",
        1,
        "word 1/0/3: 0 of 1 cells have their level",
    ),
    "returns a number": (
        "return 1",
        2,
        "returned int, must be a dict {(layer, group, row): levels}",
    ),
    "names no word": (
        "return {(1, 0): [1]}",
        2,
        "returned levels of (1, 0), must be (layer, group, row)",
    ),
    "names an unknown word": (
        "return {(1, 0, -1): [1]}",
        2,
        "returned levels of word 1/0/-1: no such word",
    ),
    "returns no list": (
        "return {(1, 0, 3): 1}",
        2,
        "returned for word 1/0/3 1, must be a list of levels",
    ),
    "returns too many levels": (
        "return {(1, 0, 3): [1] * 21}",
        2,
        "returned for word 1/0/3 21 levels, it has 20 cells",
    ),
    "returns too high a level": (
        "return {(1, 0, 3): [2]}",
        2,
        "returned for word 1/0/3 level 2, allowed are 0..1 or None",
    ),
    "returns a negative level": (
        "return {(1, 0, 3): [None, -1]}",
        2,
        "returned for word 1/0/3 level -1, allowed are 0..1 or None",
    ),
    "drives a bad address": (
        "return await bad_address(dut)",
        1,
        "the macro refused: address layer 3, group 1, row 31: no such word",
    ),
}

PREAMBLE = """from cocotb.triggers import FallingEdge, Timer

async def stimulus(dut):
    {line}

async def bad_address(dut):
    dut.place.value = 255
    dut.words.value = 1
    dut.go.value = 1
    await Timer(50, "ns")
    dut.go.value = 0
    await FallingEdge(dut.busy)
"""


@pytest.mark.parametrize("case", STIMULI)
def test_a_stimulus_that(tmp_path: Path, case: str) -> None:
    line, status, says = STIMULI[case]
    file = tmp_path / "stimulus.py"
    file.write_text(PREAMBLE.replace("{line}", line))
    run = check(*example(tmp_path, stimulus=str(file)))
    assert run.returncode == status, run.stderr
    if status == 2:
        assert run.stderr == f"error: STIMULUS={file}: {says}\n"
    else:
        assert says in run.stdout


REFUSED = {
    "no rtl": ({"rtl": ""}, "RTL=: name a file"),
    "no file": ({"rtl": "none.sv"}, "RTL=none.sv: no such file"),
    "no map": ({"map": "none.toml"}, "MAP=none.toml: no such file"),
    "no stimulus": ({"stimulus": "none.py"}, "STIMULUS=none.py: no such file"),
    "other stimulus": ({"stimulus": "scripts/lint.py"}, "has no 'async def stimulus(dut)'"),
    "not verilog": ({"rtl": "README.md"}, "RTL: Verilator refuses it: %Error: "),
    "other chip": ({"chip": "big"}, "chip 'big' is unknown; allowed: "),
    "device": ({"device": "x"}, "device 'x' is unknown; allowed: "),
    "levels": ({"device": "radar"}, "device 'radar' has 4 levels, must have the 2 of chip 'mini'"),
    "seed": ({"seed": "-1"}, "SEED=-1: allowed are 1.."),
    "limit": ({"limit-ms": "0"}, "LIMIT_MS=0: must be above 0"),
}


def test_a_stimulus_with_a_mistake_is_one_line_and_exit_2(tmp_path: Path) -> None:
    file = tmp_path / "stimulus.py"
    file.write_text(PREAMBLE.replace("{line}", "dut.bussy.value = 1"))
    run = check(*example(tmp_path, stimulus=str(file)))
    assert run.returncode == 2
    assert f"STIMULUS={file}: stimulus.py:4: dut.bussy.value = 1: AttributeError" in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("case", REFUSED)
def test_unusable_input_is_one_line_and_exit_2(tmp_path: Path, case: str) -> None:
    changed, says = REFUSED[case]
    run = check(*example(tmp_path, **changed))
    assert run.returncode == 2
    assert says in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1
    assert run.stdout == ""


OPTIONS = LiveOptions(("a.sv",), "map.toml", "stimulus.py", CHIP, "amer2024", 1, 100.0)
OTHER: dict[str, tuple[Any, bool]] = {  # another value, and whether the build is still the same
    "files": (("b.sv",), False),
    "map_file": ("b.toml", False),
    "stimulus": ("b.py", True),
    "chip": ("cifar10", False),
    "device": ("sky130", True),
    "seed": (2, True),
    "limit_ms": (1.0, True),
    "waves": ("vcd", False),
}


@pytest.mark.parametrize("name", OTHER)
def test_checks_with_other_options_have_files_of_their_own(name: str) -> None:
    value, same_build = OTHER[name]
    (build, own), (ours, theirs) = folders(OPTIONS), folders(replace(OPTIONS, **{name: value}))
    assert own != theirs
    assert (build == ours) is same_build
