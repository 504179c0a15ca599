"""The random regression: one seed is one life of the whole chip; scripts/regress.py runs many."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import cocotb

from tb.drivers.chip_under_test import chip_under_test
from tb.regress.scenario import live

LENGTH = int(os.environ.get("CNR_LENGTH", "12"))
LIMIT_MS = 200 + 40 * LENGTH  # simulated; three times what the longest of 100 seeds took


@cocotb.test(timeout_time=LIMIT_MS, timeout_unit="ms")
async def a_random_life_of_the_chip(dut: Any) -> None:
    journal = await live(dut, chip_under_test(), cocotb.RANDOM_SEED % 2**32, LENGTH)
    journal.write(Path.cwd())
    cocotb.log.info("%s", journal)
