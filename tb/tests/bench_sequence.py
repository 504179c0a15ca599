"""Clean sequences at the pins: the sequence checker has nothing to say about any of them.

`tb/test_sequence.py` also looks at how often each property was exercised by all of them together.
"""

from __future__ import annotations

from typing import Any

import cocotb

from tb.drivers.sequence import FORM, RESET, SET, WORD, SequencePins

clean_test = cocotb.test(timeout_time=5, timeout_unit="ms")
OTHER = WORD._replace(row=4)


async def started(dut: Any) -> SequencePins:
    pins = SequencePins(dut)
    await pins.start()
    return pins


async def writing(pins: SequencePins) -> None:
    """Cells in both directions, one of them with two pulses and an overshoot."""
    await pins.command()
    await pins.begin()
    await pins.sense(0b01, 0b11)
    await pins.pulse(SET)
    await pins.sense(0b01, 0b11)
    await pins.pulse(SET._replace(line=250))
    await pins.sense(0b00, 0b11)
    await pins.pulse(RESET._replace(cells=0b10))
    await pins.sense(0b10, 0b11)
    await pins.sense(0b10, 0b11)
    await pins.begin(OTHER)
    await pins.sense(1)
    await pins.sense(1)
    await pins.finish()


async def forming(pins: SequencePins) -> None:
    """FORM of a word; one of its cells reads formed already."""
    await pins.command(forming=1)
    await pins.begin()
    await pins.sense(0b10, 0b11)
    await pins.pulse(FORM._replace(cells=0b10))
    await pins.sense(0b00, 0b11)
    await pins.sense(0b00, 0b11)
    await pins.moved(RESET._replace(cells=0b10))
    await pins.finish()


async def failing(pins: SequencePins) -> None:
    """Three cells that do not move are told as failed: two at once, then one."""
    await pins.command()
    await pins.begin()
    await pins.sense(0b111, 0b111)
    await pins.pulse(SET._replace(cells=0b111))
    await pins.sense(0b111, 0b111)
    await pins.strobe("cell_failed", 2)
    await pins.wait()
    await pins.strobe("cell_failed")
    await pins.finish()


async def cycling(pins: SequencePins) -> None:
    """CYCLE, up to the endurance of a cell, and more pulses than a write may take."""
    await pins.command(unverified=1)
    await pins.begin(WORD._replace(row=6))
    for _ in range(3):
        await pins.pulse(RESET)
        await pins.pulse(SET)
    for _ in range(pins.chip.programming.max_pulses_set):
        await pins.pulse(SET)
    await pins.finish()


async def dropping_out(pins: SequencePins) -> None:
    """A cell is accepted, drops out in a wait, and its ramp begins again from the start."""
    await pins.command()
    await pins.begin()
    await pins.sense(1)
    await pins.pulse(SET)
    await pins.sense(1)
    await pins.pulse(SET._replace(line=250))
    await pins.sense(0)
    await pins.sense(0)
    await pins.wait(200)
    await pins.sense(1)
    await pins.pulse(SET)
    await pins.sense(0)
    await pins.sense(0)
    await pins.finish()


async def stopping(pins: SequencePins) -> None:
    """Abort in a pulse: everything off with the next clock."""
    await pins.command()
    await pins.begin()
    await pins.sense(1)
    await pins.rise(SET)
    await pins.wait(2)
    await pins.strobe("stop")
    pins.set(hv_en=0)
    await pins.release(10)
    await pins.finish(error=1)


async def suspending(pins: SequencePins) -> None:
    """Suspend in a pulse and resume: the word runs again."""
    await pins.command()
    await pins.begin()
    await pins.sense(1)
    await pins.rise(SET)
    await pins.strobe("stop")
    pins.set(hv_en=0)
    await pins.release(100)
    await pins.begin()
    await pins.moved(SET)
    await pins.finish()


async def losing_supply(pins: SequencePins) -> None:
    """Brown-out in a pulse: emergency off at once, the enables fall later, then it returns."""
    await pins.command()
    await pins.begin()
    await pins.sense(1)
    await pins.rise(SET)
    await pins.wait(0.3)
    pins.set(supply_ok=0, hv_kill_n=0)
    await pins.wait(3)
    pins.set(hv_en=0)
    await pins.release(10)
    pins.set(supply_ok=1, hv_kill_n=1)
    await pins.finish(error=1)


async def losing_pump(pins: SequencePins) -> None:
    """The pump goes in a pulse, and everything within four clocks."""
    await pins.command()
    await pins.begin()
    await pins.sense(1)
    await pins.rise(SET)
    await pins.wait(2)
    pins.set(pump_rdy=0)
    await pins.wait(4)
    pins.set(hv_en=0)
    await pins.release(10)
    pins.set(pump_rdy=1)
    await pins.finish(error=1)


