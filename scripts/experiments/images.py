"""Images that the experiments classify."""

from __future__ import annotations

from chips.description import Chip
from chips.images import ImageSet, image_file, load_images
from pymodel.network import Network


def first_images(chip: Chip, data: str | None, count: int | None) -> ImageSet:
    """First `count` test images of folder `data`, or of the embedded ones; all without a number.

    Raises
    ------
    InputError
        No images there, or not as many.
    """
    found = load_images(image_file(chip, data), chip)
    return found if count is None else found.first(count)


def accuracy_percent(network: Network, images: ImageSet) -> float:
    """Images that a network labels as the file does, in percent."""
    return 100 * float((network.labels(images.pixels) == images.labels).mean())
