"""Weight files: the coding of words, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chips import Chip, InputError, load_chip
from chips.weights import (
    Weights,
    code_shape,
    load_weights,
    save_weights,
    weight_words,
    word_masks,
)


@pytest.fixture
def chip() -> Chip:
    return load_chip("mini")


def random_weights(chip: Chip, seed: int) -> Weights:
    rng = np.random.default_rng(seed)
    codes = tuple(rng.integers(-15, 16, (g.filters, g.rows), np.int8) for g in chip.geometry)
    return Weights(codes, (16,) * len(codes), (2,) * len(codes))


def saved(folder: Path, chip: Chip, changes: dict[str, Any]) -> Path:
    """A good file with some arrays replaced; None removes one."""
    path = folder / "weights.npz"
    save_weights(path, chip, random_weights(chip, 1))
    with np.load(path) as file:
        arrays = dict(file)
    for name, value in changes.items():
        if value is None:
            del arrays[name]
        else:
            arrays[name] = value
    np.savez(path, **arrays)
    return path


def test_a_saved_file_reads_back(tmp_path: Path, chip: Chip) -> None:
    weights = random_weights(chip, 2)
    save_weights(tmp_path / "w.npz", chip, weights)
    again = load_weights(tmp_path / "w.npz", chip)
    for written, read in zip(weights.codes, again.codes, strict=True):
        np.testing.assert_array_equal(written, read)
    assert again.t_ctrl == weights.t_ctrl
    assert list(tmp_path.iterdir()) == [tmp_path / "w.npz"]


def test_words_decode_to_the_codes(chip: Chip) -> None:
    weights = random_weights(chip, 3)
    words = weight_words(chip, weights)
    for g, codes in zip(chip.geometry, weights.codes, strict=True):
        for filter_index in range(g.filters):
            group, lane = divmod(filter_index, chip.chip.lanes)
            for row in (0, g.rows - 1):
                bits = words[g.word_base + group * g.rows + row, lane * 5 : lane * 5 + 5]
                magnitude = sum(int(bit) << b for b, bit in enumerate(bits[:4]))
                assert (-magnitude if bits[4] else magnitude) == codes[filter_index, row]


def test_every_existing_cell_is_masked_once(chip: Chip) -> None:
    assert word_masks(chip).sum() == chip.cells
    assert word_masks(load_chip("cifar10")).sum() == 653_410


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"code1": np.zeros((4, 2, 3, 2), np.int8)}, "code1 has shape (4, 2, 3, 2), must be"),
        ({"code2": np.full((6, 17), 16, np.int8)}, "code2 holds 16, allowed are -15..15"),
        ({"code2": np.full((6, 17), -128, np.int8)}, "code2 holds -128, allowed are -15..15"),
        ({"code0": np.zeros((2, 3, 3, 3), np.float32)}, "code0 is float32, must be int8"),
        ({"t_ctrl": np.array([0, 16, 16, 16])}, "t_ctrl[0] is 0, allowed are 1..32"),
        ({"t_ctrl": np.array([16, 16, 16])}, "t_ctrl must be 4 integers"),
        ({"cf_sel": np.array([0, 8, 0, 0])}, "cf_sel[1] is 8, allowed are 0..7"),
        ({"chip": np.asarray("cifar10")}, "made for chip 'cifar10', not for 'mini'"),
        ({"geometry_hash": np.asarray(1, np.uint32)}, "geometry hash 0x00000001"),
        ({"code3": None}, "array 'code3' is missing"),
    ],
)
def test_a_bad_file_is_refused_by_name(
    tmp_path: Path, chip: Chip, changes: dict[str, Any], message: str
) -> None:
    path = saved(tmp_path, chip, changes)
    with pytest.raises(InputError) as caught:
        load_weights(path, chip)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_pickle_is_never_loaded(tmp_path: Path, chip: Chip) -> None:
    path = saved(tmp_path, chip, {"code0": np.array([print], dtype=object)})
    with pytest.raises(InputError, match="pickled objects; only plain arrays"):
        load_weights(path, chip)


def test_a_bare_pickle_is_never_loaded(tmp_path: Path, chip: Chip) -> None:
    path = tmp_path / "weights.npz"
    np.save(path.with_suffix(".npy"), np.array([print], dtype=object))
    path.with_suffix(".npy").rename(path)
    with pytest.raises(InputError, match="pickled objects; only plain arrays"):
        load_weights(path, chip)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", b"hello"])
def test_another_file_is_refused(tmp_path: Path, chip: Chip, content: bytes) -> None:
    path = tmp_path / "weights.npz"
    path.write_bytes(content)
    with pytest.raises(InputError, match=str(path)):
        load_weights(path, chip)


def test_the_shapes_are_those_of_the_network() -> None:
    chip = load_chip("cifar10")
    shapes = [code_shape(chip, layer) for layer in range(6)]
    assert shapes[3:] == [(128, 64, 3, 3), (64, 513), (10, 65)]
