"""Accuracy that each imperfection takes, alone and together, image by image.

The claim: mean and RMS of the published table of stage noise cost less than 1.5 % (A. G. Amer et
al., 2024). The same images without any effect are the reference, so the loss is free of their
choice but for its own spread.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from matplotlib.axes import Axes

from chips.description import Chip
from chips.images import ImageSet
from chips.weights import Weights
from pymodel.network import Network
from pymodel.noise import Effects
from scripts.experiments.spread import spread

PROGRAMMING_ONLY = "sense_noise"  # no part of an inference
ALONE = [field.name for field in fields(Effects) if field.name != PROGRAMMING_ONLY]
CASES = {
    **{name.replace("_", " "): Effects(**{name: True}) for name in ALONE},
    "all but stage noise": replace(Effects.all(), stage_noise=False),
    "every effect": Effects.all(),
}
CLAIM_PERCENT = 1.5


@dataclass(frozen=True)
class Row:
    """One seed: of the noise and of the die.

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
    first = found[0]
    yield f"{first.images:,} images, {first.clean_percent:.2f} % without any effect"
    yield "case                  seeds   accuracy            loss           worst   labels changed"
    for case, group in _by_case(found).items():
        accuracies, losses, flipped = (
            [getattr(row, name) for row in group]
            for name in ("percent", "loss_percent", "flipped_percent")
        )
        error = np.mean([row.loss_error_percent for row in group])
        yield (
            f"{case:<20} {len(group):5d}   {np.mean(accuracies):6.2f} +- {spread(accuracies):.2f} %"
            f"   {np.mean(losses):6.2f} +- {spread(losses):.2f}   {max(losses):6.2f}   "
            f"{np.mean(flipped):6.2f} %; images +- {error:.2f}"
        )


def _by_case(found: Sequence[Row]) -> dict[str, list[Row]]:
    return {case: [row for row in found if row.case == case] for case in CASES}


def fill(axes: Axes, found: Sequence[Row]) -> None:
    """The loss of every seed, and the mean of each case."""
    for number, group in enumerate(_by_case(found).values()):
        losses = [row.loss_percent for row in group]
        place = number + np.linspace(-0.25, 0.25, len(group))
        axes.barh(number, np.mean(losses), height=0.7, color="C0", alpha=0.4)
        axes.plot(losses, place, "o", ms=3, color="C0")
    axes.axvline(CLAIM_PERCENT, color="k", lw=1, ls="--", label="claimed bound of stage noise")
    axes.set_yticks(range(len(CASES)), list(CASES))
    axes.invert_yaxis()
    axes.set_xlabel("loss of accuracy (percentage points)")
    error = max(row.loss_error_percent for row in found)
    axes.set_title(
        f"{found[0].images:,} images, {found[0].clean_percent:.2f} % without any effect; each mark "
        f"a seed, bars their mean\nstandard error over the images up to {error:.2f}",
        fontsize=9,
    )
    axes.legend(fontsize=8)
