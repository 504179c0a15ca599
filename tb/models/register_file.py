"""What each access of the bus should give, from the register description alone."""

from __future__ import annotations

from tb.drivers.apb import Access
from tb.drivers.register_walk import every_register, readable, writable
from tb.host.registers import Register


class RegisterFile:
    """A register file that nothing but the bus changes.

    Parameters
    ----------
    driven
        Words that the chip drives, by address; it drives 0 elsewhere.
    """

    def __init__(self, driven: dict[int, int]) -> None:
        self._registers = {r.at(index): r for _, index, r in every_register()}
        self._words = {a: driven.get(a, _reset_word(r)) for a, r in self._registers.items()}

    @property
    def addresses(self) -> list[int]:
        """Every address that has a register."""
        return list(self._registers)

    def answer(self, access: Access) -> tuple[int, bool]:
        """Read data and error of one access, in the order of the bus.

        The two low bits of an address do not count. Events, labels and the fail log are empty.
        """
        address = access.address & ~3
        register = self._registers.get(address)
        if register is None or not (writable(register) if access.write else readable(register)):
            return 0, True
        if access.write:
            self._write(address, register, access)
            return 0, False
        return self._words[address], False

    def _write(self, address: int, register: Register, access: Access) -> None:
        mask = sum(0xFF << 8 * byte for byte in range(4) if access.strobe >> byte & 1)
        mask &= register.writable
        self._words[address] = self._words[address] & ~mask | access.data & mask


def _reset_word(register: Register) -> int:
    fields = register.fields.values()
    return sum((field.reset or 0) << field.lsb for field in fields)
