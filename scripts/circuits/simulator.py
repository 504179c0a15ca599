"""Run a netlist in ngspice, in batch, and read its waves."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from chips.errors import InputError
from sim.build import SimulationError

Floats = npt.NDArray[np.float64]

# Lines of every netlist: how precisely it is solved, and a switch whose conductance follows its
# control, 1/ron at 1 V and none at 0 V. The one that ngspice has gets lost in ever smaller steps
# where the control goes through its threshold.
OPTIONS = ".options reltol=1e-5 abstol=1e-15 vntol=1e-8 chgtol=1e-18"
SWITCH = ".subckt switch a b on ron=1\nBon a b I=v(a,b)*v(on)/{ron}\n.ends"
LIMIT_S = 120  # a netlist takes seconds
EDGE_S = 1e-12  # of a control


def control(name: str, begin_s: float, end_s: float) -> str:
    """Source on the node `name`, 1 V from begin to end, each in the middle of an edge."""
    half_s = EDGE_S / 2
    rise = f"0 0 {begin_s - half_s} 0 {begin_s + half_s} 1" if begin_s > 0 else "0 1"
    return f"V{name} {name} 0 pwl({rise} {end_s - half_s} 1 {end_s + half_s} 0)"


def current_pulse(ampere: float, end_s: float) -> str:
    """Current from the beginning to the end, with the charge of steep edges."""
    return f"pulse(0 {ampere} 0 {EDGE_S} {EDGE_S} {end_s - EDGE_S} 1)"


@dataclass(frozen=True)
class Netlist:
    """One circuit and what is read of it.

    analysis: `op`, or `tran` with step, end, start and largest step. probes: names of the vectors,
    such as `v(x)`.
    """

    name: str
    lines: tuple[str, ...]
    analysis: str
    probes: tuple[str, ...]

    def text(self, output: Path) -> str:
        """The file that ngspice runs."""
        control = ("set numdgt=15", "set wr_singlescale", "set wr_vecnames", self.analysis)
        write = f"wrdata {output} {' '.join(self.probes)}"
        block = (".control", *control, write, "quit", ".endc", ".end")
        return "\n".join((f"* {self.name}", OPTIONS, SWITCH, *self.lines, *block)) + "\n"


@dataclass(frozen=True)
class Waves:
    """What was simulated: time_s (points,), and each probe (points,)."""

    time_s: Floats
    probes: dict[str, Floats]

    def at(self, probe: str, times_s: Sequence[float] | Floats) -> Floats:
        """Values at some times, on straight lines between the points."""
        return np.interp(times_s, self.time_s, self.probes[probe])


def find_ngspice() -> str:
    """The ngspice on the PATH.

    Raises
    ------
    InputError
        There is none.
    """
    found = shutil.which("ngspice")
    if not found:
        raise InputError("ngspice is missing; run: sudo apt-get install ngspice")
    return found


def simulate(netlist: Netlist, folder: Path) -> Waves:
    """Write the netlist into a folder, run it there and read the result.

    Raises
    ------
    InputError
        No ngspice.
    SimulationError
        ngspice refuses the netlist or does not finish.
    """
    ngspice = find_ngspice()
    folder.mkdir(parents=True, exist_ok=True)
    file, output = folder / f"{netlist.name}.cir", folder / f"{netlist.name}.data"
    output.unlink(missing_ok=True)
    file.write_text(netlist.text(Path(output.name)))
    command = (ngspice, "-b", file.name)
    try:
        run = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=LIMIT_S
        )
    except subprocess.TimeoutExpired:
        raise SimulationError(f"ngspice does not finish {file} in {LIMIT_S} s") from None
    if run.returncode or not output.exists():
        raise SimulationError(f"ngspice fails on {file}: {_reason(run.stdout + run.stderr)}")
    columns = np.loadtxt(output, skiprows=1, ndmin=2).T
    return Waves(columns[0], dict(zip(netlist.probes, columns[1:], strict=True)))


def _reason(said: str) -> str:
    """The first line in which ngspice complains."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    complaints = [line for line in lines if "rror" in line or "can't" in line]
    return (complaints or lines or ["no message"])[0]
