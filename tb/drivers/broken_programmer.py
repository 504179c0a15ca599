"""The programming engine under way, to be broken in one place by the benches of its properties.

Each of their tests must make the property of its name fire; `a19_alarm_of_pulse` means A19_Alarm of
the checker in `cnr_pulse`. `tb/test_block_properties.py` runs them and looks for the message; a
test that ends is a failure.
"""

from __future__ import annotations

from dataclasses import replace
from enum import IntEnum
from typing import Any

import cocotb

from tb.drivers.cycles import wait_cycles
from tb.drivers.programmer import Programmer
from tb.drivers.programmer_env import ProgrammerEnv
from tb.host.regmap import ProgOp
from tb.models.programming import Address
from tb.models.ramp import Ramp, RampTable
from tb.models.simple_cells import Cell

WORD, LAST = Address(1, 0, 3), Address(1, 0, 6)
LOW, HIGH = 120, 760
TABLE = RampTable(Ramp(170, 170, 10), Ramp(240, 240, 10), Ramp(3, 3, 1))

property_test = cocotb.test(timeout_time=5, timeout_unit="ms")


class Pulse(IntEnum):
    """States of `cnr_pulse`."""

    SETUP = 1
    PUMP = 2
    WORDLINE = 3
    HIGH_VOLT = 4
    HOLD = 5
    DISCHARGE = 6
    SENSE_WORDLINE = 7
    SENSE_STROBE = 8


class Verify(IntEnum):
    """States of `cnr_verify`."""

    SELECT = 1
    CHOOSE = 4
    RESTART = 5
    PULSE = 6
    PULSING = 7
    LOG = 8
    DONE = 10


class Exercise(IntEnum):
    """States of `cnr_exercise`."""

    PULSE = 1
    PULSING = 2


class Prog(IntEnum):
    """States of `cnr_prog`."""

    IDLE = 0
    NEXT = 1
    RUN = 2


async def setting(dut: Any, place: int = 99, **cell: Any) -> Programmer:
    """A SET of one word under way; all cells but one are strong."""

    def make(address: Address, number: int) -> Cell:
        return Cell(**{"code": HIGH, "formed": True, **(cell if number == place else {})})

    return await running(dut, ProgOp.SET, make)


async def running(
    dut: Any, op: ProgOp, make: Any, last: Address = WORD, level: int | None = None, **config: Any
) -> Programmer:
    """An operation under way; with a level, all targets are that one."""
    env = ProgrammerEnv(dut, make)
    await env.start()
    programmer = env.programmer
    programmer.configure(replace(programmer.config, **config))
    if level is not None:
        programmer.stream({WORD: dict.fromkeys(range(env.chip.word_cells), level)}, [WORD])
    await programmer.command(op, WORD, last)
    return programmer


async def in_pulse(dut: Any, state: Pulse) -> Programmer:
    """The first cycle of a state of the first pulse of a SET."""
    programmer = await setting(dut)
    await programmer.in_state("pulse", state)
    return programmer


async def runs_on(programmer: Programmer, cycles: int = 300) -> None:
    """Let the broken design go on."""
    await wait_cycles(cycles)


def stuck_high(address: Address, place: int) -> Cell:
    """A cell that no SET pulse moves."""
    return Cell(code=HIGH, formed=True, stuck=True)


def low(address: Address, place: int) -> Cell:
    """A formed cell in the lowest level."""
    return Cell(code=LOW, formed=True)


async def forced_start(
    dut: Any, op: ProgOp, last: Address = WORD, allow: int = 1, unlocked: int = 1, **config: Any
) -> None:
    """A start at WORD that is refused, but runs."""
    env = ProgrammerEnv(dut)
    await env.start()
    programmer = env.programmer
    programmer.configure(replace(programmer.config, **config))
    programmer.set_flag("allow", allow)
    programmer.set_flag("unlocked", unlocked)
    programmer.upset("prog", "op_q", op)
    await programmer.command(op, WORD, last)
    programmer.upset_pointer(WORD)
    programmer.upset("prog", "state_q", Prog.RUN)
    programmer.upset("prog", "done_q", 0)
    await runs_on(programmer)
