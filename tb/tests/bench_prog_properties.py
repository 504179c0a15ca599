"""Rules of electrical operations and of the ramp.

Each test breaks the design in one place, see `tb.drivers.broken_programmer`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tb.drivers.broken_programmer import (
    LOW,
    TABLE,
    Pulse,
    Verify,
    in_pulse,
    property_test,
    running,
    runs_on,
    setting,
    stuck_high,
)
from tb.drivers.cycles import wait_cycles
from tb.drivers.programmer import Programmer
from tb.host.regmap import ProgOp
from tb.models.ramp import Ramp, RampTable
from tb.models.simple_cells import Cell


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


async def pulsing(dut: Any, number: int, table: RampTable) -> Programmer:
    """The cycle after the step of a SET pulse; the cells are stuck."""
    programmer = await running(dut, ProgOp.SET, stuck_high, set=table)
    for _ in range(number):
        await programmer.in_state("verify", Verify.CHOOSE)
        await programmer.in_state("verify", Verify.PULSING)
    return programmer


@property_test
async def a11_restart(dut: Any) -> None:
    programmer = await running(dut, ProgOp.SET, stuck_high)
    await programmer.in_state("verify", Verify.PULSE)
    programmer.upset("ramp", "wl_q", 171)
    await runs_on(programmer)


@property_test
async def a11_rewound(dut: Any) -> None:
    """The line steps after two pulses; the word line inside it does not go back."""
    table = replace(TABLE, wl=Ramp(170, 180, 10), line=Ramp(240, 250, 10))
    programmer = await pulsing(dut, 2, table)
    programmer.upset("ramp", "wl_q", 175)
    await runs_on(programmer)


@property_test
async def a11_steps(dut: Any) -> None:
    programmer = await pulsing(dut, 1, replace(TABLE, wl=Ramp(170, 200, 10)))
    programmer.upset("ramp", "wl_q", 185)
    await runs_on(programmer)


@property_test
async def a11_range(dut: Any) -> None:
    programmer = await pulsing(dut, 2, replace(TABLE, wl=Ramp(170, 180, 10)))
    programmer.upset("ramp", "wl_q", 190)
    await runs_on(programmer)


@property_test
async def a19_alarm_of_pulse(dut: Any) -> None:
    programmer = await in_pulse(dut, Pulse.HIGH_VOLT)
    programmer.force("pulse", "req_ready_o", 1)
    programmer.upset("pulse", "state_q", 12)
    await runs_on(programmer)
