"""What a scenario draws before it begins: the die, and how fast everything around the chip is."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace

from chips.description import Chip
from pymodel.device import Device, device_names, load_device
from pymodel.macro import Macro
from pymodel.noise import Effects
from tb.models.programming import all_words, existing_cells

STUCK_OHM = ((5e2, 1.5e3), (3e4, 1e6))  # well within the lowest, beyond the highest level
STUCK_MOST = 6
SENSE_NS_MOST = 1200  # the engine waits for 64 clocks of 20 ns
DIVISORS = (8, 8, 12, 16, 32)


@dataclass(frozen=True)
class StuckCell:
    """A cell that stays at a resistance."""

    layer: int
    group: int
    row: int
    cell: int
    ohm: float


@dataclass(frozen=True)
class Conditions:
    """The surroundings of one scenario.

    Parameters
    ----------
    device
        The cells; their spread may be wider than that of the parameter set, so that some are weak.
    stuck
        Cells that are stuck.
    effects
        Imperfections of the sense amplifiers.
    divisor
        System clocks per SCK.
    stall
        Chance that a beat of a stream comes late.
    sense_ns
        Time from a sense strobe to its answer.
    """

    device: Device
    stuck: tuple[StuckCell, ...]
    effects: Effects
    divisor: int
    stall: float
    sense_ns: int

    def macro(self, chip: Chip, seed: int) -> Macro:
        """A die of these cells."""
        macro = Macro(chip, self.device, seed=seed, effects=self.effects)
        for stuck in self.stuck:
            macro.inject_stuck(stuck.layer, stuck.group, stuck.row, stuck.cell, stuck.ohm)
        return macro


def draw_conditions(rng: random.Random, chip: Chip) -> Conditions:
    """Any surroundings that fit a chip."""
    return Conditions(
        device=_draw_device(rng, chip),
        stuck=_draw_stuck(rng, chip),
        effects=Effects(sense_noise=rng.random() < 0.8),
        divisor=rng.choice(DIVISORS),
        stall=rng.choice((0.0, 0.1, 0.5)),
        sense_ns=rng.choice((3, 60, rng.randrange(1, SENSE_NS_MOST))),
    )


def _draw_device(rng: random.Random, chip: Chip) -> Device:
    fitting = [n for n in device_names() if len(load_device(n).levels) == chip.chip.levels]
    device = load_device(rng.choice((chip.chip.device, *fitting)))
    factor = rng.choice((1.0, 1.0, 1.5, 2.5))
    set_ = replace(device.set, cell_sigma_v=factor * device.set.cell_sigma_v)
    reset = replace(device.reset, cell_sigma_v=factor * device.reset.cell_sigma_v)
    return replace(device, set=set_, reset=reset)


def _draw_stuck(rng: random.Random, chip: Chip) -> tuple[StuckCell, ...]:
    order = list(all_words(chip))
    stuck = []
    for word in rng.sample(order, rng.choice((0, 1, STUCK_MOST))):
        low, high = rng.choice(STUCK_OHM)
        ohm = math.exp(rng.uniform(math.log(low), math.log(high)))
        stuck.append(StuckCell(*word, rng.choice(sorted(existing_cells(chip, word))), ohm))
    return tuple(stuck)
