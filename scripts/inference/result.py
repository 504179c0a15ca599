"""What the simulator process hands back: one file, written whole."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pymodel.energy import Energy
from scripts.programming.places import CellPlace


@dataclass(frozen=True)
class Programming:
    """Counters of the chip after FORM and WRITE of every word, and the time it took.

    cells: cells that the WRITE sweep covered. seconds: wall clock. chip_seconds: simulated.
    energy_j: of all pulses, at the most.
    """

    cells: int
    failed: int
    pulses_form: int
    pulses_set: int
    pulses_reset: int
    senses: int
    seconds: float
    chip_seconds: float
    energy_j: float
    failures: tuple[CellPlace, ...]


@dataclass(frozen=True)
class RtlResult:
    """Everything that was measured at the chip.

    ideal_labels, ideal_outputs: images without noise and mismatch; labels int64 (m,), and per
    layer float32 (m, outputs) in V. labels, outputs: the same of the main pass, (n, ...).
    energy: of the main pass, reads included, in joules.
    layer_clocks: layer clocks from the end of the load clock to the label, one per image of either
    pass, float64 (m + n,). label_clocks: layer clocks from the first label of the main pass to
    each of its labels, float64 (n,).
    """

    programming: Programming
    ideal_labels: npt.NDArray[np.int64]
    ideal_outputs: tuple[npt.NDArray[np.float32], ...]
    labels: npt.NDArray[np.int64]
    outputs: tuple[npt.NDArray[np.float32], ...]
    layer_clocks: npt.NDArray[np.float64]
    label_clocks: npt.NDArray[np.float64]
    energy: Energy
    inference_seconds: float
    system_clocks: int
    simulated_seconds: float

    @property
    def labels_per_layer_clock(self) -> float:
        """Rate of the main pass from its first label to its last; 0 where there is only one."""
        passed = float(self.label_clocks[-1])
        return (len(self.label_clocks) - 1) / passed if passed else 0.0

    def write(self, path: Path) -> None:
        """Write the result whole or not at all."""
        scalars = {
            "programming": asdict(self.programming),
            "energy": asdict(self.energy),
            "inference_seconds": self.inference_seconds,
            "system_clocks": self.system_clocks,
            "simulated_seconds": self.simulated_seconds,
        }
        arrays: dict[str, npt.NDArray[Any]] = {}
        for name, outputs in (("ideal", self.ideal_outputs), ("main", self.outputs)):
            arrays |= {f"{name}_output{i}": volts for i, volts in enumerate(outputs)}
        partial = path.with_name(path.name + ".partial")
        with partial.open("wb") as file:
            np.savez(
                file,
                scalars=np.asarray(json.dumps(scalars)),
                ideal_labels=self.ideal_labels,
                labels=self.labels,
                layer_clocks=self.layer_clocks,
                label_clocks=self.label_clocks,
                **arrays,  # type: ignore[arg-type]
            )
        partial.replace(path)

    @classmethod
    def read(cls, path: Path) -> RtlResult:
        """Read a result that `write` wrote."""
        with np.load(path) as file:
            scalars = json.loads(str(file["scalars"]))
            programming = scalars.pop("programming")
            energy = Energy(**scalars.pop("energy"))
            failures = tuple(CellPlace(*cell) for cell in programming.pop("failures"))
            layers = range(sum(name.startswith("ideal_output") for name in file.files))
            return cls(
                programming=Programming(**programming, failures=failures),
                ideal_labels=file["ideal_labels"],
                ideal_outputs=tuple(file[f"ideal_output{i}"] for i in layers),
                labels=file["labels"],
                outputs=tuple(file[f"main_output{i}"] for i in layers),
                layer_clocks=file["layer_clocks"],
                label_clocks=file["label_clocks"],
                energy=energy,
                **scalars,
            )
