"""What a report of the accuracy is made of: all that its runs depend on."""

from __future__ import annotations

import enum
import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from chips.description import Chip, load_chip
from chips.errors import InputError
from chips.images import ImageSet, load_images
from chips.weights import Weights, load_weights
from pymodel.device import Device, load_device_of
from scripts import sources
from scripts.command_line import require_positive

SOURCES = (
    "chips",
    "pymodel",
    "tb/reference",
    "scripts/accuracy_report/task.py",
    "requirements.txt",
)


class Series(enum.StrEnum):
    """What runs of one kind have in common.

    golden: plain algebra on the codes, no model. clean: the model without any effect. noise: die 0
    with every effect, other noise each time. dies: another die with every effect each time.
    static: the same dies, without what changes from image to image.
    """

    GOLDEN = "golden"
    CLEAN = "clean"
    NOISE = "noise"
    DIES = "dies"
    STATIC = "static"


@dataclass(frozen=True, order=True)
class Task:
    """A run: number of the noise for `noise`, of the die for `dies` and `static`, from 1 on."""

    series: Series
    number: int


@dataclass(frozen=True)
class Definition:
    """Inputs by name; equal definitions give equal results.

    weights, data: files. images: the first of `data`. runs: draws of noise, and dies. hashes: of
    the two files and of the sources.
    """

    chip: str
    device: str
    weights: str
    data: str
    images: int
    runs: int
    seed: int
    hashes: tuple[str, str, str]

    @property
    def tasks(self) -> list[Task]:
        """All runs."""
        many = (Series.NOISE, Series.DIES, Series.STATIC)
        return [
            Task(Series.GOLDEN, 1),
            Task(Series.CLEAN, 1),
            *(Task(series, number + 1) for series in many for number in range(self.runs)),
        ]

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
    """The loaded inputs."""

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
    """Read and check every input, once in a process.

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
    require_positive("RUNS", definition.runs)
    return Inputs(chip, device, weights, images.first(definition.images))
