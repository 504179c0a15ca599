"""The list of commands that a host gives, to be replayed on silicon."""

from __future__ import annotations

import csv
from pathlib import Path

from tb.host.host import Bus, Interrupt
from tb.host.regmap import REGISTERS

NAMES = {
    register.at(index): name if register.count == 1 else f"{name}[{index}]"
    for name, register in REGISTERS.items()
    for index in range(register.count)
}


class Recording:
    """A bus and an interrupt line that write down what passes.

    Parameters
    ----------
    bus, interrupt
        Where it passes on to.

    Attributes
    ----------
    rows
        Command, register, address and data of each step.
    """

    def __init__(self, bus: Bus, interrupt: Interrupt) -> None:
        self._bus = bus
        self._interrupt = interrupt
        self.rows: list[tuple[str, str, str, str]] = []

    async def write(self, address: int, data: int) -> None:
        """Write one register."""
        self._note("write", address, data)
        await self._bus.write(address, data)

    async def read(self, address: int) -> int:
        """Read one register."""
        data = await self._bus.read(address)
        self._note("read", address, data)
        return data

    async def wait(self) -> None:
        """Return while the interrupt line is high."""
        self.rows.append(("wait", "irq", "", ""))
        await self._interrupt.wait()

    def save(self, path: Path) -> None:
        """Write the list as CSV."""
        with path.open("w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("command", "register", "address", "data"))
            writer.writerows(self.rows)

    def _note(self, command: str, address: int, data: int) -> None:
        self.rows.append((command, NAMES.get(address, ""), f"0x{address:04x}", f"0x{data:08x}"))
