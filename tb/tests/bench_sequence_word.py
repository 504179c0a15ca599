"""Each test drives one bad sequence at the pins: a word, the life of a die, commands.

The property of its name must fire first. `tb/test_sequence.py` runs them and looks for the message;
a test that ends is a failure.
"""

from __future__ import annotations

from typing import Any

import cocotb

from tb.drivers.sequence import FORM, RESET, SET, WORD
from tb.drivers.sequence_starts import running, sensed

property_test = cocotb.test(timeout_time=20, timeout_unit="ms")


# Write-verify


@property_test
async def a9_between(dut: Any) -> None:
    pins = await sensed(dut)
    await pins.pulse(SET)
    await pins.pulse(SET)


@property_test
async def a9_sensed(dut: Any) -> None:
    pins = await sensed(dut)
    await pins.pulse(SET)
    await pins.finish()


@property_test
async def a9_twice(dut: Any) -> None:
    pins = await sensed(dut)
    await pins.pulse(SET)
    await pins.sense(0)
    await pins.begin(WORD._replace(row=4))


@property_test
async def a9_twice_in_a_row(dut: Any) -> None:
    pins = await sensed(dut)
    await pins.pulse(SET)
    for answer in (0, 1, 0):
        await pins.sense(answer)
    await pins.finish()


@property_test
async def a10_read(dut: Any) -> None:
    pins = await sensed(dut)
    await pins.pulse(SET._replace(cells=0b11))


@property_test
@cocotb.parametrize(pulse=[SET, RESET])
async def a10_asked(dut: Any, pulse: Any) -> None:
    pins = await sensed(dut, int(pulse.reset))
    await pins.pulse(pulse)


@property_test
async def a11_ramp(dut: Any) -> None:
    pins = await sensed(dut)
    await pins.pulse(SET)
    await pins.sense(1)
    await pins.pulse(SET._replace(line=SET.line - 1))


@property_test
async def a11_set(dut: Any) -> None:
    pins = await sensed(dut)
    while True:
        await pins.pulse(SET)
        await pins.sense(1)


@property_test
async def a11_reset(dut: Any) -> None:
    pins = await sensed(dut, 0)
    while True:
        await pins.pulse(RESET)
        await pins.sense(0)


@property_test
async def a11_form(dut: Any) -> None:
    pins = await sensed(dut, forming=1)
    while True:
        await pins.pulse(FORM)
        await pins.sense(1)


@property_test
async def a11_total(dut: Any) -> None:
    pins = await sensed(dut, 0)
    prog = pins.chip.programming
    for _ in range(prog.max_pulses_reset):
        await pins.pulse(RESET)
        await pins.sense(0)
    await pins.sense(1)
    for _ in range(prog.max_pulses_set):
        await pins.pulse(SET)
        await pins.sense(1)
    pins.set(forming=1)
    for _ in range(prog.max_pulses_form + 1):
        await pins.pulse(FORM)
        await pins.sense(1)


@property_test
async def a11_reversals(dut: Any) -> None:
    pins = await sensed(dut)
    while True:
        await pins.pulse(SET)
        await pins.sense(0)
        await pins.pulse(RESET)
        await pins.sense(1)


@property_test
async def a12_outcome(dut: Any) -> None:
    pins = await sensed(dut)
    await pins.pulse(SET)
    await pins.sense(1)
    await pins.sense(1)
    await pins.finish()


@property_test
async def a12_outcome_of_more_than_failed(dut: Any) -> None:
    pins = await sensed(dut, 0b11, 0b11)
    await pins.pulse(SET._replace(cells=0b11))
    await pins.sense(0b11, 0b11)
    await pins.sense(0b11, 0b11)
    await pins.strobe("cell_failed")
    await pins.finish()


@property_test
async def a16_unformed(dut: Any) -> None:
    pins = await sensed(dut, 0, forming=1)
    await pins.pulse(FORM)


@property_test
async def a16_then_reset(dut: Any) -> None:
    pins = await running(dut, forming=1)
    await pins.moved(FORM)
    await pins.finish()


# The life of a die


@property_test
async def a14_columns(dut: Any) -> None:
    pins = await running(dut)
    pins.word = WORD._replace(layer=0)
    chip = pins.chip
    await pins.sense(0, 1 << (chip.layers[0].filters * chip.chip.weight_bits))


@property_test
async def a14_disturb(dut: Any) -> None:
    pins = await running(dut, unverified=1)
    for row in range(pins.chip.geometry[WORD.layer].rows):
        await pins.begin(WORD._replace(row=row))
        for _ in range(4):
            await pins.pulse(SET._replace(width=pins.width_max))


@property_test
async def a15_endurance(dut: Any) -> None:
    pins = await running(dut, unverified=1)
    for _ in range(4):
        await pins.pulse(RESET)
        await pins.pulse(SET)


# Commands


@property_test
async def a17_lost(dut: Any) -> None:
    pins = await running(dut)
    await pins.command()


@property_test
async def a17_asked(dut: Any) -> None:
    pins = await running(dut)
    await pins.finish()
    await pins.finish()


@property_test
async def a17_answered(dut: Any) -> None:
    pins = await running(dut)
    pins.set(busy=0)
    await pins.wait(3)
    await pins.strobe("done")


@property_test
async def a18_no_pulse(dut: Any) -> None:
    pins = await sensed(dut)
    pins.set(illegal=1)
    await pins.pulse(SET)


@property_test
async def a18_refused(dut: Any) -> None:
    pins = await running(dut)
    await pins.finish()
    pins.set(illegal=1)
    await pins.command()
    await pins.finish()
