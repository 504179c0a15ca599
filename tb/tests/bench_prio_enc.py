"""The priority encoder on every input."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cocotb
from cocotb.triggers import Timer


class PrioEncBench:
    """Applies inputs to `cnr_prio_enc`."""

    def __init__(self, dut: Any) -> None:
        self._dut = dut

    def inputs(self) -> Iterator[int]:
        """Every value of the input."""
        return iter(range(1 << len(self._dut.hit_i)))

    async def encode(self, hits: int) -> tuple[int, bool]:
        """Index and valid flag of an input."""
        self._dut.hit_i.value = hits
        await Timer(1, "ns")
        return int(self._dut.index_o.value), bool(self._dut.valid_o.value)


@cocotb.test(timeout_time=1, timeout_unit="ms")
async def the_lowest_set_bit_wins(dut: Any) -> None:
    bench = PrioEncBench(dut)
    for hits in bench.inputs():
        lowest = f"{hits:b}"[::-1].find("1")
        assert await bench.encode(hits) == (max(lowest, 0), hits > 0)
