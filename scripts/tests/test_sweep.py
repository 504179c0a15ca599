"""Sweeps: their text, the same results however they run, what a folder may hold, the statistics."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure

from chips import InputError, load_chip
from chips.images import image_file, load_images
from chips.weights import default_weights, load_weights
from pymodel.device import load_device
from pymodel.die import Point, make_die
from pymodel.noise import Effects
from scripts import sweep
from scripts.run_definition import load
from scripts.run_store import open_store
from scripts.sweeping.axis import LABELS, NAMES, Axis, parse_axis, parse_fixed
from scripts.sweeping.definition import Definition, Task
from scripts.sweeping.plot import fill, plot
from scripts.sweeping.statistics import PointSummary, standard_error, summaries, wilson
from scripts.sweeping.task import Result, run_task
from sim.sources import ROOT

OPTIONS = ("--chip", "mini", "--images", "8", "--x", "ratio:2,3", "--at", "spread=0.85")
KILLED = """
import os, signal
from scripts import sweep
from scripts import run_store

class Short(run_store.LineStore):
    def add(self, result):
        if len(self.results) == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        super().add(result)

run_store.LineStore = Short
sweep.main()
"""
FINE = (
    "--x",
    "ratio:1.5,3",
    "--y",
    "noise_scale:1,2",
    "--dies",
    "3",
    "--images",
    "15",
    "--seed",
    "5",
)
RESULTS = [Result((2.0,), die, correct, 10, 4, "") for die, correct in enumerate((3, 5, 7, 5))]


def run(monkeypatch: pytest.MonkeyPatch, out: Path, *options: str) -> int:
    """Run one sweep into a folder `s` of `out`."""
    words = ["sweep.py", *OPTIONS, "--out", str(out), "--sweep", "s", *options]
    monkeypatch.setattr(sys, "argv", words)
    return sweep.main()


def outputs(out: Path) -> dict[str, bytes]:
    """What a finished sweep has left, its results sorted."""
    folder = out / "s"
    lines = (folder / "results.jsonl").read_bytes().splitlines()
    files = {name: (folder / name).read_bytes() for name in ("summary.json", "plot.svg")}
    return {**files, "results": b"\n".join(sorted(lines))}


def defined(monkeypatch: pytest.MonkeyPatch, *options: str) -> Definition:
    """The sweep of a command line."""
    monkeypatch.setattr(sys, "argv", ["sweep.py", *OPTIONS, *options])
    return sweep.define(sweep.parse())


def kill_after_two_dies(out: Path) -> None:
    """Run a sweep in a process that is killed while it has two results on disk."""
    words = [sys.executable, "-c", KILLED, *OPTIONS, "--dies", "5", "--out", str(out)]
    words += ["--sweep", "s"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def test_one_or_two_processes_or_a_killed_run_give_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two, killed = (tmp_path / name for name in ("one", "two", "killed"))
    assert run(monkeypatch, one, "--dies", "5", "--jobs", "1") == 0
    assert run(monkeypatch, two, "--dies", "5", "--jobs", "2") == 0
    kill_after_two_dies(killed)
    results = killed / "s" / "results.jsonl"
    assert not json.loads((killed / "s" / "summary.json").read_text())["passed"]
    whole = results.read_bytes().splitlines(keepends=True)
    assert len(whole) == 2
    results.write_bytes(b"".join(whole) + whole[0][:20])
    assert run(monkeypatch, killed, "--dies", "5") == 0
    assert results.read_bytes().startswith(b"".join(whole))
    assert outputs(one) == outputs(two) == outputs(killed)
    assert json.loads((one / "s" / "summary.json").read_text())["passed"]


@pytest.mark.parametrize("noise", ["on", "off"])
def test_a_task_is_its_die_at_its_point_with_its_images(
    noise: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    definition = defined(monkeypatch, *FINE, "--noise", noise)
    task, chip = definition.tasks[-1], load_chip("mini")
    assert task == Task((3.0, 2.0), 2)
    die = make_die(
        chip,
        load_device("amer2024"),
        load_weights(default_weights(chip), chip),
        Point(ratio=3.0, spread=0.85, noise_scale=2.0),
        seed=5,
        die=2,
        effects=Effects.all() if noise == "on" else Effects.none(),
    )
    images = load_images(image_file(chip, None), chip)
    labels = die.network.labels(images.pixels[:15]).astype(np.uint8)
    correct = int((labels == images.labels[:15]).sum())
    shown = hashlib.sha256(labels.tobytes()).hexdigest()[:16]
    assert run_task(task, definition) == Result(
        (3.0, 2.0), 2, correct, die.wrong, die.partial, shown
    )


def test_the_images_are_those_of_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = load_chip("mini").image_bytes + 1
    np.full(3 * record, 1, np.uint8).tofile(tmp_path / "test_batch.bin")
    definition = defined(monkeypatch, "--data", str(tmp_path), "--images", "2")
    assert (load(definition).images.pixels == 1).all()
    assert len(load(definition).images) == 2


def test_other_files_or_sources_are_another_sweep_and_no_worker_takes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = defined(monkeypatch)
    copy = Path(shutil.copy(here.weights, tmp_path / "copy.npz"))
    assert defined(monkeypatch, "--weights", str(copy)).digest == here.digest
    for place in range(3):
        weights, data, sources = ("0" if k == place else h for k, h in enumerate(here.hashes))
        other = replace(here, hashes=(weights, data, sources))
        assert other.digest != here.digest
        with pytest.raises(InputError, match="are not those of the definition"):
            run_task(other.tasks[0], other)


def test_two_runs_at_once_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    definition = defined(monkeypatch, "--dies", "1")
    with open_store(tmp_path / "s", definition, Result.from_json):
        assert run(monkeypatch, tmp_path, "--dies", "1") == 2
    assert capsys.readouterr().err == f"error: {tmp_path / 's'}: another run is at it\n"
    assert run(monkeypatch, tmp_path, "--dies", "1", "--jobs", "1") == 0


def test_a_cluster_gives_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed")
    here, there = tmp_path / "here", tmp_path / "there"
    assert run(monkeypatch, here, "--dies", "2", "--jobs", "1") == 0
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as c:
        options = ("--dies", "2", "--scheduler", c.scheduler_address)
        assert run(monkeypatch, there, *options) == 0
    assert outputs(here) == outputs(there)


def test_a_finished_sweep_runs_nothing_again_and_refuses_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, tmp_path, "--dies", "1", "--jobs", "1") == 0
    first = outputs(tmp_path)
    monkeypatch.setattr(sweep, "process_pool", lambda _: pytest.fail("ran something"))
    assert run(monkeypatch, tmp_path, "--dies", "1") == 0
    assert outputs(tmp_path) == first
    capsys.readouterr()
    assert run(monkeypatch, tmp_path, "--dies", "2") == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error: {tmp_path / 's'}: holds results of another")
    assert len(said.splitlines()) == 1
    assert outputs(tmp_path) == first


def test_a_line_that_is_no_result_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, tmp_path, "--dies", "1", "--jobs", "1") == 0
    results = tmp_path / "s" / "results.jsonl"
    results.write_text("{}\n" + results.read_text())
    capsys.readouterr()
    assert run(monkeypatch, tmp_path, "--dies", "1") == 2
    assert capsys.readouterr().err == f"error: {results}: line 1 is no result; remove it\n"


def test_a_point_that_no_cell_can_have_fails_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--x", "ratio:5,1000", "--dies", "1", "--jobs", "1")
    assert run(monkeypatch, tmp_path, *options) == 1
    assert "ratio 1000, die 0: InputError: ratio 1000 of device" in capsys.readouterr().err
    summary = json.loads((tmp_path / "s" / "summary.json").read_text())
    assert not summary["passed"]
    assert summary["dies_missing"] == 1
    assert list(summary["failed"]) == ["ratio 1000, die 0"]
    assert [point["at"] for point in summary["points"]] == [[5.0]]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("ratio:1.5..10/3", (1.5, 5.75, 10.0)),
        ("noise_scale:0.1..0.4/4", (0.1, 0.2, 0.3, 0.4)),
        ("noise_scale:0.01..10/4log", (0.01, 0.1, 1.0, 10.0)),
        ("t_ctrl_error:0.1,-0.2,0", (-0.2, 0.0, 0.1)),
        ("ratio:5", (5.0,)),
    ],
)
def test_an_axis_is_read(text: str, values: tuple[float, ...]) -> None:
    assert parse_axis("X", text) == Axis(text.partition(":")[0], values)


def test_what_is_fixed_is_read() -> None:
    assert parse_fixed("ratio=3 variation=0.4") == Point(ratio=3, variation=0.4)
    assert parse_fixed("") == Point()


def test_every_parameter_has_a_label() -> None:
    assert set(LABELS) == set(NAMES)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--x", "ratio"), "X=ratio: allowed is name:first..last/count or name:value,value"),
        (("--x", "volume:1,2"), "X=volume:1,2: 'volume' is no parameter; allowed: ratio, "),
        (("--x", "ratio:1..2"), "X=ratio:1..2: '', allowed are 2..1000 values"),
        (("--x", "ratio:1..2/1"), "X=ratio:1..2/1: '1', allowed are 2..1000 values"),
        (("--x", "ratio:2..1/3"), "X=ratio:2..1/3: 2..1 does not rise"),
        (("--x", "noise_scale:0..1/3log"), "a logarithmic grid must begin above 0"),
        (("--x", "ratio:2,two"), "X=ratio:2,two: 'two' is no number"),
        (("--x", "ratio:nan"), "'nan' is no number"),
        (("--x", "ratio:2,2"), "X=ratio:2,2: each value once"),
        (("--x", "ratio:2..2.0000000000001/3"), "X=ratio:2..2.0000000000001/3: each value once"),
        (("--x", "ratio:0.5,2"), "X=ratio:0.5,2: ratio 0.5, allowed are 1..1000"),
        (("--y", "ratio:4,5"), "'ratio' is named more than once by X=, Y= and AT="),
        (("--y", "spread:0.1,0.2"), "'spread' is named more than once by X=, Y= and AT="),
        (("--at", "spread=1 spread=2"), "'spread' is named more than once by X=, Y= and AT="),
        (("--at", "spread"), "AT=spread: '' is no number"),
        (("--dies", "0"), "DIES=0: allowed are 1 and more"),
        (("--dies", "100000"), "DIES=100000: 200,000 dies over all points, allowed are 1..100,000"),
        (("--images", "0"), "IMAGES=0: the set holds "),
        (("--noise", "some"), "NOISE=some: allowed are on, off"),
        (("--jobs", "0"), "JOBS=0: allowed are 1 and more"),
        (("--scheduler", "here"), "SCHEDULER=here: allowed is tcp://host:port"),
        (("--sweep", "../x"), "SWEEP=../x: allowed are letters, digits"),
        (("--weights", "none.npz"), "none.npz: "),
        (("--device", "radar"), "device 'radar' has 4 levels"),
    ],
)
def test_unusable_options_are_one_line_and_exit_2(
    options: tuple[str, ...],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sweep, "process_pool", lambda _: pytest.fail("ran something"))
    assert run(monkeypatch, tmp_path, *options) == 2
    printed = capsys.readouterr()
    assert says in printed.err
    assert len(printed.err.splitlines()) == 1
    assert not printed.out


def test_a_point_is_the_mean_of_its_dies_with_both_bars() -> None:
    (found,) = summaries(reversed(RESULTS), images=10)
    assert found.at == (2.0,)
    assert found.accuracy == pytest.approx(0.5)
    assert found.die_error == pytest.approx((0.08 / 3 / 4) ** 0.5)  # s^2 = sum (x - 0.5)^2 / 3
    assert (found.low, found.high) == wilson(0.5, 10)
    assert (found.dies, found.worst, found.wrong, found.partial) == (4, 0.3, 10.0, 4.0)


def a_sweep(dies: int, axes: tuple[Axis, ...], fixed: Point) -> Definition:
    """A sweep whose files do not matter."""
    return Definition(
        chip="mini",
        device="amer2024",
        weights="",
        data="",
        images=10,
        seed=1,
        hashes=("", "", ""),
        dies=dies,
        noise=True,
        axes=axes,
        fixed=fixed,
    )


@pytest.mark.parametrize("second", [0, 2, 9], ids=["line", "family of lines", "map"])
def test_a_plot_shows_every_axis_and_repeats_in_every_byte(second: int, tmp_path: Path) -> None:
    axes = [Axis("age_s", (1.0, 10.0, 1e3)), Axis("variation", tuple(range(1, second + 1)))]
    chosen = tuple(axes[: 2 if second else 1])
    definition = a_sweep(4, chosen, Point(ratio=3))
    results = [replace(RESULTS[task.die], at=task.at) for task in definition.tasks]
    files = [tmp_path / name for name in ("a.svg", "b.svg")]
    for file in files:
        plot(file, definition, summaries(results, 10))
    assert files[0].read_bytes() == files[1].read_bytes()
    drawn = files[0].read_text()
    assert "mini: 4 dies x 10 images, ratio 3" in drawn
    assert all(f">{LABELS[axis.name]}<" in drawn for axis in chosen)


def test_a_line_shows_the_means_of_its_value_and_their_standard_errors() -> None:
    chosen = (Axis("ratio", (2.0, 3.0)), Axis("variation", (0.1, 0.4)))
    definition = a_sweep(2, chosen, Point())
    points = [  # mean and standard error in percent: x + 10 y, and x
        PointSummary((x, y), 2, (x + 10 * y) / 100, x / 100, 0, 1, 0, 0, 0)
        for x in (2.0, 3.0)
        for y in (0.1, 0.4)
    ]
    axes = Figure().add_subplot()
    fill(definition, points, axes)
    for y, line in zip((0.1, 0.4), axes.containers, strict=True):
        assert isinstance(line, ErrorbarContainer)
        assert line.lines[0].get_xydata() == pytest.approx(
            np.array([(2.0, 2 + 10 * y), (3.0, 3 + 10 * y)])
        )
        lengths = [np.ptp(bar[:, 1]) for bar in line.lines[2][0].get_segments()]
        assert lengths == pytest.approx([4.0, 6.0])


def test_points_stand_in_the_order_of_their_values_however_they_came() -> None:
    other = [replace(result, at=(1.5,)) for result in RESULTS]
    both = summaries(RESULTS + other, 10)
    assert [point.at for point in both] == [(1.5,), (2.0,)]
    assert summaries(other[::-1] + RESULTS[::-1], 10) == both


def test_one_die_has_no_standard_error() -> None:
    assert standard_error([0.5]) is None
    assert summaries(RESULTS[:1], 10)[0].die_error is None


@pytest.mark.parametrize(
    ("fraction", "count", "ends"),
    [(0.5, 100, (0.4038, 0.5962)), (0.0, 10, (0.0, 0.2775)), (1.0, 10, (0.7225, 1.0))],
)
def test_the_wilson_interval_solves_its_equation(
    fraction: float, count: int, ends: tuple[float, float]
) -> None:
    found = wilson(fraction, count)
    assert found == pytest.approx(ends, abs=1e-4)
    for end in found:  # |p - p0| = z sqrt(p0 (1 - p0) / n)
        assert (fraction - end) ** 2 == pytest.approx(1.959964**2 * end * (1 - end) / count)


def test_the_table_fits_100_columns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--y", "t_ctrl_error:-0.123456789,0", "--dies", "1", "--jobs", "1")
    assert run(monkeypatch, tmp_path, *options) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines[:-1])) <= 100  # the last names a file
    assert [len(line.split()) for line in lines[1:5]] == [8] * 4
