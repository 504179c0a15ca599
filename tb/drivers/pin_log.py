"""What pins did, as the intervals in which they were high."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import cocotb
from cocotb.triggers import RisingEdge, ValueChange

from tb.drivers.cycles import cycle_now, middle_of_cycle, wait_cycles


class Interval(NamedTuple):
    """Cycles `begin` to `end` - 1, in which one bit of a pin was high."""

    pin: str
    bit: int
    begin: int
    end: int


class PinLog:
    """Watches pins that change with the clock.

    Parameters
    ----------
    pins
        Handles of scalars and packed vectors by the name that their intervals get.
    """

    def __init__(self, pins: Mapping[str, Any]) -> None:
        self._pins = pins
        self._rises: dict[tuple[str, int], int] = {}
        self._intervals: list[Interval] = []

    def start(self) -> None:
        """Begin to watch."""
        for pin, handle in self._pins.items():
            cocotb.start_soon(self._watch(pin, handle))

    def intervals(self, pin: str | None = None) -> list[Interval]:
        """All intervals that are over, or those of one pin, in the order of their begin."""
        chosen = [i for i in self._intervals if pin in (None, i.pin)]
        return sorted(chosen, key=lambda interval: interval.begin)

    def high(self) -> list[tuple[str, int]]:
        """Pin and bit of everything that is high now."""
        return sorted(self._rises)

    def clear(self) -> None:
        """Forget the intervals that are over."""
        self._intervals.clear()

    async def _watch(self, pin: str, handle: Any) -> None:
        before = 0
        while True:
            value = int(handle.value)
            changed = value ^ before
            for bit in range(changed.bit_length()):
                if changed >> bit & 1:
                    self._note(pin, bit, rose=bool(value >> bit & 1))
            before = value
            await ValueChange(handle)

    def _note(self, pin: str, bit: int, rose: bool) -> None:
        if rose:
            self._rises[pin, bit] = cycle_now()
        else:
            self._intervals.append(Interval(pin, bit, self._rises.pop((pin, bit)), cycle_now()))


class Strobes:
    """Cycles in which a one-cycle strobe was high."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self.cycles: list[int] = []

    def start(self) -> None:
        """Begin to watch."""
        cocotb.start_soon(self._run())

    async def _run(self) -> None:
        while True:
            await RisingEdge(self._handle)
            await middle_of_cycle()
            while self._handle.value:
                self.cycles.append(cycle_now())
                await wait_cycles()
