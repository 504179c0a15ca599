"""Figures of Cosemans et al., "Towards 10000 TOPS/W DNN Inference", IEDM 2019, 22.2.

Fig. 7: energy of one matrix-vector product with pulse-width activations and a precharge-discharge
summation line, N inputs and M outputs, cells of a fairy-tale device.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from chips.tables import require
from pymodel.figures.figure import Figure

SOURCE = "Cosemans 2019"
DAC_J, ADC_J, CONTROL_J = 15e-15, 100e-15, 2e-12
LINE_F, SUPPLY_V = 0.1e-15, 0.8
ACTIVATION_PART, SUMMATION_PART = 0.8, 0.5  # of the lines' full C V^2
MEBI, KIBI = 1024**2, 1024

figure = partial(Figure, SOURCE)


@dataclass(frozen=True)
class Product:
    """Energy of one N x M matrix-vector product, in joules.

    Raises
    ------
    InputError
        No input or no output.
    """

    inputs: int
    outputs: int

    def __post_init__(self) -> None:
        least = min(self.inputs, self.outputs)
        require(least >= 1, f"product of {self.inputs} x {self.outputs}: at least 1 of both")

    @property
    def macs(self) -> int:
        """Multiplications at once."""
        return self.inputs * self.outputs

    @property
    def dacs_j(self) -> float:
        """One DAC per input."""
        return DAC_J * self.inputs

    @property
    def adcs_j(self) -> float:
        """One ADC per output."""
        return ADC_J * self.outputs

    @property
    def activation_j(self) -> float:
        """Activation lines, 0.8 N M C V^2."""
        return ACTIVATION_PART * self.macs * LINE_F * SUPPLY_V**2

    @property
    def summation_j(self) -> float:
        """Summation lines, 0.5 N M C V^2."""
        return SUMMATION_PART * self.macs * LINE_F * SUPPLY_V**2

    @property
    def total_j(self) -> float:
        """All of it, control and timing included."""
        return self.dacs_j + self.adcs_j + self.activation_j + self.summation_j + CONTROL_J

    @property
    def per_mac_j(self) -> float:
        """Energy of one MAC."""
        return self.total_j / self.macs

    @property
    def ops_per_w(self) -> float:
        """Operations per second and watt; a MAC is two."""
        return 2 / self.per_mac_j


# Rows of Fig. 7 in its order: MACs, DACs, ADCs, activation, summation, total, per MAC, per
# operation, efficiency.
FIG7 = {
    4096: (("16", "Mi"), "61", "410", "859", "537", "1869", "0.11", "0.06", "17954"),
    1024: (("1", "Mi"), "15", "102", "54", "34", "207", "0.20", "0.10", "10131"),
    128: (("16", "Ki"), "1.9", "13", "0.8", "0.5", "18", "1.10", "0.55", "1812"),
}


def figures() -> list[Figure]:
    """Every figure."""
    return [row for size in FIG7 for row in fig7(size)]


def fig7(size: int) -> Iterator[Figure]:
    """The column of Fig. 7 for `size` inputs and outputs."""
    product = Product(size, size)
    (count, unit), *printed = FIG7[size]
    macs = product.macs / (MEBI if unit == "Mi" else KIBI)
    yield figure("Fig. 7", f"{size}: MACs at once", count, unit, macs, "N M")
    for text, (name, unit, value, formula) in zip(printed, _rows(product), strict=True):
        yield figure("Fig. 7", f"{size}: {name}", text, unit, value, formula)


def _rows(product: Product) -> Iterator[tuple[str, str, float, str]]:
    """Name, unit, value and formula of the energies of one column, in the order of the figure."""
    yield "all DACs", "pJ", product.dacs_j * 1e12, "15 fJ N"
    yield "all ADCs", "pJ", product.adcs_j * 1e12, "100 fJ M"
    lines = "N M 0.1 fF (0.8 V)^2"
    yield "activation lines", "pJ", product.activation_j * 1e12, f"0.8 {lines}"
    yield "summation lines", "pJ", product.summation_j * 1e12, f"0.5 {lines}"
    yield "total", "pJ", product.total_j * 1e12, "sum, with 2 pJ for control and timing"
    yield "per MAC", "fJ", product.per_mac_j * 1e15, "total / (N M)"
    yield "per operation", "fJ", product.per_mac_j / 2 * 1e15, "total / (2 N M)"
    yield "efficiency", "TOPS/W", product.ops_per_w / 1e12, "2 N M / total"
