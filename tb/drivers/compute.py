"""Inference, pulsed read and power guard together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tb.drivers.compute_config import random_config
from tb.drivers.cycles import wait_cycles
from tb.drivers.inference import InferenceBench
from tb.drivers.pin_log import Interval, Strobes
from tb.drivers.reads import ReadSide, Slot, layer_of


class ComputeBench(InferenceBench):
    """The harness `cnr_compute_tb`."""

    def __init__(self, dut: Any, seed: int) -> None:
        super().__init__(dut, seed)
        self.reads = ReadSide(dut, self.chip, dut.read_start_i, dut.read_busy_o)
        self.brown_outs = Strobes(dut.brown_out_o)

    async def start(self) -> None:
        """Leave reset with supply, valid weights and refresh."""
        self.supply(True)
        self.high_voltage(False)
        self.test_mode(False)
        self._dut.pump_rdy_i.value = 1
        await super().start()
        self.reads.watch()
        self.brown_outs.start()
        self.refresh(True)
        await wait_cycles(5)
        await self.reads.sweep()

    def supply(self, ok: bool) -> None:
        """Drive the supply flag."""
        self._dut.supply_ok_async_i.value = ok

    def high_voltage(self, on: bool) -> None:
        """Drive the high-voltage enable."""
        self._dut.hv_en_i.value = on

    def test_mode(self, on: bool) -> None:
        """Drive the test mode pin."""
        self._dut.test_mode_i.value = on

    def refresh(self, enabled: bool) -> None:
        """Enable or disable the refresh and keep the rest of the configuration."""
        self.configure(replace(self.config, refresh_en=enabled))

    def reconfigure(self) -> None:
        """Drive another random configuration with refresh."""
        self.configure(replace(random_config(self.rng, self.chip), refresh_en=True))

    def windows(self) -> list[Interval]:
        """From the reset to the end of the sample, of each layer and image so far."""
        resets, samples = self.pins.intervals("reset"), self.pins.intervals("sample")
        return [
            Interval("window", k, r.begin, s.end)
            for k in range(len(self.chip.layers))
            for r, s in zip(
                [r for r in resets if r.bit == k], [s for s in samples if s.bit == k], strict=True
            )
        ]

    def collisions(self) -> Iterator[tuple[Slot, Interval]]:
        """Slots that touched a layer between its reset and its sample."""
        windows = self.windows()
        for slot in self.reads.slots.seen:
            begin = slot.begin + self.chip.reader.setup_cycles
            end = begin + self.chip.reader.active_cycles
            layer = layer_of(self.chip, slot.bank)
            for window in windows:
                if window.bit == layer and window.begin < end and begin < window.end:
                    yield slot, window
