"""Images that the experiments classify."""

from __future__ import annotations

from pathlib import Path

from chips.description import Chip
from chips.errors import InputError
from chips.images import ImageSet, data_file, embedded_images, load_images
from pymodel.network import Network


def first_images(chip: Chip, data: str | None, count: int | None) -> ImageSet:
    """First `count` test images of folder `data`, or of the embedded ones; all without a number.

    Raises
    ------
    InputError
        No images there, or not as many.
    """
    found = load_images(data_file(Path(data)) if data else embedded_images(chip), chip)
    if count is not None and not 1 <= count <= len(found):
        raise InputError(f"IMAGES={count}: the set holds {len(found)}, allowed are 1..that")
    return ImageSet(found.pixels[:count], found.labels[:count])


def accuracy_percent(network: Network, images: ImageSet) -> float:
    """Images that a network labels as the file does, in percent."""
    return 100 * float((network.labels(images.pixels) == images.labels).mean())
