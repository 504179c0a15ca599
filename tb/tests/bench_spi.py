"""The SPI bridge `cnr_spi`: every frame is one access, or is flagged and does nothing."""

from __future__ import annotations

import random
from typing import Any

import cocotb
from cocotb.triggers import RisingEdge, Timer

from tb.drivers.apb import ApbMemory
from tb.drivers.chip_under_test import chip_under_test
from tb.drivers.cycles import ClockReset, wait_cycles
from tb.drivers.spi import READ_BITS, WRITE_BITS, SpiBus, SpiPins

HEADER_BITS = 24
IDLE_CYCLES = 20


class Env:
    """A bridge between a SPI master and an APB memory.

    Attributes
    ----------
    errors
        Strobes of `frame_err_o`.
    """

    def __init__(self, dut: Any, divisor: int = 8, phase_ns: int = 3) -> None:
        self._frame_err = dut.frame_err_o
        self._reset = dut.rst_ni
        self.clock = ClockReset(dut)
        self.memory = ApbMemory(dut)
        pins = SpiPins(dut.sclk_i, dut.cs_ni, dut.mosi_i, dut.miso_o)
        self.clk_ns = chip_under_test().clock.clk_period_ns
        self.spi = SpiBus(pins, self.clk_ns, divisor, phase_ns)
        self.rng = random.Random(cocotb.RANDOM_SEED)
        self.errors = 0

    async def start(self) -> None:
        await self.clock.start()
        cocotb.start_soon(self.memory.run())
        cocotb.start_soon(self._count_errors())

    async def _count_errors(self) -> None:
        while True:
            await RisingEdge(self._frame_err)
            self.errors += 1

    async def reset_pulse(self) -> None:
        """A short reset in the middle of whatever is going on."""
        self._reset.value = 0
        await Timer(1, "ns")
        self._reset.value = 1

    async def outcome(self) -> tuple[list[tuple[int, int, bool]], int]:
        """Accesses and errors since the last call, once the bus is quiet."""
        await wait_cycles(IDLE_CYCLES + self.memory.wait_states)
        accesses, self.memory.accesses = self.memory.accesses, []
        errors, self.errors = self.errors, 0
        return accesses, errors

    def address(self) -> int:
        return self.rng.randrange(2**16)

    def word(self) -> int:
        return self.rng.choice((0, 2**32 - 1, self.rng.randrange(2**32)))


async def started(dut: Any, **options: int) -> Env:
    env = Env(dut, **options)
    await env.start()
    return env


@cocotb.test(timeout_time=5, timeout_unit="ms")
@cocotb.parametrize(divisor=[8, 12, 16, 100])
async def a_write_frame_is_one_write(dut: Any, divisor: int) -> None:
    env = await started(dut, divisor=divisor)
    for _ in range(20):
        address, data = env.address(), env.word()
        await env.spi.write(address, data)
        assert await env.outcome() == ([(address, data, True)], 0)


@cocotb.test(timeout_time=5, timeout_unit="ms")
@cocotb.parametrize(divisor=[8, 12, 16, 100])
async def a_read_frame_answers_what_the_bus_gives(dut: Any, divisor: int) -> None:
    env = await started(dut, divisor=divisor)
    for _ in range(20):
        address, data = env.address(), env.word()
        env.memory.words[address] = data
        assert await env.spi.read(address) == data
        assert await env.outcome() == ([(address, data, False)], 0)


@cocotb.test(timeout_time=5, timeout_unit="ms")
async def every_phase_between_the_clocks_works(dut: Any) -> None:
    env = await started(dut)
    for _ in range(env.clk_ns):
        await Timer(1, "ns")
        address, data = env.address(), env.word()
        await env.spi.write(address, data)
        assert await env.spi.read(address) == data
        assert await env.outcome() == ([(address, data, True), (address, data, False)], 0)


@cocotb.test(timeout_time=5, timeout_unit="ms")
async def a_write_frame_of_any_other_length_is_flagged_and_writes_nothing(dut: Any) -> None:
    env = await started(dut)
    for bits in [*range(WRITE_BITS), *range(WRITE_BITS + 1, WRITE_BITS + 12), 112, 120]:
        frame = (0x02 << 48 | env.address() << 32 | env.word()) << 64 >> (WRITE_BITS + 64 - bits)
        await env.spi.frame(frame, bits)
        assert await env.outcome() == ([], 1), f"{bits} bits"
        await env.spi.write(0x1234, bits)
        assert await env.outcome() == ([(0x1234, bits, True)], 0), f"after {bits} bits"


@cocotb.test(timeout_time=5, timeout_unit="ms")
async def a_read_frame_of_any_other_length_is_flagged(dut: Any) -> None:
    env = await started(dut)
    env.memory.words[0x5678] = 0xCAFE0001
    for bits in [*range(READ_BITS), *range(READ_BITS + 1, READ_BITS + 12), 128]:
        await env.spi.frame((0x03 << 120 | 0x5678 << 104) >> (128 - bits), bits)
        accesses, errors = await env.outcome()
        assert errors == 1, f"{bits} bits"
        assert all(not write for _, _, write in accesses), f"{bits} bits"
        assert len(accesses) == (bits >= HEADER_BITS), f"{bits} bits"
        assert await env.spi.read(0x5678) == 0xCAFE0001, f"after {bits} bits"
        await env.outcome()


