"""Model and ngspice agree, and a wrong constant of the model would be seen."""

from __future__ import annotations

import dataclasses
import json
import shutil
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from chips import Chip, load_chip
from chips.errors import InputError
from pymodel import hold, pool, pulse_width, reader, tia
from pymodel.crossbar import Crossbar, Solution, make_crossbar
from pymodel.crossbar_exact import solve_exact
from scripts import spice
from scripts.circuits import crossbar, integrator, line
from scripts.circuits import pool as pool_circuit
from scripts.circuits import reader as reader_circuit
from scripts.circuits.comparison import Compare, Comparison, compared
from scripts.circuits.simulator import Netlist, find_ngspice, simulate
from sim.build import SimulationError

needs_ngspice = pytest.mark.skipif(
    not shutil.which("ngspice"), reason="ngspice is missing; run: sudo apt-get install ngspice"
)


@pytest.fixture(scope="module")
def chip() -> Chip:
    return load_chip("mini")


NAMES = ("reader", "integrator", "pool", "line", "crossbar")


@needs_ngspice
def test_every_circuit_agrees_with_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["spice.py", "--chip", "cifar10", "--out", str(tmp_path)])
    assert spice.main() == 0, capsys.readouterr().out
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["passed"]
    judged = {
        row["circuit"].replace(",", "").split()[0]
        for row in summary["rows"]
        if row["limit"] is not None
    }
    assert {name.replace(",", "").split()[0] for name in judged} == set(NAMES)
    measured = [row["circuit"] for row in summary["rows"] if row["limit"] is None]
    assert measured == 3 * ["line, far pulses"]
    assert len(list(tmp_path.glob("*.cir"))) == len(list(tmp_path.glob("*.data"))) == 10


def scaled(function: object, factor: float) -> object:
    """The same function with a wrong constant."""

    def wrong(*args: object, **kwargs: object) -> object:
        return function(*args, **kwargs) * factor  # type: ignore[operator]

    return wrong


# The constant of the model that is wrong, and where the circuit sees it.
WRONG: dict[str, tuple[object, Compare]] = {
    "read_node_v": (reader.read_node_v, reader_circuit.compare_reader),
    "reset_node_v": (reader.reset_node_v, reader_circuit.compare_reader),
    "held_node_v": (reader.held_node_v, reader_circuit.compare_reader),
    "droop_s": (reader.droop_s, reader_circuit.compare_reader),
    "gain": (tia.gain, integrator.compare_integrator),
    "ramp_lag": (tia.ramp_lag, integrator.compare_integrator),
    "lag_left": (tia.lag_left, integrator.compare_integrator),
    "lagging_reset": (tia.lagging_reset, integrator.compare_integrator),
    "average_pool": (pool.average_pool, pool_circuit.compare_pool),
    "held_left": (hold.held_left, pool_circuit.compare_pool),
    "current_source_v": (pulse_width.current_source_v, line.compare_line_discharge),
    "resistive_line_drop": (pulse_width.resistive_line_drop, line.compare_line_drop),
}


@needs_ngspice
@pytest.mark.parametrize("name", WRONG)
def test_a_constant_that_is_5_percent_off_is_seen(
    name: str, chip: Chip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    function, compare = WRONG[name]
    slow = dataclasses.replace(chip, mac=dataclasses.replace(chip.mac, settle_tau_ns=10.0))
    module = sys.modules[compare.__module__]
    monkeypatch.setattr(module, name, scaled(function, 1.05))
    assert not all(row.passed for row in compare(slow, tmp_path))


@needs_ngspice
def test_a_wire_that_is_1_percent_off_is_seen(
    chip: Chip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wires = dataclasses.replace(crossbar.WIRES, row_ohm=2.02)

    def wrong(array: Crossbar, input_v: npt.ArrayLike) -> Solution:
        return solve_exact(make_crossbar(array.cell_s, wires), input_v)

    monkeypatch.setattr(crossbar, "solve_exact", wrong)
    failed = [row for row in crossbar.compare_crossbar(chip, tmp_path) if not row.passed]
    assert {row.quantity for row in failed} == {"clamp currents, exact"}


def test_the_difference_is_relative_down_to_the_floor() -> None:
    row = compared("c", "q", [1.0, -2.0, 0.001], [1.01, -2.0, 0.002], 0.1, 0.011)
    assert row.worst == pytest.approx(0.01)
    assert row.passed
    assert not dataclasses.replace(row, limit=0.009).passed
    assert dataclasses.replace(row, limit=None).passed
    assert not compared("c", "q", [1.0], [np.nan], 0.1, 1.0).passed


def test_points_that_do_not_pair_are_an_error() -> None:
    with pytest.raises(ValueError, match="c: "):
        _ = compared("c", "q", [1.0, 2.0], [1.0], 1.0, 1.0).worst


def test_one_failure_leaves_its_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["spice.py", "--chip", "mini", "--out", str(tmp_path)])
    monkeypatch.setattr(spice, "find_ngspice", lambda: "")

    def verdict(*_: object) -> list[Comparison]:
        return [compared("c", "q", [1.0], [1.02], 0.1, 0.01), compared("c", "q", [1], [1], 1, None)]

    monkeypatch.setattr(spice, "compare_all", verdict)
    assert spice.main() == 1
    assert capsys.readouterr().out.splitlines()[0].startswith("FAIL  c ")
    assert json.loads((tmp_path / "summary.json").read_text())["passed"] is False


def test_without_ngspice_one_line_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["spice.py", "--chip", "mini"])
    monkeypatch.setenv("PATH", "")
    assert spice.main() == 2
    said = capsys.readouterr().err
    assert said == "error: ngspice is missing; run: sudo apt-get install ngspice\n"
    with pytest.raises(InputError):
        find_ngspice()


@needs_ngspice
def test_a_netlist_that_ngspice_refuses_names_its_file(tmp_path: Path) -> None:
    broken = Netlist("broken", ("V1 a 0 1", "Q2 a b 7"), "op", ("v(a)",))
    with pytest.raises(SimulationError, match=r"broken\.cir: .*can't find model"):
        simulate(broken, tmp_path)
