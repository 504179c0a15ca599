"""Power of the pulsed reader over its refresh interval, beside the static reader.

The claim: reading once and holding the result takes away the static power of divider and inverter
(A. G. Amer et al., 2024). The cells are those of a programmed die.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from chips.description import Chip
from chips.weights import Weights
from pymodel.device import Device
from pymodel.die import nominal_ohm
from pymodel.macro import Macro
from pymodel.reader_energy import pulsed_power_w
from pymodel.reader_static import static_power_w
from pymodel.refresh import longest_interval_s, sweep_s

POINTS = 12
LONGEST_S = 10e-3


@dataclass(frozen=True)
class Row:
    """One refresh interval.

    pulsed_w, static_w: mean power of all dividers of the chip. possible: the interval is not
    shorter than a sweep under load, and the worst verified cell lasts for it.
    """

    interval_s: float
    pulsed_w: float
    static_w: float
    possible: bool


def rows(chip: Chip, device: Device, weights: Weights, *, seed: int) -> list[Row]:
    """Intervals from one sweep to ten milliseconds, those of the chip among them."""
    macro = Macro(chip, device, seed=seed)
    macro.preset_weights(weights)
    cells = np.concatenate([macro.resistances(k).ravel() for k in range(len(chip.layers))])
    cells = cells[np.isfinite(cells)]
    static_w = float(static_power_w(chip.reader, cells).sum(dtype=np.float64))
    shortest_s, longest_s = bounds_s(chip, device)
    pulse_s = chip.reader.pulse_cycles * chip.clock.clk_period_s
    return [
        Row(
            interval_s,
            pulsed_power_w(chip.reader, cells, pulse_s, interval_s),
            static_w,
            shortest_s <= interval_s <= longest_s,
        )
        for interval_s in intervals_s(chip, device)
    ]


def bounds_s(chip: Chip, device: Device) -> tuple[float, float]:
    """Shortest and longest possible refresh interval: a sweep, the worst verified low cell."""
    worst_ohm, _ = nominal_ohm(device, 1.0)
    return sweep_s(chip, under_load=True), longest_interval_s(chip, worst_ohm)


def intervals_s(chip: Chip, device: Device) -> list[float]:
    """Points of the plot, with the bounds and the interval of the chip description."""
    shortest_s, longest_s = bounds_s(chip, device)
    points = np.geomspace(shortest_s, LONGEST_S, POINTS).tolist()
    return sorted({*points, longest_s, chip.reader.refresh_interval_us * 1e-6})


def lines(found: Sequence[Row]) -> Iterator[str]:
    """The table of the terminal."""
    yield "refresh interval      pulsed       static     ratio   possible"
    for row in found:
        yield (
            f"{1e3 * row.interval_s:13.4g} ms  {1e3 * row.pulsed_w:8.4g} mW  {row.static_w:8.4g} W"
            f"  {row.static_w / row.pulsed_w:8.4g}   {'yes' if row.possible else 'no'}"
        )


def fill(axes: Axes, found: Sequence[Row]) -> None:
    """Both powers over the interval, the possible part marked."""
    interval_ms = [1e3 * row.interval_s for row in found]
    axes.plot(interval_ms, [row.static_w for row in found], label="static reader")
    axes.plot(interval_ms, [row.pulsed_w for row in found], label="pulsed reader")
    possible = [1e3 * row.interval_s for row in found if row.possible]
    axes.axvspan(possible[0], possible[-1], color="C2", alpha=0.15, lw=0, label="possible interval")
    axes.set(xscale="log", yscale="log")
    axes.set_xlabel("refresh interval (ms)")
    axes.set_ylabel("power of all dividers (W)")
    axes.set_title("from one sweep under load to the retention of the worst cell", fontsize=9)
    axes.legend(fontsize=8)
