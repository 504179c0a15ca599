"""The list of commands that a host gives, to be replayed on silicon."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from tb.host.host import Bus, Interrupt
from tb.host.regmap import REGISTERS

COLUMNS = ("command", "register", "address", "data")
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

    def stream(self, words: Iterable[int], file: Path) -> None:
        """Note that from now on words are offered to the weight stream, and write them to a file.

        The file has one hexadecimal number per line; the list names it without its folder.
        """
        file.write_text("".join(f"{word:x}\n" for word in words))
        self.rows.append(("stream", "weights", "", file.name))

    def save(self, path: Path) -> None:
        """Write the list as CSV."""
        with path.open("w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows(self.rows)

    def _note(self, command: str, address: int, data: int) -> None:
        self.rows.append((command, NAMES.get(address, ""), f"0x{address:04x}", f"0x{data:08x}"))
