"""Monitor of the labels: which one came, when, and after which load."""

from __future__ import annotations

from collections import deque
from typing import Any, NamedTuple

import cocotb
from cocotb.queue import Queue
from cocotb.triggers import RisingEdge

from tb.drivers.chip_under_test import chip_under_test
from tb.drivers.comparators import Decision
from tb.drivers.cycles import cycle_now, middle_of_cycle, wait_cycles


class Label(NamedTuple):
    """A label with the cycles of its load pulse and of its strobe."""

    load: int
    cycle: int
    decision: Decision

    @property
    def label(self) -> int:
        """The class."""
        return self.decision.label

    @property
    def ambiguous(self) -> bool:
        """Whether no class has beaten all others."""
        return self.decision.ambiguous

    @property
    def layer_clocks(self) -> float:
        """Layer clocks from the end of the load clock to the label; a fraction is a fault."""
        return (self.cycle - self.load) / chip_under_test().clock.layer_period_cycles - 1


class LabelMonitor:
    """Collects labels from the pins.

    A label belongs to the oldest load that is not older than an image can be: one layer clock for
    its load and one for each layer. Older loads without a label were dropped.

    Parameters
    ----------
    dut
        The design.
    load
        The image-load pin of its macro; high in the first cycle of a load clock.

    Attributes
    ----------
    seen
        Every label so far.
    labels
        The same for one who waits for them.
    """

    def __init__(self, dut: Any, load: Any) -> None:
        self._valid, self._label = dut.label_valid_o, dut.label_o
        self._ambiguous, self._tick = dut.label_ambiguous_o, dut.tick_o
        self._load = load
        chip = chip_under_test()
        clocks = len(chip.layers) + 1
        self._age_max = clocks * chip.clock.layer_period_cycles
        self._loads: deque[int] = deque(maxlen=clocks + 1)
        self.seen: list[Label] = []
        self.labels: Queue[Label] = Queue()

    def start(self) -> None:
        """Start collecting."""
        cocotb.start_soon(self._watch_loads())
        cocotb.start_soon(self._watch_labels())

    async def _watch_loads(self) -> None:
        while True:
            await RisingEdge(self._load)
            self._loads.append(cycle_now())

    async def _watch_labels(self) -> None:
        while True:
            await RisingEdge(self._valid)
            await middle_of_cycle()
            assert self._tick.value, "a label without a tick"
            cycle = cycle_now()
            loads = [load for load in self._loads if cycle - self._age_max <= load < cycle]
            assert loads, "a label without a load"
            decision = Decision(int(self._label.value), bool(self._ambiguous.value))
            label = Label(loads[0], cycle, decision)
            self.seen.append(label)
            self.labels.put_nowait(label)
            await wait_cycles()
            assert not self._valid.value, "label_valid_o for more than one cycle"
