"""The whole chip over SPI: registers, events and the read-back stream."""

from __future__ import annotations

import random
from typing import Any

import cocotb
import pytest

from tb.drivers.top import TopBench
from tb.host.codes import LevelWindow, code_ohm
from tb.host.host import Host, HostError, Outcome, first_word
from tb.host.regmap import REGISTERS, ProgErr, ProgOp

LOW_WINDOW = LevelWindow(0, code_ohm(180), 0, code_ohm(200))
HIGH_WINDOW = LevelWindow(code_ohm(620), float("inf"), code_ohm(600), float("inf"))


async def connected(dut: Any, divisor: int = 8) -> tuple[TopBench, Host]:
    bench = TopBench(dut, divisor)
    await bench.start()
    host = bench.host()
    await host.connect()
    return bench, host


@cocotb.test(timeout_time=20, timeout_unit="ms")
@cocotb.parametrize(divisor=[8, 32])
async def every_writable_register_is_reached_over_spi(dut: Any, divisor: int) -> None:
    bench, _ = await connected(dut, divisor)
    rng = random.Random(cocotb.RANDOM_SEED)
    written = {}
    for register in REGISTERS.values():
        for index in range(register.count):
            if register.writable:
                word = rng.getrandbits(32)
                await bench.spi.write(register.at(index), word)
                written[register.at(index)] = word & register.writable
    for address, word in written.items():
        assert await bench.spi.read(address) == word, f"{address:#x}"


@cocotb.test(timeout_time=5, timeout_unit="ms")
async def a_refused_access_is_told_to_the_host(dut: Any) -> None:
    bench, host = await connected(dut)
    await host.check_bus()
    await bench.spi.write(0x3FC, 1)
    with pytest.raises(HostError, match="refused or broken"):
        await host.check_bus()
    assert await bench.spi.read(REGISTERS["cmd"].address) == 0
    with pytest.raises(HostError, match="refused or broken"):
        await host.check_bus()
    await bench.spi.frame(0x02 << 47, 55)
    with pytest.raises(HostError, match="refused or broken"):
        await host.check_bus()
    await host.check_bus()


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def a_range_is_read_back(dut: Any) -> None:
    bench, host = await connected(dut)
    await host.configure_programming([LOW_WINDOW, HIGH_WINDOW], code_ohm(860))
    rows = host.chip.geometry[0].rows
    lanes = min(host.chip.chip.lanes, host.chip.geometry[0].filters)
    existing = (1 << lanes * host.chip.chip.weight_bits) - 1
    first = first_word(host.chip)
    for sensed in (0, (1 << host.chip.word_cells) - 1):
        bench.sense(sensed)
        outcome = await host.run(ProgOp.READ, first, first._replace(row=rows - 1))
        assert outcome.error is ProgErr.NONE
        words, bench.read_back.words = bench.read_back.words, []
        assert words == [sensed & existing] * rows
    assert (await host.counters()).failed == 0


@cocotb.test(timeout_time=5, timeout_unit="ms")
async def an_empty_pump_ends_a_pulse_before_it_begins(dut: Any) -> None:
    bench, host = await connected(dut)
    await host.configure_programming([LOW_WINDOW, HIGH_WINDOW], code_ohm(860))
    bench.pump(False)
    bench.sense((1 << host.chip.word_cells) - 1)
    first = first_word(host.chip)
    assert await host.run(ProgOp.FORM, first, first) == Outcome(ProgErr.PUMP, first)
    assert await host.wait_for("pump_lost")
    assert (await host.counters()).pulses_form == 0


@cocotb.test(timeout_time=5, timeout_unit="ms")
async def reset_may_be_released_at_any_time_of_the_clock(dut: Any) -> None:
    bench, host = await connected(dut)
    for phase_ns in range(1, host.chip.clock.clk_period_ns, 2):
        await host.write("control", infer_en=1)
        await bench.reset_released_at(phase_ns)
        assert not (await host.read("control"))["infer_en"]
        await host.connect()
