"""Accuracy that a network loses on published multi-level devices.

The experiment of M. J. Marinella et al. (2022), who put ResNet-50 on ReRAM, SONOS and PCM: the same
devices, our network, some dies each. The claim that can be checked is the order of the loss.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from chips.description import Chip
from chips.images import ImageSet
from chips.weights import Weights
from pymodel.error_laws import DeviceLaw
from pymodel.error_laws.catalog import devices, taox
from pymodel.multilevel import multilevel_macs
from pymodel.network import Network
from pymodel.noise import Effects
from scripts.experiments.images import accuracy_percent
from scripts.experiments.spread import spread

DAY_S = 86400.0
FRESH_S = 1.0
OLD_S = 5 * DAY_S  # the last day that SONOS was measured
PEAK_SHARES = (0.02, 0.05, 0.1)  # of the assumed parabola of TaOx, in parts of G_max


@dataclass(frozen=True)
class Row:
    """One device at one age.

    accuracy_percent, loss_percent: mean of the dies, the loss against ideal cells on the same
    images. spread_percent: standard deviation from die to die.
    """

    device: str
    source: str
    age_s: float
    images: int
    dies: int
    accuracy_percent: float
    loss_percent: float
    spread_percent: float


def cases() -> Iterator[tuple[str, DeviceLaw, float]]:
    """Name, device and age of every row."""
    for share in PEAK_SHARES:
        yield f"TaOx, {100 * share:g} % assumed", taox(share), FRESH_S
    for device in devices()[1:]:
        yield device.name, device, FRESH_S
        if device.drift is not None:
            yield device.name, device, OLD_S


def rows(chip: Chip, weights: Weights, images: ImageSet, *, seed: int, dies: int) -> list[Row]:
    """Every device on `dies` dies."""
    ideal = accuracy_percent(Network(chip, weights), images)
    found = []
    for name, device, age_s in cases():
        networks = (_network(chip, weights, device, age_s, seed, die) for die in range(dies))
        each = [accuracy_percent(network, images) for network in networks]
        mean, size = float(np.mean(each)), (len(images), dies)
        found.append(Row(name, device.source, age_s, *size, mean, ideal - mean, spread(each)))
    return found


def _network(
    chip: Chip, weights: Weights, device: DeviceLaw, age_s: float, seed: int, die: int
) -> Network:
    """One die of a device, all else ideal."""
    effects = Effects(read_noise=True)
    macs = multilevel_macs(chip, weights, device, age_s=age_s, effects=effects, seed=seed, die=die)
    return Network(chip, weights, effects=effects, seed=seed, die=die, macs=macs)


def age_text(age_s: float) -> str:
    """Age of the cells."""
    return f"{age_s / DAY_S:g} days" if age_s >= DAY_S else f"{age_s:g} s"


def lines(found: Sequence[Row]) -> Iterator[str]:
    """The table of the terminal."""
    yield "device                       age        loss (dies)       accuracy"
    for row in found:
        yield (
            f"{row.device:<28} {age_text(row.age_s):<8} {row.loss_percent:6.2f} +- "
            f"{row.spread_percent:4.2f} %  {row.accuracy_percent:8.2f} %"
        )


def fill(axes: Axes, found: Sequence[Row]) -> None:
    """Loss of every device, the spread of its dies as bars."""
    names = [f"{row.device}, {age_text(row.age_s)}" for row in found]
    losses, spreads = ([getattr(r, n) for r in found] for n in ("loss_percent", "spread_percent"))
    axes.barh(names, losses, xerr=spreads, height=0.6, capsize=3)
    axes.invert_yaxis()
    axes.set_xlabel("loss of accuracy (percentage points), bars: spread of the dies")
    axes.set_title(f"{found[0].images:,} images, {found[0].dies} dies each", fontsize=9)
