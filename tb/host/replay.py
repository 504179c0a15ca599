"""Gives the commands of a list (`tb.host.recording`) to a chip again."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

from tb.host.host import Bus, Interrupt
from tb.host.recording import COLUMNS


async def replay(
    path: Path, bus: Bus, interrupt: Interrupt, stream: Callable[[list[int]], None]
) -> None:
    """Give every command in turn; what is read is not compared.

    Parameters
    ----------
    path
        The list; files that it names lie beside it.
    bus, interrupt
        Of the chip.
    stream
        Begins to offer words to the weight stream, and returns.
    """
    for command, register, address, data in read_commands(path):
        if command == "write":
            await bus.write(int(address, 16), int(data, 16))
        elif command == "read":
            await bus.read(int(address, 16))
        elif command == "stream":
            stream(read_words(path.with_name(data)))
        else:
            assert (command, register) == ("wait", "irq"), f"{path}: command {command} {register}"
            await interrupt.wait()


def read_commands(path: Path) -> list[list[str]]:
    """Rows of a list of commands."""
    with path.open(newline="") as file:
        header, *rows = csv.reader(file)
    assert tuple(header) == COLUMNS, f"{path}: columns {header}"
    return rows


def read_words(path: Path) -> list[int]:
    """Words of a file with one hexadecimal number per line."""
    return [int(line, 16) for line in path.read_text().split()]
