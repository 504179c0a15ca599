"""What the benches of `cnr_programmer` share: cells to begin with, settings and targets."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import cocotb

from tb.drivers.cycles import wait_cycles
from tb.drivers.programmer import Targets
from tb.drivers.programmer_env import ProgrammerEnv
from tb.host.regmap import ProgOp
from tb.models.programming import Address, ProgConfig, existing_cells, words
from tb.models.ramp import RampTable
from tb.models.simple_cells import Cell

WORD = Address(1, 0, 3)
LOW, HIGH = 120, 760  # codes well within the lowest and the highest level

Make = Callable[[Address, int], Cell]
Settings = TypeVar("Settings", ProgConfig, RampTable)


def changed(settings: Settings, **fields: Any) -> Settings:
    """A copy with some fields changed."""
    return replace(settings, **fields)


def all_high(address: Address, place: int) -> Cell:
    """A formed cell in the highest level."""
    return Cell(code=HIGH, formed=True)


def all_low(address: Address, place: int) -> Cell:
    """A formed cell in the lowest level."""
    return Cell(code=LOW, formed=True)


def mixed(address: Address, place: int) -> Cell:
    """Formed cells at both ends, in a pattern that differs from word to word."""
    high = (7 * address.row + 3 * place) % 5 < 2
    return Cell(code=HIGH if high else LOW, formed=True)


async def started(dut: Any, make: Make = mixed, pauses: bool = False) -> ProgrammerEnv:
    """The bench out of reset; with pauses its streams wait at random times."""
    rng = random.Random(cocotb.RANDOM_SEED) if pauses else None
    env = ProgrammerEnv(dut, make, rng)
    await env.start()
    return env


def uniform(env: ProgrammerEnv, first: Address, last: Address, level: int) -> Targets:
    """The same target for every cell of a range of words."""
    return {
        word: dict.fromkeys(existing_cells(env.chip, word), level)
        for word in words(env.chip, first, last)
    }


async def length(env: ProgrammerEnv, op: ProgOp, last: Address, targets: Targets) -> int:
    """Cycles that an undisturbed operation takes."""
    programmer = env.programmer
    stream = programmer.stream(targets, words(env.chip, WORD, last))
    await programmer.command(op, WORD, last)
    cycles = 0
    while programmer.busy:
        await wait_cycles()
        cycles += 1
    stream.cancel()
    env.renew_cells()
    return cycles
