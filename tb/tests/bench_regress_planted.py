"""A life that fails, for the test of how a failure is told."""

from __future__ import annotations

from typing import Any

import cocotb


@cocotb.test()
async def a_random_life_of_the_chip(dut: Any) -> None:
    raise AssertionError("this life is planted to fail")
