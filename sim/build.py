"""Compile a bench once and reuse it until a source or a flag changes."""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cocotb

from sim.benches import BENCHES, Bench
from sim.simulation import Simulation
from sim.sources import COVERAGE, POWER_UP, ROOT, WAIVERS, design_sources
from sim.toolchain import environment, find_toolchain

BUILD = ROOT / "build" / "sim"
BUILD_TIMEOUT_S = 1800.0
FLAGS = ("--assert", "--timing", "-Wall", "--x-initial", "unique", "--no-public-flat-rw")
COUNTING = ("--coverage-line", "--coverage-toggle", "--coverage-expr", "--no-coverage-fsm")


class SimulationError(RuntimeError):
    """A build or a test failed; the message says why, where the log is and how to repeat it.

    Parameters
    ----------
    folder
        Folder of the run, where it came to one.
    """

    def __init__(self, message: str, folder: Path | None = None) -> None:
        super().__init__(message)
        self.folder = folder


@dataclass(frozen=True)
class Build:
    """A bench compiled for one chip.

    Parameters
    ----------
    folder
        Holds `obj/` with the simulator, and `build.log`.
    runs
        Holds a folder for each run of this bench.
    options
        Arguments of `Simulation` that the build and its runs share.
    variables
        Environment of the build and its runs.
    tools
        Versions of what compiles it.
    """

    folder: Path
    runs: Path
    options: Mapping[str, Any]
    variables: Mapping[str, str | None]
    tools: str


def build_bench(
    bench: Bench,
    chip: str,
    waves: bool = False,
    parameters: Mapping[str, int | str] | None = None,
    coverage: bool = False,
) -> Build:
    """Compile a bench unless an equal build is there; safe from several processes at once.

    Parameters
    ----------
    bench, chip
        What to compile.
    waves
        Whether its runs can record waves.
    parameters
        Parameters of the top module, besides those of the bench.
    coverage
        Whether its runs count what they reach of the hand-written RTL.

    Raises
    ------
    InputError
        If the chip, a source file or a tool is missing.
    SimulationError
        If Verilator or the compiler refuses the design.
    """
    bench = replace(bench, parameters={**bench.parameters, **(parameters or {})})
    build = _plan(bench, chip, waves, coverage)
    build.folder.mkdir(parents=True, exist_ok=True)
    with locked(build.folder / ".lock"), environment(build.variables):
        _make_public(build.folder, bench)
        simulation = Simulation(
            phase="build",
            log=build.folder / "build.log",
            timeout_s=BUILD_TIMEOUT_S,
            **build.options,
        )
        _compile(build, simulation)
    return build


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold a lock between processes for the length of a `with` block."""
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _plan(bench: Bench, chip: str, waves: bool, coverage: bool) -> Build:
    toolchain = find_toolchain()
    builder = next((other for other in BENCHES.values() if other.design == bench.design), bench)
    kind = f"{'-waves' if waves else ''}{'-coverage' if coverage else ''}"
    folder = BUILD / f"{_folder_name(builder, chip)}{kind}"
    design = design_sources(bench.sources, chip, bench.checkers)
    settings = [WAIVERS, COVERAGE] if coverage else [WAIVERS]
    sources = [*settings, folder / "public.vlt", *design, POWER_UP]
    linker = ["-LDFLAGS", "-rdynamic"] if any(file.suffix == ".cpp" for file in sources) else []
    return Build(
        folder,
        BUILD / f"{_folder_name(bench, chip)}{kind}" / "runs",
        {
            "toplevel": bench.toplevel,
            "module": bench.module,
            "python_search": [str(ROOT)],
            "verilog_sources": [str(file) for file in sources],
            "parameters": dict(bench.parameters),
            "compile_args": [
                *FLAGS,
                *(COUNTING if coverage else ()),
                f"+define+CNR_TOP={bench.toplevel}",
                *linker,
                *bench.verilator_args,
            ],
            "timescale": "1ns/1ps",
            "waves": waves,
            "sim_build": str(folder / "obj"),
            "make_args": list(toolchain.make_args),
        },
        toolchain.environment(),
        f"Verilator {toolchain.version}, cocotb {cocotb.__version__}",
    )


def _folder_name(bench: Bench, chip: str) -> str:
    parameters = json.dumps(dict(bench.parameters), sort_keys=True)
    tag = f"-{hashlib.sha256(parameters.encode()).hexdigest()[:8]}" if bench.parameters else ""
    return f"{bench.name}-{chip}{tag}"


def _make_public(folder: Path, bench: Bench) -> None:
    """Write the Verilator configuration that shows Python the signals it may touch."""
    modules = (bench.toplevel, *bench.public)
    lines = [f'public_flat_rd -module "{module}" -var "*"' for module in modules]
    for name in bench.written or [f"{module}.*" for module in modules]:
        module, _, pattern = name.partition(".")
        lines.append(f'public_flat_rw -module "{module}" -var "{pattern}"')
    for name in bench.forceable:
        module, net = name.split(".")
        lines.append(f'forceable -module "{module}" -var "{net}"')
    (folder / "public.vlt").write_text("\n".join(["`verilator_config", *lines, ""]))


def _compile(build: Build, simulation: Simulation) -> None:
    stamp = build.folder / "build.stamp"
    digest = _digest(build.tools, simulation)
    if stamp.is_file() and stamp.read_text() == digest:
        return
    stamp.unlink(missing_ok=True)
    shutil.rmtree(build.folder / "obj", ignore_errors=True)
    (build.folder / "obj").mkdir()
    try:
        simulation.run()
    except SystemExit as end:
        raise SimulationError(_build_failure(simulation.log, str(end))) from None
    for header in (build.folder / "obj").glob("*.gch"):
        header.unlink()  # hundreds of megabytes, of no use after the build
    stamp.write_text(digest)


def _digest(tools: str, simulation: Simulation) -> str:
    """Hash of the tools, their commands and every file they read."""
    digest = hashlib.sha256(json.dumps([tools, simulation.build_command()]).encode())
    for name in simulation.verilog_sources_flat:
        digest.update(Path(name).read_bytes())
    return digest.hexdigest()


def _build_failure(log: Path, end: str) -> str:
    lines = log.read_text(errors="replace").splitlines()
    marks = ("%Error", "%Warning", " error: ")
    said = [line for line in lines if any(mark in line for mark in marks)][:20] or lines[-5:]
    return "\n".join([f"the build failed: {end}", *said, f"log: {log.relative_to(ROOT)}"])
