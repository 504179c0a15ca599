"""Run a bench with waves and show them.

python scripts/waves.py --bench prio_enc --test lowest_bit_wins
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from chips.errors import InputError
from sim.benches import BENCHES, Bench
from sim.build import SimulationError
from sim.discovery import cocotb_tests
from sim.runner import run_bench
from sim.sources import ROOT

WAVES = ROOT / "build" / "waves"


def main() -> int:
    """Record, copy and show the waves of one test; the exit status."""
    parser = argparse.ArgumentParser(description="Run a bench with waves and show them.")
    parser.add_argument("--bench", default="", help="name of the bench")
    parser.add_argument("--test", help="one of its tests; the first by default")
    parser.add_argument("--chip", help="the first chip of the bench by default")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    try:
        bench = _chosen(args.bench)
        tests = cocotb_tests(bench.module)
        test = args.test or tests[0]
        if test not in tests:
            raise InputError(f"TEST={test}: unknown test; allowed: {', '.join(tests)}")
        status = _record(bench, args.chip or bench.chips[0], test, args.seed)
    except InputError as error:
        print(f"waves: {error}", file=sys.stderr)
        return 2
    if dump_of(bench).is_file():
        _show(bench)
    return status


def dump_of(bench: Bench) -> Path:
    """Where the waves of a bench are kept."""
    return WAVES / f"{bench.name}.fst"


def _chosen(name: str) -> Bench:
    allowed = sorted(bench.name for bench in BENCHES.values() if bench.suite)
    if name not in allowed:
        raise InputError(f"BENCH={name}: unknown bench; allowed: {', '.join(allowed)}")
    return BENCHES[name]


def _record(bench: Bench, chip: str, test: str, seed: int) -> int:
    """Run the test and keep its waves, whether it passes or not; the exit status."""
    WAVES.mkdir(parents=True, exist_ok=True)
    dump_of(bench).unlink(missing_ok=True)
    try:
        results = run_bench(bench, chip=chip, test=test, seed=seed, waves=True)
    except SimulationError as error:
        print(f"waves: {error}", file=sys.stderr)
        if error.folder is None:
            return 1
        results, status = error.folder / "results.xml", 1
    else:
        status = 0
    dump = results.with_name("dump.fst")
    if dump.is_file():
        shutil.copyfile(dump, dump_of(bench))
    return status


def _show(bench: Bench) -> None:
    """Open the viewer, or print how to, where there is none or no display."""
    command = ["gtkwave", str(dump_of(bench))]
    if os.environ.get("DISPLAY") and shutil.which("gtkwave"):
        subprocess.Popen(command, start_new_session=True)
    else:
        relative = [part.removeprefix(f"{ROOT}/") for part in command]
        print(f"waves: no display or no gtkwave here; open them with: {shlex.join(relative)}")


if __name__ == "__main__":
    sys.exit(main())
