"""Energy of one image in the modes of the controller, beside the published 2.4 uJ.

The times of the bias are those of the layer sequencer, the inputs the mean of the network's over
the images, the reads those of a refresh at the interval of the chip description.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from matplotlib.axes import Axes

from chips.description import Chip
from chips.images import ImageSet
from chips.weights import Weights
from pymodel.activity import Activity, Float64Array
from pymodel.device import Device
from pymodel.energy import Energy, energy_j
from pymodel.mac import code_gates
from pymodel.macro import Macro
from pymodel.network import Network

PUBLISHED_J = 2.4e-6
MODES = ("sequential", "sequential, gated", "pipelined")
IMAGES = 100


@dataclass(frozen=True)
class Row:
    """Energy of one image in one mode, by where it goes, in joules, and the time it takes."""

    mode: str
    image_s: float
    reads: float
    macs: float
    integrators: float
    pools: float
    comparators: float
    dacs: float

    @property
    def total(self) -> float:
        """All of it."""
        return self.reads + self.macs + self.integrators + self.pools + self.comparators + self.dacs


def rows(chip: Chip, device: Device, weights: Weights, images: ImageSet, *, seed: int) -> list[Row]:
    """Every mode, on the first images."""
    pixels = images.pixels[:IMAGES]
    held = Network(chip, weights).forward(pixels).layers[:-1]
    inputs = [chip.mac.v_fs_v / 255 * pixels.mean(0), *(volts.mean(0) for volts in held)]
    macro = Macro(chip, device, seed=seed)
    macro.preset_weights(weights)
    cells = [macro.resistances(k).reshape(-1, chip.word_cells) for k in range(len(chip.layers))]
    gates = code_gates(chip, weights)
    found = []
    for mode in MODES:
        done = activity(chip, weights, inputs, mode)
        energy = energy_j(chip, done, gates, cells)
        found.append(Row(mode, image_s(chip, mode), **asdict(energy)))
    return found


def image_s(chip: Chip, mode: str) -> float:
    """Time from one image to the next: all layer clocks and the load, or one of them."""
    clocks = 1 if mode == "pipelined" else len(chip.layers) + 1
    return clocks * chip.clock.layer_period_cycles * chip.clock.clk_period_s


def biased_s(chip: Chip, weights: Weights, mode: str) -> list[float]:
    """Time for which each layer has bias during one image: always, or around its layer clock."""
    if mode != "sequential, gated":
        return [image_s(chip, mode)] * len(chip.layers)
    phases = chip.phases
    around = phases.bias_warmup_cycles + phases.reset_cycles + phases.sample_cycles
    around += 2 * phases.gap_cycles
    return [(around + own) * chip.clock.clk_period_s for own in weights.t_ctrl]


def activity(chip: Chip, weights: Weights, inputs: Sequence[np.ndarray], mode: str) -> Activity:
    """What one image makes the analog parts do."""
    done = Activity(chip)
    done.biased_s = biased_s(chip, weights, mode)
    done.volt_s = [_held(v, time_s) for v, time_s in zip(inputs, done.biased_s, strict=True)]
    done.loads = done.compares = 1
    reader = chip.reader
    done.bank_reads += image_s(chip, mode) / (reader.refresh_interval_us * 1e-6)
    done.bank_read_s += done.bank_reads * reader.pulse_cycles * chip.clock.clk_period_s
    return done


def _held(volts: np.ndarray, time_s: float) -> Float64Array:
    return volts.astype(np.float64) * time_s


def lines(found: Sequence[Row]) -> Iterator[str]:
    """The table of the terminal."""
    yield "mode                    image        power        energy   of which MACs; published: 2.4"
    for row in found:
        yield (
            f"{row.mode:<20} {1e6 * row.image_s:6.1f} us   {row.total / row.image_s:8.3f} W   "
            f"{1e6 * row.total:8.3f} uJ   {1e6 * row.macs:8.3f} uJ"
        )


def fill(axes: Axes, found: Sequence[Row]) -> None:
    """Energies stacked by where they go."""
    left = np.zeros(len(found))
    names = [row.mode for row in found]
    for part in Energy.__dataclass_fields__:
        micro = np.array([1e6 * getattr(row, part) for row in found])
        axes.barh(names, micro, left=left, height=0.6, label=part)
        left += micro
    axes.axvline(1e6 * PUBLISHED_J, color="k", lw=1, ls="--", label="published")
    axes.invert_yaxis()
    axes.set_xlabel("energy of one image (uJ)")
    axes.set_title("without digital, clocks, pads; bias currents assumed", fontsize=9)
    axes.legend(fontsize=8)
