"""Image files: the record format, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from chips import InputError, load_chip
from chips.images import data_file, load_images

CHIP = load_chip("cifar10")


def test_records_are_read_in_order(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    records = rng.integers(0, 256, (3, 3073)).astype(np.uint8)
    records[:, 0] = (3, 0, 9)
    records.tofile(tmp_path / "test_batch.bin")
    images = load_images(data_file(tmp_path), CHIP)
    assert list(images.labels) == [3, 0, 9]
    np.testing.assert_array_equal(images.pixels.reshape(3, -1), records[:, 1:])


@pytest.mark.parametrize("size", [0, 3072, 3074, 2 * 3073 - 1])
def test_a_truncated_file_is_refused(tmp_path: Path, size: int) -> None:
    path = tmp_path / "images.bin"
    path.write_bytes(bytes(size))
    with pytest.raises(InputError, match=f"{size} bytes, must be one or more records of 3073"):
        load_images(path, CHIP)


def test_a_label_that_is_no_class_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "images.bin"
    path.write_bytes(bytes(3073) + bytes([10]) + bytes(3072))
    with pytest.raises(InputError, match=r"label 10 in record 1, allowed are 0\.\.9"):
        load_images(path, CHIP)


def test_a_folder_without_images_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no test_batch\.bin"):
        data_file(tmp_path)
