from __future__ import annotations

from dataclasses import replace
from typing import Any

import cocotb

from tb.drivers.programmer_cases import HIGH, LOW, WORD, mixed, started
from tb.host.regmap import ProgOp
from tb.models.programming import Address, Window
from tb.models.simple_cells import Cell

LAST = Address(1, 0, 7)
DRIFTED = 230  # within the read window of the high level, outside its verify window


def drifting(address: Address, place: int) -> Cell:
    """Every third high cell has drifted towards the boundary."""
    cell = mixed(address, place)
    return replace(cell, code=DRIFTED) if cell.code == HIGH and place % 3 == 0 else cell


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_refresh_brings_drifted_cells_back_to_their_level(dut: Any) -> None:
    env = await started(dut, drifting)
    programmer = env.programmer
    verify = (Window(0, 150), Window(300, 1023))
    programmer.configure(replace(programmer.config, verify=verify))
    (word,) = await env.check(ProgOp.REFRESH, WORD)
    assert word.pulsed_cells["reset"] == sum(
        drifting(WORD, place).code == DRIFTED for place in env.codes(WORD)
    )
    await env.check(ProgOp.REFRESH, WORD, LAST)
    for row in range(WORD.row, LAST.row + 1):
        place_levels = env.levels(Address(1, 0, row))
        assert all(
            level == (mixed(Address(1, 0, row), place).code != LOW)
            for place, level in place_levels.items()
        )


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_refresh_of_cells_in_their_windows_pulses_nothing(dut: Any) -> None:
    env = await started(dut, mixed)
    await env.check(ProgOp.REFRESH, WORD, LAST)
    assert not env.macro.pulses


@cocotb.test(timeout_time=50, timeout_unit="ms")
async def a_refresh_fails_a_cell_that_is_stuck_outside(dut: Any) -> None:
    def make(address: Address, place: int) -> Cell:
        return replace(drifting(address, place), stuck=place == 3)

    env = await started(dut, make)
    programmer = env.programmer
    verify = (Window(0, 150), Window(300, 1023))
    programmer.configure(replace(programmer.config, verify=verify))
    expected = await env.check(ProgOp.REFRESH, WORD, LAST)
    failed = {(fail.address, fail.cell) for word in expected for fail in word.failed}
    assert failed == {
        (Address(1, 0, row), 3)
        for row in range(WORD.row, LAST.row + 1)
        if drifting(Address(1, 0, row), 3).code == DRIFTED
    }
    assert failed
