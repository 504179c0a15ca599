"""Monitor of the labels: which one came, and how many layer clocks after its load clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cocotb
from cocotb.queue import Queue
from cocotb.simtime import get_sim_time
from cocotb.triggers import RisingEdge


@dataclass(frozen=True)
class Label:
    """A label with the layer clocks from the end of its load clock to it; a fraction is a fault."""

    label: int
    ambiguous: bool
    layer_clocks: float


class LabelMonitor:
    """Collects labels from the pins.

    Parameters
    ----------
    dut
        The chip.
    load
        Its image-load pin at the macro; high in the first cycle of a load clock.
    layer_period_ns
        Length of a layer clock.
    """

    def __init__(self, dut: Any, load: Any, layer_period_ns: int) -> None:
        self._dut = dut
        self._load = load
        self._period_ns = layer_period_ns
        self._loads: Queue[float] = Queue()
        self.labels: Queue[Label] = Queue()

    def start(self) -> None:
        """Start collecting."""
        cocotb.start_soon(self._watch_loads())
        cocotb.start_soon(self._watch_labels())

    async def _watch_loads(self) -> None:
        while True:
            await RisingEdge(self._load)
            self._loads.put_nowait(get_sim_time("ns"))

    async def _watch_labels(self) -> None:
        while True:
            await RisingEdge(self._dut.label_valid_o)
            since = get_sim_time("ns") - self._loads.get_nowait()
            self.labels.put_nowait(
                Label(
                    int(self._dut.label_o.value),
                    bool(self._dut.label_ambiguous_o.value),
                    since / self._period_ns - 1,
                )
            )
