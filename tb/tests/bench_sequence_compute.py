"""Each test drives one bad sequence at the pins: pulsed read and inference.

The property of its name must fire first. `tb/test_sequence.py` runs them and looks for the message;
a test that ends is a failure.
"""

from __future__ import annotations

from typing import Any

import cocotb

from tb.drivers.sequence import SET, SequencePins
from tb.drivers.sequence_starts import in_pulse, sensed

property_test = cocotb.test(timeout_time=20, timeout_unit="ms")


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
