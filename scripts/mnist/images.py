"""The MNIST files: digits, cropped and made binary as the network takes them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chips.errors import InputError
from chips.tables import require

SIDE = 28
CLASSES = 10
THRESHOLD = 128  # a pixel from here on is 1
IMAGES_MAGIC, LABELS_MAGIC = 0x803, 0x801  # unsigned bytes in three and in one dimension
TRAIN, TEST = "train", "t10k"


class Digits(NamedTuple):
    """Pixels uint8 (n, 28, 28) and labels int64 (n,)."""

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]


def read_digits(folder: Path, part: str) -> Digits:
    """Images and labels of `part`, `train` or `t10k`, from the unpacked files.

    Raises
    ------
    InputError
        A file is missing or not what its header says, there is no image, the two files differ in
        length, or a label is no digit.
    """
    images, labels = folder / f"{part}-images-idx3-ubyte", folder / f"{part}-labels-idx1-ubyte"
    pixels = _read(images, IMAGES_MAGIC, (SIDE, SIDE))
    digits = _read(labels, LABELS_MAGIC, ())
    require(len(pixels) > 0, f"{images}: no image, must be at least 1")
    require(len(digits) == len(pixels), f"{labels}: {len(digits)} labels, {len(pixels)} images")
    require(int(digits.max()) < CLASSES, f"{labels}: label {digits.max()}, must be in 0..9")
    return Digits(pixels, digits.astype(np.int64))


def network_inputs(pixels: NDArray[np.uint8], side: int) -> NDArray[np.float32]:
    """The central `side` x `side` pixels, 0 or 1: (n, side^2).

    Raises
    ------
    InputError
        A side that cannot be cut from the middle.
    """
    allowed = 0 < side <= SIDE and side % 2 == 0
    require(allowed, f"input of {side} pixels a side: must be even, in 2..{SIDE}")
    edge = (SIDE - side) // 2
    middle = pixels[:, edge : edge + side, edge : edge + side]
    return (middle >= THRESHOLD).reshape(len(pixels), -1).astype(np.float32)


def _read(path: Path, magic: int, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Content of an IDX file of bytes: big-endian magic number and sizes, then the values."""
    try:
        raw = np.fromfile(path, np.uint8)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    fields = 2 + len(shape)
    require(len(raw) >= 4 * fields, f"{path}: {len(raw)} bytes, shorter than its header")
    found, count, *sizes = raw[: 4 * fields].view(">i4").tolist()
    require(found == magic, f"{path}: magic number {found:#x}, must be {magic:#x}")
    require(tuple(sizes) == shape, f"{path}: items of {sizes}, must be {list(shape)}")
    expected = 4 * fields + count * int(np.prod(shape))
    require(len(raw) == expected, f"{path}: {len(raw)} bytes, its header says {expected}")
    return raw[4 * fields :].reshape(count, *shape)
