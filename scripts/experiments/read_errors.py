"""Wrong bits of the pulsed reader over the ratio of the levels, all cells of the chip.

The claim: no error at 50 % variation and ratio 5 (A. G. Amer et al., 2024). A cell of the high
level is read wrong when it is below the reference, one of the low level when it is above. Nominal
levels R and ratio R, reference at their geometric mean, R (1 + b tanh(s z)) with normal z: the
expected number has a closed form.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from matplotlib.axes import Axes

from chips.description import Chip
from chips.weights import Weights, weight_words, word_masks
from pymodel.device import Device
from pymodel.die import Point, make_die
from pymodel.noise import Effects

RATIOS = (1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 7.0, 10.0)
VARIATIONS = (0.2, 0.3, 0.4, 0.5)
NORMAL, EVEN = 0.32, 0.85  # spread in parts of the bound: as the device has it, nearly even
CASES = (*((variation, EVEN) for variation in VARIATIONS), (VARIATIONS[-1], NORMAL))


@dataclass(frozen=True)
class Row:
    """One die at one point.

    ratio: of the nominal levels. variation: bound, relative. spread: RMS of the normal number in
    parts of the bound. low_cells, high_cells: of the die. wrong: read as the other level. partial:
    gate neither on nor off. expected: wrong cells by the closed form.
    """

    ratio: float
    variation: float
    spread: float
    die: int
    low_cells: int
    high_cells: int
    wrong: int
    partial: int
    expected: float


def wrong_share(ratio: float, variation: float, spread: float) -> tuple[float, float]:
    """Probability that a cell of the low and of the high level is read wrong.

    The reference lies at sqrt(ratio) times the low and 1 / sqrt(ratio) times the high level.
    """
    root = math.sqrt(ratio)
    low = 1 - _below((root - 1) / variation, spread)
    return low, _below((1 / root - 1) / variation, spread)


def _below(bound: float, spread: float) -> float:
    """Probability that tanh(spread z) is below `bound`."""
    if abs(bound) >= 1:
        return float(bound > 0)
    return NormalDist().cdf(math.atanh(bound) / spread)


def rows(
    chip: Chip,
    device: Device,
    weights: Weights,
    *,
    seed: int,
    dies: int,
    ratios: Sequence[float] = RATIOS,
    cases: Sequence[tuple[float, float]] = CASES,
) -> list[Row]:
    """Every ratio at every variation and spread."""
    bits = weight_words(chip, weights)[word_masks(chip)]
    high = int(np.count_nonzero(bits))
    found = []
    for variation, spread in cases:
        for ratio in ratios:
            low_share, high_share = wrong_share(ratio, variation, spread)
            expected = (len(bits) - high) * low_share + high * high_share
            point = Point(ratio, variation, spread)
            for die in range(dies):
                made = make_die(
                    chip, device, weights, point, seed=seed, die=die, effects=Effects.none()
                )
                counts = len(bits) - high, high, made.wrong, made.partial
                found.append(Row(ratio, variation, spread, die, *counts, expected))
    return found


def lines(found: Sequence[Row]) -> Iterator[str]:
    """The table of the terminal: mean over the dies."""
    yield "variation  spread  ratio   wrong cells (dies)          expected   partly on"
    for (variation, spread, ratio), group in _points(found).items():
        wrong = ", ".join(f"{row.wrong:,}" for row in group)
        partial = sum(row.partial for row in group) / len(group)
        yield (
            f"{100 * variation:7.0f} %  {spread:6.2f}  {ratio:5.1f}   {wrong:<26} "
            f"{group[0].expected:9,.1f}   {partial:9,.1f}"
        )


def _points(found: Sequence[Row]) -> dict[tuple[float, float, float], list[Row]]:
    points: dict[tuple[float, float, float], list[Row]] = {}
    for row in found:
        points.setdefault((row.variation, row.spread, row.ratio), []).append(row)
    return points


def fill(axes: Axes, found: Sequence[Row]) -> None:
    """Wrong cells over the ratio, the closed form as lines; a hollow mark at 1/2 for none."""
    cases = dict.fromkeys((row.variation, row.spread) for row in found)
    for number, (variation, spread) in enumerate(cases):
        chosen = [row for row in found if (row.variation, row.spread) == (variation, spread)]
        label = f"±{100 * variation:g} %, {'nearly even' if spread == EVEN else 'nearly normal'}"
        _draw_case(axes, chosen, f"C{number}", label)
    axes.set(xscale="log", yscale="log", ylim=(0.3, None))
    axes.set_xticks(RATIOS, [f"{ratio:g}" for ratio in RATIOS])
    axes.minorticks_off()
    axes.set_xlabel("ratio of the nominal levels, Roff / Ron")
    axes.set_ylabel("wrong cells per die (at 0.5: none)")
    axes.set_title(
        f"{found[0].low_cells + found[0].high_cells:,} cells, each mark a die; lines: closed form",
        fontsize=9,
    )
    axes.legend(title="variation of the cells", fontsize=8, title_fontsize=8)


def _draw_case(axes: Axes, chosen: Sequence[Row], colour: str, label: str) -> None:
    some, none = ([row for row in chosen if bool(row.wrong) == hit] for hit in (True, False))
    axes.plot([row.ratio for row in some], [row.wrong for row in some], "o", ms=4, color=colour)
    axes.plot([row.ratio for row in none], [0.5] * len(none), "o", ms=4, mfc="none", color=colour)
    ratios, one = np.geomspace(RATIOS[0], RATIOS[-1], 120), chosen[0]
    shares = np.array([wrong_share(float(r), one.variation, one.spread) for r in ratios])
    expected = shares @ (one.low_cells, one.high_cells)
    axes.plot(ratios, expected, "-", lw=1, color=colour, label=label)
