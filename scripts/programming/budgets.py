"""What programming used of the budgets of the chip description: words, lines, endurance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chips.description import Chip
from pymodel.pins import RESET_DIRECTION
from scripts.programming.places import group_bases, groups_of, word_place
from scripts.programming.pulse_log import Pulses, Sweep
from scripts.programming.result import ProgramResult


@dataclass(frozen=True)
class Budget:
    """The worst use of one budget, and where it was."""

    name: str
    used: float
    limit: float
    unit: str
    place: str

    @property
    def held(self) -> bool:
        """Whether it was enough."""
        return self.used <= self.limit


def budgets(chip: Chip, result: ProgramResult) -> list[Budget]:
    """All budgets of a programming run."""
    return [
        word_time(chip, result.pulses),
        line_time(chip, result.pulses),
        endurance(chip, result),
    ]


def word_time(chip: Chip, pulses: Pulses) -> Budget:
    """Longest high-voltage time of one word in one operation."""
    used_s = np.zeros((len(Sweep), chip.words))
    np.add.at(used_s, (pulses.sweep, pulses.word), pulses.width_s)
    sweep, word = np.unravel_index(used_s.argmax(), used_s.shape)
    place = f"{Sweep(int(sweep)).name} of {word_place(chip, int(word))}"
    limit_us = chip.programming.word_hv_max_us
    return Budget("high voltage of a word", 1e6 * float(used_s.max()), limit_us, "us", place)


def line_time(chip: Chip, pulses: Pulses) -> Budget:
    """Longest high-voltage time of one bit or source line of a group: all its other rows see it."""
    used_s = np.zeros((len(group_bases(chip)), 2, chip.word_cells))
    driven = pulses.driven(chip) * pulses.width_s[:, None]
    np.add.at(used_s, (groups_of(chip, pulses.word), pulses.direction), driven)
    group, direction, column = np.unravel_index(used_s.argmax(), used_s.shape)
    line = "source" if direction == RESET_DIRECTION else "bit"
    place = f"{line} line {column} of {_group_name(chip, int(group))}"
    limit_ms = chip.programming.half_select_max_ms
    return Budget("high voltage of a line", 1e3 * float(used_s.max()), limit_ms, "ms", place)


def endurance(chip: Chip, result: ProgramResult) -> Budget:
    """Highest cycle counter of a group, as the chip counts it."""
    group = int(result.wear.argmax())
    used, limit = int(result.wear[group]), chip.programming.endurance_cycles
    return Budget("cycles of a group", used, limit, "cycles", _group_name(chip, group))


def _group_name(chip: Chip, group: int) -> str:
    place = word_place(chip, int(group_bases(chip)[group]))
    return f"layer {place.layer} group {place.group}"
