"""The interrupt pin."""

from __future__ import annotations

from typing import Any

from cocotb.triggers import RisingEdge


class IrqPin:
    """Interrupt line of a host."""

    def __init__(self, pin: Any) -> None:
        self._pin = pin
        self._rises = RisingEdge(pin)

    async def wait(self) -> None:
        """Return while the pin is high."""
        if not self._pin.value:
            await self._rises
