"""Accuracy that the noise of the analog stages takes, image by image.

The claim: mean and RMS of the published table cost less than 1.5 % (A. G. Amer et al., 2024). The
same images without noise are the reference, so the loss is free of their choice but for its own
spread.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from chips.description import Chip
from chips.images import ImageSet
from chips.weights import Weights
from pymodel.network import Network
from pymodel.noise import Effects

CASES = {"stage noise": Effects(stage_noise=True), "every effect": Effects.all()}
CLAIM_PERCENT = 1.5


@dataclass(frozen=True)
class Row:
    """One seed of the noise (and of the die, with every effect).

    clean_percent, percent: accuracy without and with the effects, on the same images.
    flipped_percent: images whose label changed. loss_error_percent: standard error of the loss over
    the choice of images.
    """

    case: str
    seed: int
    images: int
    clean_percent: float
    percent: float
    flipped_percent: float
    loss_error_percent: float

    @property
    def loss_percent(self) -> float:
        """What the effects cost."""
        return self.clean_percent - self.percent


def rows(chip: Chip, weights: Weights, images: ImageSet, *, seed: int, runs: int) -> list[Row]:
    """Every case with `runs` seeds from `seed` on."""
    clean = Network(chip, weights).labels(images.pixels)
    return [
        _row(chip, weights, images, clean, case, number)
        for case in CASES
        for number in range(seed, seed + runs)
    ]


def _row(
    chip: Chip,
    weights: Weights,
    images: ImageSet,
    clean: np.ndarray,
    case: str,
    seed: int,
) -> Row:
    noisy = Network(chip, weights, effects=CASES[case], seed=seed).labels(images.pixels)
    before, after = clean == images.labels, noisy == images.labels
    lost = before.astype(float) - after
    percents = (before.mean(), after.mean(), (noisy != clean).mean())
    error = lost.std() / math.sqrt(len(images))
    return Row(case, seed, len(images), *(100 * float(value) for value in (*percents, error)))


def lines(found: Sequence[Row]) -> Iterator[str]:
    """The table of the terminal: mean and spread over the seeds."""
    yield "case           seeds  images   clean     with effects       loss (claim: below 1.5)"
    for case, group in _by_case(found).items():
        accuracies, losses = ([getattr(r, n) for r in group] for n in ("percent", "loss_percent"))
        yield (
            f"{case:<14} {len(group):5d}  {group[0].images:6d}  {group[0].clean_percent:6.2f} %  "
            f"{np.mean(accuracies):6.2f} +- {spread(accuracies):.2f} %  "
            f"{np.mean(losses):5.2f} +- {spread(losses):.2f} %, images +- "
            f"{group[0].loss_error_percent:.2f} %"
        )


def spread(values: Sequence[float]) -> float:
    """Standard deviation over the seeds; 0 of one."""
    return float(np.std(values, ddof=1)) if len(values) > 1 else 0.0


def _by_case(found: Sequence[Row]) -> dict[str, list[Row]]:
    return {case: [row for row in found if row.case == case] for case in CASES}


def fill(axes: Axes, found: Sequence[Row]) -> None:
    """The loss of every seed, with the standard error over the images."""
    for number, (case, group) in enumerate(_by_case(found).items()):
        losses = [row.loss_percent for row in group]
        errors = [row.loss_error_percent for row in group]
        place = number + np.linspace(-0.25, 0.25, len(group))
        axes.errorbar(place, losses, errors, fmt="o", ms=4, lw=1, capsize=3, label=case)
    axes.axhline(CLAIM_PERCENT, color="k", lw=1, ls="--", label="claimed bound")
    axes.set_xticks(range(len(CASES)), list(CASES))
    axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
    axes.set_ylabel("loss of accuracy (percentage points)")
    first = found[0]
    axes.set_title(
        f"{first.images:,} images, {first.clean_percent:.2f} % without any effect; each mark a "
        "seed,\nbars: standard error over the images",
        fontsize=9,
    )
    axes.legend(fontsize=8)
