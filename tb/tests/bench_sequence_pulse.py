"""Each test drives one bad sequence at the pins: order, width, amplitude and safety of one pulse.

The property of its name must fire first. `tb/test_sequence.py` runs them and looks for the message;
a test that ends is a failure.
"""

from __future__ import annotations

from typing import Any

import cocotb

from tb.drivers.sequence import FORM, RESET, SET, WORD
from tb.drivers.sequence_starts import in_pulse, running, sensed

property_test = cocotb.test(timeout_time=20, timeout_unit="ms")
TOP = 511  # highest DAC code


# Electrical order


@property_test
async def a1_one_side(dut: Any) -> None:
    pins = await running(dut)
    pins.set(bleed_en=0, bl_en=1, sl_en=1)
    await pins.wait()


@property_test
async def a1_drivers(dut: Any) -> None:
    pins = await sensed(dut)
    await pins.select(pins.timing, SET.cells, wl_dac=SET.wl, polarity=0)
    await pins.release(10)
    pins.set(polarity=1)
    pins.set(bl_en=1, bleed_en=0)
    await pins.wait(pins.timing.setup)
    pins.set(wl_en=1)
    await pins.wait(pins.timing.wordline)
    pins.set(hv_en=1)
    await pins.wait()


@property_test
async def a2_polarity(dut: Any) -> None:
    pins = await sensed(dut, 0b01, 0b11)
    await pins.pulse(SET, pins.timing._replace(discharge=1))
    await pins.pulse(RESET._replace(cells=0b10))


@property_test
async def a2_sense(dut: Any) -> None:
    pins = await sensed(dut)
    await pins.pulse(SET, pins.timing._replace(discharge=0.5))
    await pins.sense(0)


@property_test
async def a3_setup(dut: Any) -> None:
    pins = await sensed(dut)
    await pins.pulse(SET, pins.timing._replace(setup=3))


@property_test
async def a3_stable(dut: Any) -> None:
    pins = await in_pulse(dut)
    pins.set(bl_dac=SET.line + 1)
    await pins.wait()


@property_test
async def a3_reference(dut: Any) -> None:
    pins = await running(dut)
    await pins.select(pins.timing, 1, wl_dac=180, sense_ref=300)
    await pins.wait(pins.timing.sense_setup)
    pins.set(sense_ref=301)
    await pins.wait()
    pins.set(sense_en=1)
    await pins.wait()


@property_test
async def a3_strobed(dut: Any) -> None:
    pins = await running(dut)
    await pins.strobed()
    await pins.wait()
    pins.set(sense_ref=1)
    await pins.wait()


@property_test
async def a4_address(dut: Any) -> None:
    pins = await in_pulse(dut)
    pins.set(prog_row=WORD.row + 1)
    await pins.wait()


@property_test
async def a4_lines(dut: Any) -> None:
    pins = await running(dut)
    await pins.select(pins.timing, 1, wl_dac=180)
    await pins.wait(pins.timing.sense_setup)
    pins.set(wl_en=0, sense_en=1)
    await pins.wait()


@property_test
async def a4_exclusive(dut: Any) -> None:
    pins = await sensed(dut)
    await pins.strobed()
    pins.set(hv_en=1)
    await pins.wait()


@property_test
async def a4_bleed(dut: Any) -> None:
    pins = await running(dut)
    pins.set(bl_en=1)
    await pins.wait()


@property_test
async def a4_wordline_first(dut: Any) -> None:
    pins = await sensed(dut)
    await pins.pulse(SET, pins.timing._replace(wordline=1))


@property_test
async def a4_sense_setup(dut: Any) -> None:
    pins = await running(dut)
    await pins.sense(1, timing=pins.timing._replace(sense_setup=2))


@property_test
async def a4_hold(dut: Any) -> None:
    pins = await sensed(dut)
    await pins.pulse(SET, pins.timing._replace(hold=1))


