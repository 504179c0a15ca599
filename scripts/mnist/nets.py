"""Which networks tables 1-6 of the thesis are about.

S.-G. Lee, "Architecture-Accuracy Co-optimization of ReRAM-based Low-cost Neural Network Processor",
master's thesis, UNIST 2020.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, replace

from chips.tables import require
from pymodel.figures.accuracies import Key
from pymodel.figures.lee2020 import network_bits
from scripts.mnist.images import CLASSES

SIDES = (28, 24, 20, 16, 12)
HIDDEN = (192, 160, 128, 96, 64)
WEIGHT_BITS = (1, 2, 3, 4, 6, 8)
ACTIVATION_BITS = (1, 2, 3, 6, 8)
BOTH_BITS = (3, 4, 8)  # weights and activations, for table 6; the thesis has no such networks


class Norm(enum.StrEnum):
    """Batch norm while training: per output, with one scale for a layer, or none at all."""

    BATCH = "batch norm"
    SHARED = "SBN"
    NONE = "without BN"


class Measure(enum.StrEnum):
    """What is classified with: the network as trained, or with its batch norm replaced.

    RESCALED and AFTERWARDS are not of the thesis: an arithmetic merge that chooses the step of the
    merged weights, and one shared scale put into a network that was trained with one per output.
    """

    TRAINED = "as trained"
    ARITHMETIC = "arithmetic merge"
    SIGNED = "signed merge"
    RESCALED = "rescaled merge"
    AFTERWARDS = "SBN afterwards"


@dataclass(frozen=True)
class Net:
    """A network of two equal hidden layers.

    side : pixels of the square input. hidden : neurons of each hidden layer. weight_bits,
    activation_bits : precision; one bit is {-1, 1} and {0, 1}.

    Raises
    ------
    InputError
        A precision outside 1..8 bits.
    """

    side: int = 20
    hidden: int = 128
    weight_bits: int = 1
    activation_bits: int = 1
    norm: Norm = Norm.BATCH

    def __post_init__(self) -> None:
        for bits in (self.weight_bits, self.activation_bits):
            require(1 <= bits <= 8, f"precision of {bits} bits: must be in 1..8")

    @property
    def sizes(self) -> tuple[int, ...]:
        """Inputs, hidden neurons, outputs."""
        return (self.side**2, self.hidden, self.hidden, CLASSES)

    @property
    def bits(self) -> int:
        """Bits of all weights."""
        return self.weight_bits * network_bits(*self.sizes)

    @property
    def name(self) -> str:
        """What tells it from every other network."""
        sizes = "-".join(map(str, self.sizes))
        return (
            f"{sizes}, weights {self.weight_bits}, activations {self.activation_bits}, {self.norm}"
        )


CHOSEN = Net()


def of_equal_size(weight_bits: int) -> Net:
    """The widest network whose weights need no more bits than the chosen one (table 3)."""
    widths = (replace(CHOSEN, hidden=h, weight_bits=weight_bits) for h in range(128, 0, -1))
    return next(net for net in widths if net.bits <= CHOSEN.bits)


def printed_rows() -> Iterator[tuple[Key, Net, Measure]]:
    """Every accuracy of tables 1-5: where it is printed, and what it is measured on."""
    for side in SIDES:
        yield ("1", f"{side}x{side}", "test"), replace(CHOSEN, side=side), Measure.TRAINED
    for hidden in HIDDEN:
        yield ("2", f"{hidden}", "test"), replace(CHOSEN, hidden=hidden), Measure.TRAINED
    for bits in WEIGHT_BITS:
        yield ("3", f"{bits}-bit", "test"), of_equal_size(bits), Measure.TRAINED
    for bits in ACTIVATION_BITS:
        baseline, *merges = _merged_rows("4", bits, replace(CHOSEN, activation_bits=bits))
        yield baseline
        for norm in (Norm.NONE, Norm.SHARED):
            net = replace(baseline[1], norm=norm)
            yield ("4", f"{bits}-bit", norm.value), net, Measure.TRAINED
        yield from merges
    for bits in WEIGHT_BITS:
        yield from _merged_rows("5", bits, replace(CHOSEN, weight_bits=bits))


def _merged_rows(table: str, bits: int, net: Net) -> Iterator[tuple[Key, Net, Measure]]:
    yield (table, f"{bits}-bit", "baseline"), net, Measure.TRAINED
    for measure in (Measure.ARITHMETIC, Measure.SIGNED):
        yield (table, f"{bits}-bit", measure.value), net, measure


@dataclass(frozen=True)
class Condition:
    """A row of table 6: the printed policy, and the networks that it is judged by."""

    name: str
    printed: str
    nets: tuple[Net, ...]


CONDITIONS = (
    Condition(
        "binary activations",
        "signed merge",
        tuple(replace(CHOSEN, weight_bits=bits) for bits in WEIGHT_BITS),
    ),
    Condition(
        "weights and activations of 3 bits and more",
        "arithmetic merge",
        tuple(replace(CHOSEN, weight_bits=bits, activation_bits=bits) for bits in BOTH_BITS),
    ),
    Condition(
        "binary weights, activations of 3 bits and more",
        "SBN or signed merge",
        tuple(replace(CHOSEN, activation_bits=bits) for bits in ACTIVATION_BITS if bits >= 3),
    ),
)


def all_nets() -> list[Net]:
    """Every network to train, each once."""
    judged = [net for condition in CONDITIONS for net in condition.nets]
    shared = [replace(net, norm=Norm.SHARED) for net in judged]
    return list(dict.fromkeys([*(net for _, net, _ in printed_rows()), *judged, *shared]))
