"""One seed: one random life of a chip, in a process of its own.

python -m scripts.regression.life 17 12      seed and length; prints the outcome as JSON
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from chips.errors import InputError
from scripts.regression.outcome import Outcome
from scripts.regression.sources import digest
from sim.benches import BENCHES, Bench
from sim.build import SimulationError
from sim.runner import run_bench
from sim.sources import ROOT
from tb.regress.journal import Journal

LENGTH = 12  # operations with random configurations, and pictures, of one life
OTHER_CHIP = 8  # every so many seeds the chip is the one of multi-level cells
TRACE = re.compile(r"^trace ([0-9a-f]{16}) over \d+ cycles$", re.MULTILINE)
CAUSE = re.compile(r"Assertion failed|^[\w.]*(?:Error|Failure|Exception)\b(?:.*:|$)")


def chip_of(seed: int) -> str:
    """Name of the chip that a seed is for."""
    return "mini" if seed % OTHER_CHIP else "radar"


def chips_of(seeds: Iterable[int]) -> list[str]:
    """Names of the chips that some seeds need."""
    return sorted({chip_of(seed) for seed in seeds})


def command(seed: int, length: int = LENGTH) -> str:
    """What a user types to repeat a seed."""
    return f"make regress SEEDS={seed}" + (f" LENGTH={length}" if length != LENGTH else "")


def run_seed(seed: int, length: int, bench: Bench = BENCHES["regress"]) -> Outcome:
    """Build the bench if needed and run one seed."""
    chip, start = chip_of(seed), time.monotonic()
    try:
        results = run_bench(
            bench,
            chip=chip,
            seed=seed,
            extra_env={"CNR_LENGTH": str(length)},
            repeat=command(seed, length),
        )
    except (InputError, SimulationError) as error:
        log = _log_of(error.folder) if isinstance(error, SimulationError) else ""
        return Outcome(seed, chip, cause_of(str(error)), log, seconds=time.monotonic() - start)
    folder = results.parent
    traces = TRACE.findall((folder / "sim.log").read_text(errors="replace"))
    return Outcome(
        seed,
        chip,
        cause="" if traces else "no trace hash in the log",
        log=_log_of(folder),
        trace=traces[-1] if traces else "",
        journal=Journal.read(folder),
        seconds=time.monotonic() - start,
    )


def cause_of(message: str) -> str:
    """The line of an error message that says why."""
    lines = message.splitlines()
    return next((line.strip() for line in lines if CAUSE.search(line)), lines[0])


def _log_of(folder: Path | None) -> str:
    return str((folder / "sim.log").relative_to(ROOT)) if folder else ""


def run_in_own_process(seed: int, length: int, sources: str) -> Outcome:
    """Run one seed in another process of this machine, which may not be that of the caller.

    Parameters
    ----------
    sources
        Digest of the caller's sources; those of this machine must have the same.
    """
    here = digest()
    if here != sources:
        cause = f"{os.uname().nodename}:{ROOT} holds other sources, {here[:12]}"
        return Outcome(seed, chip_of(seed), cause)
    done = subprocess.run(
        [sys.executable, "-m", "scripts.regression.life", str(seed), str(length)],
        cwd=ROOT,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"its process ended with {done.returncode}"]
        return Outcome(seed, chip_of(seed), said[-1])
    return Outcome.from_json(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    print(run_seed(int(sys.argv[1]), int(sys.argv[2])).to_json())
