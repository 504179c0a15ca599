"""How long a cell is read before reading has used up its budget of disturb, by its resistance.

Both readers put VDD - V_X across the cell in the RESET direction, the pulsed one only while it
reads. The stress law and its budget are those of the device: assumed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from chips.description import Chip
from pymodel.device import Device
from pymodel.read_disturb import read_stress_s
from pymodel.reader_static import static_cell_v
from pymodel.stress import stress_rate

RESISTANCES_OHM = (800.0, 1e3, 2e3, 5e3, 10e3, 20e3, 50e3, 100e3)


@dataclass(frozen=True)
class Row:
    """One resistance.

    cell_v: voltage across it at the end of a read. pulsed_s, static_s: time of operation until the
    budget is used up. bound_s: the same of the pulsed reader if the cell saw VDD all pulse long.
    """

    resistance_ohm: float
    cell_v: float
    pulsed_s: float
    static_s: float
    bound_s: float


def rows(chip: Chip, device: Device) -> list[Row]:
    """Cells of both levels, refreshed at the interval of the chip description."""
    reader, law = chip.reader, device.disturb
    cells = np.array(RESISTANCES_OHM, np.float32)
    pulse_s = reader.pulse_cycles * chip.clock.clk_period_s
    per_read_s = read_stress_s(reader, law, cells, pulse_s)
    lasts_s = law.budget_s * reader.refresh_interval_us * 1e-6
    bound_s = lasts_s / (pulse_s * stress_rate(law, reader.vdd_v))
    across_v = [float(volts) for volts in static_cell_v(reader, cells)]
    return [
        Row(r_ohm, volts, lasts_s / stress_s, law.budget_s / stress_rate(law, volts), bound_s)
        for r_ohm, volts, stress_s in zip(
            RESISTANCES_OHM, across_v, per_read_s.tolist(), strict=True
        )
    ]


def lines(found: Sequence[Row]) -> Iterator[str]:
    """The table of the terminal."""
    yield "resistance    across the cell   pulsed reader   static reader   pulsed, VDD as the bound"
    for row in found:
        yield (
            f"{row.resistance_ohm / 1e3:7.4g} kohm   {row.cell_v:10.3f} V   {row.pulsed_s:13.3g} s"
            f" {row.static_s:13.3g} s   {row.bound_s:13.3g} s"
        )


def fill(axes: Axes, found: Sequence[Row]) -> None:
    """Times of both readers over the resistance."""
    kilo_ohm = [row.resistance_ohm / 1e3 for row in found]
    axes.plot(kilo_ohm, [row.pulsed_s for row in found], "o-", ms=3, label="pulsed reader")
    axes.plot(kilo_ohm, [row.static_s for row in found], "o-", ms=3, label="static reader")
    axes.plot(
        kilo_ohm, [row.bound_s for row in found], "k--", lw=1, label="pulsed, VDD as the bound"
    )
    axes.set(xscale="log", yscale="log")
    axes.set_xlabel("resistance of the cell (kohm)")
    axes.set_ylabel("operation until the budget is used up (s)")
    axes.set_title("read disturb in the RESET direction; stress law and budget assumed", fontsize=9)
    axes.legend(fontsize=8)
