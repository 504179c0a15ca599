"""What all monitors share: they look at a block whenever one of its signals moves."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import cocotb
from cocotb.triggers import FallingEdge, ReadOnly, RisingEdge, ValueChange

from tb.drivers.chip_under_test import chip_under_test

Action = Callable[[], None]


class Monitor(ABC):
    """Watches one block and counts bins; it drives nothing.

    Parameters
    ----------
    block
        Handle of the block.
    """

    def __init__(self, block: Any) -> None:
        self.block = block
        self.chip = chip_under_test()
        self.start()

    @abstractmethod
    def start(self) -> None:
        """Begin to watch."""

    def rises(self, signal: Any, action: Action) -> None:
        """Do something at each rising edge, once all signals have settled."""
        cocotb.start_soon(_repeat(RisingEdge(signal), action))

    def falls(self, signal: Any, action: Action) -> None:
        """The same at each falling edge."""
        cocotb.start_soon(_repeat(FallingEdge(signal), action))

    def changes(self, signal: Any, action: Action) -> None:
        """The same at each change."""
        cocotb.start_soon(_repeat(ValueChange(signal), action))


async def _repeat(trigger: Any, action: Action) -> None:
    while True:
        await trigger
        await ReadOnly()
        action()
