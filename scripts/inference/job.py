"""What one run is asked to do, checked before anything is built."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from chips import Chip, InputError, load_chip
from chips.images import ImageSet, image_file, load_images
from chips.weights import Weights, default_weights, load_weights
from pymodel.device import Device, load_device_of

RTL_IMAGES = 100  # through the RTL unless more are asked for
MODES = ("sequential", "pipelined")
IDEAL_IMAGES = 100  # of them, at the most, also in a pass without noise


@dataclass(frozen=True)
class Job:
    """Inputs of one run by name; `load` reads them.

    data: "embedded" or a folder with the CIFAR-10 binary version. images: how many go through the
    RTL; None for all of the set, at most `RTL_IMAGES`. pipelined, power_gate: how they go.
    """

    chip: str
    device: str
    weights: str
    data: str
    images: int | None
    noise: bool
    pipelined: bool
    power_gate: bool
    seed: int

    def write(self, path: Path) -> None:
        """Write the job for the simulator process."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1))

    @classmethod
    def read(cls, path: Path) -> Job:
        """Read a job that `write` wrote."""
        return cls(**json.loads(path.read_text()))


@dataclass(frozen=True)
class Inputs:
    """The loaded inputs of a job; `rtl_images` of `images` go through the RTL."""

    chip: Chip
    device: Device
    weights: Weights
    images: ImageSet
    rtl_images: int

    @property
    def ideal_images(self) -> int:
        """How many images also pass the RTL without noise."""
        return min(self.rtl_images, IDEAL_IMAGES)


def make_job(
    *,
    chip: str,
    device: str | None,
    weights: str | None,
    data: str | None,
    images: int | None,
    noise: str,
    mode: str,
    power_gate: bool,
    seed: int,
) -> Job:
    """Fill in what was left open: the device, weights and images of the chip."""
    description = load_chip(chip)
    if noise not in ("on", "off"):
        raise InputError(f"NOISE={noise}: allowed are on, off")
    if mode not in MODES:
        raise InputError(f"MODE={mode}: allowed are {', '.join(MODES)}")
    return Job(
        chip=chip,
        device=device or description.chip.device,
        weights=str(Path(weights).resolve() if weights else default_weights(description)),
        data=str(Path(data).resolve()) if data else "embedded",
        images=images,
        noise=noise == "on",
        pipelined=mode == "pipelined",
        power_gate=power_gate,
        seed=seed,
    )


def load(job: Job) -> Inputs:
    """Read and check every input of a job.

    Raises
    ------
    InputError
        Anything that cannot be used; the message names it.
    """
    chip = load_chip(job.chip)
    device = load_device_of(chip, job.device)
    weights = load_weights(Path(job.weights), chip)
    folder = None if job.data == "embedded" else job.data
    images = load_images(image_file(chip, folder), chip)
    count = min(len(images), RTL_IMAGES) if job.images is None else len(images.first(job.images))
    return Inputs(chip, device, weights, images, count)
