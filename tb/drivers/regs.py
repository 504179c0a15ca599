"""The register file `cnr_regs` between a host and a chip that the test plays."""

from __future__ import annotations

import random
from typing import Any

import cocotb
from cocotb.triggers import RisingEdge

from tb.drivers.apb import ApbBus
from tb.drivers.chip_under_test import chip_under_test
from tb.drivers.cycles import ClockReset, cycle_now
from tb.drivers.layouts import Layouts
from tb.drivers.packed import Layout, pack, unpack
from tb.host.registers import Register
from tb.host.regmap import REGISTERS

STATUS: Layout = {
    **dict.fromkeys(("prog_busy", "infer_busy", "read_busy", "weights_valid"), 1),
    **dict.fromkeys(("supply_ok", "pump_ok", "suspended", "unlocked"), 1),
    "prog_err": 4,
}
EVENTS = (
    *("prog_done", "label", "read_done", "frame_err", "refused", "brown_out", "watchdog"),
    *("expired", "spi_err"),
)
EVENT: Layout = dict.fromkeys(EVENTS, 1)
COMMANDS = ("start", "resume", "stop", "suspend", "clear", "read_start")
CMD: Layout = {"op": 4, **dict.fromkeys(COMMANDS, 1)}
STROBES = {
    "start": "start",
    "resume": "resume",
    "abort": "stop",
    "suspend": "suspend",
    "clear_counters": "clear",
    "read_start": "read_start",
}


class RegsBench:
    """`cnr_regs` between an APB master and a chip that the test plays.

    Attributes
    ----------
    chip, layouts
        The chip it was built for, and its structs.
    commands
        Every command that was strobed.
    pops
        Entries taken from the fail log.
    """

    def __init__(self, dut: Any) -> None:
        self._dut = dut
        self._edge = RisingEdge(dut.clk_i)
        self.clock = ClockReset(dut)
        self.bus = ApbBus(dut)
        self.chip = chip_under_test()
        self.layouts = Layouts(self.chip)
        self.rng = random.Random(cocotb.RANDOM_SEED)
        self.commands: list[dict[str, int]] = []
        self.pops = 0

    async def start(self) -> None:
        """Leave reset with supply, no event and an empty fail log."""
        dut = self._dut
        for handle in (dut.event_i, dut.pointer_i, dut.counts_i, dut.label_i):
            handle.value = 0
        for handle in (dut.label_ambiguous_i, dut.fail_i, dut.fail_count_i):
            handle.value = 0
        self.drive(wear=0, wear_group=0)
        self.status(supply_ok=1)
        self.fail(None)
        self.fail_overflow(0)
        await self.clock.start()
        geometry = await self.read("geometry")
        assert geometry["hash"] == self.chip.geometry_hash, "another chip"
        cocotb.start_soon(self._watch_commands())
        cocotb.start_soon(self._watch_pops())

    async def _watch_commands(self) -> None:
        while True:
            await self._edge
            command = unpack(int(self._dut.cmd_o.value), CMD)
            if any(command[strobe] for strobe in STROBES.values()):
                self.commands.append(command)

    async def _watch_pops(self) -> None:
        while True:
            await RisingEdge(self._dut.fail_pop_o)
            self.pops += 1

    # The host's side.

    async def write(self, name: str, index: int = 0, /, **values: int) -> None:
        """Write the fields of a register; those not given are 0."""
        register = REGISTERS[name]
        await self.bus.write(register.at(index), register.encode(**values))

    async def read(self, name: str, index: int = 0) -> dict[str, int]:
        """Read the fields of a register."""
        register = REGISTERS[name]
        return register.decode(await self.bus.read(register.at(index)))

    async def refuses(self, address: int, *, write: bool) -> bool:
        """Whether an access is answered with an error."""
        answer, error = await self.bus.transfer(
            address, write=write, data=0xFFFFFFFF, strobe=0xF if write else 0
        )
        if error and not write:
            assert not answer, f"a refused read of {address:#x} gives {answer:#x}"
        return error

    # The chip's side. All of it changes right after a clock edge.

    def status(self, **values: int) -> None:
        """Drive the status flags; those not given are 0."""
        self._dut.status_i.value = pack(values, STATUS)

    async def event(self, *names: str, cycles: int = 1, **status: int) -> int:
        """Strobe events; the cycle in which they began."""
        await self._edge
        begin = cycle_now()
        if status:
            self.status(**status)
        self._dut.event_i.value = pack(dict.fromkeys(names, 1), EVENT)
        for _ in range(cycles):
            await self._edge
        self._dut.event_i.value = 0
        return begin

    async def wear(self, group: int) -> None:
        """Strobe one more cycle of a group."""
        await self._edge
        self.drive(wear_group=group, wear=1)
        await self._edge
        self.drive(wear=0)

    def fail(self, entry: dict[str, Any] | None) -> None:
        """Drive the entry at the head of the fail log, or that there is none."""
        self._dut.fail_valid_i.value = entry is not None
        self._dut.fail_i.value = 0 if entry is None else pack(entry, self.layouts.fail)

    def fail_overflow(self, level: int) -> None:
        """Drive whether the fail log has overflowed."""
        self._dut.fail_overflow_i.value = level

    def drive(self, **values: int) -> None:
        """Set input ports by their names without the suffix."""
        for name, value in values.items():
            getattr(self._dut, f"{name}_i").value = value

    # What the chip sees.

    @property
    def irq(self) -> bool:
        """The interrupt."""
        return bool(self._dut.irq_o.value)

    def prog_cfg(self) -> dict[str, Any]:
        """Fields of `prog_cfg_t`."""
        return dict(unpack(int(self._dut.prog_cfg_o.value), self.layouts.prog))

    def compute_cfg(self) -> dict[str, Any]:
        """Fields of `compute_cfg_t`."""
        return dict(unpack(int(self._dut.compute_cfg_o.value), self.layouts.compute))

    def range(self) -> tuple[dict[str, int], dict[str, int]]:
        """First and last word."""
        first, last = int(self._dut.first_o.value), int(self._dut.last_o.value)
        return unpack(first, self.layouts.address), unpack(last, self.layouts.address)

    def random_fields(self, register: Register) -> dict[str, int]:
        """A random value of each field."""
        return {name: self.rng.getrandbits(f.width) for name, f in register.fields.items()}
