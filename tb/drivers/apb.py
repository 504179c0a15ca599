"""APB4 master and slave.

The master of cocotbext-apb would do, but it wakes Python at every clock edge of the simulation
even when nobody uses the bus.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from cocotb.triggers import Lock, RisingEdge

READY_LIMIT = 1000  # clocks until a slave counts as dead


class BusError(RuntimeError):
    """An access was refused or not answered; the message says which."""


class Access(NamedTuple):
    """One transfer; `strobe` has one bit per byte of a write."""

    address: int
    write: bool = False
    data: int = 0
    strobe: int = 0


class ApbBus:
    """APB4 master on the ports `<prefix>_psel_i` and so on. Callers take turns.

    Parameters
    ----------
    dut
        The design.
    prefix
        Of the names of its ports.
    """

    def __init__(self, dut: Any, prefix: str = "s_apb") -> None:
        self._edge = RisingEdge(dut.clk_i)
        self._lock = Lock()
        for name in ("psel", "penable", "pwrite", "paddr", "pwdata", "pstrb", "pprot"):
            handle = getattr(dut, f"{prefix}_{name}_i")
            setattr(self, f"_{name}", handle)
            handle.value = 0
        for name in ("prdata", "pready", "pslverr"):
            setattr(self, f"_{name}", getattr(dut, f"{prefix}_{name}_o"))

    _psel: Any
    _penable: Any
    _pwrite: Any
    _paddr: Any
    _pwdata: Any
    _pstrb: Any
    _pprot: Any
    _prdata: Any
    _pready: Any
    _pslverr: Any

    async def write(self, address: int, data: int, strobe: int = 0xF) -> None:
        """Write a register; `strobe` has one bit per byte.

        Raises
        ------
        BusError
            The slave refuses it or does not answer.
        """
        _, error = await self.transfer(address, write=True, data=data, strobe=strobe)
        if error:
            raise BusError(f"write to 0x{address:04x} refused")

    async def read(self, address: int) -> int:
        """Read a register.

        Raises
        ------
        BusError
            The slave refuses it or does not answer.
        """
        data, error = await self.transfer(address)
        if error:
            raise BusError(f"read of 0x{address:04x} refused")
        return data

    async def transfer(
        self, address: int, *, write: bool = False, data: int = 0, strobe: int = 0
    ) -> tuple[int, bool]:
        """One transfer: the read data and whether the slave reported an error."""
        return (await self.burst([Access(address, write, data, strobe)]))[0]

    async def burst(self, accesses: Iterable[Access]) -> list[tuple[int, bool]]:
        """Transfers without an idle clock between them: read data and error of each."""
        async with self._lock:
            await self._edge
            answers = [await self._answer_to(access) for access in accesses]
            self._psel.value = 0
            self._penable.value = 0
            return answers

    async def _answer_to(self, access: Access) -> tuple[int, bool]:
        self._paddr.value = access.address
        self._pwrite.value = access.write
        self._pwdata.value = access.data
        self._pstrb.value = access.strobe
        self._psel.value = 1
        self._penable.value = 0
        await self._edge
        self._penable.value = 1
        for _ in range(READY_LIMIT):
            await self._edge
            if self._pready.value:
                return int(self._prdata.value), bool(self._pslverr.value)
        raise BusError(f"no answer from 0x{access.address:04x} in {READY_LIMIT} clocks")

    async def phase(self, select: int, enable: int, access: Access) -> None:
        """One clock with these values on the bus, legal or not."""
        await self._edge
        self._psel.value = select
        self._penable.value = enable
        self._paddr.value = access.address
        self._pwrite.value = access.write
        self._pwdata.value = access.data
        self._pstrb.value = access.strobe


class ApbMemory:
    """APB4 slave on the master ports `psel_o` and so on of a design.

    Parameters
    ----------
    dut
        The design.

    Attributes
    ----------
    words
        What reads give, by address; writes change it.
    accesses
        Every access in order: address, data, whether it was a write.
    wait_states
        Clocks from the enable to the ready of an access.
    refuses
        Whether an access to this address ends with an error.
    """

    def __init__(self, dut: Any) -> None:
        self._dut = dut
        self._edge = RisingEdge(dut.clk_i)
        self.words: dict[int, int] = {}
        self.accesses: list[tuple[int, int, bool]] = []
        self.wait_states = 0
        self.refuses: Callable[[int], bool] = lambda address: False
        for handle in (dut.pready_i, dut.pslverr_i, dut.prdata_i):
            handle.value = 0

    async def run(self) -> None:
        """Answer accesses forever."""
        while True:
            if not self._dut.penable_o.value:
                await RisingEdge(self._dut.penable_o)
            for _ in range(self.wait_states):
                await self._edge
            self._answer()
            await self._edge
            self._dut.pready_i.value = 0
            self._dut.pslverr_i.value = 0
            self._dut.prdata_i.value = 0xDEADBEEF
            await self._edge

    def _answer(self) -> None:
        address, write = int(self._dut.paddr_o.value), bool(self._dut.pwrite_o.value)
        refused = self.refuses(address)
        data = int(self._dut.pwdata_o.value) if write else self.words.get(address, 0)
        self.accesses.append((address, data, write))
        if write and not refused:
            self.words[address] = data
        self._dut.prdata_i.value = data
        self._dut.pslverr_i.value = refused
        self._dut.pready_i.value = 1
