"""Labelled images of the CIFAR-10 binary version as tensors, and their augmentation."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch.nn import functional

from chips import Chip, InputError

TRAIN_FILES = tuple(f"data_batch_{i}.bin" for i in range(1, 6))
RECORDS_PER_FILE = 10_000
HOLDOUT = 5_000
SHIFT = 4  # pixels of padding for the random crop


class Images(NamedTuple):
    """Pixels uint8 (n, channels, height, width) and labels int64 (n,)."""

    pixels: torch.Tensor
    labels: torch.Tensor

    def part(self, start: int, stop: int) -> Images:
        """Images `start` to `stop` (excluded)."""
        return Images(self.pixels[start:stop], self.labels[start:stop])


def read_images(path: Path, chip: Chip, records: int | None = None) -> Images:
    """Read a data file that must hold `records` records (any whole number if None).

    Raises
    ------
    InputError
        Missing file, another size than expected, or a label that is not a class of the chip.
    """
    try:
        raw = np.fromfile(path, np.uint8)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    record = chip.image_bytes + 1
    expected = f"a multiple of {record}" if records is None else f"{records * record}"
    if raw.size == 0 or raw.size % record or records not in (None, raw.size // record):
        raise InputError(f"{path}: {raw.size} bytes, expected {expected}")
    table = raw.reshape(-1, record)
    if table[:, 0].max() >= chip.chip.classes:
        raise InputError(f"{path}: label {table[:, 0].max()}, chip has {chip.chip.classes} classes")
    pixels = table[:, 1:].reshape(-1, *chip.geometry[0].in_shape).copy()
    return Images(torch.from_numpy(pixels), torch.from_numpy(table[:, 0].astype(np.int64)))


def read_training(folder: Path, chip: Chip) -> tuple[Images, Images]:
    """Training images, and the last `HOLDOUT` of them set apart for choosing the weights."""
    files = [read_images(folder / name, chip, RECORDS_PER_FILE) for name in TRAIN_FILES]
    everything = Images(*(torch.cat(parts) for parts in zip(*files, strict=True)))
    split = len(everything.labels) - HOLDOUT
    return everything.part(0, split), everything.part(split, split + HOLDOUT)


class Augmenter:
    """Random crops (shift by up to `SHIFT` pixels, zero border) and horizontal flips."""

    def __init__(self, pixels: torch.Tensor) -> None:
        self._height, self._width = pixels.shape[2:]
        self._padded = functional.pad(pixels, (SHIFT, SHIFT, SHIFT, SHIFT))

    @staticmethod
    def draw(count: int, generator: torch.Generator) -> tuple[torch.Tensor, ...]:
        """Random rows and columns of the crops, and which are flipped, (count,) each."""
        shifts = torch.randint(0, 2 * SHIFT + 1, (2, count), generator=generator)
        return shifts[0], shifts[1], torch.rand(count, generator=generator) < 0.5

    def batch(self, index: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        """Randomly augmented inputs 0..1, float32 (len(index), channels, height, width)."""
        return self.at(index, *self.draw(len(index), generator))

    def at(
        self, index: torch.Tensor, top: torch.Tensor, left: torch.Tensor, flip: torch.Tensor
    ) -> torch.Tensor:
        """Inputs of given crops, float32 (len(index), channels, height, width), 0..1."""
        rows = top[:, None] + torch.arange(self._height)
        columns = left[:, None] + torch.arange(self._width)
        columns = torch.where(flip[:, None], columns.flip(1), columns)
        crops = self._padded[index[:, None, None], :, rows[:, :, None], columns[:, None, :]]
        inputs: torch.Tensor = crops.permute(0, 3, 1, 2).contiguous().float() / 255
        return inputs
