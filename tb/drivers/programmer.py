"""Drives `cnr_programmer`: commands, streams, flags and results. Works in the middle of a cycle."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import cocotb
from cocotb.handle import Force
from cocotb.task import Task
from cocotb.triggers import RisingEdge

from tb.drivers.chip_under_test import chip_under_test
from tb.drivers.cycles import ClockReset, middle_of_cycle, wait_cycles
from tb.drivers.packed import unpack
from tb.drivers.prog_structs import ProgStructs
from tb.drivers.stream import StreamSink, StreamSource
from tb.host.regmap import ProgErr, ProgOp
from tb.models.programming import (
    Address,
    Fail,
    ProgConfig,
    default_config,
    words,
)

Levels = Mapping[int, int]
Targets = Mapping[Address, Levels]


class Counts(NamedTuple):
    """The counters of the engine."""

    requested: int
    succeeded: int
    failed: int
    form: int
    set: int
    reset: int
    senses: int
    form_cells: int
    set_cells: int
    reset_cells: int
    dropouts: int
    cycles: int


class Lines(NamedTuple):
    """What drives the cells."""

    hv: int
    wl: int
    bl: int
    sl: int
    sense: int
    bleed: int


BLOCKS = {
    **{name: (f"u_{name}",) for name in ("bist", "prog", "verify", "exercise", "pulse", "ramp")},
    **{name: (f"u_{name}",) for name in ("counters", "endurance")},
    "limits": ("u_verify", "u_limits"),
}
NO_LIMIT = 0xFFFF_FFFF  # endurance limit that is never reached
SAFE = Lines(hv=0, wl=0, bl=0, sl=0, sense=0, bleed=1)


class Programmer:
    """Everything of `cnr_programmer_tb` but the macro pins.

    Parameters
    ----------
    dut
        The harness.
    rng
        Draws the pauses of the streams; without it there are none.

    Attributes
    ----------
    chip
        The chip it was built for; known after `start`.
    config
        The configuration in force.
    targets_taken
        Words of targets that the design has taken.
    """

    def __init__(self, dut: Any, rng: random.Random | None = None) -> None:
        self._dut = dut
        self._clock = ClockReset(dut)
        pause = (lambda: rng.choice((0, 0, 1, 5))) if rng else None
        self._source = StreamSource(dut, "w", pause)
        self._sink = StreamSink(dut, "rb", pause)
        self._sink_task: Task[None] | None = None
        for name in (
            *("cfg", "start", "resume", "abort", "suspend", "clear", "op", "first", "last"),
            *("watchdog", "read_locked", "fail_pop"),
        ):
            getattr(dut, f"{name}_i").value = 0
        for name in ("allow", "supply_ok", "pump_ok", "unlocked"):
            getattr(dut, f"{name}_i").value = 1
        self.limit_wear(NO_LIMIT)

    async def start(self) -> None:
        """Start the clock, reset the design and configure it."""
        await self._clock.start()
        await wait_cycles(2)
        self.chip = chip_under_test()
        self._structs = ProgStructs(self.chip)
        self.configure(default_config(self.chip))
        self.take_read_back()

    async def reset(self) -> None:
        """Reset the design; the configuration stays."""
        await self._clock.reset()

    def configure(self, config: ProgConfig) -> None:
        """Set the configuration."""
        self.config = config
        self._dut.cfg_i.value = self._structs.config(config)

    # Commands

    async def command(self, op: ProgOp | int, first: Address, last: Address) -> None:
        """Strobe start."""
        self._dut.op_i.value = int(op)
        self._dut.first_i.value = self._structs.address(first)
        self._dut.last_i.value = self._structs.address(last)
        await self.strobe("start")

    async def strobe(self, *names: str) -> None:
        """Raise inputs for one clock edge."""
        for name in names:
            getattr(self._dut, f"{name}_i").value = 1
        await wait_cycles()
        for name in names:
            getattr(self._dut, f"{name}_i").value = 0

    async def done(self) -> ProgErr:
        """Wait for the end of the operation."""
        if not self._dut.done_o.value:
            await RisingEdge(self._dut.done_o)
            await middle_of_cycle()
        assert self.lines == SAFE, f"{self.lines} after the end"
        return self.error

    async def run(
        self,
        op: ProgOp | int,
        first: Address,
        last: Address | None = None,
        targets: Targets | None = None,
    ) -> ProgErr:
        """One whole operation; `targets` are streamed in the order of the words."""
        last = last or first
        stream = self.stream(targets, words(self.chip, first, last))
        await self.command(op, first, last)
        return await self._ended(stream)

    async def resume(self, last: Address, targets: Targets | None = None) -> ProgErr:
        """Go on at the pointer; `targets` are streamed from there."""
        stream = self.stream(targets, words(self.chip, self.pointer, last))
        await self.strobe("resume")
        return await self._ended(stream)

    async def _ended(self, stream: Task[None]) -> ProgErr:
        error = await self.done()
        stream.cancel()
        await wait_cycles(2)
        return error

    # Streams

    def stream(self, targets: Targets | None, order: Iterable[Address]) -> Task[None]:
        """Stream the targets of some words in the background; cancel it to stop."""
        data = [self._structs.levels(targets[word].items()) for word in order] if targets else []
        return cocotb.start_soon(self._source.send(data))

    def take_read_back(self) -> None:
        """Be ready for read-back data from now on."""
        self._sink_task = cocotb.start_soon(self._sink.run())

    def stall_read_back(self) -> None:
        """Take no read-back data."""
        if self._sink_task:
            self._sink_task.cancel()
        self._dut.rb_ready_i.value = 0

    @property
    def targets_taken(self) -> int:
        """Words of targets that the design has taken."""
        return self._source.sent

    @property
    def read_back(self) -> list[dict[int, int]]:
        """What READ has given, word by word."""
        return [self._structs.to_levels(word) for word in self._sink.words]

    # Flags

    def set_flag(self, name: str, value: int) -> None:
        """Set one of allow, supply_ok, pump_ok, watchdog, unlocked, read_locked."""
        getattr(self._dut, f"{name}_i").value = value

    def limit_wear(self, cycles: int) -> None:
        """Set the endurance limit."""
        self._dut.wear_limit_i.value = cycles

    async def pulse_starts(self) -> None:
        """Wait for high voltage; ends in the middle of its first cycle."""
        await RisingEdge(self._dut.hv_en_o)
        await middle_of_cycle()

    # Results

    @property
    def busy(self) -> bool:
        """Whether an operation runs."""
        return bool(self._dut.busy_o.value)

    @property
    def error(self) -> ProgErr:
        """How the last operation ended."""
        return ProgErr(int(self._dut.err_o.value))

    @property
    def pointer(self) -> Address:
        """First word not completed."""
        return self._structs.to_address(int(self._dut.pointer_o.value))

    @property
    def counts(self) -> Counts:
        """All counters."""
        return Counts(*unpack(int(self._dut.counts_o.value), (32,) * len(Counts._fields)))

    @property
    def suspended(self) -> bool:
        """Whether the operation is suspended."""
        return bool(self._dut.suspended_o.value)

    @property
    def wear(self) -> list[int]:
        """Endurance counts of the groups in programming order."""
        groups = sum(geometry.groups for geometry in self.chip.geometry)
        return list(unpack(int(self._dut.wear_q.value), (32,) * 64))[:groups]

    @property
    def lines(self) -> Lines:
        """What drives the cells."""
        dut = self._dut
        pins = (dut.hv_en_o, dut.wl_en_o, dut.bl_en_o, dut.sl_en_o, dut.sense_en_o, dut.bleed_en_o)
        return Lines(*(int(pin.value) for pin in pins))

    @property
    def log_state(self) -> tuple[int, bool]:
        """Entries of the fail log and whether some were lost."""
        return int(self._dut.fail_count_o.value), bool(self._dut.fail_overflow_o.value)

    @property
    def log_head(self) -> Fail:
        """The oldest entry of the fail log."""
        return self._structs.to_fail(int(self._dut.fail_o.value))

    async def pop_fails(self) -> list[Fail]:
        """Empty the fail log."""
        fails = []
        while self._dut.fail_valid_o.value:
            fails.append(self.log_head)
            await self.strobe("fail_pop")
        return fails

    # Upsets

    def upset(self, block: str, register: str, value: int) -> None:
        """Overwrite a register of one of `BLOCKS`."""
        self._register(block, register).value = value

    def force(self, block: str, net: str, value: int) -> None:
        """Hold a net of one of `BLOCKS` at a value; the build has to allow it."""
        self._register(block, net).value = Force(value)

    def peek(self, block: str, register: str) -> int:
        """Read such a register."""
        return int(self._register(block, register).value)

    def upset_lines(self, **fields: int) -> None:
        """Overwrite some of the codes and columns that `pulse` drives."""
        word = self.peek("pulse", "lines_q")
        self.upset("pulse", "lines_q", self._structs.changed_lines(word, fields))

    def upset_pointer(self, address: Address) -> None:
        """Overwrite the pointer of the sweep."""
        self.upset("prog", "pointer_q", self._structs.address(address))

    async def in_state(self, block: str, state: int) -> None:
        """Wait for the first cycle of a state of a block."""
        while self.peek(block, "state_q") != state:
            await wait_cycles()

    def _register(self, block: str, register: str) -> Any:
        handle = self._dut.dut
        for name in (*BLOCKS[block], register):
            handle = getattr(handle, name)
        return handle
