"""Image files in the record format of the CIFAR-10 binary version: label byte, then the pixels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from chips.description import CHIPS, Chip
from chips.errors import InputError


@dataclass(frozen=True)
class ImageSet:
    """Images uint8 (n, channels, height, width) with their labels uint8 (n,)."""

    pixels: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.labels)

    def first(self, count: int) -> ImageSet:
        """The first images.

        Raises
        ------
        InputError
            Not as many, or none.
        """
        if not 1 <= count <= len(self):
            raise InputError(f"IMAGES={count}: the set holds {len(self)}, allowed are 1..that")
        return ImageSet(self.pixels[:count], self.labels[:count])


def embedded_images(chip: Chip) -> Path:
    """Path of the image set that ships with `chip`."""
    return CHIPS / chip.name / "images.bin"


def image_file(chip: Chip, folder: str | None) -> Path:
    """The test images of a folder, with its whole path; without a folder the embedded ones.

    Raises
    ------
    InputError
        The folder holds no CIFAR-10 binary version.
    """
    return data_file(Path(folder).resolve()) if folder else embedded_images(chip)


def data_file(folder: Path) -> Path:
    """The test images in a folder that holds the CIFAR-10 binary version."""
    path = folder / "test_batch.bin"
    if not path.is_file():
        raise InputError(f"{folder}: holds no test_batch.bin (the CIFAR-10 binary version)")
    return path


def load_images(path: Path, chip: Chip) -> ImageSet:
    """Read all records of an image file.

    Raises
    ------
    InputError
        No such file, a truncated record, no record at all, or a label that is not a class.
    """
    try:
        raw = np.fromfile(path, np.uint8)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    record = chip.image_bytes + 1
    if raw.size == 0 or raw.size % record:
        raise InputError(
            f"{path}: {raw.size} bytes, must be one or more records of {record} bytes "
            f"(label and {chip.image_bytes} pixel bytes); the last one is cut short"
        )
    records = raw.reshape(-1, record)
    labels = records[:, 0]
    if labels.max() >= chip.chip.classes:
        raise InputError(
            f"{path}: label {labels.max()} in record {labels.argmax()}, allowed are "
            f"0..{chip.chip.classes - 1}"
        )
    return ImageSet(records[:, 1:].reshape(-1, *chip.geometry[0].in_shape), labels)