@property_test
async def a8_discharge(dut: Any) -> None:
    pins = await in_pulse(dut)
    pins.set(hv_en=0)
    await pins.wait(pins.timing.hold)
    pins.set(wl_en=0, bl_en=0)
    await pins.wait(pins.timing.discharge + 5)
    await pins.sense(0)


# Width, amplitude and time


@property_test
async def a5_width(dut: Any) -> None:
    pins = await sensed(dut)
    await pins.pulse(SET._replace(width=pins.width_max + 1))


@property_test
async def a5_stuck(dut: Any) -> None:
    pins = await in_pulse(dut)
    await pins.wait(pins.width_max)


@property_test
async def a5_short(dut: Any) -> None:
    pins = await in_pulse(dut)
    pins.set(hv_en=0)
    await pins.fall()
    await pins.sense(1)
    await pins.rise(SET)
    await pins.wait(0.5)
    await pins.fall()


@property_test
async def a5_over(dut: Any) -> None:
    pins = await running(dut)
    await pins.finish()
    await pins.sense(1)
    await pins.pulse(SET)


@property_test
async def a5_over_after_a_stop(dut: Any) -> None:
    pins = await sensed(dut)
    await pins.strobe("stop")
    await pins.wait(10)
    await pins.pulse(SET)


@property_test
async def a5_word_time(dut: Any) -> None:
    pins = await sensed(dut)
    while True:
        await pins.pulse(SET._replace(width=pins.width_max))
        await pins.sense(1)


@property_test
async def a6_wordline(dut: Any) -> None:
    pins = await sensed(dut)
    await pins.pulse(SET._replace(wl=TOP))


@property_test
async def a6_wordline_of_form(dut: Any) -> None:
    pins = await sensed(dut, forming=1)
    await pins.pulse(FORM._replace(wl=SET.wl + 40))


@property_test
async def a6_bitline(dut: Any) -> None:
    pins = await sensed(dut, forming=1)
    pins.set(forming=0)
    await pins.pulse(SET._replace(line=FORM.line))


@property_test
async def a6_bitline_of_form(dut: Any) -> None:
    pins = await sensed(dut, forming=1)
    await pins.pulse(FORM._replace(line=TOP))


@property_test
async def a6_sourceline(dut: Any) -> None:
    pins = await sensed(dut, 0)
    await pins.pulse(RESET._replace(line=TOP))


@property_test
async def a6_only_new(dut: Any) -> None:
    pins = await running(dut)
    await pins.formed()
    await pins.sense(1)
    await pins.pulse(FORM)


@property_test
async def a6_sense(dut: Any) -> None:
    pins = await running(dut)
    await pins.sense(1, wl_dac=TOP)


# Safety


@property_test
async def a7_ready(dut: Any) -> None:
    pins = await sensed(dut)
    pins.set(pump_rdy=0)
    await pins.wait(5)
    await pins.pulse(SET)


@property_test
async def a7_loss(dut: Any) -> None:
    pins = await in_pulse(dut)
    pins.set(pump_rdy=0)
    await pins.wait(5)
    await pins.fall()


@property_test
async def a13_stop(dut: Any) -> None:
    pins = await in_pulse(dut)
    await pins.strobe("stop", 3)
    await pins.fall()


@property_test
@cocotb.parametrize(cause=["supply_ok", "rst_n"])
async def a13_off(dut: Any, cause: str) -> None:
    pins = await in_pulse(dut)
    pins.set(**{cause: 0})
    await pins.wait()


@property_test
async def a13_return(dut: Any) -> None:
    pins = await in_pulse(dut)
    pins.set(hv_kill_n=0)
    await pins.wait(2)
    pins.set(hv_kill_n=1)
    await pins.wait()


@property_test
async def a19_off(dut: Any) -> None:
    pins = await in_pulse(dut)
    await pins.strobe("alarm", 2)
    await pins.fall()
