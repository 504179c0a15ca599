"""What a sweep is: all that its results depend on."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from chips.description import Chip, load_chip
from chips.errors import InputError
from chips.images import ImageSet, load_images
from chips.weights import Weights, load_weights
from pymodel.device import Device, load_device_of
from pymodel.die import Point
from scripts import sources
from scripts.sweeping.axis import Axis, moved

SOURCES = ("chips", "pymodel", "scripts/sweeping", "requirements.txt")
MOST = 100_000  # dies over all points


@dataclass(frozen=True, order=True)
class Task:
    """One die at one grid point: values of the axes, and the number of the die."""

    at: tuple[float, ...]
    die: int


@dataclass(frozen=True)
class Definition:
    """A sweep; equal definitions give equal results.

    weights, data: files. images: the first of `data` that every die classifies. noise: all
    imperfections or none. fixed: where the parameters stand that are no axis. hashes: of the two
    files and of the sources.
    """

    chip: str
    device: str
    weights: str
    data: str
    images: int
    dies: int
    seed: int
    noise: bool
    axes: tuple[Axis, ...]
    fixed: Point
    hashes: tuple[str, str, str]

    @property
    def tasks(self) -> list[Task]:
        """All dies at all grid points, those of a point together."""
        grid = product(*(axis.values for axis in self.axes))
        return [Task(at, die) for at in grid for die in range(self.dies)]

    def point(self, task: Task) -> Point:
        """Where the die of a task stands."""
        point = self.fixed
        for axis, value in zip(self.axes, task.at, strict=True):
            point = moved(axis.name, point, axis.name, value)
        return point

    @property
    def fixed_text(self) -> str:
        """Parameters that stand elsewhere than by default, in words; empty if none does."""
        values, usual = asdict(self.fixed), asdict(Point())
        return ", ".join(f"{n} {v:g}" for n, v in values.items() if v != usual[n])

    def to_dict(self) -> dict[str, Any]:
        """What JSON can hold; of the files their names and hashes, not where they lie."""
        names = {"weights": Path(self.weights).name, "data": Path(self.data).name}
        return {**asdict(self), **names}

    @property
    def digest(self) -> str:
        """Hash of all that a result depends on."""
        values = {**self.to_dict(), "weights": "", "data": ""}
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Inputs:
    """The loaded inputs of a sweep."""

    chip: Chip
    device: Device
    weights: Weights
    images: ImageSet


def hashes_of(weights: str, data: str) -> tuple[str, str, str]:
    """Hashes of a weight file, an image file and the sources here.

    Raises
    ------
    InputError
        A file cannot be read.
    """
    return sources.file_hash(weights), sources.file_hash(data), _sources_hash()


@cache
def _sources_hash() -> str:
    """Of the sources as they were when this process began: it goes on running those."""
    return sources.digest(SOURCES)


@cache
def load(definition: Definition) -> Inputs:
    """Read and check every input of a sweep, once in a process.

    Raises
    ------
    InputError
        Anything that cannot be used, or files or sources that are not those of the definition.
    """
    chip = load_chip(definition.chip)
    device = load_device_of(chip, definition.device)
    weights = load_weights(Path(definition.weights), chip)
    images = load_images(Path(definition.data), chip)
    if hashes_of(definition.weights, definition.data) != definition.hashes:
        raise InputError("weights, images or sources are not those of the definition")
    if not 1 <= len(definition.tasks) <= MOST:
        raise InputError(
            f"DIES={definition.dies}: {len(definition.tasks):,} dies over all points, allowed are "
            f"1..{MOST:,}"
        )
    return Inputs(chip, device, weights, images.first(definition.images))
