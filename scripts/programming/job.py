"""What one programming run is asked to do, checked before anything is built."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from chips import Chip, load_chip
from chips.errors import InputError
from chips.images import ImageSet, image_file, load_images
from chips.weights import Weights, default_weights, load_weights
from pymodel.defects import Defects, drawn_defects
from pymodel.device import Device, load_device_of
from scripts.programming.defects import read_defects
from sim.runner import require_seed


@dataclass(frozen=True)
class ProgramJob:
    """Inputs of one run by name; `load` reads them.

    stuck: fraction of the cells that is drawn to be stuck. defects: file that lists them instead.
    data: "embedded" or a folder with the CIFAR-10 binary version.
    """

    chip: str
    device: str
    weights: str
    stuck: float
    defects: str | None
    data: str
    seed: int

    def write(self, path: Path) -> None:
        """Write the job for the simulator process."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1))

    @classmethod
    def read(cls, path: Path) -> ProgramJob:
        """Read a job that `write` wrote."""
        return cls(**json.loads(path.read_text()))


@dataclass(frozen=True)
class Inputs:
    """The loaded inputs of a job."""

    chip: Chip
    device: Device
    weights: Weights
    defects: Defects
    images: ImageSet


def make_job(
    *,
    chip: str,
    device: str | None,
    weights: str | None,
    stuck: float | None,
    defects: str | None,
    data: str | None,
    seed: int,
) -> ProgramJob:
    """Fill in what was left open.

    Raises
    ------
    InputError
        Stuck cells both drawn and listed, or a seed that no stream can have.
    """
    description = load_chip(chip)
    if stuck is not None and defects is not None:
        raise InputError(f"STUCK={stuck:g} and DEFECTS={defects}: only one of them is allowed")
    return ProgramJob(
        chip=chip,
        device=device or description.chip.device,
        weights=str(Path(weights).resolve() if weights else default_weights(description)),
        stuck=stuck or 0.0,
        defects=str(Path(defects).resolve()) if defects else None,
        data=str(Path(data).resolve()) if data else "embedded",
        seed=require_seed(seed),
    )


def load(job: ProgramJob) -> Inputs:
    """Read and check every input of a job.

    Raises
    ------
    InputError
        Anything that cannot be used; the message names it.
    """
    chip = load_chip(job.chip)
    device = load_device_of(chip, job.device)
    weights = load_weights(Path(job.weights), chip)
    if job.defects is not None:
        defects = read_defects(Path(job.defects), chip)
    elif 0 <= job.stuck <= 1:
        defects = drawn_defects(chip, job.stuck, job.seed)
    else:
        raise InputError(f"STUCK={job.stuck:g}: allowed are 0..1")
    folder = None if job.data == "embedded" else job.data
    images = load_images(image_file(chip, folder), chip)
    return Inputs(chip, device, weights, defects, images)
