"""What a run in pieces depends on: its input files and sources, each known by its hash."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from chips.description import Chip, load_chip
from chips.errors import InputError
from chips.images import ImageSet, load_images
from chips.weights import Weights, load_weights
from pymodel.device import Device, load_device_of
from scripts import sources


@dataclass(frozen=True)
class Inputs:
    """The loaded inputs of a run."""

    chip: Chip
    device: Device
    weights: Weights
    images: ImageSet


@dataclass(frozen=True, kw_only=True)
class RunDefinition(ABC):
    """Inputs by name; equal definitions give equal results.

    weights, data: files. images: the first of `data`. hashes: of the two files and of the sources.
    """

    SOURCES: ClassVar[tuple[str, ...]]

    chip: str
    device: str
    weights: str
    data: str
    images: int
    seed: int
    hashes: tuple[str, str, str]

    @classmethod
    def hashes_of(cls, weights: str, data: str) -> tuple[str, str, str]:
        """Hashes of a weight file, an image file and the sources here.

        Raises
        ------
        InputError
            A file cannot be read.
        """
        return sources.file_hash(weights), sources.file_hash(data), _sources_hash(cls.SOURCES)

    def to_dict(self) -> dict[str, Any]:
        """What JSON can hold; of the files their names and hashes, not where they lie."""
        names = {"weights": Path(self.weights).name, "data": Path(self.data).name}
        return {**asdict(self), **names}

    @property
    def digest(self) -> str:
        """Hash of all that a result depends on."""
        values = {**self.to_dict(), "weights": "", "data": ""}
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()

    @abstractmethod
    def require_size(self) -> None:
        """Refuse a number of runs that cannot be.

        Raises
        ------
        InputError
            There are none, or too many.
        """


@cache
def load(definition: RunDefinition) -> Inputs:
    """Read and check every input of a run, once in a process.

    Raises
    ------
    InputError
        Anything that cannot be used, or files or sources that are not those of the definition.
    """
    chip = load_chip(definition.chip)
    device = load_device_of(chip, definition.device)
    weights = load_weights(Path(definition.weights), chip)
    images = load_images(Path(definition.data), chip)
    if definition.hashes_of(definition.weights, definition.data) != definition.hashes:
        raise InputError("weights, images or sources are not those of the definition")
    definition.require_size()
    return Inputs(chip, device, weights, images.first(definition.images))


@cache
def _sources_hash(names: tuple[str, ...]) -> str:
    """Of the sources as they were when this process began: it goes on running those."""
    return sources.digest(names)
