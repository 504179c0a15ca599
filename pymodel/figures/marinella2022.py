"""Figures of Marinella et al., "Energy Efficient Deep Neural Network Processing", February 2022.

The tile table is data: it comes from circuit simulations that the source does not print.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from pymodel.figures.figure import Figure

SOURCE = "Marinella 2022"
OPERATIONS = ("vector-matrix", "matrix-vector", "outer product")


class Tile(NamedTuple):
    """Energy per operation in fJ and array latency in us of the three operations, 14 nm, 8 bit."""

    technology: str
    energy_fj: tuple[float, float, float]
    latency_us: tuple[float, float, float]

    @property
    def cells(self) -> list[str]:
        """Energy / latency of each operation, as text."""
        pairs = zip(self.energy_fj, self.latency_us, strict=True)
        return [f"{energy:g} / {latency:g}" for energy, latency in pairs]


TILES = (
    Tile("ECRAM", (11.9, 11.9, 0.2), (0.39, 0.39, 1.9)),
    Tile("ReRAM", (12.2, 12.2, 2.1), (0.38, 0.38, 0.51)),
    Tile("SONOS", (13.7, 13.7, 68.2), (0.40, 0.40, 20.0)),
    Tile("SRAM", (2718.0, 4630.0, 4102.0), (4.0, 32.0, 8.0)),
)
# Top-1 accuracy on ImageNet in percent, from the least to the most loss.
FLOATING_POINT = 77.5
TOP1 = {"ReRAM": 76.4, "SONOS": 74.0, "PCM": 28.2}

figure = partial(Figure, SOURCE)


def tile(technology: str) -> Tile:
    """Row of the tile table."""
    return next(row for row in TILES if row.technology == technology)


def figures() -> list[Figure]:
    """What follows from other figures of the source."""
    return list(_derived())


def _derived() -> Iterator[Figure]:
    slide = "slide 'Tile Analysis'"
    orders = math.log10(tile("SRAM").energy_fj[0] / tile("ReRAM").energy_fj[0])
    yield figure(slide, "energy beyond digital", "2", "decades", orders, "lg (2718 fJ / 12.2 fJ)")
    model = "slide 'Sandia TaOx ReRAM Error Model'"
    yield figure(model, "top-1 loss", "0.78", "%", 77.18 - 76.4, "77.18 % - 76.4 %")
    yield figure(model, "top-5 loss", "0.15", "%", 93.06 - 92.91, "93.06 % - 92.91 %")
