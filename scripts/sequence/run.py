"""Running a bench with the checker, on past the first violation."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from chips.errors import InputError
from sim.benches import Bench
from sim.build import SimulationError
from sim.runner import run_bench
from sim.sources import ROOT

BUILD = ROOT / "build" / "sequence"
CHECKER = ("tb/sequence/cnr_sequence.f",)
ERROR_LIMIT = 10_000  # violations after which a run is cut short


@dataclass(frozen=True)
class Finished:
    """A run that came to its end, or to one.

    folder: holds `sim.log`. cut: why it was cut short; empty where it was not.
    """

    folder: Path
    cut: str

    @property
    def log(self) -> Path:
        """What the simulator said."""
        return self.folder / "sim.log"


def run_checked(
    bench: Bench,
    chip: str,
    seed: int,
    extra_env: Mapping[str, str],
    plusargs: Sequence[str],
) -> Finished:
    """Build a bench and run it; violations do not end it before there are very many.

    Raises
    ------
    InputError
        It cannot be built.
    """
    limit = f"+verilator+error+limit+{ERROR_LIMIT}"
    try:
        results = run_bench(
            bench,
            chip=chip,
            seed=seed,
            plusargs=("+cnr_properties", limit, *plusargs),
            extra_env=extra_env,
        )
    except SimulationError as error:
        if error.folder is None:
            raise InputError(_one_line(str(error))) from None
        return Finished(error.folder, _cut(error.folder, str(error)))
    return Finished(results.parent, "")


def _cut(folder: Path, message: str) -> str:
    """Why a run ended early; empty where violations alone gave its process a bad exit status."""
    results = folder / "results.xml"
    whole = results.is_file() and "<failure" not in results.read_text()
    return "" if whole else _one_line(message)


def _one_line(message: str) -> str:
    """The first complaint of a failed build or run."""
    lines = message.splitlines()
    errors = [line for line in lines[1:] if line.startswith(("%Error", "%Warning"))]
    return "; ".join([lines[0], *errors[:1]])


def tag(*options: object) -> str:
    """Tells runs with other options apart, in the names of their files."""
    return hashlib.sha256(repr(options).encode()).hexdigest()[:10]


def shown(file: Path) -> str:
    """A file of the project as the user is told of it."""
    return str(file.relative_to(ROOT))
