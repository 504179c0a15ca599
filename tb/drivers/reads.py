"""The pulsed read: its slots as the pins show them, and as they are expected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import cocotb
from cocotb.triggers import RisingEdge

from chips.description import Chip
from tb.drivers.cycles import cycle_now, middle_of_cycle, wait_cycles
from tb.drivers.pin_log import Interval, PinLog


class Slot(NamedTuple):
    """A read slot: its bank and its first cycle."""

    bank: int
    begin: int


def layer_of(chip: Chip, bank: int) -> int:
    """Layer whose cells a bank holds."""
    return max(g.index for g in chip.geometry if g.bank_base <= bank)


def retention_cycles(chip: Chip) -> int:
    """Cycles for which a storage node may be held."""
    return chip.reader.retention_us * 1000 // chip.clock.clk_period_ns


def refresh_cycles(chip: Chip) -> int:
    """Cycles between the begins of two refresh sweeps."""
    return chip.reader.refresh_interval_us * 1000 // chip.clock.clk_period_ns


def sweep_cycles(chip: Chip) -> int:
    """Cycles of a sweep that never waits."""
    return chip.banks * chip.reader.slot_cycles


def always_quiet(_cycle: int, _layer: int) -> bool:
    """No layer is ever busy."""
    return True


def expected_slots(
    chip: Chip, start: int, quiet: Callable[[int, int], bool] = always_quiet
) -> list[Slot]:
    """Slots of a sweep that is started in cycle `start`.

    Parameters
    ----------
    quiet
        Whether a layer may be read, by cycle and layer.
    """
    slots = []
    decision = start
    for bank in range(chip.banks):
        while not quiet(decision, layer_of(chip, bank)):
            decision += 1
        slots.append(Slot(bank, decision + 1))
        decision += chip.reader.slot_cycles
    return slots


def slot_pins(chip: Chip, slot: Slot) -> list[Interval]:
    """What the pins do in one slot."""
    reader = chip.reader
    reset = slot.begin + reader.setup_cycles
    pulse = reset + reader.reset_cycles + reader.gap_cycles
    return [
        Interval("rst", 0, reset, reset + reader.reset_cycles),
        Interval("pulse", 0, pulse, pulse + reader.pulse_cycles),
    ]


class SlotLog:
    """Every slot whose reset begins."""

    def __init__(self, dut: Any, chip: Chip) -> None:
        self._bank, self._reset = dut.rd_bank_o, dut.rd_rst_o
        self._setup = chip.reader.setup_cycles
        self.seen: list[Slot] = []

    def start(self) -> None:
        """Begin to watch."""
        cocotb.start_soon(self._run())

    async def _run(self) -> None:
        while True:
            await RisingEdge(self._reset)
            self.seen.append(Slot(int(self._bank.value), cycle_now() - self._setup))


class ReadSide:
    """What a test needs of `cnr_read_seq`, alone or in a harness."""

    def __init__(self, dut: Any, chip: Chip, start: Any, busy: Any) -> None:
        self._dut = dut
        self._start, self._busy = start, busy
        self.chip = chip
        self.slots = SlotLog(dut, chip)
        self.pins = PinLog({"rst": dut.rd_rst_o, "pulse": dut.rd_pulse_o})
        self.flags = PinLog(
            {
                "valid": dut.weights_valid_o,
                "busy": busy,
                "done": dut.read_done_o if hasattr(dut, "read_done_o") else dut.done_o,
                "expired": dut.expired_o,
            }
        )
        start.value = 0

    def watch(self) -> None:
        """Begin to watch the pins and the flags."""
        for log in (self.slots, self.pins, self.flags):
            log.start()

    def clear(self) -> None:
        """Forget what has been seen."""
        self.slots.seen.clear()
        self.pins.clear()
        self.flags.clear()

    async def begin(self) -> int:
        """Start a sweep; its first cycle, which is over."""
        self._start.value = 1
        await wait_cycles()
        self._start.value = 0
        return cycle_now() - 1

    async def sweep(self) -> int:
        """Start a sweep and wait until it is over; the cycle of its start."""
        start = await self.begin()
        while self._busy.value:
            await wait_cycles()
        assert self.valid(), "no valid weights after a sweep"
        await wait_cycles()
        return start

    async def next_sweep(self) -> int:
        """Wait for the next sweep; the cycle in which it was decided, which is over."""
        await RisingEdge(self._busy)
        await middle_of_cycle()
        return cycle_now() - 1

    def valid(self) -> bool:
        """The flag `weights_valid_o`."""
        return bool(self._dut.weights_valid_o.value)

    def busy(self) -> bool:
        """Whether a sweep is running."""
        return bool(self._busy.value)
