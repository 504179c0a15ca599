"""Accuracy with an ADC and a DAC between the layers, over their bits, beside the analog hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.axes import Axes

from chips.description import Chip
from chips.images import ImageSet
from chips.weights import Weights
from pymodel.network import Network
from pymodel.noise import Effects
from scripts.experiments.images import accuracy_percent
from scripts.experiments.spread import spread

ANALOG = 0  # instead of a number of bits
BITS = (ANALOG, 2, 3, 4, 5, 6, 7, 8)
CASES = {"no effect": Effects.none(), "every effect": Effects.all()}


@dataclass(frozen=True)
class Row:
    """One number of bits with one seed, of the noise and of the die; bits 0: analog."""

    case: str
    bits: int
    seed: int
    images: int
    percent: float


def chip_with(chip: Chip, bits: int) -> Chip:
    """The same chip with converters of `bits` between its layers; 0: without."""
    kind = "analog" if bits == ANALOG else "adc"
    return replace(chip, chip=replace(chip.chip, interlayer=kind, interlayer_bits=bits))


def rows(chip: Chip, weights: Weights, images: ImageSet, *, seed: int, runs: int) -> list[Row]:
    """Every number of bits, without effects once, with them for `runs` seeds from `seed` on."""
    return [
        Row(case, bits, number, len(images), accuracy_percent(network, images))
        for case, effects in CASES.items()
        for bits in BITS
        for number in range(seed, seed + (runs if effects != Effects.none() else 1))
        for network in [Network(chip_with(chip, bits), weights, effects=effects, seed=number)]
    ]


def lines(found: Sequence[Row]) -> Iterator[str]:
    """The table of the terminal: mean and spread over the seeds."""
    yield "case           bits     accuracy"
    for (case, bits), percents in _points(found).items():
        name = "analog" if bits == ANALOG else f"{bits}"
        yield f"{case:<14} {name:<8} {np.mean(percents):6.2f} +- {spread(percents):.2f} %"


def _points(found: Sequence[Row]) -> dict[tuple[str, int], list[float]]:
    """Accuracies of every case and number of bits."""
    points: dict[tuple[str, int], list[float]] = {}
    for row in found:
        points.setdefault((row.case, row.bits), []).append(row.percent)
    return points


def fill(axes: Axes, found: Sequence[Row]) -> None:
    """Accuracy over the bits, that of the analog hold as a dashed line."""
    points = _points(found)
    for number, case in enumerate(CASES):
        chosen = {bits: percents for (name, bits), percents in points.items() if name == case}
        analog, colour = float(np.mean(chosen.pop(ANALOG))), f"C{number}"
        means = [float(np.mean(percents)) for percents in chosen.values()]
        spreads = [spread(percents) for percents in chosen.values()]
        axes.errorbar(
            list(chosen),
            means,
            spreads,
            fmt="o-",
            ms=4,
            lw=1,
            capsize=3,
            color=colour,
            label=f"ADC, {case}",
        )
        axes.axhline(analog, color=colour, lw=1, ls="--", label=f"analog, {case}")
    axes.set_xlabel("bits between the layers")
    axes.set_ylabel("accuracy (%)")
    axes.set_title(f"{found[0].images:,} images; bars: spread over the seeds", fontsize=9)
    axes.legend(fontsize=8)
