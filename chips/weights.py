"""Weight files: `chips/<chip>/weights.npz`, checked against the chip they are for.

Keys: `code0`.. int8, one per layer, shaped (filters, channels, k, k) or (filters, inputs + 1);
`t_ctrl` and `cf_sel`, one integer per layer; `chip`, a name; `geometry_hash`. No pickles.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from chips.description import CHIPS, Chip
from chips.errors import InputError


@dataclass(frozen=True)
class Weights:
    """A trained network in chip codes.

    codes: one int8 array (filters, rows) per layer; rows in the order channel, row, column, the
    bias row last. t_ctrl: integration time in system clocks. cf_sel: capacitor choice.
    """

    codes: tuple[npt.NDArray[np.int8], ...]
    t_ctrl: tuple[int, ...]
    cf_sel: tuple[int, ...]


def default_weights(chip: Chip) -> Path:
    """Path of the weight file that belongs to `chip`."""
    return CHIPS / chip.name / "weights.npz"


def code_shape(chip: Chip, layer: int) -> tuple[int, ...]:
    """Shape of the weight codes of one layer in the file."""
    geometry, config = chip.geometry[layer], chip.layers[layer]
    if config.kind == "conv":
        return (geometry.filters, geometry.in_shape[0], config.kernel, config.kernel)
    return (geometry.filters, geometry.rows)


def load_weights(path: Path, chip: Chip) -> Weights:
    """Read and check a weight file.

    Raises
    ------
    InputError
        Not such a file, pickled, for another chip, or a shape or value that does not fit; a chip
        of multi-level cells, for which there are no weights.
    """
    if chip.chip.levels != 2:
        raise InputError(
            f"chip '{chip.name}' has no weights: its cells have {chip.chip.levels} levels, allowed "
            "for weights are 2"
        )
    arrays = _read_arrays(path)
    _check_chip(path, arrays, chip)
    codes = tuple(_codes(path, arrays, chip, layer) for layer in range(len(chip.layers)))
    t_ctrl = _per_layer(path, arrays, "t_ctrl", chip, 1, chip.phases.t_ctrl_max_cycles)
    cf_sel = _per_layer(path, arrays, "cf_sel", chip, 0, 2**chip.mac.cf_sel_bits - 1)
    return Weights(codes, t_ctrl, cf_sel)


def save_weights(path: Path, chip: Chip, weights: Weights) -> None:
    """Write a weight file whole or not at all."""
    arrays = {
        f"code{i}": code.reshape(code_shape(chip, i)).astype(np.int8)
        for i, code in enumerate(weights.codes)
    }
    partial = path.with_name(path.name + ".partial")
    with partial.open("wb") as file:
        np.savez_compressed(
            file,
            t_ctrl=np.asarray(weights.t_ctrl, np.int16),
            cf_sel=np.asarray(weights.cf_sel, np.int8),
            chip=np.asarray(chip.name),
            geometry_hash=np.asarray(chip.geometry_hash, np.uint32),
            **arrays,  # type: ignore[arg-type]
        )
    partial.replace(path)


def weight_words(chip: Chip, weights: Weights) -> npt.NDArray[np.bool_]:
    """Cell targets of every word of the chip, bool (words, lanes * weight_bits).

    Cell `lane * weight_bits + b` of a word: b counts the magnitude bits from the lowest, the last
    is the sign (1 = negative; never set for a zero). True is the high-resistance state. Cells of
    lanes that do not exist are False.
    """
    ident, magnitude_bits = chip.chip, chip.chip.weight_bits - 1
    words = np.zeros((chip.words, ident.lanes, ident.weight_bits), np.bool_)
    for geometry, codes in zip(chip.geometry, weights.codes, strict=True):
        padded = np.zeros((geometry.groups * ident.lanes, geometry.rows), np.int16)
        padded[: geometry.filters] = codes
        by_group = padded.reshape(geometry.groups, ident.lanes, geometry.rows)
        by_word = by_group.transpose(0, 2, 1).reshape(geometry.words, ident.lanes)
        block = words[geometry.word_base : geometry.word_base + geometry.words]
        for bit in range(magnitude_bits):
            block[:, :, bit] = (np.abs(by_word) >> bit) & 1
        block[:, :, magnitude_bits] = by_word < 0
    return words.reshape(chip.words, chip.word_cells)


def word_masks(chip: Chip) -> npt.NDArray[np.bool_]:
    """Which cells of every word exist, bool (words, lanes * weight_bits)."""
    ident = chip.chip
    masks = np.zeros((chip.words, ident.lanes), np.bool_)
    for geometry in chip.geometry:
        for group in range(geometry.groups):
            base = geometry.word_base + group * geometry.rows
            lanes = min(ident.lanes, geometry.filters - group * ident.lanes)
            masks[base : base + geometry.rows, :lanes] = True
    return np.repeat(masks, ident.weight_bits, axis=1)


def _read_arrays(path: Path) -> dict[str, npt.NDArray[np.generic]]:
    try:
        with np.load(path, allow_pickle=False) as file:
            if not isinstance(file, np.lib.npyio.NpzFile):
                raise InputError(f"{path}: not a weight file (.npz of arrays)")
            return {name: file[name] for name in file.files}
    except FileNotFoundError:
        raise InputError(f"{path}: no such weight file") from None
    except InputError:
        raise
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        if "pickle" in str(error).lower():
            raise InputError(f"{path}: holds pickled objects; only plain arrays are read") from None
        raise InputError(f"{path}: not a weight file (.npz of arrays): {error}") from None


def _check_chip(path: Path, arrays: dict[str, npt.NDArray[np.generic]], chip: Chip) -> None:
    expected = [f"code{i}" for i in range(len(chip.layers))]
    for key in [*expected, "t_ctrl", "cf_sel", "chip", "geometry_hash"]:
        if key not in arrays:
            raise InputError(f"{path}: array '{key}' is missing")
    name = str(arrays["chip"])
    if name != chip.name:
        raise InputError(f"{path}: made for chip '{name}', not for '{chip.name}'")
    found = int(arrays["geometry_hash"])
    if found != chip.geometry_hash:
        raise InputError(
            f"{path}: geometry hash {found:#010x}, the chip '{chip.name}' has "
            f"{chip.geometry_hash:#010x}"
        )


def _codes(
    path: Path, arrays: dict[str, npt.NDArray[np.generic]], chip: Chip, layer: int
) -> npt.NDArray[np.int8]:
    name, shape, limit = f"code{layer}", code_shape(chip, layer), chip.chip.code_max
    array = arrays[name]
    if array.dtype != np.int8:
        raise InputError(f"{path}: {name} is {array.dtype}, must be int8")
    if array.shape != shape:
        raise InputError(f"{path}: {name} has shape {array.shape}, must be {shape}")
    wide = array.astype(np.int16)
    if wide.min() < -limit or wide.max() > limit:
        worst = wide.flat[np.abs(wide).argmax()]
        raise InputError(f"{path}: {name} holds {worst}, allowed are -{limit}..{limit}")
    return array.reshape(shape[0], -1).astype(np.int8)


def _per_layer(
    path: Path,
    arrays: dict[str, npt.NDArray[np.generic]],
    name: str,
    chip: Chip,
    low: int,
    high: int,
) -> tuple[int, ...]:
    array = arrays[name]
    if array.shape != (len(chip.layers),) or array.dtype.kind not in "iu":
        raise InputError(
            f"{path}: {name} must be {len(chip.layers)} integers, found {array.dtype} {array.shape}"
        )
    values = tuple(int(v) for v in array)
    for layer, value in enumerate(values):
        if not low <= value <= high:
            raise InputError(f"{path}: {name}[{layer}] is {value}, allowed are {low}..{high}")
    return values
