"""One electrical operation: the pins of `cnr_pulse` in every cycle."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any

import cocotb

from tb.drivers.cycles import wait_cycles
from tb.drivers.pulse import IDLE, Cycle, Kind, Pins, PulseDriver, Request
from tb.drivers.pulse_pins import expected_stop, pulse_pins, sense_pins
from tb.host.regmap import ProgErr

FORM = Request(Kind.FORM, wl=150, line=270, width=7)
SET = Request(Kind.SET, wl=170, line=240, width=5)
RESET = Request(Kind.RESET, wl=260, line=280, width=6)
SENSE = Request(Kind.SENSE, wl=180, ref=300)
PULSES = (FORM, SET, RESET)
READY_EDGES = 2  # from the ready pin to its flag


def error_of(cycles: list[Cycle]) -> ProgErr:
    """How an operation ended, after a look at its handshake."""
    assert [cycle.ready for cycle in cycles] == [1] + [0] * (len(cycles) - 1)
    assert [cycle.done for cycle in cycles] == [0] * (len(cycles) - 1) + [1]
    return cycles[-1].error


def pins_of(cycles: list[Cycle]) -> list[Pins]:
    return [cycle.pins for cycle in cycles]


async def started(dut: Any) -> PulseDriver:
    driver = PulseDriver(dut)
    await driver.start()
    assert driver.pins == IDLE
    return driver


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def a_pulse_takes_its_phases_in_order(dut: Any) -> None:
    driver = await started(dut)
    for request in PULSES:
        cycles = await driver.operate(request)
        assert error_of(cycles) is ProgErr.NONE
        assert pins_of(cycles) == pulse_pins(driver.chip, request)
        assert driver.pins == IDLE


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def high_voltage_is_on_for_exactly_the_width(dut: Any) -> None:
    driver = await started(dut)
    ceiling = driver.chip.programming.ceilings.width_ns // driver.chip.clock.clk_period_ns
    for width in (1, 2, 50, ceiling):
        request = SET._replace(width=width)
        assert pins_of(await driver.operate(request)) == pulse_pins(driver.chip, request)


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def a_sense_strobes_until_ready(dut: Any) -> None:
    driver = await started(dut)
    for latency in (0, 1, 7):
        driver.sense_latency = latency
        driver.sense_bits = 0b1001 + latency
        cycles = await driver.operate(SENSE)
        assert error_of(cycles) is ProgErr.NONE
        strobe = latency + READY_EDGES + 1
        assert pins_of(cycles) == sense_pins(driver.chip, SENSE, strobe)
        assert driver.sense == driver.sense_bits


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def sense_bits_hold_until_the_next_sense(dut: Any) -> None:
    driver = await started(dut)
    driver.sense_bits = 0b1010
    await driver.operate(SENSE)
    driver.sense_bits = 0
    await driver.operate(SET)
    assert driver.sense == 0b1010
    await driver.operate(SENSE)
    assert driver.sense == 0


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def operations_follow_each_other_without_a_gap(dut: Any) -> None:
    driver = await started(dut)
    requests = (SENSE, SET, SENSE, RESET, SET, SENSE, SENSE)
    seen = [pins_of(await driver.operate(request)) for request in requests]
    expected = [
        sense_pins(driver.chip, request, READY_EDGES + 1)
        if request.kind is Kind.SENSE
        else pulse_pins(driver.chip, request)
        for request in requests
    ]
    assert list(chain(*seen)) == list(chain(*expected))


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def the_trim_moves_the_reference_within_its_codes(dut: Any) -> None:
    driver = await started(dut)
    for ref, trim, expected in (
        *((300, 31, 331), (300, -32, 268), (300, 0, 300), (10, -11, 0), (10, -10, 0)),
        *((1023, 1, 1023), (1000, 31, 1023), (992, 31, 1023), (0, -32, 0), (0, 31, 31)),
    ):
        driver.flag("sense_trim", trim & 0x3F)
        cycles = await driver.operate(SENSE._replace(ref=ref))
        assert {cycle.pins.ref for cycle in cycles[1:]} == {expected}


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def a_pulse_waits_for_the_pump(dut: Any) -> None:
    driver = await started(dut)
    setup = driver.chip.programming.setup_cycles
    for wait in (0, 1, 30):

        def pump(cycle: int, wait: int = wait) -> None:
            driver.flag("pump_ok", cycle >= setup + wait)

        cycles = await driver.operate(RESET, pump)
        assert error_of(cycles) is ProgErr.NONE
        assert pins_of(cycles) == pulse_pins(driver.chip, RESET, pump_wait=wait)


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def a_pump_that_never_comes_ends_the_pulse(dut: Any) -> None:
    driver = await started(dut)
    driver.flag("pump_ok", 0)
    cycles = await driver.operate(SET)
    assert error_of(cycles) is ProgErr.PUMP
    assert not any(cycle.pins.wl or cycle.pins.hv for cycle in cycles)
    prog = driver.chip.programming
    waited = 1 + prog.setup_cycles + prog.pump_timeout_cycles + prog.discharge_cycles
    assert len(cycles) == waited


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def a_sense_needs_no_pump(dut: Any) -> None:
    driver = await started(dut)
    driver.flag("pump_ok", 0)
    assert error_of(await driver.operate(SENSE)) is ProgErr.NONE


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def a_sense_without_an_answer_times_out(dut: Any) -> None:
    driver = await started(dut)
    driver.sense_latency = None
    cycles = await driver.operate(SENSE)
    assert error_of(cycles) is ProgErr.SENSE
    limit = driver.chip.programming.sense_timeout_cycles
    assert pins_of(cycles) == sense_pins(driver.chip, SENSE, limit)
    driver.sense_latency = 3
    assert error_of(await driver.operate(SENSE)) is ProgErr.NONE


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def the_last_cycle_before_the_timeout_still_counts(dut: Any) -> None:
    driver = await started(dut)
    limit = driver.chip.programming.sense_timeout_cycles
    driver.sense_latency = limit - READY_EDGES - 1
    assert error_of(await driver.operate(SENSE)) is ProgErr.NONE
    driver.sense_latency += 1
    assert error_of(await driver.operate(SENSE)) is ProgErr.SENSE


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def a_ready_that_stays_up_is_no_answer(dut: Any) -> None:
    driver = await started(dut)
    driver.sense_bits = 0b11
    driver.sense_latency = -1
    cycles = await driver.operate(SENSE)
    assert error_of(cycles) is ProgErr.SENSE
    assert not any(cycle.pins.sense for cycle in cycles)


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def a_request_above_a_ceiling_never_reaches_the_pins(dut: Any) -> None:
    driver = await started(dut)
    ceilings, step = driver.chip.programming.ceilings, driver.chip.programming.dac_step_mv
    clk = driver.chip.clock.clk_period_ns
    for request, wl, line in (
        (FORM, ceilings.form_wl_mv // step, ceilings.form_line_mv // step),
        (SET, ceilings.set_wl_mv // step, ceilings.set_line_mv // step),
        (RESET, ceilings.reset_wl_mv // step, ceilings.reset_line_mv // step),
    ):
        at_the_top = request._replace(wl=wl, line=line)
        assert error_of(await driver.operate(at_the_top)) is ProgErr.NONE
        for above in (
            at_the_top._replace(wl=wl + 1),
            at_the_top._replace(line=line + 1),
            at_the_top._replace(width=ceilings.width_ns // clk + 1),
        ):
            await refused(driver, above, ProgErr.CEILING)
    await refused(driver, SENSE._replace(wl=ceilings.reset_wl_mv // step + 1), ProgErr.CEILING)


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def a_pulse_without_width_never_reaches_the_pins(dut: Any) -> None:
    driver = await started(dut)
    for request in PULSES:
        await refused(driver, request._replace(width=0), ProgErr.RAMP)


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def a_request_under_a_stop_never_reaches_the_pins(dut: Any) -> None:
    driver = await started(dut)
    for request in (*PULSES, SENSE):
        for name, value, error in (
            ("stop", 1, ProgErr.ABORTED),
            ("supply_ok", 0, ProgErr.SUPPLY),
            ("watchdog", 1, ProgErr.WATCHDOG),
        ):
            driver.flag(name, value)
            await refused(driver, request, error)
            driver.flag(name, 1 - value)


async def refused(driver: PulseDriver, request: Request, error: ProgErr) -> None:
    cycles = await driver.operate(request)
    assert error_of(cycles) is error
    assert set(pins_of(cycles)) == {IDLE}


async def stopped_anywhere(
    driver: PulseDriver, request: Request, full: list[Pins], name: str, bad: int, error: ProgErr
) -> None:
    """Stop an operation in each of its cycles: all off with the next edge, then all is well."""
    end = max(n for n, pins in enumerate(full) if not pins.bleed)
    for cycle in range(1, len(full) - 1):

        def act(now: int, cycle: int = cycle) -> None:
            driver.flag(name, bad if now == cycle else 1 - bad)

        cycles = await driver.operate(request, act)
        assert error_of(cycles) is error, f"{name} in cycle {cycle}"
        expected = expected_stop(driver.chip, full, cycle, discharging=cycle > end)
        assert pins_of(cycles) == expected, f"{name} in cycle {cycle}"
        driver.flag(name, 1 - bad)
        assert error_of(await driver.operate(request)) is ProgErr.NONE


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def a_stop_in_any_cycle_turns_all_off_with_the_next_edge(dut: Any) -> None:
    driver = await started(dut)
    for request in PULSES:
        full = pulse_pins(driver.chip, request)
        await stopped_anywhere(driver, request, full, "stop", 1, ProgErr.ABORTED)
        await stopped_anywhere(driver, request, full, "supply_ok", 0, ProgErr.SUPPLY)
        await stopped_anywhere(driver, request, full, "watchdog", 1, ProgErr.WATCHDOG)


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def a_stop_in_any_cycle_ends_a_sense(dut: Any) -> None:
    driver = await started(dut)
    driver.sense_latency = 4
    full = sense_pins(driver.chip, SENSE, driver.sense_latency + READY_EDGES + 1)
    await stopped_anywhere(driver, SENSE, full, "stop", 1, ProgErr.ABORTED)
    await stopped_anywhere(driver, SENSE, full, "supply_ok", 0, ProgErr.SUPPLY)


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def pump_loss_under_high_voltage_ends_the_pulse(dut: Any) -> None:
    driver = await started(dut)
    for request in PULSES:
        full = pulse_pins(driver.chip, request)
        for cycle, pins in enumerate(full[:-1]):

            def act(now: int, cycle: int = cycle) -> None:
                driver.flag("pump_ok", now != cycle)

            cycles = await driver.operate(request, act)
            setup_end = driver.chip.programming.setup_cycles
            if pins.wl:
                assert error_of(cycles) is ProgErr.PUMP
                assert pins_of(cycles) == expected_stop(driver.chip, full, cycle, False)
            else:
                assert error_of(cycles) is ProgErr.NONE
                wait = 1 if cycle == setup_end else 0
                assert pins_of(cycles) == pulse_pins(driver.chip, request, wait)


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def the_first_cause_of_a_stop_is_told(dut: Any) -> None:
    driver = await started(dut)

    def act(cycle: int) -> None:
        driver.flag("stop", cycle == 8)
        driver.flag("supply_ok", cycle < 9)

    assert error_of(await driver.operate(RESET, act)) is ProgErr.ABORTED


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def an_invalid_state_turns_all_off_and_is_told(dut: Any) -> None:
    driver = await started(dut)
    for request, full in (
        (SET, pulse_pins(driver.chip, SET)),
        (RESET, pulse_pins(driver.chip, RESET)),
        (SENSE, sense_pins(driver.chip, SENSE, READY_EDGES + 1)),
    ):
        end = max(n for n, pins in enumerate(full) if not pins.bleed)
        for state in range(10, 16):
            for cycle in range(1, end + 1):
                cycles = await driver.operate(request, upset_in(driver, cycle, state))
                assert error_of(cycles) is ProgErr.STATE
                expected = expected_stop(driver.chip, full, cycle, discharging=False)
                assert pins_of(cycles) == expected
                await wait_cycles()
                assert error_of(await driver.operate(request)) is ProgErr.NONE


def upset_in(driver: PulseDriver, cycle: int, state: int) -> Callable[[int], None]:
    """Overwrites the state register in one cycle."""

    def act(now: int) -> None:
        if now == cycle:
            driver.upset("state_q", state)

    return act
