from __future__ import annotations

from itertools import product
from typing import Any

import cocotb

from tb.drivers.cycles import wait_cycles
from tb.drivers.programmer import SAFE
from tb.drivers.programmer_cases import WORD, changed, length, started
from tb.host.regmap import ProgErr, ProgOp

STATES = {"prog": (3, 6), "verify": (4, 12), "pulse": (4, 10)}  # bits, legal states


async def recovers_from_upsets(dut: Any, block: str) -> None:
    """Every invalid state, at many times: all off, told, and the next operation is clean."""
    env = await started(dut)
    programmer = env.programmer
    targets = env.data(WORD, WORD)
    cycles = await length(env, ProgOp.WRITE, WORD, targets)
    width, legal = STATES[block]
    for state in range(legal, 1 << width):
        for cycle in range(0, cycles - 3, 1 + cycles // 60):
            env.renew_cells()
            stream = programmer.stream(targets, [WORD])
            await programmer.command(ProgOp.WRITE, WORD, WORD)
            await wait_cycles(cycle)
            busy = programmer.lines != SAFE
            programmer.upset(block, "state_q", state)
            await wait_cycles()
            assert programmer.lines == SAFE, f"{block} in state {state}, cycle {cycle}"
            error = await programmer.done()
            stream.cancel()
            if busy or block != "pulse":
                assert error is ProgErr.STATE, f"{block} in state {state}, cycle {cycle}: {error}"
            await wait_cycles(15)
            assert await programmer.run(ProgOp.WRITE, WORD, targets=targets) is ProgErr.NONE
            assert env.levels(WORD) == targets[WORD]


@cocotb.test(timeout_time=500, timeout_unit="ms")
async def an_invalid_state_of_the_sweep_turns_all_off(dut: Any) -> None:
    await recovers_from_upsets(dut, "prog")


@cocotb.test(timeout_time=500, timeout_unit="ms")
async def an_invalid_state_of_write_verify_turns_all_off(dut: Any) -> None:
    await recovers_from_upsets(dut, "verify")


@cocotb.test(timeout_time=500, timeout_unit="ms")
async def an_invalid_state_of_the_pulse_turns_all_off(dut: Any) -> None:
    await recovers_from_upsets(dut, "pulse")


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def an_invalid_state_of_an_exercise_turns_all_off(dut: Any) -> None:
    env = await started(dut)
    programmer = env.programmer
    programmer.configure(changed(programmer.config, test_cycles=2))
    for state, pulses in product(range(5, 8), range(1, 4)):
        await programmer.command(ProgOp.CYCLE, WORD, WORD)
        for _ in range(pulses):
            await programmer.pulse_starts()
        programmer.upset("exercise", "state_q", state)
        await wait_cycles()
        assert programmer.lines == SAFE, f"state {state}"
        assert await programmer.done() is ProgErr.STATE
        await wait_cycles(15)
        assert await programmer.run(ProgOp.CYCLE, WORD) is ProgErr.NONE
