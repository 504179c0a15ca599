"""Run the tests of a bench: one simulator process per call.

python -m sim.runner prio_enc --test lowest_bit_wins --seed 7 --waves
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from chips.errors import InputError
from sim.benches import BENCHES, Bench
from sim.build import Build, SimulationError, build_bench, locked
from sim.simulation import Simulation
from sim.sources import ROOT
from sim.toolchain import environment

SEED_MAX = 2**31 - 1
COUNTERS, FUNCTIONAL = "coverage.dat", "functional.json"  # of one run


def require_seed(seed: int) -> int:
    """The seed itself, if the simulator takes it.

    Raises
    ------
    InputError
        It is outside 1..2^31 - 1.
    """
    if not 1 <= seed <= SEED_MAX:
        raise InputError(f"SEED={seed}: allowed are 1..{SEED_MAX}")
    return seed


def run_bench(
    bench: Bench,
    *,
    chip: str = "cifar10",
    test: str | None = None,
    seed: int = 1,
    waves: bool = False,
    coverage: bool = False,
    parameters: Mapping[str, int | str] | None = None,
    plusargs: Sequence[str] = (),
    extra_env: Mapping[str, str] | None = None,
    stderr_to_terminal: bool = False,
    repeat: str | None = None,
) -> Path:
    """Build a bench if needed and run one of its tests, or all of them in one process.

    Parameters
    ----------
    bench, chip
        What to build; equal builds are shared.
    test
        Name of the one test to run, as `sim.discovery.cocotb_tests` gives it; None runs all.
    seed
        Seed of Python's and Verilator's random numbers, 1..2**31 - 1.
    waves
        Whether to record `dump.fst`.
    coverage
        Whether to count what the run reaches, in the files `COUNTERS` (code) and
        `FUNCTIONAL` (plan in `tb/coverage`).
    parameters
        Parameters of the top module, besides those of the bench.
    plusargs
        Further arguments of the simulator.
    extra_env
        Further environment variables of the simulator.
    stderr_to_terminal
        Whether what the test writes to standard error goes to the terminal instead of the log.
    repeat
        Command line that repeats the run, for the error message; the default is that of
        `make test`, or this module's for a bench outside the suite.

    Returns
    -------
    Path
        `results.xml`; beside it lie `sim.log` and what else was asked for.

    Raises
    ------
    InputError
        If the chip, the seed, a source file or a tool is unusable.
    SimulationError
        If the build or a test fails.
    """
    require_seed(seed)
    try:
        build = build_bench(bench, chip, waves, parameters, coverage)
        folder = build.runs / f"{_file_name(test or 'all')}-{seed}"
        folder.parent.mkdir(parents=True, exist_ok=True)
        with locked(folder.with_name(f"{folder.name}.lock")):
            _clear(folder)
            trace = ("--trace", "--trace-file", str(folder / "dump.fst")) if waves else ()
            counting = {"CNR_COVERAGE": str(folder / FUNCTIONAL)} if coverage else {}
            _simulate(
                build,
                folder,
                {**(extra_env or {}), **counting, "CNR_CHIP": chip},
                timeout_s=bench.timeout_s,
                stderr_to_terminal=stderr_to_terminal,
                testcase=f"(^|\\.){re.escape(test)}$" if test else None,
                seed=seed,
                plus_args=[*trace, *_random_reset(seed), *plusargs],
            )
    except SimulationError as error:
        command = repeat or _repeat(bench, chip, test, seed)
        raise SimulationError(f"{error}\nrepeat: {command}", error.folder) from None
    return folder / "results.xml"


def case_id(bench: Bench, chip: str, test: str) -> str:
    """Name of one test of a bench, which `TEST=` of `make test` finds."""
    return f"{bench.name}-{chip}-{test}"


def _repeat(bench: Bench, chip: str, test: str | None, seed: int) -> str:
    """Command line that repeats a run."""
    if bench.suite and test:
        return f"make test TEST='{case_id(bench, chip, test)}' SEED={seed}"
    only = f" --test '{test}'" if test else ""
    return f"python -m sim.runner {bench.name} --chip {chip}{only} --seed {seed}"


def _file_name(test: str) -> str:
    return re.sub(r"[^\w.=-]", "_", test)


def _clear(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()


def _random_reset(seed: int) -> tuple[str, str]:
    """Arguments that draw the value of every register before its reset."""
    return "+verilator+rand+reset+2", f"+verilator+seed+{seed}"


def _simulate(build: Build, folder: Path, extra_env: Mapping[str, str], **options: Any) -> None:
    """Run the simulator and believe neither its exit code nor its report alone."""
    results = folder / "results.xml"
    variables = {"COCOTB_ANSI_OUTPUT": "0", **extra_env, "COCOTB_RESULTS_FILE": str(results)}
    log = folder / "sim.log"
    end = ""
    with environment({**build.variables, **variables}):
        simulation = Simulation(
            phase="run", log=log, work_dir=str(folder), **build.options, **options
        )
        try:
            simulation.run()
        except SystemExit as cause:
            end = str(cause)
    failures = _failures(results) if results.is_file() else [end or "no report was written"]
    if end or failures:
        said = [*(_errors(log) or failures or [end]), f"log: {log.relative_to(ROOT)}"]
        raise SimulationError("\n".join(said), folder)


def _failures(results: Path) -> list[str]:
    """Why the report is not a pass: each failed test, or that none ran."""
    cases = list(ElementTree.parse(results).iter("testcase"))
    if not any(case.find("skipped") is None for case in cases):
        return ["no test ran"]
    return [
        f"{case.get('name')} failed\n{(part.text or part.get('message') or '').strip()}"
        for case in cases
        for part in case
        if part.tag in ("failure", "error")
    ]


def _errors(log: Path) -> list[str]:
    """What stopped the simulator, such as a failed assertion of a checker."""
    lines = log.read_text(errors="replace").splitlines()
    return [line for line in lines if "%Error" in line][:5]


def main() -> int:
    """Run the tests of one bench; the exit status."""
    parser = argparse.ArgumentParser(description="Run the tests of one bench.")
    parser.add_argument("bench", choices=sorted(BENCHES))
    parser.add_argument("--chip", default="cifar10")
    parser.add_argument("--test", help="run this test only")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--waves", action="store_true", help="record dump.fst")
    args = parser.parse_args()
    try:
        results = run_bench(
            BENCHES[args.bench], chip=args.chip, test=args.test, seed=args.seed, waves=args.waves
        )
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except SimulationError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"passed, {results.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
