"""Sizes that follow from a chip description."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chips.tables import require

if TYPE_CHECKING:
    from chips.description import Chip


PIXEL_BYTES = 64  # bytes of one beat of the pixel stream
DAC_CODES = 512


@dataclass(frozen=True)
class LayerGeometry:
    """Derived sizes of one layer.

    A word is the cells of one row of one group of `lanes` filters. Words are numbered group by
    group, row fastest; banks are runs of consecutive words.
    """

    index: int
    in_shape: tuple[int, int, int]  # channels, height, width
    sum_shape: tuple[int, int, int]  # before pooling
    out_shape: tuple[int, int, int]
    filters: int
    rows: int
    bias_row: bool
    groups: int
    words: int
    cells: int
    macs: int
    word_base: int
    banks: int
    bank_base: int
    words_per_bank: int


def layer_geometries(chip: Chip) -> tuple[LayerGeometry, ...]:
    """Geometry of every layer of `chip`, in order."""
    ident = chip.chip
    shape = (ident.input_channels, ident.input_height, ident.input_width)
    word_base = bank_base = 0
    result = []
    for index, layer in enumerate(chip.layers):
        conv = layer.kind == "conv"
        size = shape[0] * shape[1] * shape[2]
        rows = shape[0] * layer.kernel**2 if conv else size + 1
        sums = (layer.filters, shape[1], shape[2]) if conv else (layer.filters, 1, 1)
        require(
            sums[1] % layer.pool == 0 and sums[2] % layer.pool == 0,
            f"layers[{index}]: pool {layer.pool} does not divide {sums[1]} x {sums[2]}",
        )
        out = (sums[0], sums[1] // layer.pool, sums[2] // layer.pool)
        groups = -(-layer.filters // ident.lanes)
        words = groups * rows
        words_per_bank = chip.reader.cells_per_bank // (ident.lanes * ident.weight_bits)
        require(words_per_bank >= 1, "reader: peak_current_a is below the draw of one word")
        banks = -(-words // words_per_bank)
        result.append(
            LayerGeometry(
                index=index,
                in_shape=shape,
                sum_shape=sums,
                out_shape=out,
                filters=layer.filters,
                rows=rows,
                bias_row=not conv,
                groups=groups,
                words=words,
                cells=layer.filters * rows * ident.weight_bits,
                macs=layer.filters * rows * sums[1] * sums[2],
                word_base=word_base,
                banks=banks,
                bank_base=bank_base,
                words_per_bank=words_per_bank,
            )
        )
        word_base += words
        bank_base += banks
        shape = out
    return tuple(result)


def geometry_hash(chip: Chip) -> int:
    """CRC-32 of everything that decides the shape and coding of a weight file."""
    ident = chip.chip
    layers = [[layer.kind, layer.filters, layer.kernel, layer.pool] for layer in chip.layers]
    shape = [ident.input_channels, ident.input_height, ident.input_width]
    return zlib.crc32(json.dumps([ident.weight_bits, ident.levels, shape, layers]).encode())


@dataclass(frozen=True)
class PinWidths:
    """Bits of the macro pins that depend on the chip."""

    layer: int
    group: int
    row: int
    bank: int
    beat: int
    level: int
    label: int
    dac: int


def image_beats(chip: Chip) -> int:
    """Beats of the pixel stream of one image."""
    return -(-chip.image_bytes // PIXEL_BYTES)


def pin_widths(chip: Chip) -> PinWidths:
    """Widths of the address, code and index pins of `chip`."""
    return PinWidths(
        layer=_index_bits(len(chip.layers)),
        group=_index_bits(max(g.groups for g in chip.geometry)),
        row=_index_bits(max(g.rows for g in chip.geometry)),
        bank=_index_bits(chip.banks),
        beat=_index_bits(image_beats(chip)),
        level=_index_bits(chip.chip.levels),
        label=_index_bits(chip.chip.classes),
        dac=_index_bits(DAC_CODES),
    )


def _index_bits(count: int) -> int:
    return max(1, (count - 1).bit_length())
