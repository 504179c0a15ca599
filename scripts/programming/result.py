"""What the simulator process hands back: one file, written whole."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scripts.programming.pulse_log import Pulses


@dataclass(frozen=True)
class SweepResult:
    """One sweep over all cells: the counters of the chip and the time it took.

    pulses_*, senses: strobes. cells_*: cells of these pulses. seconds: wall clock. chip_seconds:
    simulated.
    """

    requested: int
    succeeded: int
    failed: int
    pulses_form: int
    pulses_set: int
    pulses_reset: int
    senses: int
    cells_formed: int
    cells_set: int
    cells_reset: int
    dropouts: int
    cycles: int
    seconds: float
    chip_seconds: float


@dataclass(frozen=True)
class FailLogs:
    """Entries of the fail log of both sweeps, one row per entry (n,).

    sweep: of `Sweep`. word, column: the cell. target: level. sense, sense_ref: last sense bit and
    its reference code.
    """

    sweep: npt.NDArray[np.int64]
    word: npt.NDArray[np.int64]
    column: npt.NDArray[np.int64]
    target: npt.NDArray[np.int64]
    sense: npt.NDArray[np.int64]
    sense_ref: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.word)


@dataclass(frozen=True)
class ProgramResult:
    """Everything that was measured at the chip, and in the model behind its pins.

    Resistances are (words, cells) in ohms, infinite where there is no cell: virgin, formed (after
    FORM) and written (after WRITE). wear: cycle counters of the chip, one per group. most_cycles:
    SET cycles that the model counts for the cell of each group that has seen most. sensed_s:
    conductance in siemens of the sensed cells, summed over all sense strobes; strobe_s: length of
    one.
    """

    form: SweepResult
    write: SweepResult
    pulses: Pulses
    fails: FailLogs
    virgin: npt.NDArray[np.float32]
    formed: npt.NDArray[np.float32]
    written: npt.NDArray[np.float32]
    wear: npt.NDArray[np.int64]
    most_cycles: npt.NDArray[np.int64]
    sensed_s: float
    strobe_s: float
    system_clocks: int

    def save(self, path: Path) -> None:
        """Write the result whole or not at all."""
        scalars = {name: getattr(self, name) for name in ("sensed_s", "strobe_s", "system_clocks")}
        sweeps = {"form": asdict(self.form), "write": asdict(self.write)}
        arrays: dict[str, npt.NDArray[Any]] = {name: getattr(self, name) for name in ARRAYS}
        arrays |= {f"pulse_{name}": column for name, column in self.pulses.arrays().items()}
        arrays |= {f"fail_{f.name}": getattr(self.fails, f.name) for f in fields(FailLogs)}
        partial = path.with_name(path.name + ".partial")
        with partial.open("wb") as file:
            np.savez(file, scalars=np.asarray(json.dumps(scalars | sweeps)), **arrays)  # type: ignore[arg-type]
        partial.replace(path)

    @classmethod
    def read(cls, path: Path) -> ProgramResult:
        """Read a result that `save` wrote."""
        with np.load(path) as file:
            scalars = json.loads(str(file["scalars"]))
            form, write = SweepResult(**scalars.pop("form")), SweepResult(**scalars.pop("write"))
            return cls(
                form=form,
                write=write,
                pulses=Pulses(*(file[f"pulse_{f.name}"] for f in fields(Pulses))),
                fails=FailLogs(*(file[f"fail_{f.name}"] for f in fields(FailLogs))),
                **{name: file[name] for name in ARRAYS},
                **scalars,
            )


ARRAYS = ("virgin", "formed", "written", "wear", "most_cycles")
