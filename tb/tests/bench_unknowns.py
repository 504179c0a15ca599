"""What reset alone does to a core whose registers hold nothing known."""

from __future__ import annotations

from typing import Any

import cocotb
from cocotb.triggers import Timer

from tb.drivers.unknowns import KnownOutputs, four_states, ports


@cocotb.test(timeout_time=1, timeout_unit="us", skip=not four_states())
async def reset_makes_every_output_known_without_a_clock(dut: Any) -> None:
    for handle in ports(dut, "_i", "_ni"):
        handle.value = 0
    dut.rst_ni.value = 1
    await Timer(1, "ns")
    assert not dut.hv_en_o.value.is_resolvable, "nothing was known before"
    dut.rst_ni.value = 0
    await Timer(1, "ns")
    KnownOutputs(dut).check()
    assert (dut.hv_kill_no.value, dut.hv_en_o.value, dut.bleed_en_o.value) == (0, 0, 1)