async def alarming(pins: SequencePins) -> None:
    """An invalid state in a pulse: off with the next clock."""
    await pins.command()
    await pins.begin()
    await pins.sense(1)
    await pins.rise(SET)
    pins.set(alarm=1)
    await pins.wait()
    pins.set(alarm=0, hv_en=0)
    await pins.release(10)
    await pins.finish(error=1)


async def refusing(pins: SequencePins) -> None:
    """An illegal configuration is answered with an error, at once or in the next cycle."""
    pins.set(illegal=1)
    await pins.strobe("start")
    await pins.finish(error=1)
    pins.set(start=1)
    await pins.finish(error=1)
    pins.set(start=0, illegal=0)


async def inferring(pins: SequencePins) -> None:
    """Pulsed read and two images, with a refresh in between that is not over at the load."""
    await pins.read_banks()
    await pins.infer()
    pins.set(rd_bank=0)
    await pins.wait()
    await pins.strobe("rd_rst", pins.chip.reader.reset_cycles)
    await pins.strobe("in_load")
    await pins.strobe("rd_pulse", pins.chip.reader.pulse_cycles)
    await pins.wait()
    await pins.layer(0)


async def pipelining(pins: SequencePins) -> None:
    """More images than layers, one behind the other, then one that fails for lack of bias."""
    await pins.read_banks()
    await pins.infer_pipelined(len(pins.chip.layers) + 2)
    await pins.strobe("in_load")
    await pins.phase("int_rst", 1)
    pins.set(bias_en=0)
    await pins.wait()
    await pins.read_bank(0)
    pins.set(bias_en=pins.layers)
    await pins.wait(pins.chip.phases.bias_warmup_cycles)
    await pins.infer_pipelined(1)


async def loading_while_the_supply_bounces(pins: SequencePins) -> None:
    """Two dips, and an image two clocks after the first: nobody can know of them yet."""
    await pins.read_banks()
    for _ in range(2):
        await dip(pins)
    await pins.wait()
    await pins.strobe("in_load")


async def dip(pins: SequencePins) -> None:
    """The supply is lost and back within half a clock."""
    pins.set(supply_ok=0)
    await pins.wait(0.25)
    pins.set(supply_ok=1)
    await pins.wait(0.25)


async def reading_between_layer_clocks(pins: SequencePins) -> None:
    """A bank of the layer is read from the fall of its sample to its reset."""
    reader = pins.chip.reader
    await pins.read_banks()
    await pins.strobe("in_load")
    await pins.phase("int_rst", 1)
    await pins.phase("int_en", 1)
    pins.set(sample=1, rd_bank=0)
    await pins.wait(4)
    pins.set(sample=0, rd_rst=1)
    await pins.wait(reader.reset_cycles)
    pins.set(rd_rst=0)
    await pins.wait(reader.gap_cycles)
    await pins.strobe("rd_pulse", reader.pulse_cycles, in_load=1)
    pins.set(in_load=0)
    await pins.wait()
    await pins.infer()


KINDS = (
    forming,
    writing,
    failing,
    cycling,
    dropping_out,
    stopping,
    suspending,
    losing_supply,
    losing_pump,
    alarming,
    refusing,
    inferring,
    pipelining,
    loading_while_the_supply_bounces,
    reading_between_layer_clocks,
)


@clean_test
@cocotb.parametrize(kind=KINDS)
async def nothing_is_said_of(dut: Any, kind: Any) -> None:
    await kind(await started(dut))


@clean_test
async def nothing_is_said_of_all_of_them_together(dut: Any) -> None:
    pins = await started(dut)
    for kind in KINDS:
        await kind(pins)


@clean_test
async def nothing_is_said_of_a_controller_that_tells_nothing(dut: Any) -> None:
    """Only pins: FORM is known by its bit line, a word ends with the next one."""
    pins = await started(dut)
    for row in range(3):
        pins.word = WORD._replace(row=row)
        await pins.formed()
    for row in range(3):
        pins.word = WORD._replace(row=row)
        await pins.moved(SET)


@clean_test
async def nothing_is_judged_before_the_first_reset(dut: Any) -> None:
    pins = SequencePins(dut)
    pins.set(hv_en=1, bl_en=3, sl_en=3, wl_en=1, sense_en=1, in_load=1, int_en=3, sample=3)
    await pins.wait(5)
    pins.set(hv_en=0, bl_en=0, sl_en=0, wl_en=0, sense_en=0, in_load=0, int_en=0, sample=0)
    await pins.start()
    await pins.moved(SET)
