"""The programming run as a user starts it: its report, its stuck cells, its list of commands."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chips import load_chip
from chips.weights import default_weights, load_weights, weight_words
from pymodel.macro import Macro
from scripts.benchmarks.programming import MODEL, PLAYED, measure_programming
from scripts.programming.job import ProgramJob, load
from scripts.programming.places import CellPlace, cell_index
from scripts.programming.result import ProgramResult
from sim.benches import BENCHES
from sim.runner import run_bench
from sim.sources import ROOT
from tb.host.host import Counters
from tb.host.recording import COLUMNS
from tb.host.regmap import REGISTERS
from tb.host.replay import read_commands, read_words

CHIP = load_chip("mini")
TARGETS = weight_words(CHIP, load_weights(default_weights(CHIP), CHIP))
Run = tuple[Path, subprocess.CompletedProcess[str]]
STUCK = (  # a state each that is and is not the target, in the first and in a later group
    (0, 1, 3, 0, "low"),
    (0, 1, 3, 1, "high"),
    (0, 1, 4, 0, "high"),
    (2, 5, 7, 4, "low"),
    (2, 5, 7, 3, "high"),
    (3, 3, 6, 0, "low"),
    (3, 3, 6, 1, "low"),
)


def program(out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run `scripts/program.py` on the small chip."""
    command = [sys.executable, "scripts/program.py", "--chip", "mini", "--out", str(out), *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def defects_file(folder: Path, cells: tuple[tuple[Any, ...], ...] = STUCK) -> Path:
    """A list of stuck cells."""
    rows = [("layer", "filter", "row", "bit", "state"), *cells]
    path = folder / "defects.csv"
    path.write_text("".join(",".join(map(str, row)) + "\n" for row in rows))
    return path


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One run with the stuck cells of `STUCK`."""
    folder = tmp_path_factory.mktemp("program")
    done = program(folder / "out", "--defects", str(defects_file(folder)))
    assert done.returncode == 0, done.stderr + done.stdout
    return folder / "out", done


def summary(out: Path) -> dict[str, Any]:
    """Read what a run wrote."""
    values: dict[str, Any] = json.loads((out / "summary.json").read_text())
    return values


def test_the_failed_cells_are_the_stuck_ones_off_target(run: Run) -> None:
    values = summary(run[0])
    failed = {
        sweep: {
            (f["layer"], f["filter"], f["row"], f["bit"])
            for f in values["failures"]
            if f["sweep"] == sweep
        }
        for sweep in ("FORM", "WRITE")
    }
    high = {cell[:4] for cell in STUCK if cell[4] == "high"}
    off_target = {
        cell[:4]
        for cell in STUCK
        if TARGETS[cell_index(CHIP, CellPlace(*cell[:4]))] != (cell[4] == "high")
    }
    assert failed == {"FORM": high, "WRITE": off_target}
    assert 0 < len(off_target) < len(STUCK)
    assert values["cells_failed"] == len(off_target)
    assert values["passed"] is True


def test_the_properties_of_the_pins_were_exercised(run: Run) -> None:
    values = summary(run[0])
    assert values["properties_checked"] >= 10
    assert values["property_failures"] == 0
    assert values["property_evaluations"]["A5"] >= sum(values["pulses"].values())


def test_the_cause_names_the_limit_that_was_met(run: Run) -> None:
    limits = CHIP.programming
    causes = {(f["sweep"], f["symptom"], f["limit"]) for f in summary(run[0])["failures"]}
    assert causes == {
        ("FORM", "never formed", f"{limits.max_pulses_form} FORM pulses"),
        ("WRITE", "stays high", f"{limits.max_pulses_set} SET pulses"),
        ("WRITE", "stays low", f"{limits.max_pulses_reset} RESET pulses"),
    }


def test_the_figures_are_those_of_the_result(run: Run) -> None:
    """Counted anew, word by word, from what the run has left."""
    values, result = summary(run[0]), ProgramResult.read(run[0] / "rtl.npz")
    per_cell = np.zeros((CHIP.words, CHIP.word_cells), int)
    word_s: dict[tuple[int, int], float] = {}
    for index in range(len(result.pulses)):
        pulses = result.pulses
        mask = int.from_bytes(pulses.cells[index].tobytes(), "little")
        word, sweep = int(pulses.word[index]), int(pulses.sweep[index])
        per_cell[word] += [mask >> column & 1 for column in range(CHIP.word_cells)]
        word_s[sweep, word] = word_s.get((sweep, word), 0) + float(pulses.width_s[index])
    total = values["sweeps"]["form"], values["sweeps"]["write"]
    driven = sum(sweep[f"cells_{kind}"] for sweep in total for kind in ("formed", "set", "reset"))
    assert per_cell.sum() == driven
    assert values["mean_pulses_per_cell"] == pytest.approx(driven / CHIP.cells)
    assert values["pulses_per_cell"]["all"]["most"] == per_cell.max()
    assert values["budgets"][0]["used"] == pytest.approx(1e6 * max(word_s.values()))
    assert sum(values["pulses"].values()) == len(result.pulses)


def test_the_report_fits_the_terminal(run: Run) -> None:
    lines = run[1].stdout.splitlines()
    paths = ("wrote ", "weights ", "commands of the host ", "weight stream ")
    assert max(len(line) for line in lines if not line.startswith(paths)) <= 100
    assert sum(line.startswith("pass  ") for line in lines) == len(summary(run[0])["checks"])


def test_the_commands_program_a_fresh_chip_to_the_same_cells(run: Run, tmp_path: Path) -> None:
    """Replayed by a bench that knows nothing but the two files; without stuck cells it differs."""
    for name in ("host.csv", "words.hex", "job.json"):
        shutil.copy(run[0] / name, tmp_path)
    run_bench(
        BENCHES["program"],
        chip="mini",
        test="recorded_commands_are_given_again",
        extra_env={"CNR_OUT": str(tmp_path)},
    )
    written = ProgramResult.read(run[0] / "rtl.npz").written
    np.testing.assert_array_equal(np.load(tmp_path / "replayed.npy"), written)
    job = ProgramJob.read(tmp_path / "job.json")
    inputs = load(job)
    virgin = Macro(inputs.chip, inputs.device, seed=job.seed)
    assert not np.array_equal(virgin.resistances(0).reshape(-1, CHIP.word_cells)[0], written[0])


def test_the_list_of_commands_names_the_stream_before_the_write(run: Run) -> None:
    commands = read_commands(run[0] / "host.csv")
    assert all(len(row) == len(COLUMNS) for row in commands)
    stream = [row[0] for row in commands].index("stream")
    starts = [
        REGISTERS["cmd"].decode(int(data, 16))
        for command, register, _, data in commands[stream:]
        if (command, register) == ("write", "cmd")
    ]
    assert [start["op"] for start in starts if start["start"]] == [6]
    assert len(read_words(run[0] / commands[stream][3])) == CHIP.words


def test_the_benchmark_does_the_same_work_without_the_model(tmp_path: Path) -> None:
    (row,) = measure_programming("mini", 1, tmp_path)
    assert row["name"] == f"program {CHIP.cells:,} cells"
    runs = [json.loads((tmp_path / f"{test}.json").read_text()) for test in (MODEL, PLAYED)]
    assert runs[0]["counters"] == runs[1]["counters"]
    senses = sum(counters[Counters._fields.index("senses")] for counters in runs[0]["counters"])
    assert len(json.loads((tmp_path / "answers.json").read_text())) == senses


BAD_OPTIONS = {
    "chip": (("--chip", "cifar11"), "chip 'cifar11' is unknown; allowed: cifar10, mini"),
    "device": (("--device", "sky"), "device 'sky' is unknown; allowed: amer2024"),
    "levels": (
        ("--device", "radar"),
        "device 'radar' has 4 levels, must have the 2 of chip 'mini'",
    ),
    "weights": (("--weights", "none.npz"), "no such weight file"),
    "stuck": (("--stuck", "1.5"), "STUCK=1.5: allowed are 0..1"),
    "number": (("--stuck", "few"), "argument --stuck: invalid float value: 'few'"),
    "defects": (("--defects", "/nowhere.csv"), "/nowhere.csv: cannot be read"),
    "both": (("--defects", "a.csv", "--stuck", "0.1"), "STUCK=0.1 and DEFECTS=a.csv: only one"),
    "data": (("--data", "/nowhere"), "/nowhere: holds no test_batch.bin"),
    "seed": (("--seed", "0"), "SEED=0: allowed are 1.."),
    "negative seed": (("--seed", "-1"), "SEED=-1: allowed are 1.."),
}


@pytest.mark.parametrize("case", BAD_OPTIONS)
def test_unusable_options_are_one_line_and_exit_2(tmp_path: Path, case: str) -> None:
    options, message = BAD_OPTIONS[case]
    assert_refused(program(tmp_path, *options), message)


def test_a_stuck_cell_that_does_not_exist_is_one_line_and_exit_2(tmp_path: Path) -> None:
    path = defects_file(tmp_path, ((0, 0, 0, 0, "low"), (0, 2, 0, 0, "low")))
    message = f"{path}: line 3: filter 2, allowed are 0..1"
    assert_refused(program(tmp_path, "--defects", str(path)), message)


def assert_refused(done: subprocess.CompletedProcess[str], message: str) -> None:
    """One line that holds the message, exit status 2, and no report."""
    assert done.returncode == 2, done.stderr
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""
