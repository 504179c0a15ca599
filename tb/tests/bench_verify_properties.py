"""Rules of write-verify and of pulses without verify.

Each test breaks the design in one place, see `tb.drivers.broken_programmer`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tb.drivers.broken_programmer import (
    HIGH,
    LOW,
    TABLE,
    Exercise,
    Verify,
    low,
    property_test,
    running,
    runs_on,
    setting,
    stuck_high,
)
from tb.drivers.cycles import wait_cycles
from tb.drivers.programmer import Programmer
from tb.host.regmap import ProgOp
from tb.models.programming import Address, Window
from tb.models.simple_cells import Cell


@property_test
async def a9_verified(dut: Any) -> None:
    programmer = await setting(dut)
    await programmer.in_state("verify", Verify.PULSING)
    await programmer.in_state("verify", Verify.SELECT)
    programmer.upset("verify", "high_q", 1)
    programmer.upset("verify", "state_q", Verify.PULSE)
    await runs_on(programmer)


@property_test
async def a9_accepted(dut: Any) -> None:
    programmer = await running(dut, ProgOp.SET, lambda a, n: Cell(code=LOW, formed=True))
    await programmer.in_state("verify", Verify.CHOOSE)
    programmer.upset("verify", "open_q", 0)
    await runs_on(programmer)


@property_test
async def a10_masked(dut: Any) -> None:
    programmer = await setting(dut, place=2, code=LOW)
    await programmer.in_state("verify", Verify.CHOOSE)
    programmer.upset("verify", "high_q", programmer.peek("verify", "high_q") | 4)
    await runs_on(programmer)


async def over_limit(dut: Any, register: str, **limits: Any) -> None:
    """A stuck cell and a budget that is never spent."""
    programmer = await running(
        dut, ProgOp.SET, lambda a, n: Cell(code=HIGH, formed=True, stuck=True), **limits
    )
    await programmer.in_state("verify", Verify.PULSING)
    programmer.upset("limits", register, 9)
    await runs_on(programmer)


@property_test
async def a11_set(dut: Any) -> None:
    await over_limit(dut, "set_q", max_set=1)


@property_test
async def a11_total(dut: Any) -> None:
    await over_limit(dut, "total_q", max_total=1)


@property_test
async def a11_reset(dut: Any) -> None:
    programmer = await running(
        dut, ProgOp.RESET, lambda a, n: Cell(code=LOW, formed=True, stuck=True), max_reset=1
    )
    await programmer.in_state("verify", Verify.PULSING)
    programmer.upset("limits", "reset_q", 9)
    await runs_on(programmer)


@property_test
async def a11_form(dut: Any) -> None:
    programmer = await running(dut, ProgOp.FORM, lambda a, n: Cell(stuck=True), max_form=1)
    await programmer.in_state("verify", Verify.PULSING)
    programmer.upset("limits", "form_q", 9)
    await runs_on(programmer)


@property_test
async def a11_reversals(dut: Any) -> None:
    programmer = await running(
        dut,
        ProgOp.RESET,
        lambda a, n: Cell(code=LOW, formed=True, reset_step=700),
        verify=(Window(0, 180), Window(220, 400)),
        max_reversals=0,
    )
    await programmer.in_state("verify", Verify.CHOOSE)
    programmer.upset("limits", "reversals_q", 3)
    await runs_on(programmer)


@property_test
async def a11_restarted(dut: Any) -> None:
    programmer = await setting(dut)
    await programmer.in_state("verify", Verify.CHOOSE)
    programmer.upset("verify", "kind_q", 2)
    await runs_on(programmer)


@property_test
async def a12_requested(dut: Any) -> None:
    programmer = await setting(dut)
    await programmer.in_state("verify", Verify.DONE)
    programmer.upset("verify", "active_q", 1)
    await runs_on(programmer)


@property_test
async def a12_logged(dut: Any) -> None:
    programmer = await setting(dut)
    await programmer.in_state("verify", Verify.DONE)
    programmer.upset("verify", "failed_q", 1)
    await runs_on(programmer)


@property_test
async def a12_entry(dut: Any) -> None:
    programmer = await setting(dut, place=0, stuck=True)
    await programmer.in_state("verify", Verify.LOG)
    await wait_cycles(5)
    programmer.upset("verify", "cell_q", 0)
    await runs_on(programmer)


@property_test
async def a14_cells_of_verify(dut: Any) -> None:
    programmer = await running(dut, ProgOp.SET, lambda a, n: Cell(code=HIGH, formed=True))
    await programmer.done()
    await programmer.command(ProgOp.SET, Address(2, 1, 0), Address(2, 1, 0))
    await programmer.in_state("verify", Verify.SELECT)
    programmer.upset("verify", "open_q", (1 << programmer.chip.word_cells) - 1)
    await runs_on(programmer)


@property_test
async def a16_formed(dut: Any) -> None:
    programmer = await setting(dut)
    await programmer.in_state("verify", Verify.CHOOSE)
    programmer.upset("verify", "forming_q", 1)
    await runs_on(programmer)


@property_test
async def a16_then_reset(dut: Any) -> None:
    programmer = await running(dut, ProgOp.FORM, lambda a, n: Cell())
    await programmer.in_state("verify", Verify.PULSING)
    await programmer.in_state("verify", Verify.CHOOSE)
    await wait_cycles()
    await programmer.in_state("verify", Verify.CHOOSE)
    programmer.upset("verify", "formed_q", 0)
    await runs_on(programmer)


@property_test
async def a5_word_time(dut: Any) -> None:
    """A width that the table of the moment before did not hold."""
    programmer = await running(dut, ProgOp.SET, stuck_high, max_total=1)
    await programmer.in_state("verify", Verify.PULSE)
    programmer.configure(replace(programmer.config, set=replace(TABLE, nesting=1)))
    programmer.upset("ramp", "width_q", 2000)
    await runs_on(programmer)


@property_test
async def a9_all_read(dut: Any) -> None:
    programmer = await running(dut, ProgOp.READ, low)
    await programmer.in_state("verify", Verify.SELECT)
    programmer.upset("verify", "state_q", Verify.DONE)
    await runs_on(programmer)


@property_test
async def a10_no_pulse(dut: Any) -> None:
    programmer = await running(dut, ProgOp.VERIFY, stuck_high, level=0)
    await programmer.in_state("verify", Verify.CHOOSE)
    programmer.upset("verify", "kind_q", 2)
    programmer.upset("verify", "state_q", Verify.RESTART)
    await runs_on(programmer)


@property_test
async def a11_no_restart(dut: Any) -> None:
    programmer = await running(dut, ProgOp.SET, stuck_high)
    await programmer.in_state("verify", Verify.PULSING)
    await programmer.in_state("verify", Verify.CHOOSE)
    programmer.upset("verify", "state_q", Verify.RESTART)
    await runs_on(programmer)


@property_test
async def a11_step(dut: Any) -> None:
    programmer = await running(dut, ProgOp.SET, stuck_high)
    programmer.force("verify", "ramp_step_o", 0)
    await runs_on(programmer)


@property_test
async def a16_only_new(dut: Any) -> None:
    """A cell that was formed before is taken for one that was formed now."""
    programmer = await running(
        dut,
        ProgOp.FORM,
        lambda address, place: Cell() if place == 0 else Cell(code=HIGH, formed=True),
        form_ref=900,
    )
    await programmer.in_state("verify", Verify.PULSING)
    programmer.upset("verify", "formed_q", 0b11)
    await runs_on(programmer)


@property_test
async def a19_alarm_of_verify(dut: Any) -> None:
    programmer = await setting(dut)
    programmer.force("verify", "alarm_o", 0)
    programmer.upset("verify", "state_q", 13)
    await runs_on(programmer)


# Pulses without verify


async def cycling(dut: Any) -> Programmer:
    """CYCLE of one word, its first pulse requested."""
    programmer = await running(dut, ProgOp.CYCLE, low, test_cycles=3)
    await programmer.in_state("exercise", Exercise.PULSE)
    return programmer


@property_test
async def a14_cells_of_exercise(dut: Any) -> None:
    programmer = await cycling(dut)
    programmer.upset("exercise", "cells_q", 0)
    await runs_on(programmer)


@property_test
async def a19_alarm_of_exercise(dut: Any) -> None:
    programmer = await cycling(dut)
    programmer.force("exercise", "alarm_o", 0)
    programmer.upset("exercise", "state_q", 6)
    await runs_on(programmer)
