"""The chip that the simulated design was built for."""

from __future__ import annotations

import os
from functools import cache

from chips.description import Chip, load_chip


@cache
def chip_under_test() -> Chip:
    """The chip that the runner names to every bench."""
    return load_chip(os.environ["CNR_CHIP"])