@cocotb.test(timeout_time=10, timeout_unit="ms")
async def an_unknown_command_is_flagged_and_does_nothing(dut: Any) -> None:
    env = await started(dut)
    for command in range(256):
        if command not in (2, 3):
            bits = env.rng.choice((WRITE_BITS, READ_BITS))
            answer = await env.spi.frame(command << bits - 8 | env.word(), bits, sample=32)
            assert (answer, await env.outcome()) == (0, ([], 1)), f"command {command:#x}"


@cocotb.test(timeout_time=5, timeout_unit="ms")
async def clocks_without_chip_select_do_nothing(dut: Any) -> None:
    env = await started(dut)
    await env.spi.clocks(0x02 << 48 | 0x12345, WRITE_BITS)
    assert await env.outcome() == ([], 0)
    await env.spi.write(4, 5)
    assert await env.outcome() == ([(4, 5, True)], 0)


@cocotb.test(timeout_time=5, timeout_unit="ms")
async def a_refused_access_is_flagged_and_a_refused_read_answers_zero(dut: Any) -> None:
    env = await started(dut)
    env.memory.refuses = lambda address: address == 0x40
    env.memory.words[0x40] = 0xFFFFFFFF
    assert await env.spi.read(0x40) == 0
    assert await env.outcome() == ([(0x40, 0xFFFFFFFF, False)], 1)
    await env.spi.write(0x40, 7)
    assert await env.outcome() == ([(0x40, 7, True)], 1)
    env.memory.words[0x44] = 0x55
    assert await env.spi.read(0x44) == 0x55
    assert await env.outcome() == ([(0x44, 0x55, False)], 0)


@cocotb.test(timeout_time=5, timeout_unit="ms")
async def a_read_waits_for_the_bus_through_the_dummy_bits_and_no_longer(dut: Any) -> None:
    env = await started(dut)
    for wait_states in (0, 1, 20, 50, 70, 200, 600):
        env.memory.wait_states = wait_states
        env.memory.words[8] = 0xA5000000 + wait_states
        in_time = wait_states < 60
        answer = await env.spi.read(8)
        accesses, errors = await env.outcome()
        assert answer == (env.memory.words[8] if in_time else 0), f"{wait_states} wait states"
        assert (len(accesses), errors) == (1, not in_time), f"{wait_states} wait states"


@cocotb.test(timeout_time=5, timeout_unit="ms")
async def a_frame_that_finds_the_bus_busy_is_flagged_and_the_access_before_it_intact(
    dut: Any,
) -> None:
    env = await started(dut)
    for read in (False, True):
        env.memory.wait_states = 400
        await env.spi.write(0x10, 0x11111111)
        if read:
            assert await env.spi.read(0x20) == 0
        else:
            await env.spi.write(0x20, 0x22222222)
        assert await env.outcome() == ([(0x10, 0x11111111, True)], 1)
    env.memory.wait_states = 100
    await env.spi.write(0x10, 1)
    await env.spi.write(0x14, 2)
    assert await env.outcome() == ([(0x10, 1, True), (0x14, 2, True)], 0)


@cocotb.test(timeout_time=20, timeout_unit="ms")
async def a_frame_that_reset_has_cut_is_ignored_to_its_end(dut: Any) -> None:
    env = await started(dut)
    bit_ns = 8 * env.clk_ns
    for bit in range(WRITE_BITS + 1):
        frame = cocotb.start_soon(env.spi.write(0x30, 0x0203_0000 + bit))
        await Timer(bit_ns * bit + 10 * env.clk_ns, "ns")
        await env.reset_pulse()
        await frame
        assert await env.outcome() == ([], 0), f"reset at bit {bit}"
        await env.spi.write(0x30, bit)
        assert await env.outcome() == ([(0x30, bit, True)], 0), f"after a reset at bit {bit}"


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def random_frames_each_have_their_outcome(dut: Any) -> None:
    env = await started(dut)
    for _ in range(300):
        env.memory.wait_states = env.rng.choice((0, 0, 1, 5))
        command = env.rng.choice((2, 2, 3, 3, env.rng.randrange(256)))
        length = env.rng.choice((56, 56, 64, 64, env.rng.randrange(80)))
        address, data = env.address() & 0xFC, env.word()
        frame = (command << 72 | address << 56 | data << 24) >> (80 - length)
        before = env.memory.words.get(address, 0)
        await env.spi.frame(frame, length)
        if (command, length) == (2, 56):
            expected = ([(address, data, True)], 0)
        elif command == 3 and length >= HEADER_BITS:
            expected = ([(address, before, False)], length != READ_BITS)
        else:
            expected = ([], 1)
        assert await env.outcome() == expected, f"command {command}, {length} bits"
