"""The vocabulary of the programming benches: addresses, configuration, and what the pins show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from chips.description import Chip
from chips.sections import Ramp as ChipRamp
from tb.models.ramp import Ramp, RampTable

REF_HIGHEST = 1023


class Address(NamedTuple):
    """A word; addresses compare in programming order."""

    layer: int
    group: int
    row: int


class Window(NamedTuple):
    """Reference codes of lo < R <= hi; 0 and 1023 are open ends."""

    lo: int
    hi: int


@dataclass(frozen=True)
class ProgConfig:
    """The fields of `prog_cfg_t`."""

    form: RampTable
    set: RampTable
    reset: RampTable
    verify: tuple[Window, ...]
    read: tuple[Window, ...]
    form_ref: int
    sense_trim: int
    wl_sense: int
    max_form: int
    max_set: int
    max_reset: int
    max_total: int
    max_reversals: int
    relax_cycles: int = 0
    test_kind: int = 0
    test_cycles: int = 0
    bist_pattern: int = 0
    fail_wait: int = 0


class Pulse(NamedTuple):
    """One pulse at the pins. `cells` are the driven columns, `reset` whether the source lines."""

    address: Address
    cells: frozenset[int]
    reset: bool
    wl: int
    line: int
    width: int


class Sense(NamedTuple):
    """One sense at the pins."""

    address: Address
    cells: frozenset[int]
    wl: int
    ref: int


class Times(NamedTuple):
    """Times of one operation at the pins, in nanoseconds."""

    rest: int  # bled before it
    setup: int  # columns, address and codes still before the word line rises
    wordline: int  # word line before high voltage or strobe
    on: int  # high voltage or strobe
    hold: int  # word line after it


class Seen(NamedTuple):
    """One operation as it was recorded at the pins."""

    event: Pulse | Sense
    above: frozenset[int]  # of a sense: the cells that read above the reference
    times: Times
    pump_low: bool  # the pump was not ready at some time since the operation before


class Fail(NamedTuple):
    """One entry of the fail log."""

    address: Address
    cell: int
    sense: int
    ref: int
    target: int


def words(chip: Chip, first: Address, last: Address) -> list[Address]:
    """Addresses of an inclusive range in programming order."""
    return [address for address in all_words(chip) if first <= address <= last]


def all_words(chip: Chip) -> Iterator[Address]:
    """Every word of the chip in programming order."""
    for geometry in chip.geometry:
        for group in range(geometry.groups):
            for row in range(geometry.rows):
                yield Address(geometry.index, group, row)


def group_range(chip: Chip, layer: int, group: int) -> tuple[Address, Address]:
    """First and last word of one group."""
    return Address(layer, group, 0), Address(layer, group, chip.geometry[layer].rows - 1)


def existing_cells(chip: Chip, address: Address) -> frozenset[int]:
    """Cells of a word that belong to a filter of the layer."""
    lanes = chip.geometry[address.layer].filters - address.group * chip.chip.lanes
    return frozenset(range(min(lanes, chip.chip.lanes) * chip.chip.weight_bits))


def default_config(chip: Chip, width_cycles: int = 3) -> ProgConfig:
    """Ramps and limits of the chip with short pulses; evenly spaced windows with a margin."""
    prog = chip.programming
    boundaries = [0, *_boundaries(chip.chip.levels), REF_HIGHEST]
    read = tuple(Window(lo, hi) for lo, hi in pairwise(boundaries))
    verify = tuple(Window(lo and lo + 20, hi if hi == REF_HIGHEST else hi - 20) for lo, hi in read)

    def table(ramp: ChipRamp) -> RampTable:
        step = prog.dac_step_mv
        return RampTable(
            Ramp(ramp.wl_start_mv // step, ramp.wl_stop_mv // step, ramp.wl_step_mv // step),
            Ramp(ramp.line_start_mv // step, ramp.line_stop_mv // step, ramp.line_step_mv // step),
            Ramp(width_cycles, width_cycles, 1),
        )

    return ProgConfig(
        form=table(prog.form),
        set=table(prog.set),
        reset=table(prog.reset),
        verify=verify,
        read=read,
        form_ref=700,
        sense_trim=0,
        wl_sense=prog.wl_sense_mv // prog.dac_step_mv,
        max_form=prog.max_pulses_form,
        max_set=prog.max_pulses_set,
        max_reset=prog.max_pulses_reset,
        max_total=prog.max_pulses_total,
        max_reversals=prog.max_reversals,
    )


def _boundaries(levels: int) -> list[int]:
    return [200 + 400 * k // (levels - 1) for k in range(levels - 1)]
