"""Figures of the BNN thesis: a binary network of fully connected layers on MNIST.

S.-G. Lee, "Architecture-Accuracy Co-optimization of ReRAM-based Low-cost Neural Network Processor",
master's thesis, UNIST 2020.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise

from chips.tables import require
from pymodel.figures.figure import Figure

SOURCE = "Lee 2020"
CLASSES = 10
ARRAY = 128  # largest side of one crossbar
TABLE1 = {28: "118016", 24: "91392", 20: "68864", 16: "50432", 12: "36096"}
TABLE2 = {192: "115584", 160: "91200", 128: "68864", 96: "48576", 64: "30336"}
# Efficiencies that table 7 scales to 32 nm: name, node, as published, scaled.
TABLE7 = (
    ("Mochida per area", 180, 26.19, "828.7", "GOPS/mm2"),
    ("Mochida per power", 180, 20.7, "655", "TOPS/W"),
    ("Chen per power", 65, 16.95, "69.94", "TOPS/W"),
)

figure = partial(Figure, SOURCE)


def network_bits(*sizes: int) -> int:
    """Binary weights of fully connected layers of these sizes, without biases.

    Raises
    ------
    InputError
        Fewer than two sizes, or one that is not positive.
    """
    require(len(sizes) >= 2 and min(sizes) > 0, f"layer sizes {sizes}: two or more, above 0")
    return sum(a * b for a, b in pairwise(sizes))


def crossbars(*sizes: int) -> int:
    """Arrays of at most 128 x 128 that hold these layers."""
    return sum(-(-a // ARRAY) * -(-b // ARRAY) for a, b in pairwise(sizes))


def figures() -> list[Figure]:
    """Every figure but the accuracies."""
    return [*sizes(), *architecture(), *scaled()]


def sizes() -> Iterator[Figure]:
    """Network sizes of tables 1 and 2."""
    for n, printed in TABLE1.items():
        bits = network_bits(n * n, 128, 128, CLASSES)
        name = f"{n} x {n} pixels, hidden 128"
        yield figure("Table 1", name, printed, "bit", bits, "128 n^2 + 128^2 + 1280")
    for h, printed in TABLE2.items():
        bits = network_bits(400, h, h, CLASSES)
        name = f"20 x 20 pixels, hidden {h}"
        yield figure("Table 2", name, printed, "bit", bits, "400 h + h^2 + 10 h")


def architecture() -> Iterator[Figure]:
    """What the text says of the network that was chosen, 400-128-128-10."""
    chosen, whole = (400, 128, 128, CLASSES), (28 * 28, 128, 128, CLASSES)
    smaller = 100 * (1 - network_bits(*chosen) / network_bits(*whole))
    formula = "1 - 68864 / 118016"
    yield figure("section 4.1", "reduction by cropping", "42", "%", smaller, formula)
    arrays = "ceil(400/128) + ceil(128/128) + ceil(128/128)"
    yield figure("section 5.1", "crossbars", "6", "", crossbars(*chosen), arrays)


def scaled() -> Iterator[Figure]:
    """Efficiencies of others, scaled to 32 nm."""
    for name, node, published, printed, unit in TABLE7:
        value = published * (node / 32) ** 2
        yield figure("Table 7", f"{name} at 32 nm", printed, unit, value, f"x ({node} / 32)^2")
