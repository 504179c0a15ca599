"""Images that the experiments classify."""

from __future__ import annotations

import os
from pathlib import Path

from chips.description import Chip
from chips.images import ImageSet, data_file, embedded_images, load_images


def first_images(chip: Chip, count: int) -> ImageSet:
    """First `count` test images of the folder in CIFAR10_DIR; without it of the embedded ones."""
    folder = os.environ.get("CIFAR10_DIR")
    path = data_file(Path(folder)) if folder else embedded_images(chip)
    found = load_images(path, chip)
    return ImageSet(found.pixels[:count], found.labels[:count])
