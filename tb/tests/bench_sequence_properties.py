"""Each test drives one bad sequence at the pins, so that the property of its name must fire first.

`tb/test_sequence.py` runs them and looks for the message; a test that ends is a failure.
"""

from __future__ import annotations

from typing import Any

import cocotb

from tb.drivers.sequence import FORM, RESET, SET, WORD, SequencePins

property_test = cocotb.test(timeout_time=20, timeout_unit="ms")
TOP = 511  # highest DAC code


async def running(dut: Any, **roles: int) -> SequencePins:
    """A command has begun a word."""
    pins = SequencePins(dut)
    await pins.start()
    await pins.command(**roles)
    await pins.begin()
    return pins


async def sensed(dut: Any, answer: int = 1, cells: int = 1, **roles: int) -> SequencePins:
    """A command has read the cells of a word once."""
    pins = await running(dut, **roles)
    await pins.sense(answer, cells)
    return pins


async def in_pulse(dut: Any) -> SequencePins:
    """High voltage is on in a SET pulse."""
    pins = await sensed(dut)
    await pins.rise(SET)
    await pins.wait()
    return pins


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


# Read and inference


async def loaded(dut: Any) -> SequencePins:
    """An image is in the input latches."""
    pins = SequencePins(dut)
    await pins.start()
    await pins.read_banks()
    await pins.strobe("in_load")
    return pins


@property_test
async def a20_apart(dut: Any) -> None:
    pins = await in_pulse(dut)
    pins.set(rd_pulse=1)
    await pins.wait()


@property_test
async def a20_weights(dut: Any) -> None:
    pins = SequencePins(dut)
    await pins.start()
    for bank in range(1, pins.chip.banks):
        await pins.read_bank(bank)
    await pins.strobe("in_load")


@property_test
async def a20_weights_after_a_pulse(dut: Any) -> None:
    pins = await sensed(dut)
    await pins.read_banks()
    await pins.pulse(SET)
    await pins.strobe("in_load")


@property_test
async def a20_weights_after_the_loss_is_known(dut: Any) -> None:
    pins = SequencePins(dut)
    await pins.start()
    await pins.read_banks()
    pins.set(supply_ok=0)
    await pins.wait(2.5)
    await pins.strobe("in_load")


@property_test
async def a20_weights_emptied_by_a_reset(dut: Any) -> None:
    pins = SequencePins(dut)
    await pins.start()
    await pins.read_banks()
    pins.set(rd_bank=1)
    await pins.strobe("rd_rst", 2)
    await pins.strobe("rd_pulse", 1)
    pins.set(rd_bank=0)
    await pins.strobe("in_load")


@property_test
async def a20_weights_lost_in_flight(dut: Any) -> None:
    pins = await loaded(dut)
    await pins.layer(0)
    pins.set(rd_bank=0)
    await pins.strobe("rd_rst", pins.chip.reader.reset_cycles)
    pins.set(rd_bank=1)
    await pins.layer(1)


@property_test
async def a20_held_too_long_in_flight(dut: Any) -> None:
    pins = await loaded(dut)
    await pins.wait(pins.chip.reader.retention_us * 1000 / pins.chip.clock.clk_period_ns)
    await pins.layer(0)


@property_test
async def a20_held(dut: Any) -> None:
    pins = SequencePins(dut)
    await pins.start()
    await pins.read_banks()
    await pins.wait(pins.chip.reader.retention_us * 1000 / pins.chip.clock.clk_period_ns)
    await pins.strobe("in_load")


@property_test
async def a20_overlap(dut: Any) -> None:
    pins = await loaded(dut)
    await pins.phase("int_rst", 1)
    pins.set(int_en=1)
    await pins.wait(4)
    pins.set(sample=1)
    await pins.wait()


@property_test
async def a20_integrate(dut: Any) -> None:
    pins = await loaded(dut)
    await pins.phase("int_en", 1)


@property_test
async def a20_sample(dut: Any) -> None:
    pins = await loaded(dut)
    await pins.phase("int_rst", 1)
    await pins.phase("sample", 1)


@property_test
async def a20_layers(dut: Any) -> None:
    pins = await loaded(dut)
    await pins.layer(1)


@property_test
async def a20_compare(dut: Any) -> None:
    pins = await loaded(dut)
    for number in range(len(pins.chip.layers) - 1):
        await pins.layer(number)
    await pins.strobe("cmp_strobe")


@property_test
async def a20_compare_twice(dut: Any) -> None:
    pins = await loaded(dut)
    for number in range(len(pins.chip.layers)):
        await pins.layer(number)
    await pins.strobe("cmp_strobe")
    await pins.wait()
    await pins.strobe("cmp_strobe")


async def sampling(dut: Any, index: int) -> SequencePins:
    """An image is in this layer, which is just being sampled; -1 is the last."""
    pins = await loaded(dut)
    layer = index % len(pins.chip.layers)
    for number in range(layer):
        await pins.layer(number)
    for phase in ("int_rst", "int_en"):
        await pins.phase(phase, 1 << layer)
    pins.set(sample=1 << layer)
    await pins.wait()
    return pins


@property_test
async def a20_compare_in_the_last_sample(dut: Any) -> None:
    pins = await sampling(dut, -1)
    await pins.strobe("cmp_strobe")


@property_test
async def a20_layers_before_the_end_of_the_sample(dut: Any) -> None:
    pins = await sampling(dut, 0)
    await pins.phase("int_rst", 0b10)


async def two_images(dut: Any) -> SequencePins:
    """One image is in layer 0, the next at its input; nothing has been reset for them yet."""
    pins = await loaded(dut)
    await pins.wait()
    pins.set(in_load=1, int_rst=1)
    await pins.wait()
    pins.set(in_load=0)
    await pins.layers_together(1)
    return pins


@property_test
async def a20_layers_of_a_lost_image(dut: Any) -> None:
    """Layer 0 has not started with layer 1, so its image is gone."""
    pins = await two_images(dut)
    await pins.layer(1)
    await pins.layer(0)


@property_test
async def a20_start(dut: Any) -> None:
    pins = await loaded(dut)
    await pins.wait()
    await pins.strobe("in_load", int_rst=1)
    await pins.phase("int_rst", 1)
    await pins.phase("int_rst", 1)


@property_test
async def a20_together(dut: Any) -> None:
    pins = await two_images(dut)
    await pins.phase("int_rst", 0b11)
    await pins.phase("int_en", 0b11)
    await pins.phase("sample", 0b10)


@property_test
async def a20_bias(dut: Any) -> None:
    pins = await loaded(dut)
    await pins.phase("int_rst", 1)
    pins.set(int_en=1)
    await pins.wait()
    pins.set(bias_en=0)
    await pins.wait()


@property_test
async def a20_warm(dut: Any) -> None:
    pins = await loaded(dut)
    pins.set(bias_en=0)
    await pins.wait()
    pins.set(bias_en=pins.layers)
    await pins.wait(pins.chip.phases.bias_warmup_cycles - 1)
    await pins.layer(0)


@property_test
@cocotb.parametrize(phases=(1, 2, 3))
async def a20_read(dut: Any, phases: int) -> None:
    pins = await loaded(dut)
    for phase in ("int_rst", "int_en")[:phases]:
        await pins.phase(phase, 1)
    if phases == 3:
        pins.set(sample=1)
        await pins.wait()
    pins.set(rd_bank=0, rd_rst=1)
    await pins.wait()
