"""Speed, power and energy that Amer et al., 2024, print.

Its two throughputs of the fabricated layers follow from one clock that is printed nowhere; the
clock that is printed gives another.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from chips.description import Chip
from pymodel.figures.amer_sizes import DIE, ESTIMATED, MEBI, SOURCE, macs
from pymodel.figures.figure import Figure, Stretch

MEASURED = "table 'Measured Performance'"
TWO = "a MAC is two operations"
FOUR = "each MAC is four operations"
CLOCK_NOTE = f"{TWO}; a clock that both give and none prints"
NO_LOAD = "six clocks, without the load"

# Inputs of the formulas, as printed except for the first.
FC_CLOCK_HZ = 18.62e6
PRINTED_CLOCK_HZ = 1.7e6
CNN_CLOCK_HZ = 1e6
FC_POWER_W, CNN_POWER_W = 9e-3, 0.4
BITWISE_OPS = 2.07e12
FC_AREA_MM2 = 20.9 + 0.44
DENSE_PART = 0.24  # RRAMs and MACs, of the whole area
CNN_TOPS, PRINTED_MACS = 2.5, 7.6e6
BEST_ENERGY_J, BEST_EDP_JS = 3.8e-6, 4e-9  # of the other chips in the table

figure = partial(Figure, SOURCE)


def figures(chip: Chip) -> list[Figure]:
    """Every figure of performance, with the sizes of `chip`."""
    return [*measured(chip), *speed(chip), *throughput(chip), *energy(chip), *comparisons(chip)]


def latency_s(chip: Chip) -> float:
    """Time of one image in all layers, without the load."""
    return len(chip.layers) / CNN_CLOCK_HZ


def measured(chip: Chip) -> Iterator[Figure]:
    """The two fabricated layers."""
    first, second = (2 * g.macs * FC_CLOCK_HZ / 1e9 for g in chip.geometry if g.bias_row)
    ops1, ops2 = "2 x 513 x 64 x 18.62 MHz", "2 x 65 x 10 x 18.62 MHz"
    yield figure(DIE, "L1 throughput", "1223", "GOPS", first, ops1, CLOCK_NOTE)
    yield figure(DIE, "L2 throughput", "24.21", "GOPS", second, ops2, CLOCK_NOTE)
    dense = (first + second) / DENSE_PART / FC_AREA_MM2
    per_area = "(L1 + L2) / (24 % of 21.34 mm2)"
    yield figure(DIE, "density of RRAM and MACs", "2.4e2", "GOPS/mm2", dense, per_area, TWO)
    yield from summary_table(chip)


def summary_table(chip: Chip) -> Iterator[Figure]:
    """What the table says of the fabricated layers as a whole."""
    cells, count = (
        sum(getattr(g, n) for g in chip.geometry if g.bias_row) for n in ("cells", "macs")
    )
    efficiency = BITWISE_OPS / FC_POWER_W / 1e12
    yield figure(MEASURED, "bitwise efficiency", "230", "TOPS/W", efficiency, "2.07 TOPS / 9 mW")
    gops = 2 * count * PRINTED_CLOCK_HZ / 1e9
    yield figure(MEASURED, "throughput", "207.9", "GOPS", gops, "2 x 33,482 MACs x 1.7 MHz", TWO)
    per_bit = BITWISE_OPS / 1e12 / (cells / MEBI)
    formula = "2.07 TOPS / 167,410 cells"
    yield figure(MEASURED, "per capacity", "25.7", "TOPS/Mb", per_bit, formula, "1M = 1024^2")
    density = BITWISE_OPS / 1e9 / FC_AREA_MM2
    formula = "2.07 TOPS / (20.9 + 0.44) mm2"
    yield figure(MEASURED, "bitwise density", "101.4", "GOPS/mm2", density, formula)


def speed(chip: Chip) -> Iterator[Figure]:
    """Images of the whole network."""
    clocks = len(chip.layers)
    frames = CNN_CLOCK_HZ / (clocks + 1) / 1e3
    yield figure(ESTIMATED, "frames/s", "143", "k", frames, "1 MHz / 7", "six layers and the load")


def throughput(chip: Chip) -> Iterator[Figure]:
    """Operations of the whole network; the paper counts each MAC as four."""
    tops = 2 * sum(map(macs, chip.geometry)) / latency_s(chip) / 1e12
    printed = Stretch(2 * PRINTED_MACS / latency_s(chip) / 1e12, f"2 x 7.6M / 6 us: {FOUR}")
    yield figure(ESTIMATED, "throughput", "2.5", "TOPS", tops, "2 x MACs / 6 us", TWO, printed)
    per_watt = Stretch(CNN_TOPS / CNN_POWER_W, f"2.5 TOPS / 0.4 W: {FOUR}")
    honest = tops / CNN_POWER_W
    formula = "2 x MACs / 6 us / 0.4 W"
    yield figure(ESTIMATED, "efficiency", "6.3", "TOPS/W", honest, formula, TWO, per_watt)


def energy(chip: Chip) -> Iterator[Figure]:
    """Power and energy of the whole network."""
    energy_j = CNN_POWER_W * latency_s(chip)
    delay = energy_j * latency_s(chip)
    yield figure(ESTIMATED, "energy", "2.4", "uJ", energy_j * 1e6, "0.4 W x 6 us", NO_LOAD)
    yield figure(ESTIMATED, "energy x delay", "1.4e-11", "J s", delay, "2.4 uJ x 6 us", NO_LOAD)
    part = sum(g.macs for g in chip.geometry if g.bias_row) / sum(g.macs for g in chip.geometry)
    formula, how = "9 mW x 4,014,794 / 33,482 MACs", "all layers on, each MAC as measured"
    yield figure(ESTIMATED, "power", "400", "mW", FC_POWER_W / part * 1e3, formula, how)


def comparisons(chip: Chip) -> Iterator[Figure]:
    """Gains over the best of the other chips in the same table."""
    energy_j = CNN_POWER_W * latency_s(chip)
    gain, edp_gain = BEST_ENERGY_J / energy_j, BEST_EDP_JS / (energy_j * latency_s(chip))
    yield figure(ESTIMATED, "better energy", "1.6", "x", gain, "3.8 uJ / 2.4 uJ")
    formula = "4e-9 J s / 1.44e-11 J s"
    yield figure(ESTIMATED, "better energy x delay", "350", "x", edp_gain, formula)
