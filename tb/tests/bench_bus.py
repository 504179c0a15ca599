"""The bus of `cnr_regs`: any order of accesses, with and without idle clocks between them."""

from __future__ import annotations

from typing import Any

import cocotb

from tb.drivers.apb import Access
from tb.drivers.cycles import wait_cycles
from tb.drivers.regs import RegsBench
from tb.host.regmap import REGISTERS
from tb.models.register_file import RegisterFile

SIDE_EFFECTS = ("lock", "cmd", "unlock")  # a write does more than to be kept
GROUP = 11


async def started(dut: Any) -> RegsBench:
    env = RegsBench(dut)
    await env.start()
    return env


def expected_file(env: RegsBench) -> RegisterFile:
    """What the registers hold after `RegsBench.start`."""
    status = REGISTERS["status"]
    return RegisterFile(
        {
            status.address: status.encode(supply_ok=1),
            REGISTERS["geometry"].address: env.chip.geometry_hash,
        }
    )


def random_access(env: RegsBench, file: RegisterFile) -> Access:
    """A read or a write of a register, of a place near one, or of none."""
    avoided = {REGISTERS[name].address for name in SIDE_EFFECTS}
    address = env.rng.choice(file.addresses)
    if env.rng.random() < 0.2:
        address = env.rng.choice((address ^ 1 << env.rng.randrange(16), env.rng.randrange(1 << 16)))
    if address & ~3 in avoided or env.rng.random() < 0.5:
        return Access(address)
    return Access(address, True, env.rng.getrandbits(32), env.rng.randrange(16))


@cocotb.test(timeout_time=5, timeout_unit="ms")
async def back_to_back_accesses_each_have_their_answer(dut: Any) -> None:
    env = await started(dut)
    file = expected_file(env)
    for _ in range(200):
        accesses = [random_access(env, file) for _ in range(env.rng.randrange(1, 40))]
        answers = await env.bus.burst(accesses)
        for access, answer in zip(accesses, answers, strict=True):
            expected = file.answer(access)
            given = (0, answer[1]) if access.write else answer
            assert given == expected, f"{access} gives {given}, expected {expected}"
        await wait_cycles(env.rng.randrange(3))


@cocotb.test(timeout_time=5, timeout_unit="ms")
async def a_command_with_no_idle_clock_after_it_is_one_strobe(dut: Any) -> None:
    env = await started(dut)
    cmd = REGISTERS["cmd"]
    read_start = Access(cmd.address, True, cmd.encode(read_start=1), 0xF)
    await env.bus.burst([read_start] * 20)
    await wait_cycles(3)
    assert len(env.commands) == 20


@cocotb.test(timeout_time=5, timeout_unit="ms")
async def a_cycle_of_a_group_outlives_a_write_in_the_same_clock(dut: Any) -> None:
    env = await started(dut)
    seen = []
    for delay in range(6):
        await env.write("endurance.group", GROUP, cycles=100)
        writing = cocotb.start_soon(env.write("endurance.group", GROUP, cycles=1000))
        await wait_cycles(delay)
        await env.wear(GROUP)
        await writing
        seen.append((await env.read("endurance.group", GROUP))["cycles"])
    assert seen == sorted(seen, key=(1000, 101, 1001).index)
    assert set(seen) == {1000, 101, 1001}, "the cycle before, with and after the write"


@cocotb.test(timeout_time=5, timeout_unit="ms")
async def a_cycle_counts_for_its_group_alone(dut: Any) -> None:
    env = await started(dut)
    groups = REGISTERS["endurance.group"].count
    expected = [env.rng.randrange(1 << 32) for _ in range(groups)]
    expected[GROUP] = (1 << 32) - 2
    for group, cycles in enumerate(expected):
        await env.write("endurance.group", group, cycles=cycles)
    for group in env.rng.choices(range(groups), k=100):
        if expected[group] < (1 << 32) - 1:
            await env.wear(group)
            expected[group] += 1
    assert [(await env.read("endurance.group", g))["cycles"] for g in range(groups)] == expected
