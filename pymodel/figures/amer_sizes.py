"""Sizes that Amer et al., "Analog Compute-near-RRAM CNN Accelerator", May 2024, print.

They come from the chip description, which is that network. The paper counts no bias rows in its
layer table, and counts them in its numbers of cells.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from chips.description import Chip
from chips.geometry import LayerGeometry
from pymodel.figures.figure import Figure, Stretch

SOURCE = "Amer 2024"
KIBI, MEBI = 1024, 1024**2
UNITS = {"": 1, "k": 1000, "Ki": KIBI, "Mi": MEBI}
MODEL, SCALING = "slide 'CIFAR 10: Proposed Model'", "slide 'Scaling to a Fully-Parallel'"
DIE, ESTIMATED = "slide 'Fabricated Die Photo'", "table 'Estimated Performance'"

figure = partial(Figure, SOURCE)


class PrintedLayer(NamedTuple):
    """One row of the layer table: outputs before the pool, weights, MACs, each with its unit."""

    name: str
    outputs: tuple[str, str]
    weights: tuple[str, str]
    macs: tuple[str, str]


LAYERS = (
    PrintedLayer("CONV1", ("16", "Ki"), ("432", ""), ("432", "Ki")),
    PrintedLayer("CONV2", ("8", "Ki"), ("4.5", "Ki"), ("1.125", "Mi")),
    PrintedLayer("CONV3", ("4", "Ki"), ("18", "Ki"), ("1.125", "Mi")),
    PrintedLayer("CONV4", ("2", "Ki"), ("72", "Ki"), ("1.125", "Mi")),
    PrintedLayer("FC1", ("64", ""), ("33", "k"), ("33", "k")),
    PrintedLayer("FC2", ("10", ""), ("640", ""), ("640", "")),
)
PRINTED_WEIGHTS_KI = 432 / KIBI + 4.5 + 18 + 72 + 33 + 640 / KIBI
PRINTED_WEIGHTS = "adding the rows as printed, 33k of FC1 in thousands"


def figures(chip: Chip) -> list[Figure]:
    """Every size, as `chip` has it."""
    return [*layer_table(chip), *sums(chip), *components(chip), *fabricated(chip)]


def outputs(geometry: LayerGeometry) -> int:
    """Outputs of a layer before its pool."""
    return math.prod(geometry.sum_shape)


def weights(geometry: LayerGeometry) -> int:
    """Weights of a layer without its bias row."""
    return geometry.filters * (geometry.rows - geometry.bias_row)


def macs(geometry: LayerGeometry) -> int:
    """MAC cells of a layer without those of its bias row."""
    return geometry.macs - geometry.bias_row * outputs(geometry)


def layer_table(chip: Chip) -> Iterator[Figure]:
    """Outputs, weights and MACs of every layer."""
    for row, geometry in zip(LAYERS, chip.geometry, strict=True):
        rows = "inputs" if geometry.bias_row else "C k^2"
        for what, (printed, unit), count, formula in (
            ("outputs", row.outputs, outputs(geometry), "F H W"),
            ("weights", row.weights, weights(geometry), f"F x {rows}"),
            ("MACs", row.macs, macs(geometry), f"F H W x {rows}"),
        ):
            name = f"{row.name} {what}"
            yield figure(MODEL, name, printed, unit, count / UNITS[unit], formula)


def sums(chip: Chip) -> Iterator[Figure]:
    """Sums over the layer table."""
    layers, bits = chip.geometry, chip.chip.weight_bits
    all_weights = sum(map(weights, layers)) / KIBI
    all_macs = sum(map(macs, layers)) / MEBI
    yield figure(MODEL, "activations", "30", "Ki", sum(map(outputs, layers)) / KIBI, "sum F H W")
    as_printed = Stretch(PRINTED_WEIGHTS_KI, PRINTED_WEIGHTS)
    yield figure(
        MODEL, "weights", "128.5", "Ki", all_weights, "sum of the layers", stretch=as_printed
    )
    times_bits = Stretch(128.5 * bits, "5 x 128.5k")
    bits_ki = all_weights * bits
    yield figure(MODEL, "weight bits", "642.5", "Ki", bits_ki, "5 x weights", stretch=times_bits)
    yield figure(MODEL, "MACs", "3.8", "Mi", all_macs, "sum of the layers")
    twice = Stretch(2 * all_macs, "each MAC twice, 1M = 1024^2, cut to two digits")
    yield figure(SCALING, "MACs", "7.6", "Mi", all_macs, "sum of the layers", stretch=twice)


def components(chip: Chip) -> Iterator[Figure]:
    """Cells and amplifiers of the whole chip."""
    pairs = list(zip(chip.geometry, chip.layers, strict=True))
    relu = sum(outputs(geometry) for geometry, layer in pairs if layer.relu)
    pools = sum(math.prod(geometry.out_shape) for geometry, layer in pairs if layer.pool > 1)
    yield figure(SCALING, "RRAM cells", "638", "Ki", chip.cells / KIBI, "with bias rows")
    yield figure(ESTIMATED, "memory", "80", "KiB", chip.cells / 8 / KIBI, "cells / 8")
    yield figure(SCALING, "ReLU", "31", "k", relu / 1000, "sum F H W of rectified layers")
    yield figure(SCALING, "pools", "7.5", "Ki", pools / KIBI, "sum F H W / 4")


def fabricated(chip: Chip) -> Iterator[Figure]:
    """The two fully connected layers that were made."""
    fc1, fc2 = (geometry for geometry in chip.geometry if geometry.bias_row)
    cells, count = fc1.cells + fc2.cells, fc1.macs + fc2.macs
    fc1_cells = weights(fc1) * chip.chip.weight_bits / KIBI
    yield figure(
        "slide 'Fully-Connected Layer'", "FC1 cells", "160", "Ki", fc1_cells, "5 x 512 x 64"
    )
    yield figure(DIE, "cells", "164", "Ki", cells / KIBI, "5 (513 x 64 + 65 x 10)")
    yield figure(DIE, "MACs", "33", "Ki", count / KIBI, "513 x 64 + 65 x 10")
