"""What a register is to a host: an address and named bit fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """A bit field.

    Parameters
    ----------
    lsb, width
        Its place.
    access
        "r", "w", "rw", or "w1c": reads, and writing 1 clears.
    reset
        Value after reset; None where the chip drives it.
    """

    lsb: int
    width: int
    access: str
    reset: int | None

    @property
    def mask(self) -> int:
        """Its bits within the register."""
        return ((1 << self.width) - 1) << self.lsb

    def encode(self, value: int) -> int:
        """Place a value, negative ones in two's complement.

        Raises
        ------
        ValueError
            If the value does not fit.
        """
        if not -(1 << (self.width - 1)) <= value < 1 << self.width:
            raise ValueError(f"{value} does not fit {self.width} bits")
        return (value << self.lsb) & self.mask

    def decode(self, word: int) -> int:
        """Take the value out of a register word."""
        return (word & self.mask) >> self.lsb


@dataclass(frozen=True)
class Register:
    """A register, or an array of `count` equal registers at consecutive addresses."""

    address: int
    fields: Mapping[str, Field]
    count: int = 1

    def at(self, index: int = 0) -> int:
        """Byte address of one register of the array.

        Raises
        ------
        IndexError
            If the array is shorter.
        """
        if not 0 <= index < self.count:
            raise IndexError(f"register index {index}, allowed are 0..{self.count - 1}")
        return self.address + 4 * index

    def encode(self, **values: int) -> int:
        """Register word with these field values and zero elsewhere."""
        word = 0
        for name, value in values.items():
            word |= self.fields[name].encode(value)
        return word

    def decode(self, word: int) -> dict[str, int]:
        """Values of all fields of a register word."""
        return {name: field.decode(word) for name, field in self.fields.items()}

    @property
    def writable(self) -> int:
        """Bits that keep what is written."""
        return sum(field.mask for field in self.fields.values() if field.access == "rw")
