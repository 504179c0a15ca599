"""Every address of the register map, and what the host may do there."""

from __future__ import annotations

from collections.abc import Iterator

from tb.host.registers import Register
from tb.host.regmap import REGISTERS


def every_register() -> Iterator[tuple[str, int, Register]]:
    """Name, index and description of every address that has a register."""
    for name, register in REGISTERS.items():
        for index in range(register.count):
            yield name, index, register


def every_writable() -> Iterator[tuple[str, int, Register]]:
    """The same of those that hold what the host writes."""
    return (entry for entry in every_register() if entry[2].writable)


def readable(register: Register) -> bool:
    """Whether the host may read it."""
    return any(field.access != "w" for field in register.fields.values())


def writable(register: Register) -> bool:
    """Whether the host may write to it."""
    return any(field.access != "r" for field in register.fields.values())
