"""Unknown values at inputs that mean nothing, and a watch on all outputs for any that get through.

Only a simulator with four states has them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cocotb
from cocotb.simtime import get_sim_time
from cocotb.triggers import FallingEdge, RisingEdge
from cocotb.types import LogicArray

from tb.drivers.cycles import middle_of_cycle, wait_cycles

QUALIFIED = {
    "s_apb_psel_i": ("s_apb_paddr_i", "s_apb_pwrite_i", "s_apb_pwdata_i", "s_apb_pstrb_i"),
    "w_valid_i": ("w_data_i",),
    "pix_valid_i": ("pix_data_i", "pix_last_i"),
    "sense_rdy_i": ("sense_i",),
}


def four_states() -> bool:
    """Whether the simulator knows X."""
    return str(cocotb.SIM_NAME).startswith("Icarus")


def ports(dut: Any, *suffixes: str) -> list[Any]:
    """Handles of the ports with these endings, without the nets of a flat netlist below."""
    return [h for h in dut if h._name.endswith(suffixes) and "." not in h._name]


def make_unknown(handle: Any) -> None:
    """Drive every bit of an input with X."""
    handle.value = LogicArray("X" * len(handle))


class UnknownInputs:
    """Makes inputs unknown for as long as what qualifies them is low.

    Parameters
    ----------
    dut
        The core. Its drivers give an input its value together with its qualifier.
    compare_cycles
        Clocks from the comparator strobe to the edge that takes the outputs.
    """

    def __init__(self, dut: Any, compare_cycles: int) -> None:
        self._dut, self._compare_cycles = dut, compare_cycles

    def start(self) -> None:
        """Begin with all of them unknown."""
        make_unknown(self._dut.s_apb_pprot_i)
        for qualifier, names in QUALIFIED.items():
            inputs = [getattr(self._dut, name) for name in names]
            cocotb.start_soon(self._follow(getattr(self._dut, qualifier), inputs))
        cocotb.start_soon(self._follow_comparators())

    async def _follow(self, qualifier: Any, inputs: Sequence[Any]) -> None:
        while True:
            for handle in inputs:
                make_unknown(handle)
            await RisingEdge(qualifier)
            await FallingEdge(qualifier)

    async def _follow_comparators(self) -> None:
        while True:
            make_unknown(self._dut.cmp_i)
            await RisingEdge(self._dut.cmp_strobe_o)
            await middle_of_cycle()
            await wait_cycles(self._compare_cycles)


class KnownOutputs:
    """Looks at every output of a design.

    Parameters
    ----------
    dut
        The design.
    """

    def __init__(self, dut: Any) -> None:
        self._clk = dut.clk_i
        self._outputs = ports(dut, "_o", "_no")

    def check(self) -> None:
        """Every output is known now.

        Raises
        ------
        AssertionError
            One is not; the message names it.
        """
        for handle in self._outputs:
            value = handle.value
            assert value.is_resolvable, f"{handle._name} is {value} at {get_sim_time('ns'):g} ns"

    async def watch(self) -> None:
        """Check in the middle of every clock, when all has settled."""
        while True:
            await FallingEdge(self._clk)
            self.check()
