"""Plays a recorded wave to the checker; driven by scripts/check_waves.py."""

from __future__ import annotations

from typing import Any

import cocotb
from cocotb.triggers import RisingEdge


@cocotb.test()
async def the_recording_is_played(dut: Any) -> None:
    await RisingEdge(dut.done_o)
