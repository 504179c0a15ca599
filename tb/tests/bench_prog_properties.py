"""Each test breaks the design in one place so that the property of its name must fire.

`tb/test_prog_properties.py` runs them and looks for the message; a test that ends is a failure.
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
from tb.models.programming import Address, Window
from tb.models.ramp import Ramp, RampTable
from tb.models.simple_cells import Cell

WORD = Address(1, 0, 3)
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
    PULSE = 6
    PULSING = 7
    LOG = 8
    DONE = 10


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


async def running(dut: Any, op: ProgOp, make: Any, **config: Any) -> Programmer:
    env = ProgrammerEnv(dut, make)
    await env.start()
    env.programmer.configure(replace(env.programmer.config, **config))
    await env.programmer.command(op, WORD, WORD)
    return env.programmer


async def in_pulse(dut: Any, state: Pulse) -> Programmer:
    """The first cycle of a state of the first pulse of a SET."""
    programmer = await setting(dut)
    await programmer.in_state("pulse", state)
    return programmer


async def runs_on(programmer: Programmer, cycles: int = 300) -> None:
    """Let the broken design go on."""
    await wait_cycles(cycles)


# Electrical operations


@property_test
async def a1_one_side(dut: Any) -> None:
    programmer = await in_pulse(dut, Pulse.SETUP)
    programmer.upset_lines(sl_en=1)
    await runs_on(programmer)


@property_test
async def a1_drivers(dut: Any) -> None:
    programmer = await in_pulse(dut, Pulse.HIGH_VOLT)
    programmer.upset_lines(polarity=1)
    await runs_on(programmer)


@property_test
async def a1_codes(dut: Any) -> None:
    programmer = await in_pulse(dut, Pulse.SETUP)
    programmer.upset_lines(bl_dac=240, sl_dac=10)
    await runs_on(programmer)


@property_test
async def a3_setup(dut: Any) -> None:
    programmer = await in_pulse(dut, Pulse.SETUP)
    programmer.upset("pulse", "count_q", 0)
    await runs_on(programmer)


@property_test
async def a3_stable(dut: Any) -> None:
    programmer = await in_pulse(dut, Pulse.HIGH_VOLT)
    programmer.upset_lines(wl_dac=171)
    await runs_on(programmer)


@property_test
async def a4_lines(dut: Any) -> None:
    programmer = await in_pulse(dut, Pulse.HIGH_VOLT)
    programmer.upset("pulse", "wl_en_q", 0)
    await runs_on(programmer)


@property_test
async def a4_bleed(dut: Any) -> None:
    programmer = await in_pulse(dut, Pulse.WORDLINE)
    programmer.upset("pulse", "bleed_en_q", 1)
    await runs_on(programmer)


@property_test
async def a4_exclusive(dut: Any) -> None:
    programmer = await in_pulse(dut, Pulse.HIGH_VOLT)
    programmer.upset("pulse", "sense_en_q", 1)
    await runs_on(programmer)


@property_test
async def a4_wordline_first(dut: Any) -> None:
    programmer = await in_pulse(dut, Pulse.WORDLINE)
    programmer.upset("pulse", "count_q", 0)
    await runs_on(programmer)


@property_test
async def a4_sense_setup(dut: Any) -> None:
    programmer = await setting(dut)
    await programmer.in_state("pulse", Pulse.SENSE_WORDLINE)
    programmer.upset("pulse", "count_q", 0)
    await runs_on(programmer)


@property_test
async def a4_hold(dut: Any) -> None:
    programmer = await in_pulse(dut, Pulse.HOLD)
    programmer.upset("pulse", "count_q", 0)
    await runs_on(programmer)


@property_test
async def a5_running(dut: Any) -> None:
    programmer = await setting(dut)
    await programmer.in_state("pulse", Pulse.SENSE_STROBE)
    programmer.upset("pulse", "sense_en_q", 0)
    programmer.upset("pulse", "hv_en_q", 1)
    await runs_on(programmer)


@property_test
async def a5_width(dut: Any) -> None:
    programmer = await in_pulse(dut, Pulse.HIGH_VOLT)
    programmer.upset("pulse", "count_q", 20)
    await runs_on(programmer)


@property_test
async def a5_full(dut: Any) -> None:
    programmer = await in_pulse(dut, Pulse.HIGH_VOLT)
    programmer.upset("pulse", "count_q", 0)
    await runs_on(programmer)


async def over_ceiling(dut: Any, op: ProgOp, **lines: int) -> None:
    """Codes that went wrong during a long setup."""
    pristine = op is ProgOp.FORM
    programmer = await running(
        dut, op, lambda a, n: Cell() if pristine else Cell(code=LOW, formed=True)
    )
    programmer.set_flag("pump_ok", 0)
    await programmer.in_state("pulse", Pulse.PUMP)
    programmer.upset_lines(**lines)
    await wait_cycles(20)
    programmer.set_flag("pump_ok", 1)
    await runs_on(programmer)


@property_test
async def a6_wordline(dut: Any) -> None:
    await over_ceiling(dut, ProgOp.FORM, wl_dac=201)


@property_test
async def a6_bitline(dut: Any) -> None:
    await over_ceiling(dut, ProgOp.FORM, bl_dac=361)


@property_test
async def a6_sourceline(dut: Any) -> None:
    await over_ceiling(dut, ProgOp.RESET, sl_dac=331)


@property_test
async def a7_pump_ready(dut: Any) -> None:
    programmer = await setting(dut)
    programmer.set_flag("pump_ok", 0)
    await programmer.in_state("pulse", Pulse.PUMP)
    programmer.upset("pulse", "wl_en_q", 1)
    await runs_on(programmer)


@property_test
async def a7_flagged(dut: Any) -> None:
    programmer = await in_pulse(dut, Pulse.HIGH_VOLT)
    programmer.set_flag("pump_ok", 0)
    await wait_cycles(2)
    programmer.upset("pulse", "err_q", 0)
    programmer.set_flag("pump_ok", 1)
    await runs_on(programmer)


@property_test
async def a13_off(dut: Any) -> None:
    programmer = await in_pulse(dut, Pulse.HIGH_VOLT)
    await programmer.strobe("abort")
    programmer.upset("pulse", "bleed_en_q", 0)
    await runs_on(programmer)


@property_test
async def a13_done(dut: Any) -> None:
    programmer = await in_pulse(dut, Pulse.HIGH_VOLT)
    await programmer.strobe("abort")
    programmer.upset("pulse", "count_q", 30)
    await runs_on(programmer)


@property_test
async def a13_no_stop(dut: Any) -> None:
    programmer = await in_pulse(dut, Pulse.DISCHARGE)
    programmer.upset("pulse", "err_q", 11)
    await runs_on(programmer)


@property_test
async def a14_columns(dut: Any) -> None:
    programmer = await in_pulse(dut, Pulse.SETUP)
    programmer.upset_lines(bl_en=1)
    await runs_on(programmer)


@property_test
async def a14_reference(dut: Any) -> None:
    programmer = await setting(dut)
    await programmer.in_state("pulse", Pulse.SETUP)
    programmer.upset_lines(ref=1)
    programmer.upset("pulse", "count_q", 6)
    await runs_on(programmer)


# The ramp


async def after_a_step(dut: Any) -> Programmer:
    """The ramp has begun and waits for its next step."""
    programmer = await running(
        dut, ProgOp.RESET, lambda a, n: Cell(code=LOW, formed=True, stuck=True)
    )
    for _ in range(2):
        await programmer.in_state("verify", Verify.PULSING)
        await programmer.in_state("verify", Verify.CHOOSE)
    return programmer


@property_test
async def a11_still(dut: Any) -> None:
    programmer = await after_a_step(dut)
    programmer.upset("ramp", "wl_q", 280)
    await runs_on(programmer)


@property_test
async def a11_rises(dut: Any) -> None:
    programmer = await after_a_step(dut)
    programmer.upset("ramp", "wl_q", 250)
    await runs_on(programmer)


# Write-verify


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


async def over_limit(dut: Any, register: str, **limits: int) -> None:
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
async def a14_cells(dut: Any) -> None:
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


# The sweep and the counters


@property_test
async def a12_sum(dut: Any) -> None:
    programmer = await setting(dut)
    programmer.upset("counters", "counts_q", 5)
    await runs_on(programmer)


@property_test
async def a12_no_wrap(dut: Any) -> None:
    programmer = await setting(dut)
    programmer.upset("counters", "counts_q", 7 << 192)
    await wait_cycles()
    programmer.upset("counters", "counts_q", 6 << 192)
    await runs_on(programmer)


@property_test
async def a13_pointer(dut: Any) -> None:
    programmer = await setting(dut)
    await wait_cycles(20)
    programmer.upset("prog", "pointer_q", 1)
    await runs_on(programmer)


@property_test
async def a13_end(dut: Any) -> None:
    programmer = await in_pulse(dut, Pulse.HIGH_VOLT)
    await programmer.strobe("abort")
    await programmer.in_state("verify", Verify.DONE)
    programmer.upset("verify", "state_q", 0)
    await runs_on(programmer)


@property_test
async def a17_answer(dut: Any) -> None:
    programmer = await setting(dut)
    await wait_cycles(20)
    programmer.upset("prog", "state_q", Prog.IDLE)
    await runs_on(programmer)


@property_test
async def a17_one_word(dut: Any) -> None:
    programmer = await setting(dut)
    await wait_cycles(20)
    programmer.upset("prog", "state_q", Prog.NEXT)
    await runs_on(programmer)


@property_test
async def a17_read_back(dut: Any) -> None:
    programmer = await running(dut, ProgOp.READ, lambda a, n: Cell())
    programmer.stall_read_back()
    await wait_cycles(60)
    programmer.upset("prog", "state_q", Prog.RUN)
    await runs_on(programmer)


@property_test
async def a19_stop(dut: Any) -> None:
    programmer = await in_pulse(dut, Pulse.HIGH_VOLT)
    programmer.upset("prog", "state_q", 7)
    await wait_cycles()
    programmer.upset("prog", "stop_q", 0)
    await runs_on(programmer)


async def forced_start(dut: Any, op: ProgOp, allow: int = 1, **config: Any) -> None:
    """A start that is refused, but runs."""
    env = ProgrammerEnv(dut)
    await env.start()
    programmer = env.programmer
    programmer.configure(replace(programmer.config, **config))
    programmer.set_flag("allow", allow)
    programmer.upset("prog", "op_q", op)
    await programmer.command(op, WORD, WORD)
    programmer.upset("prog", "state_q", Prog.RUN)
    programmer.upset("prog", "done_q", 0)
    await runs_on(programmer)


@property_test
async def a18_ramps(dut: Any) -> None:
    await forced_start(dut, ProgOp.SET, set=replace(TABLE, wl=Ramp(170, 170, 0)))


@property_test
async def a18_form(dut: Any) -> None:
    await forced_start(dut, ProgOp.FORM, form=replace(TABLE, width=Ramp(0, 3, 1)))


@property_test
async def a18_ceilings(dut: Any) -> None:
    await forced_start(dut, ProgOp.SET, set=replace(TABLE, wl=Ramp(170, 500, 10)))


@property_test
async def a20_allowed(dut: Any) -> None:
    await forced_start(dut, ProgOp.SET, allow=0)
