"""Orders to the pulser: form four words, write them, write them again with other data."""

from __future__ import annotations

import random
from typing import Any

import cocotb
from cocotb.triggers import RisingEdge

LAYER, GROUP, ROW, WORDS, COLUMNS = 1, 0, 3, 4, 20


async def stimulus(dut: Any) -> dict[tuple[int, int, int], list[int]]:
    """Program the words; the levels that their cells should end with."""
    rng = random.Random(cocotb.RANDOM_SEED)
    await _order(dut, write=0)
    data: list[int] = []
    for _ in range(2):
        data = [rng.getrandbits(COLUMNS) for _ in range(WORDS)]
        cocotb.start_soon(_feed(dut, data))
        await _order(dut, write=1)
    return {
        (LAYER, GROUP, ROW + index): [word >> cell & 1 for cell in range(COLUMNS)]
        for index, word in enumerate(data)
    }


async def _order(dut: Any, write: int) -> None:
    """Give one order and wait for its end."""
    dut.place.value = LAYER << 6 | GROUP << 5 | ROW
    dut.words.value = WORDS
    dut.write.value = write
    dut.go.value = 1
    await RisingEdge(dut.clk)
    dut.go.value = 0
    await RisingEdge(dut.finished)
    await RisingEdge(dut.clk)
    assert dut.trouble.value == 0


async def _feed(dut: Any, data: list[int]) -> None:
    """One beat of data per word."""
    for word in data:
        dut.data.value = word
        dut.data_ok.value = 1
        await RisingEdge(dut.data_take)
    dut.data_ok.value = 0
